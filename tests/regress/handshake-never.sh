# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The wait for a handshake had a limit of tries, not of time: two minutes on slow registers.

needs()
{
	echo 'smmu=plain client=0:1'
}

scenario()
{
	local start

	# By the guest's clock, as the driver's limit: some seconds, not two minutes.
	vsmmu_unbind 0
	vsmmu_inject 0 "no_ack 1"
	start=$SECONDS
	if vsmmu_name 0 >"$(platform_driver)/bind" 2>/dev/null; then
		fail "an SMMU that acknowledges nothing does not bind"
	fi
	check_less "seconds until probe fails" $((SECONDS - start)) "$(patient 60)"
	vsmmu_inject 0 "no_ack 0"
	vsmmu_bind_again 0
	check_equal "after a bind: no access is missed, none lands after unmap" "0 0" "$(race_again)"
}
