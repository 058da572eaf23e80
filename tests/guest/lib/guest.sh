# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Functions for guest tests: results as KTAP subtests on descriptor 3, waits for
# conditions, loading the driver and its clients.
#
# Settings from the test's header, its configuration and run.sh: LANE FW SMP SMMU STRICT
# DRIVER MODULE_PARAMS SOAK SHARE SEED PATIENCE.
#
# Tests count work and do not measure time: a limit in seconds only ends a hang. It is
# generous, and multiplied by PATIENCE, which the host sets for a slow machine.

set -u
# shellcheck source=tests/guest/lib/channel.sh
. /smmux/channel.sh
SMMUX_COUNT=0
export SMMUX_DEBUG=/sys/kernel/debug/smmux

# some N: scales a number of random or repeated steps: a third in "make test" and on slow
# kernels, SOAK times as many in a soak.
some()
{
	local share=${SHARE:-1}

	case $LANE in
	debug | race | rt64k) share=3 ;;
	esac
	echo $((($1 * SOAK + share - 1) / share))
}

# whole: true except in "make test". Where several checks test the same with other inputs,
# "make test" makes only the first; "make test-all" makes all of them.
whole()
{
	[ "${SHARE:-1}" = 1 ]
}

# say LINE: sends it to the host, and to the kernel log, where it shows the order relative
# to kernel messages.
say()
{
	printf '%s\n' "$*" >&3
	printf 'test: %s\n' "$*" >/dev/kmsg
}

note()
{
	say "# $*"
}

pass()
{
	SMMUX_COUNT=$((SMMUX_COUNT + 1))
	say "ok $SMMUX_COUNT - $*"
}

fail()
{
	SMMUX_COUNT=$((SMMUX_COUNT + 1))
	say "not ok $SMMUX_COUNT - $*"
}

skip()
{
	SMMUX_COUNT=$((SMMUX_COUNT + 1))
	say "ok $SMMUX_COUNT - $1 # SKIP $2"
}

# skip_all REASON: the whole test cannot run in this configuration.
skip_all()
{
	say "1..0 # SKIP $*"
	trap - EXIT
	exit 0
}

# check NAME COMMAND...: one subtest; the command's output is shown if it fails.
check()
{
	local name=$1 output rc=0
	shift

	output=$("$@" 2>&1) || rc=$?
	if [ "$rc" = 0 ]; then
		pass "$name"
		return 0
	fi
	fail "$name"
	note "command: $* (exit code $rc)"
	while IFS= read -r line; do
		note "  $line"
	done < <(tail -n 12 <<<"$output")
	return 1
}

# check_job NAME PID: a background job of the test succeeds.
check_job()
{
	local rc=0

	wait "$2" || rc=$?
	check_equal "$1 (exit code of the job)" 0 "$rc"
}

check_equal()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		note "expected '$2', is '$3'"
	fi
}

# check_less NAME A B: A < B, as whole numbers.
check_less()
{
	if [ "$2" -lt "$3" ]; then
		pass "$1 ($2 < $3)"
	else
		fail "$1"
		note "$2 is not below $3"
	fi
}

# must NAME COMMAND...: as check, but ends the test on failure.
must()
{
	check "$@" || exit 0
}

# A command that runs at the end of the test, also after a failure.
AT_END=:

finish_plan()
{
	local rc=$?

	$AT_END
	if [ "$rc" = 0 ]; then
		say "1..$SMMUX_COUNT"
	else
		say "Bail out! the test script ended with $rc"
	fi
}
trap finish_plan EXIT

# patient SECONDS: scales a time limit for this machine.
patient()
{
	echo $(($1 * ${PATIENCE:-1}))
}

