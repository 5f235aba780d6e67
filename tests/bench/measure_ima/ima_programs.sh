#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: ima_programs.sh FOLDER     (the folder of the built programs)
# Whole programs on the same list of 100,608 entries, the recorded one 32 times over, one after the other in each round: evmctl replays
# and compares with PCR 10; anchorctl does that, and with `log explain` looks each entry up and judges it too. Medians, start of
# the process and reading of the file included; memory for lists of 3,144 and of 100,608 entries.
set -eu

programs=$1
recorded=$(dirname "$0")/../../vectors/boot/debian12-ovmf-ima-sig.ima.bin
rounds=9
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
command -v evmctl >/dev/null || { echo "ima_programs.sh: evmctl is missing (ima-evm-utils)" >&2; exit 1; }

for _ in $(seq 32); do cat "$recorded"; done >"$place/list"
entries=100608
pcr=$("$programs/anchorctl" log replay "$place/list" | awk '$1 == "sha256" && /per-bank/ { print $3 }')
echo "sha256 10 $pcr" >"$place/pcrs"
for i in $(seq 0 23); do
    value=$(printf '0%.0s' $(seq 64))
    if [ "$i" -eq 10 ]; then value=$pcr; fi
    printf 'PCR-%02d: %s\n' "$i" "$value"
done >"$place/evmctl.pcrs"
"$programs/anchorctl" reference make --out "$place/golden" --ima "$recorded" >/dev/null 2>&1

# The list has two files that changed while they were measured; without --ignore-violations evmctl refuses it as a whole.
evmctl_run() { evmctl ima_measurement --ignore-violations --pcrs "sha256,$place/evmctl.pcrs" "$place/list" >/dev/null 2>&1; }
replay_run() { "$programs/anchorctl" log replay "$place/list" --pcrs "$place/pcrs" >/dev/null; }
# 3: those two files.
explain_run() {
    local code=0
    "$programs/anchorctl" log explain "$place/list" --against "$place/golden/reference.json" --pcrs "$place/pcrs" >/dev/null || code=$?
    [ "$code" -eq 3 ]
}

milliseconds() { # WHAT
    local start
    start=$(date +%s%N)
    "$1" || { echo "ima_programs.sh: $1 failed" >&2; exit 1; }
    echo $((($(date +%s%N) - start) / 1000)) | awk '{ printf "%.1f\n", $1 / 1000 }'
}
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for _ in $(seq "$rounds"); do
    for what in evmctl_run replay_run explain_run; do milliseconds "$what" >>"$place/$what"; done
done
base=$(median "$place/evmctl_run")
while read -r what words; do
    median "$place/$what" | awk -v n="$entries" -v base="$base" -v words="$words" \
        '{ printf "%-46s %8.1f ms %12.0f entries/s   %.2f of evmctl\n", words, $1, n * 1000 / $1, $1 / base }'
done <<END
evmctl_run evmctl ima_measurement
replay_run anchorctl log replay --pcrs
explain_run anchorctl log explain --against --pcrs
END

peak() { # LIST
    "$programs/anchorctl" log replay "$1" >/dev/null &
    local pid=$! peak=0 now
    while now=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) && [ -n "$now" ]; do peak=$now; done
    wait "$pid" || true
    echo "$peak"
}
printf 'peak memory: %s kB for 3,144 entries, %s kB for 100,608\n' "$(peak "$recorded")" "$(peak "$place/list")"
