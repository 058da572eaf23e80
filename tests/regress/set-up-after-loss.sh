# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# After a power loss between the set-up of the registers and the write of CR0, the driver
# enabled the SMMU with random register contents.

needs()
{
	echo 'smmu=cmdqs=3 client=0:1'
}

scenario()
{
	local nth

	# CR0 is written for the queues, and for translation.
	for nth in 1 2; do
		vsmmu_unbind 0
		vsmmu_inject 0 "unready $nth"
		vsmmu_bind 0 2>/dev/null
		check_equal "$nth: does not bind" "" "$(bound_smmus)"
		check "$nth: the log gives the reason" \
			dmesg_has "$(vsmmu_name 0): reset or power loss during setup"
		check_equal "$nth: off" 0 $(($(vsmmu_state 0 cr0)))
		check_equal "$nth: traffic aborts" $((1 << 20)) $(($(vsmmu_state 0 gbpa) & 1 << 20))
		dmesg -C
		check "$nth: binds again" vsmmu_bind 0
	done
	check_equal "after the last bind: no access is missed, none lands after unmap" "0 0" "$(race_again)"
}
