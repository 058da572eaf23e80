# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The driver replaced a TLBI that the SMMU rejected as illegal by a SYNC and did nothing more:
# the translation stayed in the TLB after the unmap.

needs()
{
	echo 'smmu=plain client=0:1'
}

scenario()
{
	local n

	for n in 1 2 3; do
		vsmmu_inject 0 "ill 1"
		check_equal "$n: mapped accesses land, unmapped ones do not" "0 0" "$(race_again)"
	done
}
