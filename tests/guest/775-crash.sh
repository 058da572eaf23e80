#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: smmux-crash finds in a memory dump what debugfs shows at that moment: stuck commands, recent commands, events, the stream table, power history, an incident; and nothing once the SMMU is unbound
# FULL: lane=backports smp=4
# FULL: lane=stable,backports smp=4
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
# EXPECT: smmux .*(event|power loss)
# EXPECT: 0000:01:00.0: (ATC invalidation not answered|removed, quarantine ended)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh
# shellcheck source=tests/guest/lib/crash.sh
. /smmux/crash.sh

# dump NAME [FORMAT]: dumps all memory while the virtual machine is stopped.
dump()
{
	qmp "{\"execute\": \"dump-guest-memory\", \"arguments\": {\"paging\": false, \"protocol\": \"file:%out/$1.dump\", \"format\": \"${2:-elf}\"}}"
}

# Dumps memory at a moment in which debugfs does not change.
dump_quietly()
{
	local n

	for n in 1 2 3 4 5; do
		files >/tmp/before && dump "$1" && dump qemu-flat kdump-zlib && dump qemu-raw kdump-raw-zlib && files >/tmp/after || return
		cmp /tmp/before /tmp/after && return
	done
	return 1
}

crash_start
remove_all_functions
check "unbind" sh -c "echo $smmu >$(platform_driver)/unbind"
check "a dump without an SMMU" dump none
check "bind" sh -c "echo $smmu >$(platform_driver)/bind"
echo 1 >/sys/bus/pci/rescan
must "the device is found again" wait_for 60 find_device
find_device
crash_history
check "a dump during which debugfs does not change" dump_quietly all
cat /tmp/before >&3
