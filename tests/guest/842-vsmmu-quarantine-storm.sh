#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: ATC invalidations that occasionally get no answer, in random programs and storms, with interrupts off, during resets, system sleep and unplug
# MATRIX: lane=backports smp=3 smmu=none
# FULL: lane=backports,debug,race smp=3 smmu=none
# DEVICES: ats2
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 300
# EXPECT: (smmux|arm-smmu-v3) [0-9a-f]+\.vsmmu: (event: )?0000:[0-9a-f:.]+: (F_|C_|[0-9]+ more events)
# EXPECT: smmux .*event queue overflow: events are lost
# EXPECT: smmux [0-9a-f]+\.vsmmu: 0000:[0-9a-f:.]+: (ATC invalidation not answered|ATC answers again|removed, quarantine ended)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh
# shellcheck source=tests/vsmmu/quarantine.sh
. /smmux/quarantine.sh

readonly RANDOM_IN=12

nothing_late()
{
	check_equal "$1: late, errors" "0 0" "$(client_got "$bdf" late) $(client_got "$bdf" errors)"
}

# One storm of many, with some tens of unmaps.
storm()
{
	client_do "$bdf" storm 3 20 || return
	client_got "$bdf" rounds >>/tmp/storms
	[ "$(client_got "$bdf" late) $(client_got "$bdf" errors)" = '0 0' ]
}

# storms_are N: N storms have ended, and the next one runs.
storms_are()
{
	wait_for 120 sh -c "[ -e /tmp/storms ] && [ \$(wc -l </tmp/storms) -ge $1 ]"
}

# An ATC_INV was not answered since the counter was BEFORE.
asked_since()
{
	[ "$(vsmmu_counter 0 atc_timeouts)" -gt "$1" ]
}

# ends NAME: once every ATC_INV is answered, the device recovers. If all three resets failed
# in the storm, the device is blocked, and this function resets it.
ends()
{
	vsmmu_inject 0 "atc_random 0"
	! in_state "$bdf" blocked || check "$1: it was blocked, and is reset" pci_reset "$bdf"
	check "$1: no device stays quarantined" wait_for 60 queue_is_empty || note "$(cat "$(rec_dir 0)/queue")"
	vsmmu_inject 0 "forgive $sid"
	client_do "$bdf" race 20
	check_equal "$1: missed, late, cut_off" "0 0 no" \
		"$(client_got "$bdf" missed) $(client_got "$bdf" late) $(ats_of "$bdf" cut_off)"
}

must "driver loads" load_driver
mapfile -t all < <(ats_devices)
# One function with two requester IDs.
check "the second function is removed" sh -c "echo 1 >/sys/bus/pci/devices/${all[1]}/remove"
bdf=${all[0]}
sid=$(sid_of "$bdf")
must "a PCI device is free" pci_reserve "$bdf"
must "a modelled SMMU with ATS, and devices with two StreamIDs" vsmmu_load smmu=pri+aborts+pd pci=0 alias=1
must "the device is bound to the model's driver" pci_bind "$bdf"
check_equal "the device has two StreamIDs" 2 "$(sed -n 's/^sids: *//p' "$SMMUX_DEBUG/masters/$bdf/info" | wc -w)"
vsmmu_inject 0 "atc_wait 300"
check "policy: quarantined devices are reset" set_policy 0 reset

# A timeout for either StreamID quarantines the whole device.
set_policy 0 quarantine
trace_on
for each in "$sid" "$(printf '0x%x' $((sid + 1)))"; do
	# No answer in the list, and none to the ATC_INV for the device alone.
	vsmmu_inject 0 "atc_timeout $each 2"
	client_do "$bdf" race 3
	nothing_late "two StreamIDs, $each"
	check "two StreamIDs, $each: quarantined" cut_off "$bdf"
	check "two StreamIDs, $each: EATS is off in both STEs" ste_has_no_ats "$bdf"
	check_equal "two StreamIDs, $each: three commands" 3 "$(traced quarantine enter=1 cmds)"
	check "two StreamIDs, $each: reset" pci_reset "$bdf"
	check "two StreamIDs, $each: healthy" wait_for 60 in_state "$bdf" healthy
done
vsmmu_inject 0 "forgive $sid"
vsmmu_inject 0 "forgive $((sid + 1))"
set_policy 0 reset

# Random programs.
seed=${SEED:-$((RANDOM * 1000))}
programs=$(some 18)
note "$programs programs from seed $seed on"
vsmmu_inject 0 "atc_random $RANDOM_IN"
check "all programs end without an error" client_do "$bdf" random "$seed" "$programs" 60
check_equal "every access ended as predicted, or was refused" "" "$(client_got "$bdf" wrong)"
check "there were timeouts" test "$(vsmmu_counter 0 atc_timeouts)" -ge 2
ends random

