# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Without power each unmap waited a full second for a SYNC that could not complete.

needs()
{
	echo 'smmu=s2only+cmdqs=3 client=0:1'
}

scenario()
{
	local waits

	waits=$(value_of "$SMMUX_DEBUG/$(vsmmu_name 0)/cmdq/counters" sync_timeouts)
	vsmmu_inject 0 power_loss
	client_do 0 race 40
	waits=$(($(value_of "$SMMUX_DEBUG/$(vsmmu_name 0)/cmdq/counters" sync_timeouts) - waits))
	check_less "of 40 unmaps without power, those that timed out" "$waits" 5
	vsmmu_bind_again 0
	check_equal "after a bind: no access is missed, none lands after unmap" "0 0" "$(race_again)"
}
