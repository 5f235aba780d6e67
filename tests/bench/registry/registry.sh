#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# usage: registry.sh FOLDER     (the folder of the built programs)
# What a registry's process manages over real brokers, alone and as two that share the work; the median of three runs of each.
set -eu

programs=$1
devices=300
rounds=3

if ! command -v mosquitto >/dev/null && ! [ -x /usr/sbin/mosquitto ]; then
    echo "needs mosquitto"
    exit 0
fi
for processes in 1 2; do
    for _ in 1 2 3; do
        "$programs/registry_load" "$programs/anchor-registry" "$devices" "$rounds" "$processes"
    # What "init" tells its operator is left out; then by what was measured (13 columns) and its figure.
    done | grep 'devices/s' | sort -t '|' -k1.1,1.13 -k1.14,1.20n | awk -v processes="$processes" '
        { what = $1; seen[what]++; line[what, seen[what]] = $0 }
        END { for (what in seen) print (processes == 1 ? "one process   " : "two processes ") line[what, int((seen[what] + 1) / 2)] }'
done
