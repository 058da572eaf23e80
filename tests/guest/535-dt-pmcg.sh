#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: performance monitor counter groups in a device tree: those of this SMMU are listed, with the names of the kernel's PMU driver
# MATRIX: lane=backports
# ALSO: lane=stable,debug
# DTB: -c @ /pmu@9052000
# DTB: -t s @ /pmu@9052000 compatible arm,smmu-v3-pmcg
# DTB: -t x @ /pmu@9052000 reg 0 9052000 0 1000
# DTB: -t x @ /pmu@9052000 interrupts 0 64 1
# DTB: -c @ /pmu@9054000
# DTB: -t s @ /pmu@9054000 compatible arm,smmu-v3-pmcg
# DTB: -t s @ /pmu@9054000 status disabled
# DTB: -t x @ /pmu@9054000 reg 0 9054000 0 1000
# DTB: -c @ /pmu@9f02000
# DTB: -t s @ /pmu@9f02000 compatible arm,smmu-v3-pmcg
# DTB: -t x @ /pmu@9f02000 reg 0 9f02000 0 1000
# DTB: -c @ /smmuv3@9f80000
# DTB: -t s @ /smmuv3@9f80000 compatible arm,smmu-v3
# DTB: -t s @ /smmuv3@9f80000 status disabled
# DTB: -t x @ /smmuv3@9f80000 reg 0 9f80000 0 20000
# DTB: -c @ /pmu@9f82000
# DTB: -t s @ /pmu@9f82000 compatible arm,smmu-v3-pmcg
# DTB: -t x @ /pmu@9f82000 reg 0 9f82000 0 1000
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh

readonly FILE=$SMMUX_DEBUG/9050000.smmuv3/pmcg

# Keeps the kernel's driver from groups for which QEMU has no registers.
keep_off()
{
	echo none >"/sys/bus/platform/devices/$1.pmu/driver_override"
}

must "driver loads" load_driver
note "$(cat "$FILE")"
check_equal "columns" "address perf_pmu known_by" "$(sed -n 1p "$FILE" | tr -s ' ')"
check_equal "the groups of this SMMU, and no others" \
	"0x000009052000 smmuv3_pmcg_9052 registers 0x000009f02000 smmuv3_pmcg_9f02 nearest" \
	"$(sed 1d "$FILE" | sort | tr -s ' \n' ' ' | sed 's/ $//')"

must "the group without registers is not probed" keep_off 9f02000
must "nor is that of the other SMMU" keep_off 9f82000
if [ "$LANE" = debug ]; then
	note "this kernel has no PMU driver"
else
	must "the kernel's PMU driver loads" modprobe arm_smmuv3_pmu
	check "it uses the same name for the group" wait_for 60 \
		test -d "/sys/bus/event_source/devices/$(awk '$3 == "registers" { print $2 }' "$FILE")"
fi
