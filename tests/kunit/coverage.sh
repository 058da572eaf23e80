#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How much of the pure layer the KUnit suites go through: runs 800-kunit with
# counters compiled in, fetches them from the guest, and lets gcov say.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/verdict.sh
. "$(dirname "$0")/../lib/verdict.sh"
# shellcheck source=tests/lib/payload.sh
. "$(dirname "$0")/../lib/payload.sh"

readonly OUT=$SMMUX_BUILD/coverage
readonly LEAST=95	# per cent of branches, over all files
# The files, and where one is a header, the object whose use of it counts: the
# encoders are inline, and it is their suite that calls them all.
readonly MODULE=../../module
readonly PURE="$MODULE/cmd.c cmd_test.c:cmd.h $MODULE/ste.c $MODULE/cd.c $MODULE/entry.c
	$MODULE/invs.c $MODULE/evt.c $MODULE/caps.c $MODULE/walk.c $MODULE/walk_cfg.c"

usage()
{
	cat <<EOF
usage: ${0##*/} [-r]
Prints line and branch coverage of each file of the pure layer, and in total.
Annotated sources are left in build/coverage/annotated.
  -r  do not run the suites again, use the counters of the last run
Exit code: 0 the suites pass and $LEAST % of the branches are taken, 1 not so, 2 wrong use.
EOF
}

# Without UBSAN and the compile-time checks of macros such as FIELD_PREP(): both leave
# branches behind that are in no line of ours.
run_suites()
{
	local version result

	"$SMMUX_TOP/tests/rig/setup.sh"
	"$SMMUX_TOP/tests/rig/testkernel.sh" debug
	"$SMMUX_TOP/tests/rig/guest.sh" debug
	version=$(cat "$SMMUX_BUILD/kernels/debug/version")
	rm -rf "$OUT"
	mkdir -p "$OUT/run"
	export SMMUX_MOD=$OUT/mod
	step "building the suites with counters"
	logged coverage-build "$SMMUX_TOP/tests/rig/module.sh" "$version" kunit \
		UBSAN_SANITIZE=n KCFLAGS=-U__OPTIMIZE__ ||
		die "the suites do not build"
	payload_make "$OUT/run/payload" debug "$SMMUX_TOP/tests/guest/800-kunit.sh" \
		DRIVER=none COVERAGE=1
	step "running them"
	"$SMMUX_TOP/tests/rig/vm.sh" --out "$OUT/run" --payload "$OUT/run/payload" \
		--lane debug --smp 2 --timeout 900 >"$OUT/run/vm.log" 2>&1 || true
	result=$(verdict "$OUT/run")
	[ "$result" = pass ] ||
		die "the suites do not pass, so their coverage says nothing: $result"
	place_counters "$OUT/mod/$version/kunit"
	ln -sfn "$OUT/mod/$version/kunit/tests/kunit" "$OUT/annotated"
}

# place_counters DIR: each counter file beside the notes of its object.
place_counters()
{
	local word name bytes notes number=0

	while read -r word name bytes; do
		[ "$word" = gcda ] || continue
		notes=$(find "$1" -name "${name%.gcda}.gcno")
		[ -n "$notes" ] || die "counters of an unknown object: $name"
		printf %b "$bytes" >"${notes%.gcno}.gcda"
		number=$((number + 1))
	done <"$OUT/run/results"
	[ "$number" -gt 0 ] || die "the guest sent no counters"
}

# coverage_of OBJECT[:FILE]: "FILE LINES% OF BRANCHES% OF", from gcov's summary.
coverage_of()
{
	local object=${1%%:*} file=${1##*[:/]}

	(cd -P "$OUT/annotated" && in_tree aarch64-linux-gnu-gcov -b "${object%.c}.gcda" 2>>"$OUT/gcov.log") |
		awk -v file="$file" '
			/^File / { here = $0 ~ "/" file "\x27$" }
			here && /^Lines executed:/ { split($2, p, "[:%]"); lines = p[2]; of = $4 }
			here && /^No branches/ { taken = 100; branches = 0 }
			here && /^Branches executed:/ { branches = $4 }
			here && /^Taken at least once:/ { split($4, p, "[:%]"); taken = p[2] }
			END { if (of) print file, lines, of, taken, branches }'
}

report()
{
	local each line

	for each in $PURE; do
		line=$(coverage_of "$each")
		[ -n "$line" ] || die "gcov knows nothing of $each"
		echo "$line"
	done | awk -v least="$LEAST" '
		function show(name, l, n, b, m)
		{
			printf "%-8s %7.1f %6d %10.1f %6d\n", name, l, n, b, m
		}
		BEGIN { print "file      lines%     of  branches%     of" }
		{ show($1, $2, $3, $4, $5); n += $3; l += $2 * $3; m += $5; b += $4 * $5 }
		END {
			if (!m) exit 1
			show("total", l / n, n, b / m, m)
			if (b / m < least) { print "below " least " % of branches"; exit 1 }
		}'
}

main()
{
	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	-r) [ -e "$OUT/annotated" ] || die "no run to report on" ;;
	'') run_suites ;;
	*) usage_error "unknown argument '$1'" ;;
	esac
	report
}

main "$@"; exit
