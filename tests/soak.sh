#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Repeats tests with a random or repeated part, many times as long as in a normal run, in
# rounds with new seeds.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [-n TIMES] [HOURS [PATTERN...]]
Runs rounds of tests until HOURS (default 1; 0: one round) are over; the last round is
finished. PATTERNs select tests as in tests/run.sh. Without any: the modelled SMMUs on debug
and race, I/O, storms and rebinds on stock kernels, then 100,000 suspend cycles on
debug and race, and 10,000 on each stock kernel.
  -n TIMES  each test is this many times as long (default 10)
Logs of a round with a failure: build/soak/ROUND/. The results contain the seeds;
SMMUX_SEED=n make test-one T=test repeats one.
Exit code: 0 no test failed, 1 some failed, 2 usage error.
EOF
}

readonly SOAK_TESTS=('81[1-6]*.debug' '81[1-6]*.race' '820*.debug' '831*.debug' '831*.race' '84*.debug' '84*.race' '84[12]*.backports' '730*.debug'
	'100-io-soak' '210-unmap' '300-rebind' '400-storm' 'host-model')

# run_part NAME TIMES PATTERN...
run_part()
{
	local part=$1 log=$SMMUX_BUILD/soak/$1.log factor=$2 rc=0
	shift 2

	SMMUX_SOAK=$factor "$SMMUX_TOP/tests/run.sh" "$@" >"$log" || rc=$?
	step "round $part: $(tail -n 1 "$log")"
	grep '^not ok' "$log" || true
	[ "$rc" != 0 ] || return 0
	bad=1
	rm -rf "$SMMUX_BUILD/soak/$part"
	mkdir -p "$SMMUX_BUILD/soak/$part"
	sed -n 's/^not ok [0-9]* - \([^ ]*\) .*/\1/p' "$log" | while read -r name; do
		cp -r "$SMMUX_BUILD/results/$name" "$SMMUX_BUILD/soak/$part/"
	done
}

run_round()
{
	local bad=0

	step "round $1"
	if [ ${#patterns[@]} -gt 0 ]; then
		run_part "$1" "$times" "${patterns[@]}"
	else
		run_part "$1" "$times" "${SOAK_TESTS[@]}"
		# Times 40 cycles, of which a tenth do not reach suspend; times 400.
		run_part "$1-cycles" 1500 '830*.debug' '830*.race'
		run_part "$1-bursts" 25 640-pm
	fi
	rounds=$((rounds + 1))
	failed=$((failed + bad))
}

main()
{
	local times=10 end rounds=0 failed=0 hours

	if [ "${1:-}" = -n ]; then
		times=${2:-}
		shift $(($# < 2 ? $# : 2))
	fi
	case ${1:-1} in
	-h | --help) usage && exit 0 ;;
	*[!0-9]*) usage_error "'$1' is not a number of hours" ;;
	esac
	[[ $times =~ ^[1-9][0-9]*$ ]] || usage_error "-n needs a number"
	hours=${1:-1}
	shift $(($# < 1 ? $# : 1))
	patterns=("$@")
	need_root
	mkdir -p "$SMMUX_BUILD/soak"
	end=$(($(date +%s) + hours * 3600))
	run_round 1
	while [ "$(date +%s)" -lt "$end" ]; do
		run_round $((rounds + 1))
	done
	echo "soak: $rounds rounds, $failed with failures"
	[ "$failed" = 0 ]
}

main "$@"
