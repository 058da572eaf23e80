#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: what the driver reports to the IOMMU core about a device, and the registers after probe, unload and shutdown, against hand-written values
# MATRIX: lane=stable smmu=2
# MATRIX: lane=backports
# ALSO: lane=stable,backports fw=acpi
# ALSO: lane=debug
# DEVICES: nvme blk testdev edu
# TIMEOUT: 120
# EXPECT: smmux .*event: 0000:

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/golden.sh
. /smmux/golden.sh

# QEMU's SMMU has IDR0.COHACC, no ATS, IDR1.SSIDSIZE 0, no HTTU. IDR5.OAS is 44 bits, which
# is also the input size of stage 2. Stage 1 takes 48 bits, because VAX is 0. The granule
# of the tables is the kernel's page size, 4 KiB.
s1='pgsizes 0x40201000 aperture 0x0-0xffffffffffff force 1'
s2='pgsizes 0x40201000 aperture 0x0-0xfffffffffff force 1'
any=$s1 pasid=$s1 parent=$s2
[ "$SMMU" != 2 ] || any=$s2 pasid='error -95'

purposes()
{
	echo "for_any: $any"
	[ "$LANE" != stable ] || return 0
	printf '%s\n' "for_pasid: $pasid" "for_nest_parent: $parent" "for_dirty_tracking: error -95"
}

expected()
{
	cat <<-EOF
	cap.CACHE_COHERENCY: 1
	cap.NOEXEC: 1
	cap.PRE_BOOT_PROTECTION: 0
	cap.ENFORCE_CACHE_COHERENCY: 0
	cap.DEFERRED_FLUSH: 1
	cap.DIRTY_TRACKING: 0
	cap.6: 0
	cap.7: 0
	cap.8: 0
	max_pasids: 0
	iommu_max_pasids: 0
	demanded_type: 0
	$MSI_WINDOW
	domain: $any
	$(purposes)
	EOF
}

# HiSilicon's PCIe trace device (19e5:a12e) is the only one that writes to physical
# addresses. 4 is IOMMU_DOMAIN_IDENTITY.
demanded()
{
	echo "type $nvme_bdf $1" >$SAYS/command && value_of $SAYS/result demanded_type
}

all_groups()
{
	local dir

	for dir in /sys/bus/pci/devices/*; do
		[ ! -e "$dir/iommu_group" ] || basename "$(readlink "$dir/iommu_group")"
	done
}

registers_off()
{
	programmed "$1" <<-EOF
	0020 4 ffffffff 0 CR0
	0024 4 ffffffff 0 CR0ACK
	0044 4 80100000 100000 GBPA: ABORT, no UPDATE
	0050 4 ffffffff 0 IRQ_CTRL
	0054 4 ffffffff 0 IRQ_CTRLACK
	EOF
}

# A state that firmware may leave: traffic bypasses the SMMU when it is off.
gbpa_bypasses()
{
	echo 'reg 0x44 0x80100000' >$PLANTED/command && reg_at 0x44 4 && [ $((REPLY & 0x80100000)) = 0 ]
}

must "says" insmod /smmux/smmux_test_says.ko
start_all
start_client
nvme_bdf=$(pci_of "/sys/block/${nvme#/dev/}")
must "the disk is a PCI device" test -e "/sys/bus/pci/devices/$nvme_bdf"
for bdf in $nvme_bdf $(basename "$(client_dirs "$EDU")"); do
	told "$bdf" "$bdf" < <(expected)
	check_equal "$bdf: reserved regions in sysfs" "0x0000000008000000 0x00000000080fffff msi" \
		"$(cat "/sys/bus/pci/devices/$bdf/iommu_group/reserved_regions")"
	check_equal "$bdf: default domain" DMA "$(group_type "$bdf")"
done
check_equal "no two devices share a group" "$(all_groups | sort)" "$(all_groups | sort -u)"
check_less "number of groups" 3 "$(all_groups | wc -l)"
check_equal "HiSilicon's trace device demands identity" 4 "$(demanded "0x19e5 0xa12e")"
check_equal "other devices of that vendor do not" 0 "$(demanded "0x19e5 0xa12f")"
check_equal "another vendor's device with that number does not" 0 "$(demanded "0x8086 0xa12e")"

device=$(bound_smmus)
check "the SMMU's own DMA masks are read" sh -c "echo masks $device >$SAYS/command"
check_equal "its tables and queues may be at any 44-bit address" "0xfffffffffff 0xfffffffffff" \
	"$(value_of $SAYS/result masks)"
must "plant" insmod /smmux/smmux_test_plant.ko smmu="$(value_of "$SMMUX_DEBUG/$device/caps" address)"
qemu_registers "after probe"
check_equal "interrupts have the names that tools know" "arm-smmu-v3-evtq arm-smmu-v3-gerror " \
	"$(grep -oE 'arm-smmu-v3-[a-z-]+' /proc/interrupts | sort | tr "\n" " ")"

check "clients are removed" remove_all_functions
check "GBPA is set to bypass" gbpa_bypasses
check "the driver unloads" unload_driver
registers_off "after unload"

check "GBPA is set to bypass" gbpa_bypasses
check "the driver loads again" load_driver
qemu_registers "after the second probe"
check "GBPA is set to bypass" gbpa_bypasses
check "the SMMU is shut down" sh -c "echo shutdown $device >$SAYS/command"
registers_off "after shutdown"
