#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: an NVMe controller is unplugged and plugged again while another one works
# FULL: lane=backports fw=acpi
# FULL: lane=stable fw=dt
# ALSO: lane=backports fw=dt
# DEVICES: nvme blk net nvme2
# TIMEOUT: 240
# CMDLINE: pcie_port_pm=off
#
# 7.3 puts the empty slot's port into D3hot, and a plug must wake it by a PME. QEMU's port
# sends none, so the card would be found only at the next poll of the slot.

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

plug='{"execute":"device_add","arguments":{"driver":"nvme","id":"nvme2","serial":"smmux-nvme2","drive":"nvme2-disk","bus":"port1"}}'
unplug='{"execute":"device_del","arguments":{"id":"nvme2"}}'

gone()
{
	! nvme_disk smmux-nvme2
}

start_all
must "the second NVMe exists" wait_for 60 nvme_disk smmux-nvme2
disk_load_begin "$nvme" 1
for n in 1 2; do
	check "unplug $n" qmp "$unplug"
	check "unplug $n: the disk is gone" wait_for 60 gone
	# QEMU frees the name some time after the guest has removed the device.
	check "plug $n" wait_for 60 qmp "$plug"
	check "plug $n: the disk is back" wait_for 60 nvme_disk smmux-nvme2
	disk=$(nvme_disk smmux-nvme2)
	check "plug $n: in a DMA group" sh -c "grep -q ^DMA /sys/block/$disk/device/device/iommu_group/type"
	check "plug $n: data is correct" fio_verify "/dev/$disk" 8 1
done
load_end "the other NVMe worked all the time"
