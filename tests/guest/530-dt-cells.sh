#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a device tree with wrong #iommu-cells: one clear message, nothing is bound, the machine works
# MATRIX: lane=backports
# FULL: lane=stable,backports
# ALSO: lane=debug
# DEVICES: nvme
# DTB: -t u @ /smmuv3@9050000 #iommu-cells 3
# TIMEOUT: 180
# EXPECT: smmux .*#iommu-cells
# EXPECT: smmux .*: probe with driver smmux failed
# EXPECT: arm-smmu-v3.*#iommu-cells

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

load_driver || note "insmod ended with $?"
check "the message names the property and its value" wait_for 60 sh -c \
	"dmesg | grep -v test: | grep 'smmux .*#iommu-cells.* 3'"
check_equal "it is logged once" 1 "$(log_count 'smmux .*#iommu-cells')"
check "no SMMU is bound" test -z "$(bound_smmus)"
# 6.12 lets the clients wait; 7.x ignores such a reference and uses no IOMMU.
load_clients nvme
if [ "$LANE" = stable ]; then
	# On a slow machine this detects less.
	sleep 2
	check "the client waits" sh -c '! ls /dev/nvme0n1 2>/dev/null'
else
	must "the client probes without an IOMMU" wait_for 60 nvme_disk smmux-nvme
	check "it works" fio_verify "/dev/$(nvme_disk smmux-nvme)" 8 1
fi
check "the module can be unloaded" rmmod smmux
