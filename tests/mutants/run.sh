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
readonly PLACES=2		# at a time

usage()
{
	cat <<EOF
usage: ${0##*/} [-l | -s K/N | NAME...]
Runs the mutants of tests/mutants (all, or those named) and writes the table
build/mutants/TABLE.md. A mutant is a patch; the lines above it say
  Test: the patterns for tests/run.sh    What: what is wrong with this driver
Those of the host's suites (Test: host-unit) cost next to nothing and run first.
  -s K/N  the K-th of N parts of the others (1 to N), and all of the host's suites
  -l      list them
After SMMUX_DEADLINE=N seconds no mutant is begun, and with -s no kernel is built for one;
those left out are named.
Exit code: 0 each was caught, 1 one was not, 2 wrong use.
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

# What told: the first subtest or kernel message that failed.
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
		# The last line is a sum.
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

# in_slice K/N NAME...: the K-th of N parts. Neighbours by name are about the same room and
# the same test, so every N-th is taken.
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

# Is there a kernel for all tests of this mutant, or may one be built?
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
		[[ ${2:-} =~ ^[1-9][0-9]*/[1-9][0-9]*$ ]] || usage_error "-s wants K/N"
		slice=$2
		shift 2
		;;
	-*) usage_error "unknown option '$1'" ;;
	esac
	need_root
	choose "$@"
	"$SMMUX_TOP/tests/rig/setup.sh" stable backports
	mkdir -p "$OUT"
	printf '%s\n' '| mutant | what is wrong | caught by |' '| --- | --- | --- |' >"$OUT/TABLE.md"
	run_host_mutants "${host[@]}"
	run_mutants "${slow[@]}"
	table_of "${begun[@]}"
	cat "$OUT/TABLE.md"
	[ -z "$left" ] || echo "# left out for lack of time:$left"
	echo "$caught of $((${#host[@]} + ${#slow[@]} - $(wc -w <<<"$left"))) mutants caught${missed:+; not:$missed}"
	[ -z "$missed" ]
}

main "$@"; exit
