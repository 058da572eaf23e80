# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For tests that run in the guest: results as KTAP subtests on descriptor 3,
# waiting on conditions, loading the driver and its clients.
#
# Settings from the test's header, its configuration and run.sh: LANE FW SMP SMMU STRICT
# DRIVER MODULE_PARAMS SOAK SHARE SEED PATIENCE.
#
# Work is counted, never timed: a limit in seconds is there to end what hangs, is generous,
# and is multiplied by PATIENCE, which the host sets where the machine is slow.

set -u
# shellcheck source=tests/guest/lib/channel.sh
. /smmux/channel.sh
SMMUX_COUNT=0
export SMMUX_DEBUG=/sys/kernel/debug/smmux

# some N: as many of what is random or repeated: a third in "make test", and where each takes
# three times as long, more where somebody asked for more.
some()
{
	local share=${SHARE:-1}

	case $LANE in
	debug | race | rt64k) share=3 ;;
	esac
	echo $((($1 * SOAK + share - 1) / share))
}

# whole: true except in "make test", which makes the first of checks that repeat what a test
# has shown with another input. make test-all makes all of them.
whole()
{
	[ "${SHARE:-1}" = 1 ]
}

# say LINE: to the host, and to the console log so that it stands among the
# kernel's messages of that moment.
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

# check NAME COMMAND...: one subtest; what the command prints is shown if it fails.
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

# check_job NAME PID: a background job of the test ends well.
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

# must NAME COMMAND...: as check, but without it the rest makes no sense.
must()
{
	check "$@" || exit 0
}

# What is to be told at the end, however the test ends.
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

# patient SECONDS: as many as that is on this machine.
patient()
{
	echo $(($1 * ${PATIENCE:-1}))
}

# wait_for SECONDS COMMAND...: until the command is true; after that long it hangs.
wait_for()
{
	local end=$((SECONDS + $1 * ${PATIENCE:-1}))
	shift

	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# value_of FILE NAME: what lines "NAME: value" have. Without a process of its own: on a
# kernel that checks everything, making one takes longer than most of what is tested.
value_of()
{
	local line lines

	mapfile -t lines <"$1"
	for line in "${lines[@]}"; do
		[[ $line != "$2: "* ]] || printf '%s\n' "${line#*: }"
	done
}

# qmp JSON: has the host talk to QEMU; prints the answer. %out: where the host keeps results.
qmp()
{
	local answer

	printf '@qmp %s\n' "$1" >&3
	read -r -t "$(patient 60)" answer <&3 || return 1
	echo "${answer#= }"
	[[ $answer != *'"error"'* ]]
}

# The kernel for data races looks for none until it is told to, and what it has of its
# own does not count: a report is one about functions of the driver.
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

# load_driver [PARAMETER...]: smmux, or the kernel's own: on a stock kernel that runs
# already, on the project's it is a module.
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

# bound_smmus: names of the platform devices that our driver drives.
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

# Fails if one stays.
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

# group_type BDF: DMA, DMA-FQ, identity...; nothing if it is in no group.
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
