// SPDX-License-Identifier: Apache-2.0

// The data of measured variables, read as each of the things that it can be: what is read stays inside.

#include <anchor/measure/boot_device_path.h>
#include <anchor/measure/boot_variable.h>
#include <fuzz/must.h>

namespace {

using namespace anchor;
using namespace anchor::measure;
using fuzz::is_inside;
using fuzz::must;

void read_lists(ByteView octets) {
    std::size_t read = 0;
    const SignatureLists lists = read_signature_lists(octets, 0);
    for (const SignatureList& list : lists.lists) {
        read += list.list_size;
        for (const SignatureEntry& entry : list.entries) {
            must(is_inside(entry.data, octets));
            static_cast<void>(certificate_subject(entry.data));
        }
    }
    must(lists.problem ? read <= octets.size() : read == octets.size());
}

void read_option(ByteView octets) {
    const auto option = read_load_option(octets, 0);
    if (!option) return;
    must(is_inside(option->device_path, octets));
    must(is_inside(option->path_and_data, octets));
    static_cast<void>(device_path_text(option->device_path, option->path_offset));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    read_lists(octets);
    read_option(octets);
    const auto order = read_boot_order(octets, 0);
    must(order.has_value() == (size % 2 == 0) && (!order || order->size() == size / 2));
    const auto entry = read_signature_entry(octets, 0);
    must(entry.has_value() == (size >= 16));
    return 0;
}
