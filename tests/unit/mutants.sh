#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Applies the mutants of tests/mutants whose test is host-unit to the pure layer, and runs
# the suites of the plain build on each.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/mutants/lib.sh
. "$(dirname "$0")/../mutants/lib.sh"

readonly OUT=$SMMUX_BUILD/unit/mutants
readonly PATCHES=$SMMUX_TOP/tests/mutants

usage()
{
	cat <<EOF
usage: ${0##*/} [-h] [NAME...]
Runs the mutants of tests/mutants whose test is host-unit (all, or those named), and prints
for each the first case that detects it.
Exit code: 0 all mutants were caught, 1 some were not, 2 usage error.
EOF
}

# run_mutant DIR NAME: a mutant that does not build counts as not caught.
run_mutant()
{
	local dir=$1 name=$2 patch=$PATCHES/$2.patch rc=0 last

	rm -rf "$dir/source"
	mkdir -p "$dir/source"
	cp -r "$SMMUX_TOP/module" "$dir/source/"
	mutant_apply "$patch" "$dir/source" ||
		die "$patch does not apply: the driver has changed below it"
	SMMUX_UNIT=$dir "$SMMUX_TOP/tests/unit/run.sh" --source "$dir/source" --first --timeout 10 \
		>"$OUT/$name.log" 2>&1 || rc=$?
	last=$(tail -n 1 "$OUT/$name.log")
	if [ "$rc" = 1 ] && [[ $last == "fails: smmux_"* ]]; then
		printf '%-28s caught by %s\n' "$name" "${last#fails: }"
	else
		printf '%-28s NOT CAUGHT (exit code %s): %s\n' "$name" "$rc" "$last"
	fi | tee -a "$OUT/results"
}

# run_all NAME...: one worker per processor, each in a directory that keeps its objects.
run_all()
{
	local workers worker name number

	workers=$(nproc)
	for ((worker = 0; worker < workers; worker++)); do
		(
			number=0
			for name in "$@"; do
				[ $((number++ % workers)) != "$worker" ] || run_mutant "$OUT/$worker" "$name"
			done
		) &
	done
	wait
}

main()
{
	local name names=() missed

	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	-*) usage_error "unknown option '$1'" ;;
	esac
	need_root
	cd "$SMMUX_TOP"
	names=("$@")
	for name in "${names[@]}"; do
		[ -e "$PATCHES/$name.patch" ] || usage_error "no mutant '$name'"
	done
	if [ $# = 0 ]; then
		mapfile -t names < <(grep -l '^Test: host-unit$' "$PATCHES"/*.patch |
			sed 's,.*/,,; s,\.patch$,,')
	fi
	[ ${#names[@]} -gt 0 ] || die "no mutant has host-unit as its test"
	mkdir -p "$OUT"
	: >"$OUT/results"
	run_all "${names[@]}"
	# If a worker ended early, the lines of its remaining mutants are missing.
	missed=$((${#names[@]} - $(grep -c ' caught by ' "$OUT/results" || true)))
	echo "${#names[@]} mutants, $missed not caught"
	[ "$missed" = 0 ]
}

main "$@"; exit