# Storms, with user resets in between.
vsmmu_inject 0 "atc_random $RANDOM_IN"
load_begin storm
for ((n = 0; n < $(some 4); n++)); do
	storms_are $((n + 1)) || break
	pci_reset "$bdf" 2>/dev/null
done
load_end "storms without late accesses and errors"
client_do "$bdf" attach "$(some 20)"
nothing_late attach
client_do "$bdf" join "$(some 20)"
nothing_late join
ends storm

# Interrupts off, on the CPU of the GERROR interrupt and on another.
irq=$(awk -F: '/arm-smmu-v3-gerror/ { print $1 + 0; exit }' /proc/interrupts)
check "the GERROR interrupt is known" test -n "$irq"
client_do "$bdf" irqs 0
for cpu in 0 1; do
	echo $cpu >"/proc/irq/$irq/smp_affinity_list"
	for n in {1..4}; do
		vsmmu_inject 0 "atc_timeout $sid 2"
		taskset 1 sh -c "echo race 3 >$(vsmmu_client "$bdf")/command"
		check_equal "interrupts off, to CPU $cpu, $n: no access lands after unmap" 0 "$(client_got "$bdf" late)"
		check "interrupts off, to CPU $cpu, $n: healthy" wait_for 60 in_state "$bdf" healthy
	done
done
client_do "$bdf" irqs 1
ends "interrupts off"

# System sleep while the SMMU waits for a device.
if [ -e /sys/power/pm_test ] && [ "$LANE" = backports ]; then
	set_policy 0 quarantine
	before=$(rec_count 0 quarantined)
	client_do "$bdf" map rw
	iova=$(client_got "$bdf" iova)
	client_do "$bdf" access "$iova" w
	check_equal "sleep: the ATC has the page" 1 "$(client_got "$bdf" "done")"
	vsmmu_inject 0 "atc_wait 2000000"
	vsmmu_inject 0 "atc_timeout $sid 2"
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
	echo platform >/sys/power/pm_test
	channel_away
	client_do "$bdf" drop
	check "sleep: the system suspends and resumes" sh -c 'echo mem >/sys/power/state'
	channel_back
	echo none >/sys/power/pm_test
	vsmmu_inject 0 "atc_wait 300"
	client_do "$bdf" access "$iova" w
	check_equal "sleep: the unmapped page is not reached" 0 "$(client_got "$bdf" "done")"
	check_equal "sleep: the device was quarantined" $((before + 1)) "$(rec_count 0 quarantined)"
	check_equal "sleep: the SMMU is on" on "$(vsmmu_pm 0 state)"
	check_equal "sleep: no state was lost" 0 "$(vsmmu_pm 0 lost)"
	pci_reset "$bdf"
	set_policy 0 reset
	ends sleep
fi

# Unplug while an ATC_INV waits for the device.
set_policy 0 quarantine
vsmmu_inject 0 "atc_wait 200000"
vsmmu_inject 0 "deaf $sid 2"
before=$(vsmmu_counter 0 atc_timeouts)
client_do "$bdf" race 5 &
job=$!
must "an ATC_INV waits for its answer" wait_for 60 asked_since "$before"
check "the device is removed meanwhile" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
wait $job
check_equal "its entry in the queue is removed" 0 "$(queued 0)"
vsmmu_inject 0 "deaf $sid 0"

# Unplug at random moments of quarantine and recovery.
set_policy 0 reset
vsmmu_inject 0 "atc_wait 300"
for ((n = 0; n < $(some 9); n++)); do
	echo 1 >/sys/bus/pci/rescan
	wait_for 60 pci_bind_new "$bdf" || echo "$n: not bound"
	vsmmu_inject 0 "atc_timeout $sid $((RANDOM % 3 + 1))"
	client_do "$bdf" race 2
	[ "$(client_got "$bdf" late)" = 0 ] || echo "$n: an access landed after unmap"
	sleep 0.$((RANDOM % 3))$((RANDOM % 10))
	echo 1 >"/sys/bus/pci/devices/$bdf/remove"
	[ "$(queued 0)" = 0 ] || echo "$n: still in the queue"
done >/tmp/unplugs 2>&1
check_equal "unplug at random moments: no errors" "" "$(head -n 5 /tmp/unplugs)"
note "$(tr '\n' ' ' <"$(rec_dir 0)/counters")"
note "$(head -n 30 "$(rec_dir 0)/history")"
vsmmu_content 0
vsmmu_pci_end
