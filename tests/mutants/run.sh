#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Breaks the driver, one way at a time, and runs the test that must notice.
# A check that cannot fail is a defect; this shows for each mutant which does.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/mutants/lib.sh
. "$(dirname "$0")/lib.sh"
readonly HERE=$SMMUX_TOP/tests/mutants
readonly OUT=$SMMUX_BUILD/mutants

usage()
{
	cat <<EOF
usage: ${0##*/} [-l] [NAME...]
Runs the mutants of tests/mutants (all, or those named) and writes the table
build/mutants/TABLE.md. A mutant is a patch; the lines above it say
  Test: the patterns for tests/run.sh    What: what is wrong with this driver
  -l  list them
Exit code: 0 each was caught, 1 one was not, 2 wrong use.
EOF
}

# A copy of the sources that the driver is built from, with the patch in it.
break_driver()
{
	rm -rf "$OUT/source"
	mkdir -p "$OUT/source"
	cp -r "$SMMUX_TOP"/{Kbuild,VERSION,module,debugfs} "$OUT/source/"
	in_tree patch --quiet --fuzz=0 --strip=1 --directory="$OUT/source" --input="$1" ||
		die "$1 does not apply: the driver has changed below it"
}

# What told: the first subtest or kernel message that failed.
how_told()
{
	sed -nE 's/^not ok [0-9]+ - ([^ ]+) \([0-9]+ s\): (.*)/\1: \2/p' "$1" | head -n 1 |
		sed 's/\[ *[0-9.]*\] //; s/|/\\|/g' | cut -c1-150
}

run_mutant()
{
	local patch=$HERE/$1.patch log=$OUT/$1.log tests rc=0 told

	[ -e "$patch" ] || usage_error "no mutant '$1'"
	break_driver "$patch"
	read -ra tests <<<"$(mutant_says Test "$patch")"
	SMMUX_SOURCE=$OUT/source SMMUX_MOD=$OUT/mod SMMUX_RESULTS=$OUT/results \
		"$SMMUX_TOP/tests/run.sh" -g "${tests[@]}" >"$log" 2>&1 || rc=$?
	told=$(how_told "$log")
	if [ "$rc" = 1 ] && [ -n "$told" ]; then
		caught=$((caught + 1))
		step "$1: caught by $told"
		echo "| $1 | $(mutant_says What "$patch") | $told |" >>"$OUT/TABLE.md"
	else
		missed+=" $1"
		step "$1: NOT CAUGHT (exit code $rc), see ${log#"$SMMUX_TOP"/}"
		echo "| $1 | $(mutant_says What "$patch") | **not caught** |" >>"$OUT/TABLE.md"
	fi
}

main()
{
	local name names=() caught=0 missed=''

	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	-l) for name in "$HERE"/*.patch; do
			printf '%-20s %s\n' "$(basename "$name" .patch)" "$(mutant_says What "$name")"
		done && exit 0 ;;
	-*) usage_error "unknown option '$1'" ;;
	esac
	need_root
	names=("$@")
	if [ $# = 0 ]; then
		mapfile -t names < <(cd "$HERE" && printf '%s\n' *.patch | sed 's/\.patch$//')
	fi
	"$SMMUX_TOP/tests/rig/setup.sh"
	mkdir -p "$OUT"
	printf '%s\n' '| mutant | what is wrong | caught by |' '| --- | --- | --- |' >"$OUT/TABLE.md"
	for name in "${names[@]}"; do
		run_mutant "$name"
	done
	cat "$OUT/TABLE.md"
	echo "$caught of ${#names[@]} mutants caught${missed:+; not:$missed}"
	[ -z "$missed" ]
}

main "$@"; exit
