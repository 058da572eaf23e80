#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The KUnit suites over the pure layer as a program of the host (tests/unit): under ASan and
# UBSan, and how much of the pure layer they go through.  SMMUX_SOAK=N makes it N times as
# long, SMMUX_SEED=N repeats one.

set -euo pipefail
cd "$(dirname "$0")/../.."

# run ARGUMENT...: what comes behind the report, or of the report what is not well.
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
