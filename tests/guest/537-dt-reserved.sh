#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: memory that firmware reserved for a device: the device reaches it at its physical address, and no adjacent memory; no other device reaches it
# FULL: lane=backports
# ALSO: lane=stable,debug
# DEVICES: edu testdev
# DTB: -c @ /reserved-memory
# DTB: -t u @ /reserved-memory #address-cells 2
# DTB: -t u @ /reserved-memory #size-cells 2
# DTB: -t x @ /reserved-memory ranges
# DTB: -c @ /reserved-memory/edu@60000000
# DTB: -t x @ /reserved-memory/edu@60000000 reg 0 60000000 0 10000
# DTB: -t x @ /reserved-memory/edu@60000000 iommu-addresses 7700 2000000 0 60000000 0 10000
# DTB: -t x @ /reserved-memory/edu@60000000 phandle 7701
# DTB: -c @ /reserved-memory/rest@60010000
# DTB: -t x @ /reserved-memory/rest@60010000 reg 0 60010000 0 10000
# DTB: -c @ /pcie@10000000/edu@1
# DTB: -t x @ /pcie@10000000/edu@1 reg 800 0 0 0 0
# DTB: -t x @ /pcie@10000000/edu@1 phandle 7700
# DTB: -t x @ /pcie@10000000/edu@1 memory-region 7701
# TIMEOUT: 180
# EXPECT: (smmux|arm-smmu-v3) .*(event|F_TRANSLATION|client:|unpriv)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/golden.sh
. /smmux/golden.sh

# ste_of BDF: the first word of the STE of 00:NN.0, as the SMMU reads it: V is bit 0, Config
# bits 3:1, where 4 is bypass and 0 abort.
ste_of()
{
	echo "value $((16#${1:8:2} << 3)) 0" >$PLANTED/command && value_of $PLANTED/result value
}

# reaches DIR ADDRESS: 1 if the device does, 0 if not. The address must not be kernel memory.
reaches()
{
	client_run "$1" "reserved $2" || return
	client_value "$1" landed
}

must "driver loads" load_driver
start_client
edu=$(client_dirs "$EDU")
other=$(client_dirs "$TESTDEV")
group=/sys/bus/pci/devices/${edu##*/}/iommu_group
must "this is the device in the device tree" test -e "/sys/bus/pci/devices/${edu##*/}/of_node"
note "$(cat "$group/reserved_regions")"
check "the group has the region" grep -q '^0x0*60000000 0x0*6000ffff direct$' "$group/reserved_regions"
check_equal "the device reaches its start" 1 "$(reaches "$edu" 0x60000000)"
check_equal "the device reaches its end" 1 "$(reaches "$edu" 0x6000fffc)"
check_equal "the device does not reach the memory after it" 0 "$(reaches "$edu" 0x60010000)"
check_equal "another device does not reach it" 0 "$(reaches "$other" 0x60000000)"
check "the log has the fault" wait_for 60 sh -c "dmesg | grep -v test: | grep -q 'F_TRANSLATION'"

must "says" insmod /smmux/smmux_test_says.ko
must "plant" insmod /smmux/smmux_test_plant.ko
echo "device ${edu##*/}" >$SAYS/command
# Read, write, and cacheable, as this machine is coherent.
check_equal "the driver reports both regions completely" \
	"DIRECT 0x60000000 0x10000 prot 0x7 SW_MSI 0x8000000 0x100000 prot 0x1a " \
	"$(value_of $SAYS/result region | sort | tr "\n" " ")"
# After the device is removed, firmware's memory stays reachable; other devices abort.
for bdf in "${edu##*/}" "${other##*/}"; do
	echo 1 >"/sys/bus/pci/devices/$bdf/remove"
done
check_equal "the removed device of firmware's memory bypasses" 0x9 "$(ste_of "${edu##*/}")"
check_equal "another removed device aborts" 0x1 "$(ste_of "${other##*/}")"
