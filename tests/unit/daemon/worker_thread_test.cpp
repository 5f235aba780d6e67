// SPDX-License-Identifier: Apache-2.0
#include <daemon/worker_thread.h>

#include <gtest/gtest.h>

#include <future>
#include <vector>

namespace anchor::daemon {
namespace {

TEST(WorkerThread, RunsJobsInOrderAndTellsTheLoopThread) {
    asio::io_context loop;
    std::vector<int> done;
    std::thread::id told_on;
    WorkerThread worker(loop);

    const auto keep_alive = asio::make_work_guard(loop);
    for (int i = 0; i < 10; ++i) {
        offload(
            worker, [i] { return i; },
            [&](int value) {
                done.push_back(value);
                told_on = std::this_thread::get_id();
                if (value == 9) loop.stop();
            });
    }
    loop.run();

    EXPECT_EQ(done, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(told_on, std::this_thread::get_id());
}

TEST(WorkerThread, DoesItsWorkOnAnotherThread) {
    asio::io_context loop;
    std::promise<std::thread::id> worked_on;
    WorkerThread worker(loop);

    worker.run([&] { worked_on.set_value(std::this_thread::get_id()); }, [] {});

    EXPECT_NE(worked_on.get_future().get(), std::this_thread::get_id());
}

TEST(WorkerThread, FinishesWhatItBeganAndDropsTheRestWhenItEnds) {
    asio::io_context loop;
    std::promise<void> begun;
    std::promise<void> go_on;
    bool first = false;
    bool second = false;
    auto worker = std::make_unique<WorkerThread>(loop);
    worker->run(
        [&] {
            begun.set_value();
            go_on.get_future().wait();
            first = true;
        },
        [] {});
    worker->run([&] { second = true; }, [] {});
    begun.get_future().wait();

    auto ending = std::async(std::launch::async, [&] { worker.reset(); });
    // The end is asked for before the job may go on: a worker that did not hear of it would run the second one too.
    while (ending.wait_for(std::chrono::milliseconds(20)) == std::future_status::ready) FAIL() << "did not wait for its job";
    go_on.set_value();
    ending.wait();

    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
}

TEST(WorkerThread, MakesTheCallerWaitForRoomAndLosesNothing) {
    asio::io_context loop;
    std::promise<void> go_on;
    auto gate = go_on.get_future().share();
    std::atomic<int> ran = 0;
    std::atomic<int> accepted = 0;
    WorkerThread worker(loop, 2);

    auto caller = std::async(std::launch::async, [&] {
        for (int i = 0; i < 8; ++i, ++accepted) {
            worker.run(
                [&ran, gate] {
                    gate.wait();
                    ++ran;
                },
                [] {});
        }
    });
    EXPECT_EQ(caller.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    EXPECT_LE(accepted, 3);  // one in progress, two in the queue
    go_on.set_value();
    caller.wait();
    std::promise<void> last;
    worker.run([&] { last.set_value(); }, [] {});
    last.get_future().wait();

    EXPECT_EQ(ran, 8);
}

}  // namespace
}  // namespace anchor::daemon
