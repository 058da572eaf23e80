#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Measures the cost of a strict DMA map and unmap, for smmux and the built-in driver on the
# same kernel: instructions, commands and register accesses, which the emulator counts
# exactly, and throughput by threads in alternating rounds. Also measures a resume by smmux.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/verdict.sh
. "$(dirname "$0")/../lib/verdict.sh"
# shellcheck source=tests/lib/payload.sh
. "$(dirname "$0")/../lib/payload.sh"

# See tests/guest/lib/power.sh.
readonly POWER_DOMAIN=(
	--dtb-edit "-c @ /smmux-power"
	--dtb-edit "-t s @ /smmux-power compatible smmux,test-power"
	--dtb-edit "-t x @ /smmux-power #power-domain-cells 0"
	--dtb-edit "-t x @ /smmux-power phandle 7777"
	--dtb-edit "-t x @ /smmuv3@9050000 power-domains 7777"
)
readonly KNOBS='stats=off latency=on recent=on'
readonly OUT=$SMMUX_BUILD/bench
readonly BENCH=$SMMUX_TOP/tests/bench

usage()
{
	cat <<EOF
usage: ${0##*/} [option...]
Prints the table, and writes it to build/bench/RESULTS.md.
  -k LANE    only this kernel lane: stable or backports (default: both)
  -r N       rounds of the throughput measurement (default 5; 0: none)
  -w         also write the table to tests/bench/RESULTS.md
  -p         profile instead: the instructions of a pair, as call trees in
             build/bench/LANE/profile.DRIVER.BYTES
Exit code: 0 smmux keeps its limits (tests/bench/README.md), 1 it exceeds a limit or
a machine failed, 2 usage error.
EOF
}

parse()
{
	local option

	lanes="stable backports" rounds=5 write='' profile=''
	while getopts :k:r:wph option; do
		case $option in
		k) lanes=$OPTARG ;;
		r) rounds=$OPTARG ;;
		w) write=1 ;;
		p) profile=1 ;;
		h) usage && exit 0 ;;
		*) usage_error "unknown option or missing value: -$OPTARG" ;;
		esac
	done
	[ $((OPTIND - 1)) = $# ] || usage_error "unexpected argument"
	[[ $lanes =~ ^(stable|backports|stable backports)$ ]] || usage_error "unknown lane '$lanes'"
	[[ $rounds =~ ^[0-9]+$ ]] || usage_error "'$rounds' is not a number"
}

# machine NAME LANE DRIVER MODE [SETTING...] [-- vm.sh argument...]: runs a machine with
# $devices, and with the driver of build_bare() if $bare is set.
machine()
{
	local name=$1 dir=$OUT/$2/$1.$3 lane=$2 driver=$3 mode=$4 version settings=() result
	shift 4

	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		settings+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	rm -rf "$dir"
	mkdir -p "$dir"
	version=$(cat "$SMMUX_BUILD/kernels/$lane/version")
	payload_make "$dir/payload" "$lane" "$BENCH/guest.sh" FW=dt SMMU=machine STRICT=1 \
		DRIVER="$driver" MODULE_PARAMS= MODE="$mode" OUT="$dir" "${settings[@]}"
	cp "$SMMUX_BUILD/mod/$version/bench/smmux_bench.ko" "$SMMUX_BUILD/prog/reread" "$dir/payload/smmux"
	[ -z "${bare:-}" ] || in_tree aarch64-linux-gnu-strip -g -o "$dir/payload/smmux/smmux.ko" \
		"$SMMUX_BUILD/mod/$version/bare/smmux.ko"
	# A high priority, so that other load of the host takes less CPU time.
	nice -n -15 "$SMMUX_TOP/tests/rig/vm.sh" --out "$dir" --payload "$dir/payload" --lane "$lane" \
		--driver "$driver" --devices "${devices:-testdev}" --append "iommu.strict=1 nokaslr" --timeout 300 \
		"$@" >"$dir/vm.log" 2>&1 || true
	rm -rf "$dir/payload"
	result=$(verdict "$dir")
	echo "$result" >"$dir/verdict"
	[ "$result" != pass ] || return 0
	step "$name of $driver on $lane: $result (logs in ${dir#"$SMMUX_TOP"/})"
	return 1
}

# If the host takes a CPU away for a second, either driver times out. Such a round is
# repeated, and the report says so.
load_machine()
{
	local try

	for try in 1 2 3; do
		machine "load$3" "$1" "$2" load SIZES=4096 THREADS="1 2 4 8" SLICES=12 MS=150 \
			-- --smp 4 && return 0
		repeats+=("$1, $2, round $3: $(cut -d' ' -f2- "$OUT/$1/load$3.$2/verdict")")
		[ "$try" = 3 ] || step "again"
	done
	die "$2 on $1: no undisturbed round in three"
}

