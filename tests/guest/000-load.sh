#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the driver binds the SMMU, and every client gets a translated group
# MATRIX: lane=stable fw=dt
# MATRIX: lane=backports fw=acpi
# FULL: lane=stable,backports fw=dt,acpi
# FULL: lane=debug
# FULL: lane=backports fw=dt smp=1
# DEVICES: nvme blk net edu testdev
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh

in_dma_group()
{
	[[ $(group_type "$1") == DMA* ]]
}

must "driver loads" load_driver
must "an SMMU is bound" wait_for 60 sh -c "[ -n \"\$(ls -d $(platform_driver)/*[0-9]* 2>/dev/null)\" ]"
check "the IOMMU is registered under its address" sh -c 'ls /sys/class/iommu | grep -x "smmu3.0x[0-9a-f]*"'
must "client drivers load" load_clients nvme virtio_blk virtio_net igb
check "NVMe disk appears" wait_for 60 nvme_disk smmux-nvme
check "virtio disk appears" wait_for 60 test -b /dev/vda

# 6.12 makes a function's group when a driver binds, so the test devices get a driver.
must "test client loads" insmod /smmux/smmux_test_client.ko
count=0
for dir in /sys/bus/pci/devices/*; do
	bdf=${dir##*/}
	[ "$(cat "$dir/class")" != 0x060000 ] || continue
	check "$bdf ($(cat "$dir/vendor"):$(cat "$dir/device")) is in a DMA group" in_dma_group "$bdf"
	count=$((count + 1))
done
check_equal "all functions were seen" 6 "$count"
note "groups: $(find /sys/kernel/iommu_groups -mindepth 1 -maxdepth 1 | wc -l)"
