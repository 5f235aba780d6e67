#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: anchord.sh FOLDER     (the folder of the built programs)
# The daemon on a software TPM: stripped size, start to ready without and with the TPM's time; then, enrolled and connected to the
# brokers of the demonstration, what it costs while nothing happens: memory, beside that of a program that only has the TPM stack open,
# and wake-ups beyond the ticks. Medians of several runs.
set -eu

programs=$(readlink -f "$1")
demo=$(dirname "$(readlink -f "$0")")/../../../packaging/demo/demo
runs=7
watch=60 # seconds; the interval is longer, so that what is counted has no tick in it
place=$(mktemp -d)
tpm_pid=
daemon_pid=

end() {
    if [ -n "$daemon_pid" ]; then kill "$daemon_pid" 2>/dev/null || true; fi
    if [ -n "$tpm_pid" ]; then kill "$tpm_pid" 2>/dev/null || true; fi
    for world in "$place"/anchord-demo.*/end; do
        if [ -x "$world" ]; then "$world"; fi
    done
    wait 2>/dev/null || true
    rm -rf "$place"
}
trap end EXIT

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

configure() { # TCTI
    cat >"$place/anchord.toml" <<EOF
state_dir = "$place/state"
runtime_dir = "$place"
policy_dir = "$place/policy.d"
[socket]
path = "$place/anchord.sock"
group = ""
[tpm]
tcti = "$1"
[attest]
interval = "1h"
EOF
}

start_tpm() {
    mkdir "$place/tpm"
    swtpm socket --tpm2 --tpmstate dir="$place/tpm" --server type=unixio,path="$place/tpm.sock" \
        --ctrl type=unixio,path="$place/tpm.sock.ctrl" --flags startup-clear >"$place/tpm.log" 2>&1 &
    tpm_pid=$!
    for _ in $(seq 100); do [ -S "$place/tpm.sock" ] && return; sleep 0.05; done
    echo "anchord.sh: swtpm did not start" >&2
    exit 1
}

# Starts the daemon; prints the milliseconds until it says READY=1, and its process.
start_to_ready() { # CONFIGURATION
    python3 - "$programs/anchord" "$place" "$1" <<'EOF'
import os, socket, subprocess, sys, time
program, place, configuration = sys.argv[1:]
path = os.path.join(place, "notify")
if os.path.exists(path):
    os.unlink(path)
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(path)
manager.settimeout(20)
begin = time.perf_counter()
daemon = subprocess.Popen([program, "--config", configuration], env=dict(os.environ, NOTIFY_SOCKET=path),
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
while not manager.recv(4096).startswith(b"READY=1"):
    pass
print(f"{(time.perf_counter() - begin) * 1000:.1f} {daemon.pid}")
EOF
}

stop_daemon() {
    kill "$daemon_pid"
    # Not a child of this shell: it may stay behind as a zombie where nobody collects orphans.
    while grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$daemon_pid/status"; do sleep 0.02; done
    daemon_pid=
}

start_times() {
    for _ in $(seq "$runs"); do
        read -r took daemon_pid < <(start_to_ready "$place/anchord.toml")
        echo "$took"
        stop_daemon
    done
}

kilobytes() { awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/smaps_rollup"; } # PROCESS WHAT
switches() { # own|paho: whose threads
    local task whose
    for task in /proc/"$daemon_pid"/task/*; do
        case $(cat "$task/comm") in MQTT*) whose=paho ;; *) whose=own ;; esac
        if [ "$whose" = "$1" ]; then awk '/^voluntary_ctxt_switches/ { print $2 }' "$task/status"; fi
    done | awk '{ n += $1 } END { print n }'
}

# The demonstration stays, but for its daemon: ours looks once an hour, so that what is counted has no tick in it.
enroll() {
    TMPDIR=$place "$demo" "$programs" --keep >"$place/demo.log" 2>&1 || { cat "$place/demo.log" >&2; exit 1; }
    world=$(echo "$place"/anchord-demo.*)
    daemon_pid=$(awk '$1 == "end_all" && $2 ~ /^[0-9]/ { print $NF }' "$world/end")
    stop_daemon
    sed -i 's/^interval = .*/interval = "1h"/' "$world/anchord.toml"
}

start_connected() {
    read -r _ daemon_pid < <(start_to_ready "$world/anchord.toml")
    for _ in $(seq 100); do
        if "$programs/anchorctl" --socket "$world/run/anchord.sock" status --json | grep -q '"connected": *true'; then
            sleep 2
            return
        fi
        sleep 0.1
    done
    echo "anchord.sh: the daemon did not connect" >&2
    exit 1
}

strip -o "$place/stripped" "$programs/anchord"
printf '%-44s %8d KB\n' "size, stripped" "$(($(stat -c %s "$place/stripped") / 1024))"

configure none
printf '%-44s %8s ms\n' "start to ready, software keys, median" "$(start_times | median)"
start_tpm
configure "swtpm:path=$place/tpm.sock"
printf '%-44s %8s ms\n' "start to ready, TPM, median" "$(start_times | median)"

enroll
for _ in $(seq "$runs"); do
    start_connected
    kilobytes "$daemon_pid" Rss >>"$place/rss"
    kilobytes "$daemon_pid" Pss >>"$place/pss"
    stop_daemon
done
coproc "$programs/bare_tpm" "swtpm:path=$place/tpm.sock"
read -r _ <&"${COPROC[0]}"
printf '%-44s %8d KB   bare: %d KB\n' "memory, resident, idle, connected, median" "$(median <"$place/rss")" "$(kilobytes "$COPROC_PID" Rss)"
printf '%-44s %8d KB   bare: %d KB\n' "memory, proportional, the same" "$(median <"$place/pss")" "$(kilobytes "$COPROC_PID" Pss)"
kill "$COPROC_PID"

start_connected
own=$(switches own)
paho=$(switches paho)
sleep "$watch"
printf '%-44s %8d /min   MQTT library: %d /min\n' "wake-ups between ticks, connected" \
    "$((($(switches own) - own) * 60 / watch))" "$((($(switches paho) - paho) * 60 / watch))"
stop_daemon