# Builds the driver without counters and histograms, to measure their cost.
build_bare()
{
	local version

	version=$(cat "$SMMUX_BUILD/kernels/$1/version")
	SMMUX_COPY=$SMMUX_BUILD/mod/$version/bare logged "bare-$1" "$SMMUX_TOP/tests/rig/module.sh" \
		"$version" driver KCFLAGS=-DSMMUX_WITHOUT_STATS || die "no driver without statistics"
}

measure()
{
	local lane=$1 driver round

	for driver in builtin smmux; do
		step "$lane, $driver: counting"
		machine count "$lane" "$driver" count SIZES="4096 65536 2097152" \
			ROUNDS=300 TRACED=1000 KNOBS="$([ "$driver" = builtin ] || echo "$KNOBS")" \
			-- --icount || die "nothing counted"
	done
	step "$lane, smmux without statistics: counting"
	bare=1 machine bare "$lane" smmux count SIZES=4096 ROUNDS=300 TRACED=1000 -- --icount ||
		die "nothing counted without statistics"
	step "$lane, smmux: resume"
	machine sleep "$lane" smmux sleep MAPPINGS="0 20000" -- --icount "${POWER_DOMAIN[@]}" ||
		die "no resume was measured"
	step "$lane, smmux: counting with ATS"
	devices=ats machine ats "$lane" smmux count SIZES=4096 ROUNDS=300 TRACED=1000 ATS=1 \
		MODULE_PARAMS="ats=on" -- --icount || die "nothing counted with ATS"
	[ "$rounds" = 0 ] || {
		step "$lane, smmux: throughput with a reader"
		machine readers "$lane" smmux readers SLICES=12 MS=300 -- --smp 4 ||
			die "no throughput with a reader was measured"
	}
	# Adjacent rounds are compared.
	for round in $(seq "$rounds"); do
		for driver in builtin smmux; do
			step "$lane, $driver: throughput, round $round of $rounds"
			load_machine "$lane" "$driver" "$round"
		done
	done
}

profile()
{
	local lane=$1 driver bytes dir

	for driver in builtin smmux; do
		step "$lane, $driver: following each instruction"
		machine profile "$lane" "$driver" profile SIZES="4096 65536" -- --icount ||
			die "no profile"
		dir=$OUT/$lane/profile.$driver
		for bytes in 4096 65536; do
			in_tree python3 "$BENCH/profile.py" --symbols "$dir/results" \
				"$dir/exec.$bytes" >"$dir.$bytes"
			rm -f "$dir/exec.$bytes"
			echo "$lane, $driver, $bytes bytes: $(head -n 1 "$dir.$bytes")"
		done
	done
}

report()
{
	local rc=0 revision qemu

	# The last change of the driver, not of the rest of the project.
	revision=$(git -C "$SMMUX_TOP" log -1 --format=%h -- module Kbuild 2>/dev/null || true)
	git -C "$SMMUX_TOP" diff --quiet HEAD -- module Kbuild 2>/dev/null || revision+=", changed"
	qemu=$(in_tree qemu-system-aarch64 --version | sed -n '1s/.*version \([^ ]*\).*/\1/p')
	# shellcheck disable=SC2086
	in_tree python3 "$BENCH/report.py" --bench "$OUT" --kernels "$SMMUX_BUILD/kernels" \
		--rounds "$rounds" --about "smmux $(cat "$SMMUX_TOP/VERSION") (${revision:-no revision}), QEMU $qemu" \
		--command "tests/bench/run.sh${arguments:+ $arguments}" \
		"${repeats[@]/#/--repeat=}" $lanes \
		>"$OUT/RESULTS.md" || rc=$?
	[ "$rc" -le 1 ] || die "no report"
	[ -z "$write" ] || cp "$OUT/RESULTS.md" "$BENCH/RESULTS.md"
	cat "$OUT/RESULTS.md"
	return "$rc"
}

main()
{
	local lane arguments="$*" repeats=()

	parse "$@"
	need_root
	"$SMMUX_TOP/tests/rig/setup.sh"
	"$SMMUX_TOP/tests/rig/program.sh" reread
	for lane in $lanes; do
		payload_modules "$lane" driver client bench
		build_bare "$lane"
		if [ -n "$profile" ]; then
			profile "$lane"
		else
			measure "$lane"
		fi
	done
	[ -n "$profile" ] || report
}

main "$@"
