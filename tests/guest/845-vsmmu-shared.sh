#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two PCI functions share a StreamID: they have one group, and I/O of one goes on while the other is unbound, removed or found again; the core knows that both have ATS
# MATRIX: lane=backports smp=3 smmu=none
# ALSO: lane=debug,race smp=3 smmu=none
# DEVICES: ats2
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 120
# EXPECT: (smmux|arm-smmu-v3) [0-9a-f]+\.vsmmu: (event: )?0000:[0-9a-f:.]+: (F_|C_|[0-9]+ more events)
# EXPECT: StreamID 0x101: shared with 0000:01:00
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh
# shellcheck source=tests/vsmmu/quarantine.sh
. /smmux/quarantine.sh
# shellcheck source=tests/guest/lib/golden.sh
. /smmux/golden.sh

keep_racing()
{
	local rounds=0 missed=0 late=0

	while [ ! -e /tmp/stop ]; do
		client_do "$1" race 10 || return
		missed=$((missed + $(client_got "$1" missed)))
		late=$((late + $(client_got "$1" late)))
		rounds=$((rounds + 1))
		echo "$rounds $missed $late" >/tmp/raced
	done
}

raced()
{
	local rounds _

	read -r rounds _ </tmp/raced
	[ "$rounds" -ge "$1" ]
}

# goes_on DEVICE NAME COMMAND...: its accesses land before, during and after the command.
goes_on()
{
	local rounds missed late job bdf=$1 name=$2
	shift 2

	rm -f /tmp/stop
	echo 0 0 0 >/tmp/raced
	keep_racing "$bdf" &
	job=$!
	wait_for 20 raced 2
	check "$name" "$@"
	read -r rounds _ </tmp/raced
	check "$name: $bdf is at work after" wait_for 20 raced $((rounds + 3))
	touch /tmp/stop
	check_job "$name: $bdf" $job
	read -r rounds missed late </tmp/raced
	check_equal "$name: $bdf: missed, late" "0 0" "$missed $late"
}

unbind()
{
	echo "$1" >/sys/bus/pci/drivers/vsmmu-pci/unbind
}

pci_remove()
{
	echo 1 >"/sys/bus/pci/devices/$1/remove"
}

comes_back()
{
	echo 1 >/sys/bus/pci/rescan && pci_bind_new "$1"
}

group_of()
{
	basename "$(readlink "/sys/bus/pci/devices/$1/iommu_group")"
}

# ats_control BDF: the control register of its ATS capability (number 15). Bit 15 enables
# ATS; the unit is 4 KiB shifted by the five low bits.
ats_control()
{
	local config=/sys/bus/pci/devices/$1/config at=256 header

	while [ "$at" -gt 0 ]; do
		header=$(od -An -tu4 -j$at -N4 "$config")
		if [ $((header & 0xffff)) = 15 ]; then
			od -An -tx2 -j$((at + 6)) -N2 "$config" | tr -d ' '
			return
		fi
		at=$((header >> 20))
	done
}

# ste_of SID: the first word of the STE, as the SMMU would read it; cap_ats DEVICE: whether
# the core knows that the device has ATS.
ste_of()
{
	echo "value $1 0" >$PLANTED/command && value_of $PLANTED/result value
}

cap_ats()
{
	echo "device $1" >$SAYS/command && value_of $SAYS/result cap.6
}

must "driver loads" load_driver
must "says" insmod /smmux/smmux_test_says.ko
mapfile -t all < <(ats_devices)
first=${all[0]}
second=${all[1]}
for each in "${all[@]}"; do
	pci_reserve "$each"
done
# The first function also has the requester ID of the second.
must "a modelled SMMU with ATS" vsmmu_load smmu=pri+aborts+pd pci=0 alias=1
must "plant" insmod /smmux/smmux_test_plant.ko smmu=0x7f000000
for each in "${all[@]}"; do
	check "$each is bound" pci_bind "$each"
	check_equal "$each: the core knows that it has ATS" 1 "$(cap_ats "$each")"
	check_equal "$each: ATS is on, its unit is 4 KiB" 8000 "$(ats_control "$each")"
done
check_equal "they are in one group" "$(group_of "$first")" "$(group_of "$second")"
check_equal "no other device is in that group" 2 "$(find "/sys/bus/pci/devices/$first/iommu_group/devices/" -type l | wc -l)"

goes_on "$first" "the second is unbound" unbind "$second"
goes_on "$first" "the second is bound again" pci_bind "$second"
goes_on "$second" "the first is unbound" unbind "$first"
goes_on "$second" "the first is bound again" pci_bind "$first"

# CFGI_CD_ALL for each StreamID of the removed device: its CD table is freed.
before=$(vsmmu_counter 0 CFGI_CD_ALL)
goes_on "$first" "the second is removed" pci_remove "$second"
check_equal "its CDs are invalidated for one StreamID" 1 "$(($(vsmmu_counter 0 CFGI_CD_ALL) - before))"
goes_on "$first" "the second is found again" comes_back "$second"
check_equal "it is in the same group" "$(group_of "$first")" "$(group_of "$second")"
before=$(vsmmu_counter 0 CFGI_CD_ALL)
goes_on "$second" "the first is removed" pci_remove "$first"
check_equal "its CDs are invalidated for two StreamIDs" 2 "$(($(vsmmu_counter 0 CFGI_CD_ALL) - before))"
check_equal "its own StreamID aborts" 0x1 "$(ste_of 0x100)"
# Keeps the SMMU on, so that its registers can be read without devices.
control=/sys/bus/platform/devices/$(vsmmu_name 0)/power/control
echo on >"$control"
check "the second is removed" pci_remove "$second"
check_equal "the other StreamID aborts as well" 0x1 "$(ste_of 0x101)"
rmmod smmux_test_plant
vsmmu_pm_delay 0 0
echo auto >"$control"
check "without devices the SMMU is suspended" wait_for 20 vsmmu_pm_is 0 suspended
vsmmu_content 0
vsmmu_pci_end
