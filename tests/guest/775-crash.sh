#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: smmux-crash finds in a dump of memory what debugfs says at that moment: commands that are stuck, recent ones, events, the stream table, sleep, an incident; and nothing once the SMMU is unbound
# MATRIX: lane=stable,backports
# DEVICES: ats edu testdev
# MODULE: enable_inject=1 ats=on allow_unbind=1
# QEMU: -m 512M
# DTB: -c @ /smmux-power
# DTB: -t s @ /smmux-power compatible smmux,test-power
# DTB: -t x @ /smmux-power #power-domain-cells 0
# DTB: -t x @ /smmux-power phandle 7777
# DTB: -t x @ /smmuv3@9050000 power-domains 7777
# AFTER: tests/tools/crash.sh
# TIMEOUT: 240
# EXPECT: smmux .*(event|lost its power)
# EXPECT: 0000:01:00.0: (does not answer|answers) ATC

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh

# What a dump has, too; of a line "name: value" only if it is of memory, and stays.
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

# dump NAME: all of memory, while the machine stands still.
dump()
{
	qmp "{\"execute\": \"dump-guest-memory\", \"arguments\": {\"paging\": false, \"protocol\": \"file:%out/$1.dump\"}}"
}

# Of a moment in which nothing went on.
dump_quietly()
{
	local n

	for n in 1 2 3 4 5; do
		files >/tmp/before && dump "$1" && files >/tmp/after || return
		cmp /tmp/before /tmp/after && return
	done
	return 1
}

find_device()
{
	smmu=$(bound_smmus)
	bdf=$(pci_by_id 1af4:1044) && sid=$(value_of "$SMMUX_DEBUG/masters/$bdf/info" sids) || return
	sid=${sid%% *}
	inject=$SMMUX_DEBUG/$smmu/inject/atc_timeout
}

# How many commands the driver does not know to be consumed.
stuck()
{
	[ "$(value_of "$SMMUX_DEBUG/$smmu/cmdq/state" used)" -gt 0 ]
}

must "a power domain" insmod /smmux/smmux_test_power.ko
must "an SMMU with ATS" insmod /smmux/smmux_test_ats.ko
must "driver loads" load_driver
must "the driver of the random number generator" modprobe virtio-rng
start_client
must "a device with ATS" find_device
find_device
remove_all_functions
check "unbind" sh -c "echo $smmu >$(platform_driver)/unbind"
check "a dump without an SMMU" dump none
check "bind" sh -c "echo $smmu >$(platform_driver)/bind"
echo 1 >/sys/bus/pci/rescan
must "it is back" wait_for 20 find_device
find_device
check "random numbers come" use_device
check "recent commands are kept" sh -c "echo on >/sys/bus/platform/devices/$smmu/smmux/recent"
one_timeout incident quarantined
check "a fault" client_run "$(client_dirs "$EDU")" "stray 0xdead0000"
check "commands of all CPUs" client_run "$(client_dirs "$TESTDEV")" "storm 4 1"
must "plant" insmod /smmux/smmux_test_plant.ko
check "the command queue is switched off, behind the driver's back" sh -c \
	"echo 'reg 0x20 8' >/sys/kernel/debug/smmux_test_plant/command"
timeout 3 dd if=/dev/hwrng of=/dev/null bs=64 count=4 2>/dev/null
check "commands are stuck" wait_for 10 stuck
check "a dump, and nothing else changes meanwhile" dump_quietly all
cat /tmp/before >&3
