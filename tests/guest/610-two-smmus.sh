#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two SMMUs, each with its own clients; I/O at the same time, and a fault is logged for the right device
# MATRIX: lane=stable fw=acpi smmu=two
# ALSO: lane=backports fw=acpi smmu=two
# DEVICES: nvme blk net testdev nvme-far edu-far
# TIMEOUT: 180
# EXPECT: (smmux|arm-smmu-v3) .*(event|F_TRANSLATION|client:|unpriv)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

iommu_of()
{
	basename "$(readlink "/sys/bus/pci/devices/$1/iommu")"
}

# Loaded first: they wait for their SMMUs and probe when these are registered completely.
load_clients nvme virtio_blk virtio_net igb
start_all
start_client
check_equal "SMMUs bound" 2 "$(bound_smmus | wc -l)"
must "the far NVMe exists" wait_for 60 nvme_disk smmux-far
far=/dev/$(nvme_disk smmux-far)
near_dir=$(client_dirs "$TESTDEV")
far_dir=$(client_dirs "$EDU")
near_iommu=$(iommu_of "${near_dir##*/}")
far_iommu=$(iommu_of "${far_dir##*/}")
check "they have different SMMUs ($near_iommu, $far_iommu)" test "$near_iommu" != "$far_iommu"

disk_load_begin "$nvme" 2
disk_load_begin "$far" 2
# The far one first: its fault must be logged before the rate limit applies.
for dir in "$far_dir" "$near_dir"; do
	check "${dir##*/}: unmap race" client_run "$dir" "race 20"
	check_equal "${dir##*/}: mapped accesses land" 20 "$(client_value "$dir" mapped_landed)"
	check_equal "${dir##*/}: unmapped accesses do not" 0 "$(client_value "$dir" unmapped_landed)"
done
check "a fault of the far device is logged with its name" sh -c \
	"dmesg | grep -v test: | grep -E 'F_TRANSLATION|event' | grep -q '${far_dir##*/}'"
load_end "NVMe behind both SMMUs"
