#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Applies one mutant at a time to the driver, and runs the test that must detect it.
# A check that cannot fail is a defect; the table names the check that failed.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/mutants/lib.sh
. "$(dirname "$0")/lib.sh"
readonly HERE=$SMMUX_TOP/tests/mutants
readonly OUT=$SMMUX_BUILD/mutants
readonly PLACES=2		# at a time

usage()
{
	cat <<EOF
usage: ${0##*/} [-l | -s K/N | NAME...]
Runs the mutants of tests/mutants (all, or those named) and writes the table
build/mutants/TABLE.md. A mutant is a patch; two lines precede the diff:
  Test: patterns for tests/run.sh    What: the error in this driver
Mutants of the host suites (Test: host-unit) take seconds and run first.
  -s K/N  the K-th of N parts of the other mutants (1 to N), and all of the host suites
  -l      list the mutants
After SMMUX_DEADLINE=N seconds no mutant starts. With -s no kernel is built. The mutants
that did not run are listed.
Exit code: 0 all mutants were caught, 1 some were not, 2 usage error.
EOF
}

# break_driver PATCH DIR: a copy of the sources that the driver is built from, with the patch.
break_driver()
{
	rm -rf "$2"
	mkdir -p "$2"
	cp -r "$SMMUX_TOP"/{Kbuild,VERSION,module,debugfs} "$2/"
	mutant_apply "$1" "$2" || die "$1 does not apply: the driver has changed below it"
}

# The first subtest or kernel message that failed.
how_told()
{
	sed -nE 's/^not ok [0-9]+ - ([^ ]+) \([0-9]+ s\): (.*)/\1: \2/p' "$1" | head -n 1 |
		sed 's/\[ *[0-9.]*\] //; s/|/\\|/g' | cut -c1-150
}

# run_mutant NAME PLACE: in the directories of this place. What noticed it goes to NAME.told.
run_mutant()
{
	local patch=$HERE/$1.patch log=$OUT/$1.log place=$OUT/$2 tests only rc=0 told

	break_driver "$patch" "$place/source"
	read -ra tests <<<"$(mutant_says Test "$patch")"
	only=-g
	[[ ${tests[0]} != host-* ]] || only=-H
	# What was begun is finished: the deadline is for what comes next.
	env -u SMMUX_DEADLINE SMMUX_SOURCE="$place/source" SMMUX_MOD="$place/mod" \
		SMMUX_RESULTS="$place/results" \
		"$SMMUX_TOP/tests/run.sh" -1 -j 1 "$only" "${tests[@]}" >"$log" 2>&1 || rc=$?
	told=$(how_told "$log")
	if [ "$rc" = 1 ] && [ -n "$told" ]; then
		step "$1: caught by $told"
		echo "$told" >"$OUT/$1.told"
	else
		step "$1: NOT CAUGHT (exit code $rc), see ${log#"$SMMUX_TOP"/}"
	fi
}

# run_mutants NAME...: PLACES at a time. Those that were not begun in time are in left.
run_mutants()
{
	local -A place_of=()
	local todo=("$@") free=() name finished

	mapfile -t free < <(seq "$PLACES")
	while [ ${#todo[@]} -gt 0 ] || [ ${#place_of[@]} -gt 0 ]; do
		while [ ${#todo[@]} -gt 0 ] && [ ${#free[@]} -gt 0 ]; do
			name=${todo[0]}
			todo=("${todo[@]:1}")
			if out_of_time || ! has_kernels "$name"; then
				left+=" $name"
				continue
			fi
			rm -f "$OUT/$name.told"
			run_mutant "$name" "${free[0]}" &
			place_of[$!]=${free[0]}
			free=("${free[@]:1}")
			begun+=("$name")
		done
		[ ${#place_of[@]} -gt 0 ] || continue
		wait -n -p finished "${!place_of[@]}" || true
		[ -n "${finished:-}" ] || die "lost a mutant's test"
		free+=("${place_of[$finished]}")
		unset "place_of[$finished]"
	done
}

# The table's rows, and the sum.
table_of()
{
	local name

	for name in "$@"; do
		if [ -e "$OUT/$name.told" ]; then
			caught=$((caught + 1))
			echo "| $name | $(mutant_says What "$HERE/$name.patch") | $(cat "$OUT/$name.told") |"
		else
			missed+=" $name"
			echo "| $name | $(mutant_says What "$HERE/$name.patch") | **not caught** |"
		fi
	done >>"$OUT/TABLE.md"
}

# Those of the host's suites, all at a time.
run_host_mutants()
{
	local line name

	[ $# -gt 0 ] || return 0
	while read -r line; do
		name=${line%% *}
		# The last line is the total.
		[ -e "$HERE/$name.patch" ] || continue
		if [[ $line == *" caught by "* ]]; then
			caught=$((caught + 1))
			echo "| $name | $(mutant_says What "$HERE/$name.patch") | ${line##* caught by } |" >>"$OUT/TABLE.md"
		else
			missed+=" $name"
			step "$line"
			echo "| $name | $(mutant_says What "$HERE/$name.patch") | **not caught** |" >>"$OUT/TABLE.md"
		fi
	done < <("$SMMUX_TOP/tests/unit/mutants.sh" "$@" || true)
}

is_of_host()
{
	[ "$(mutant_says Test "$HERE/$1.patch")" = host-unit ]
}

# in_slice K/N NAME...: the K-th of N parts, every N-th name: neighbours by name concern the
# same room and the same test.
in_slice()
{
	local k=${1%/*} n=${1#*/}
	shift

	printf '%s\n' "$@" | awk -v k="$k" -v n="$n" '(NR - 1) % n == (k - 1) % n'
}

# Sets slow and host, the mutants to run, from the arguments.
choose()
{
	local name names=("$@") others=()

	[ $# -gt 0 ] || mapfile -t names < <(cd "$HERE" && printf '%s\n' *.patch | sed 's/\.patch$//')
	host=() slow=()
	for name in "${names[@]}"; do
		[ -e "$HERE/$name.patch" ] || usage_error "no mutant '$name'"
		if is_of_host "$name"; then
			host+=("$name")
		else
			others+=("$name")
		fi
	done
	[ ${#others[@]} -eq 0 ] || mapfile -t slow < <(in_slice "$slice" "${others[@]}")
}

# True if all kernels for this mutant's tests exist, or may be built.
has_kernels()
{
	local each tests

	[ "$slice" != 1/1 ] || return 0
	# shellcheck disable=SC2046
	tests=$("$SMMUX_TOP/tests/run.sh" -l $(mutant_says Test "$HERE/$1.patch"))
	for each in $TEST_KERNELS; do
		[[ $tests != *.$each-* ]] || [ -e "$SMMUX_BUILD/kernels/$each/version" ] || return 1
	done
}

main()
{
	local name caught=0 missed='' slice=1/1 host slow left='' begun=()

	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	-l) for name in "$HERE"/*.patch; do
			printf '%-20s %s\n' "$(basename "$name" .patch)" "$(mutant_says What "$name")"
		done && exit 0 ;;
	-s)
		[[ ${2:-} =~ ^[1-9][0-9]*/[1-9][0-9]*$ ]] || usage_error "-s needs K/N"
		slice=$2
		shift 2
		;;
	-*) usage_error "unknown option '$1'" ;;
	esac
	need_root
	choose "$@"
	"$SMMUX_TOP/tests/rig/setup.sh" stable backports
	mkdir -p "$OUT"
	printf '%s\n' '| mutant | error | caught by |' '| --- | --- | --- |' >"$OUT/TABLE.md"
	run_host_mutants "${host[@]}"
	run_mutants "${slow[@]}"
	table_of "${begun[@]}"
	cat "$OUT/TABLE.md"
	[ -z "$left" ] || echo "# left out for lack of time:$left"
	echo "$caught of $((${#host[@]} + ${#slow[@]} - $(wc -w <<<"$left"))) mutants caught${missed:+; not:$missed}"
	[ -z "$missed" ]
}

main "$@"; exit
