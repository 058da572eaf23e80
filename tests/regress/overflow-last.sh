# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# An overflow of the event queue that was seen with the last record was acknowledged
# only with the next one: until then the SMMU told of no other.

needs()
{
	echo 'smmu=plain client=0:1'
}

settled()
{
	[ "$(vsmmu_state 0 eventq_prod)" = "$(vsmmu_state 0 eventq_cons)" ]
}

scenario()
{
	vsmmu_inject 0 overflow
	check "it is acknowledged when nothing follows" wait_for 60 settled
}
