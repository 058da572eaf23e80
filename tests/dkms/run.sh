#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Installation with DKMS, in the steps of a user: a Debian arm64 machine boots from its
# NVMe disk through UEFI and grub, installs smmux from a release archive, boots with its
# root file system behind smmux (ACPI, then DT), uses the fall-back entry of the boot menu,
# boots without smmux in its initramfs, and uninstalls smmux.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/verdict.sh
. "$SMMUX_TOP/tests/lib/verdict.sh"
# shellcheck source=tests/dkms/lib.sh
. "$SMMUX_TOP/tests/dkms/lib.sh"

usage()
{
	cat <<-EOT
	usage: ${0##*/} [-a ARCHIVE] [-p] LANE
	Prints KTAP, one line for each boot. Logs: build/results/dkms.LANE/PHASE/.
	On stable the guest's own compiler builds the module. On backports the guest gets a module
	from the cross compiler, because only the steps of DKMS are tested there.
	  -a ARCHIVE  use this release archive (default: made from the checkout)
	  -p          keep the disk, and start from the phase after the last passed one
	Exit code: 0 all boots passed, 1 one failed, 2 usage error.
	EOT
}

# Phases and their time limits in seconds: on stable an emulated processor compiles.
# Phases that test only the boot menu run on one of the kernels.
declare -rA PHASES=(
	[stable]='install:2600 boot:400 fallback:400 boot-dt:600 lost:600 uninstall:600 clean:400'
	[backports]='install:600 boot:400 boot-dt:600 uninstall:600 clean:400'
)

# Builds the module on the host for a guest that must not compile it; prints its path.
prebuilt()
{
	local version

	[ "$lane" != stable ] || return 0
	version=$(cat "$SMMUX_BUILD/kernels/$lane/version")
	logged "dkms-prebuilt-$lane" "$SMMUX_TOP/tests/rig/module.sh" "$version" driver ||
		die "the driver does not build for $version"
	echo "$SMMUX_MOD/$version/driver/smmux.ko"
}

run_phase()
{
	local phase=$1 timeout=$2 next=$3 dir=$results/$1 fw=acpi expected=()

	rm -rf "$dir"
	mkdir -p "$dir"
	pack_job "$dir/job" "$phase" "$lane" "$archive" NEXT="$next" "$module"
	[[ $phase != *-dt ]] || fw=dt
	boot_firmware "$dir" "$lane" "$results/disk.img" $((timeout * ${SMMUX_PATIENCE:-1})) "$fw" >"$dir/vm.log" 2>&1 || true
	rm -f "$dir/job"
	case $phase in
	# The module is loaded anyway; it binds nothing and logs that.
	fallback | lost) expected+=('smmux: the built-in driver .* is active, smmux binds nothing') ;;
	esac
	verdict "$dir" "${expected[@]}"
}

show_results()
{
	sed -nE 's/^((not )?ok [0-9]|#|1\.\.)/    &/p' "$results/$1/results" 2>/dev/null || true
}

run_phases()
{
	local number=0 failed='' phase phases timeout next result start

	read -ra phases <<<"${PHASES[$lane]}"
	echo "KTAP version 1"
	echo "1..${#phases[@]}"
	for phase in "${phases[@]}"; do
		timeout=${phase#*:} phase=${phase%:*} number=$((number + 1)) start=$SECONDS
		next=${phases[number]:-none}
		next=${next%:*}
		if [ -n "$failed" ]; then
			echo "not ok $number - dkms.$lane.$phase: an earlier boot failed"
			continue
		fi
		if [ -n "$resume" ] && [ -e "$results/$phase/passed" ]; then
			echo "ok $number - dkms.$lane.$phase # SKIP done before (-p)"
			continue
		fi
		result=$(run_phase "$phase" "$timeout" "$next")
		show_results "$phase"
		if [ "$result" = pass ]; then
			touch "$results/$phase/passed"
			echo "ok $number - dkms.$lane.$phase ($((SECONDS - start)) s)"
		else
			failed="$phase: ${result#fail }"
			echo "not ok $number - dkms.$lane.$phase ($((SECONDS - start)) s): ${result#fail }"
			echo "  # logs: ${results#"$SMMUX_TOP"/}/$phase"
		fi
	done
	[ -n "$failed" ] || return 0
	echo "# $failed"
	return 1
}

main()
{
	local option lock module

	archive='' resume=''
	while getopts :a:ph option; do
		case $option in
		a) archive=$OPTARG ;;
		p) resume=1 ;;
		h) usage && exit 0 ;;
		*) usage_error "unknown option or missing value: -$OPTARG" ;;
		esac
	done
	shift $((OPTIND - 1))
	case ${1:-} in
	stable | backports) lane=$1 ;;
	*) usage_error "no lane given: stable or backports" ;;
	esac
	need_root
	results=$SMMUX_BUILD/results/dkms.$lane
	mkdir -p "$SMMUX_BUILD/results"
	exec {lock}>"$SMMUX_BUILD/results/.dkms.$lane.lock"
	flock "$lock"
	"$SMMUX_TOP/tests/dkms/image.sh" "$lane"
	if [ -z "$archive" ]; then
		archive=$SMMUX_TOP/$("$SMMUX_TOP/tests/dkms/dist.sh" "build/dkms/$lane/smmux-$(cat "$SMMUX_TOP/VERSION").tar.gz")
	fi
	if [ -z "$resume" ] || [ ! -e "$results/disk.img" ]; then
		rm -rf "$results"
		mkdir -p "$results"
		cp --sparse=always "$SMMUX_BUILD/dkms/$lane/disk.img" "$results/disk.img"
	fi
	module=$(prebuilt)
	run_phases || exit 1
	rm -f "$results/disk.img"
}

main "$@"
