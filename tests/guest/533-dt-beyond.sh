#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a device tree gives a function a StreamID beyond the SMMU's range: it is refused and named in the log, the others work
# FULL: lane=stable
# ALSO: lane=backports,debug
# DEVICES: nvme testdev blk
# DTB: -t x @ /pcie@10000000 iommu-map 0 %smmu 0 10 10 %smmu 7f0010 8 18 %smmu 18 ffe8
# TIMEOUT: 180
# EXPECT: StreamID 0x7f0010
# EXPECT: smmux_test_client .*failed
# EXPECT: smmux .*(event|C_BAD_STREAMID|C_BAD_STE)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

must "driver loads" load_driver
must "client drivers load" load_clients nvme virtio_blk
must "disks exist" wait_for 60 disks_ready
nvme=/dev/$(nvme_disk smmux-nvme)
start_client
check "the log names device and StreamID" sh -c \
	"dmesg | grep -v test: | grep -q '0000:00:02.0.*StreamID 0x7f0010'"
check_equal "it is logged once" 1 "$(log_count 'StreamID 0x7f0010')"
check "the device has no group" test ! -e /sys/bus/pci/devices/0000:00:02.0/iommu_group
# Its driver may still bind and use physical addresses: these accesses must not land.
for dir in $(client_dirs "$TESTDEV"); do
	check "its accesses end" client_run "$dir" "race 3"
	check_equal "none lands" 0 "$(client_value "$dir" mapped_landed)"
done
check "NVMe works" fio_verify "$nvme" 3 1
check "virtio-blk works" fio_verify /dev/vda 3 1
