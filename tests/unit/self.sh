#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The runner's own test: each way in which a case can fail is told, and what is right
# passes. A runner that lets something through would make all suites pass.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [-h]
Builds the runner of tests/unit with cases that pass and cases that fail, and looks at its
report.
Exit code: 0 all is told as it should be, 1 not so.
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
	die "it does not build"

run --filter good_
[ "$rc" = 0 ] || wrong "what is right does not pass: $report"
run --filter bad_
[ "$rc" = 1 ] || wrong "exit code $rc where cases fail"
tells '^1\.\.1$'
tells '^    1\.\.10$'
! grep -E '^    ok ' <<<"$report" || wrong "what is wrong passes"
[ "$(grep -c '^    not ok [0-9]* bad_' <<<"$report")" = 10 ] || wrong "not 10 cases that fail"
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
[ "$(grep -c '^    not ok' <<<"$report")" = 1 ] || wrong "--first does not end with the first"
run --filter last_crash
[ "$rc" = 1 ] || wrong "exit code $rc of a crash"
tells '^not ok - self\.last_crash$'
run --filter last_hang --timeout 1
[ "$rc" = 1 ] || wrong "exit code $rc of a case without end"
tells '^not ok - self\.last_hang$'
run --filter nothing
[ "$rc" = 2 ] || wrong "exit code $rc where no case matches"
[ "$failed" = 1 ] || echo "the runner tells what fails"
exit "$failed"
