# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The driver accepted an SMMU whose smallest page is larger than the kernel's, and the IOVA
# allocator reported a BUG.

needs()
{
	echo 'smmu=only64k client=0:1'
}

scenario()
{
	check "it is refused, and the log gives the reason" wait_for 60 dmesg_has \
		"$(vsmmu_name 0): refused: IDR5 .* offers no granule as small"
	check_equal "it is not bound" "" "$(bound_smmus)"
}
