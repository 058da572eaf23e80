#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The KUnit suites of tests/kunit as a host program: no kernel, no VM, a second.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/guest/lib/suites.sh
. "$(dirname "$0")/../guest/lib/suites.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [--coverage | --sanitize] [--source DIR] [--filter NAME] [--seed N] [--first]
	[--timeout SECONDS]
Builds the suites with the driver's pure layer, runs them, prints KTAP.
  --coverage  also print line and branch coverage for each file of the pure layer; annotated
              sources are in build/unit/coverage/annotated
  --sanitize  with AddressSanitizer and UndefinedBehaviorSanitizer
  --source    the driver's module/ is in DIR (default: SMMUX_SOURCE, or this checkout)
  --filter    only cases whose SUITE.CASE contains NAME
  --seed      first seed of the random tests; a failure names the seed to repeat it
  --first     end after the first failed case
  --timeout   for one case (default: 120)
Environment: SMMUX_UNIT: build directory (default: build/unit).
Exit code: 0 all suites ran and passed, 1 some failed (the last line names the cases), 2 usage
error, 3 build error.
EOF
}

readonly LEAST=95	# per cent of branches, over all files
# Suites and the headers with code whose coverage they determine: they call all of it.
readonly HEADERS="cmd_test:pure/cmd.h evt_test:pure/evt.h"

parse()
{
	mode=plain source=${SMMUX_SOURCE:-$SMMUX_TOP} filter='' options=()
	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) usage && exit 0 ;;
		--coverage | --sanitize) mode=${1#--} ;;
		--first) options+=("$1") ;;
		--source | --filter | --seed | --timeout)
			[ $# -ge 2 ] || usage_error "$1 needs a value"
			case $1 in
			--source) source=$2 ;;
			--filter) filter=$2 options+=("$1" "$2") ;;
			*) options+=("$1" "$2") ;;
			esac
			shift
			;;
		*) usage_error "unknown argument '$1'" ;;
		esac
		shift
	done
	[ -d "$source/module" ] || usage_error "no $source/module"
}

# Copies the driver's sources by content, so that only changed files are rebuilt, whichever
# copy of the driver they come from.
copy_driver()
{
	local file

	mkdir -p "$out/src"
	(cd "$source" && find module -name '*.[ch]') | while read -r file; do
		cmp -s "$source/$file" "$out/src/$file" && continue
		mkdir -p "$(dirname "$out/src/$file")"
		cp "$source/$file" "$out/src/$file"
	done
	(cd "$out/src" && find . -type f) | while read -r file; do
		[ -e "$source/$file" ] || rm "$out/src/$file"
	done
}

build()
{
	copy_driver
	in_tree make --silent -j"$(nproc)" -f tests/unit/Makefile OUT="$out/$mode" \
		SOURCE="$out/src" MODE="$mode" >"$out/$mode.log" 2>&1 && return
	tail -n 25 "$out/$mode.log"
	echo "the suites do not build"
	exit 3
}

# "SUITE.CASE" of each failed case in the report on standard input
failed_cases()
{
	awk '/^    # Subtest: / { suite = $3 }
		/^    not ok [0-9]+ / { print suite "." $4 }
		/^not ok - / { print $4 }'
}

run_suites()
{
	local rc=0 failed missing

	in_tree "$out/$mode/unit" "${options[@]}" 2>&1 | tee "$out/$mode.report" || rc=$?
	[ "$rc" != 2 ] || exit 2
	if [ "$rc" != 0 ]; then
		failed=$(failed_cases <"$out/$mode.report" | tr '\n' ' ')
		echo "fails: ${failed:-no case, but the program ended with an error}"
		exit 1
	fi
	[ -z "$filter" ] || return 0
	missing=$(diff <(printf '%s\n' "${KUNIT_SUITES[@]}") \
		<(sed -n 's/^ok [0-9]* //p' "$out/$mode.report") || true)
	[ -z "$missing" ] || { echo "$missing" && echo "the suites differ from suites.sh" && exit 1; }
}

# coverage_of DATA FILE: "FILE LINES% OF BRANCHES% OF", from gcov's summary.
coverage_of()
{
	in_tree gcov --branch-probabilities "$1" 2>&1 | awk -v file="$2" '
		/^File / { here = $0 ~ "/" file "\x27$" }
		/^$/ { here = 0 }
		here && /^Lines executed:/ { split($2, p, "[:%]"); lines = p[2]; of = $4 }
		here && /^No branches/ { taken = 100; branches = 0 }
		here && /^Branches executed:/ { branches = $4 }
		here && /^Taken at least once:/ { split($4, p, "[:%]"); taken = p[2] }
		END { if (of) print file, lines, of, taken, branches }'
}

# report_coverage FILE...: each of the pure layer; fails below LEAST.
report_coverage()
{
	local each data

	mkdir -p "$out/coverage/annotated"
	cd "$out/coverage/annotated"
	for each in "$@"; do
		data=$(find "$out/coverage" -name "${each%:*}.gcda")
		[ -n "$data" ] || die "no counters of $each"
		[[ $each == *:* ]] || each=$each:$each.c
		each=$(coverage_of "$data" "${each#*:}")
		[ -n "$each" ] || die "gcov has no results for $data"
		echo "$each"
	done | awk -v least="$LEAST" '
		function show(name, l, n, b, m)
		{
			printf "%-12s %7.1f %6d %10.1f %6d\n", name, l, n, b, m
		}
		BEGIN { print "file          lines%     of  branches%     of" }
		{ show($1, $2, $3, $4, $5); n += $3; l += $2 * $3; m += $5; b += $4 * $5 }
		END {
			if (!m) exit 1
			show("total", l / n, n, b / m, m)
			if (b / m < least) { print "below " least " % of branches"; exit 1 }
		}'
}

main()
{
	local out=${SMMUX_UNIT:-$SMMUX_BUILD/unit} lock pure

	parse "$@"
	source=$(realpath "$source")
	cd "$SMMUX_TOP"
	mkdir -p "$out"
	exec {lock}>"$out/.lock"
	flock "$lock"
	build
	# Remove the counters of earlier runs, or they would add up.
	find "$out/$mode" -name '*.gcda' -delete
	run_suites
	[ "$mode" = coverage ] || return 0
	read -ra pure < <(sed -n 's/^pure := //p' tests/kunit/Kbuild)
	# shellcheck disable=SC2086
	report_coverage "${pure[@]}" $HEADERS
}

main "$@"; exit