# wait_for SECONDS COMMAND...: waits until the command is true; false after the limit.
wait_for()
{
	local end=$((SECONDS + $1 * ${PATIENCE:-1}))
	shift

	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# value_of FILE NAME: the values of lines "NAME: value". Without a new process: on debug
# kernels that takes longer than most tested operations.
value_of()
{
	local line lines

	mapfile -t lines <"$1"
	for line in "${lines[@]}"; do
		[[ $line != "$2: "* ]] || printf '%s\n' "${line#*: }"
	done
}

# qmp JSON: the host sends it to QEMU; prints the answer. %out: the host's results directory.
qmp()
{
	local answer

	printf '@qmp %s\n' "$1" >&3
	read -r -t "$(patient 60)" answer <&3 || return 1
	echo "${answer#= }"
	[[ $answer != *'"error"'* ]]
}

# Enables KCSAN on the race kernel, which is off after boot, and limits its reports to
# functions of the driver.
watch_races()
{
	local kcsan=/sys/kernel/debug/kcsan name

	[ -e $kcsan ] || return 0
	while read -r name; do
		echo "!smmux:$name" >$kcsan || return 1
	done < <(sed -nE 's/^[0-9a-f]+ [tT] ([a-zA-Z]\w*)\s\[smmux\]$/\1/p' /proc/kallsyms)
	echo 500 >/sys/module/kcsan/parameters/skip_watch
	echo whitelist >$kcsan
	echo on >$kcsan
}

# load_driver [PARAMETER...]: smmux, or the kernel's built-in driver: a stock kernel already
# runs it, on the project's kernels it is a module.
load_driver()
{
	if [ "$DRIVER" != smmux ]; then
		modprobe arm-smmu-v3
		return
	fi
	# shellcheck disable=SC2086
	insmod /smmux/smmux.ko $MODULE_PARAMS "$@" && watch_races
}

unload_driver()
{
	case $DRIVER in
	smmux) rmmod smmux ;;
	*) ! grep -q '^arm_smmu_v3 ' /proc/modules || rmmod arm_smmu_v3 ;;
	esac
}

platform_driver()
{
	case $DRIVER in
	smmux) echo /sys/bus/platform/drivers/smmux ;;
	*) echo /sys/bus/platform/drivers/arm-smmu-v3 ;;
	esac
}

# bound_smmus: names of the platform devices that the tested driver drives.
bound_smmus()
{
	find "$(platform_driver)" -maxdepth 1 -type l ! -name module -exec basename {} \;
}

load_clients()
{
	local module

	for module in "$@"; do
		modprobe "$module" || return 1
	done
}

# Removes all PCI functions; fails if one stays.
remove_all_functions()
{
	local dir

	for dir in /sys/bus/pci/devices/*; do
		[ ! -e "$dir/remove" ] || echo 1 >"$dir/remove"
	done
	[ -z "$(ls /sys/bus/pci/devices)" ]
}

# pci_by_id VENDOR:DEVICE: the first PCI function with this id.
pci_by_id()
{
	local dir

	for dir in /sys/bus/pci/devices/*; do
		[ "$(cat "$dir/vendor"):$(cat "$dir/device")" = "0x${1%:*}:0x${1#*:}" ] || continue
		echo "${dir##*/}"
		return 0
	done
	return 1
}

# group_type BDF: DMA, DMA-FQ, identity...; nothing if it has no group.
group_type()
{
	cat "/sys/bus/pci/devices/$1/iommu_group/type" 2>/dev/null
}

# clients_in_groups: PCI functions that have a driver and a group.
clients_in_groups()
{
	local dir

	for dir in /sys/bus/pci/devices/*; do
		[ ! -e "$dir/driver" ] || [ ! -e "$dir/iommu_group" ] || echo "${dir##*/}"
	done
}

pci_of()
{
	basename "$(readlink -f "$1/device" | grep -oE '^.*/[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9]')"
}

# nvme_disk SERIAL: the block device of the controller with this serial number.
nvme_disk()
{
	local dir

	for dir in /sys/class/nvme/nvme*; do
		[ "$(tr -d ' ' <"$dir/serial" 2>/dev/null)" = "$1" ] || continue
		find "$dir/" -maxdepth 1 -name 'nvme*n1' -exec basename {} \; | head -n 1 | grep .
		return
	done
	return 1
}

# log_count REGEXP: lines of the kernel log that match.
log_count()
{
	dmesg | grep -v 'test: ' | grep -cE "$1"
}
