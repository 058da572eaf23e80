#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every mutant of tests/mutants applies to the current driver, describes its error, and names
# tests that exist. "make mutants" shows whether the tests detect it.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/mutants/lib.sh
. "$(dirname "$0")/../mutants/lib.sh"
cd "$SMMUX_TOP"

failed=0
mapfile -t all_tests < <(tests/run.sh -l '*')

# test_exists PATTERN, as tests/run.sh takes it
test_exists()
{
	local name

	for name in "${all_tests[@]}"; do
		# shellcheck disable=SC2053
		[[ $name != *$1* ]] || return 0
	done
	return 1
}

wrong()
{
	echo "$1: $2"
	failed=1
}

count=0
for patch in tests/mutants/*.patch; do
	count=$((count + 1))
	mutant_apply "$SMMUX_TOP/$patch" "$SMMUX_TOP" --dry-run >/dev/null || wrong "$patch" "does not apply"
	[ -n "$(mutant_says What "$patch")" ] || wrong "$patch" "does not describe its error"
	read -ra tests <<<"$(mutant_says Test "$patch")"
	[ ${#tests[@]} -gt 0 ] || wrong "$patch" "names no test"
	for name in "${tests[@]}"; do
		test_exists "$name" || wrong "$patch" "there is no test '$name'"
	done
done
[ "$count" -ge 25 ] || wrong tests/mutants "only $count mutants"
[ "$failed" = 1 ] || echo "$count mutants apply"
exit "$failed"
