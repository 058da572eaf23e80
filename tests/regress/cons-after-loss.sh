# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# CMDQ_CONS of an SMMU that has lost its power is garbage. The driver used it, and an unmap
# returned as if its SYNC had completed.

needs()
{
	echo 'smmu=cmdqs=3 client=0:1'
}

scenario()
{
	local round late=0

	for round in 1 2 3 4; do
		vsmmu_inject 0 power_loss
		client_do 0 race 1
		late=$((late + $(client_got 0 late)))
		grep -qx 'dead: yes' "$SMMUX_DEBUG/$(vsmmu_name 0)/cmdq/state" || note "round $round: not detected"
		vsmmu_bind_again 0
	done
	check_equal "without power no access lands after unmap" 0 "$late"
	check_equal "after the last bind: no access is missed, none lands after unmap" "0 0" "$(race_again)"
}
