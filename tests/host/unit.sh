#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The KUnit suites of the pure layer as a host program (tests/unit): with ASan and UBSan, and
# with coverage.  SMMUX_SOAK=N makes it N times as long, SMMUX_SEED=N repeats a run.

set -euo pipefail
cd "$(dirname "$0")/../.."

# run ARGUMENT...: prints the lines after the report, or on failure the failed parts of it.
run()
{
	local output rc=0

	output=$(tests/unit/run.sh "$@" 2>&1) || rc=$?
	if [ "$rc" = 0 ]; then
		sed -n '/^# [0-9]* suites, /,$p' <<<"$output"
		return
	fi
	grep -vE '^ *(ok |KTAP |1\.\.|# Subtest)' <<<"$output" | tail -n 80
	exit 1
}

seed=${SMMUX_SEED:-$RANDOM}
echo "seed $seed"
tests/unit/self.sh
for ((i = 0; i < ${SMMUX_SOAK:-1}; i++)); do
	run --sanitize --seed "$((seed + i * 1000000))"
done
run --coverage
