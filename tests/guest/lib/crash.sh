# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For tests of smmux-crash: an SMMU with an eventful history, and its debugfs files.
# The test's header needs DEVICES ats edu testdev, MODULE enable_inject=1 ats=on, and the
# lines of power.sh.

# Files that a dump also has. Lines "name: value" that change with time are left out.
readonly FILES='caps cmdq/state cmdq/entries cmdq/recent evtq/state evtq/recent gerror strtab pm/state
	pm/history recovery/history'

files()
{
	local file line

	for file in $FILES; do
		while IFS= read -r line; do
			[[ $line =~ ^in_.*_ns: ]] || echo "# file $file|$line"
		done <"$SMMUX_DEBUG/$smmu/$file"
	done
}

find_device()
{
	smmu=$(bound_smmus)
	bdf=$(pci_by_id 1af4:1044) && sid=$(value_of "$SMMUX_DEBUG/masters/$bdf/info" sids) || return
	sid=${sid%% *}
	inject=$SMMUX_DEBUG/$smmu/inject/atc_timeout
}

# True if the queue has commands that are not consumed.
stuck()
{
	[ "$(value_of "$SMMUX_DEBUG/$smmu/cmdq/state" used)" -gt 0 ]
}

crash_start()
{
	must "a power domain" insmod /smmux/smmux_test_power.ko
	must "an SMMU with ATS" insmod /smmux/smmux_test_ats.ko
	must "driver loads" load_driver
	must "the driver of the random number generator" modprobe virtio-rng
	start_client
	must "a device with ATS" find_device
	find_device
}

# An incident, a fault, commands of all CPUs, and some that are not consumed.
crash_history()
{
	check "the device delivers random numbers" use_device
	check "the ring of recent commands is on" sh -c "echo on >/sys/bus/platform/devices/$smmu/smmux/recent"
	one_timeout incident quarantined
	check "a fault" client_run "$(client_dirs "$EDU")" "stray 0xdead0000"
	check "commands of all CPUs" client_run "$(client_dirs "$TESTDEV")" "storm 4 16"
	# With a device that may be slow the driver waits ten seconds for a SYNC, without it one.
	check "the device is removed" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
	must "plant" insmod /smmux/smmux_test_plant.ko
	check "the command queue is disabled without the driver" sh -c \
		"echo 'reg 0x20 8' >/sys/kernel/debug/smmux_test_plant/command"
	client_run "$(client_dirs "$TESTDEV")" "storm 1 1"
	check "commands are stuck" wait_for 60 stuck
}
