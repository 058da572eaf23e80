#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every mutant of tests/mutants still applies to the driver as it is, says what is
# wrong with it, and names tests that exist. Whether they notice: make mutants.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

failed=0
all_tests=$(for lane in stable backports debug; do tests/run.sh -l -k "$lane"; done)

wrong()
{
	echo "$1: $2"
	failed=1
}

count=0
for patch in tests/mutants/*.patch; do
	count=$((count + 1))
	in_tree patch --dry-run --quiet --force --fuzz=0 --strip=1 --directory="$SMMUX_TOP" \
		--input="$SMMUX_TOP/$patch" >/dev/null || wrong "$patch" "does not apply"
	grep -q '^What: .' "$patch" || wrong "$patch" "does not say what is wrong"
	tests=$(sed -n 's/^Test: //p' "$patch")
	[ -n "$tests" ] || wrong "$patch" "names no test"
	for name in $tests; do
		grep -qF -- "$name" <<<"$all_tests" || wrong "$patch" "there is no test '$name'"
	done
done
[ "$count" -ge 25 ] || wrong tests/mutants "only $count mutants"
[ "$failed" = 1 ] || echo "$count mutants apply"
exit "$failed"
