#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The runner's own test: it reports each kind of failure, and correct cases pass. A runner
# that misses failures would make all suites pass.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [-h]
Builds the runner of tests/unit with cases that pass and cases that fail, and checks its
report.
Exit code: 0 the report is correct, 1 it is not.
EOF
}

failed=0

wrong()
{
	echo "the runner: $*"
	failed=1
}

# run ARGUMENT...: sets rc and report.
run()
{
	rc=0
	report=$(in_tree "$out/self" "$@" 2>&1) || rc=$?
}

tells()
{
	grep -qE -- "$1" <<<"$report" || wrong "no line '$1'"
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
?*) usage_error "unknown argument '$1'" ;;
esac
cd "$SMMUX_TOP"
out=$SMMUX_BUILD/unit/plain
mkdir -p "$out"
logged unit-self in_tree make --silent -f tests/unit/Makefile OUT="$out" SOURCE="$SMMUX_TOP" self ||
	die "the runner does not build"

run --filter good_
[ "$rc" = 0 ] || wrong "a correct case does not pass: $report"
run --filter bad_
[ "$rc" = 1 ] || wrong "exit code $rc for failing cases"
tells '^1\.\.1$'
tells '^    1\.\.10$'
! grep -E '^    ok ' <<<"$report" || wrong "a wrong case passes"
[ "$(grep -c '^    not ok [0-9]* bad_' <<<"$report")" = 10 ] || wrong "the number of failed cases is not 10"
tells '^    # EXPECTATION FAILED at tests/unit/self\.c:[0-9]+$'
tells '^    #     1 \+ 1 == 3$'
tells '^    #     told as well$'
tells '^    #     left 2 \(0x2\), right 3 \(0x3\)$'
tells '^    #     right "\(null\)"$'
tells '^    # ASSERTION FAILED at '
tells '^    # memory is not given back: 1 pieces$'
tells '^    # memory behind a piece of 8 bytes was written$'
tells '^    # WARNING at tests/unit/self\.c:[0-9]+: true$'
tells '^        ok 2 param-1$'
tells '^        not ok 3 param-2$'
tells '^not ok 1 self$'
tells '^# 1 suites, 10 cases, 10 failed;'
run --filter bad_ --first
[ "$(grep -c '^    not ok' <<<"$report")" = 1 ] || wrong "--first does not end after the first failure"
run --filter last_crash
[ "$rc" = 1 ] || wrong "exit code $rc for a crash"
tells '^not ok - self\.last_crash$'
run --filter last_hang --timeout 1
[ "$rc" = 1 ] || wrong "exit code $rc for a case that hangs"
tells '^not ok - self\.last_hang$'
run --filter nothing
[ "$rc" = 2 ] || wrong "exit code $rc if no case matches"
[ "$failed" = 1 ] || echo "the runner reports all failures"
exit "$failed"
