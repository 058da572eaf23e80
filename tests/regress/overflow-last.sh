# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# An overflow of the event queue that came with the last record was acknowledged only with
# the next record: until then the SMMU reported no further overflow.

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
	check "an overflow is acknowledged without a further event" wait_for 60 settled
}
