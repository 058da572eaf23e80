#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a device tree gives two functions one StreamID: they share a group, the wrong one cannot do DMA, the others work
# MATRIX: lane=backports
# ALSO: lane=stable,debug
# DEVICES: nvme testdev blk
# DTB: -t x @ /pcie@10000000 iommu-map 0 %smmu 0 10 10 %smmu 8 8 18 %smmu 18 ffe8
# TIMEOUT: 180
# EXPECT: smmux .*(event|C_BAD_STREAMID|C_BAD_STE)
# EXPECT: StreamID 0x8.* (shared|shares)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# nvme is 00:01.0 with StreamID 8; the map assigns 8 to the test device, too, whose
# accesses have 0x10.
group_of()
{
	basename "$(readlink "/sys/bus/pci/devices/$1/iommu_group")"
}

must "driver loads" load_driver
must "client drivers load" load_clients nvme virtio_blk
must "disks exist" wait_for 60 disks_ready
nvme=/dev/$(nvme_disk smmux-nvme)
start_client
dir=$(client_dirs "$TESTDEV")
check_equal "both are in one group" "$(group_of 0000:00:01.0)" "$(group_of "${dir##*/}")"
check "NVMe works" fio_verify "$nvme" 3 1
check "virtio-blk works" fio_verify /dev/vda 3 1
check "the test device's accesses end" client_run "$dir" "race 3"
check_equal "none lands" 0 "$(client_value "$dir" mapped_landed)"
check "the log names the shared StreamID" sh -c \
	"dmesg | grep -v test: | grep -E 'StreamID 0x8.* (shared|shares)'"
check "NVMe still works" fio_verify "$nvme" 3 1
check "the wrong one is removed" sh -c "echo 1 >/sys/bus/pci/devices/${dir##*/}/remove"
check "NVMe works afterwards" fio_verify "$nvme" 3 1
