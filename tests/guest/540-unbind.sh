#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: with allow_unbind the SMMU itself can be unbound and bound again, without clients
# MATRIX: lane=backports
# FULL: lane=stable,backports
# ALSO: lane=debug
# DEVICES: nvme blk net
# MODULE: allow_unbind=1
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

start_all
smmu=$(bound_smmus)
check "NVMe" fio_verify "$nvme" 3 1
remove_all_functions
for round in 1 2 3 4 5; do
	check "round $round: unbind" sh -c "echo $smmu >$(platform_driver)/unbind"
	check "round $round: bind" sh -c "echo $smmu >$(platform_driver)/bind"
done
echo 1 >/sys/bus/pci/rescan
must "disks are back" wait_for 60 disks_ready
check "NVMe again" fio_verify "/dev/$(nvme_disk smmux-nvme)" 8 1
check "virtio-blk again" fio_verify /dev/vda 3 1
