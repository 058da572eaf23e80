#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a PCI device that does not answer ATC invalidations is cut off before its memory has a new owner, and comes back when it was reset and answers
# MATRIX: lane=backports smp=3 smmu=none
# ALSO: lane=debug,race,rt64k smp=3 smmu=none
# DEVICES: ats
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 240
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: )?0000:[0-9a-f:.]+: (F_|C_|[0-9]+ more events)
# EXPECT: smmux [0-9a-f]+\.vsmmu: (CMD_SYNC at |quarantine: no confirmation)
# EXPECT: smmux [0-9a-f]+\.vsmmu: 0000:[0-9a-f:.]+: (ATC invalidation not answered|ATC answers again|removed, quarantine ended)
# EXPECT: smmux .*event queue overflow: events are lost
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh
# shellcheck source=tests/vsmmu/quarantine.sh
. /smmux/quarantine.sh

must "driver loads" load_driver
bdf=$(pci_by_id 1af4:1044)
sid=$(sid_of "$bdf")
must "a PCI device is free" pci_reserve "$bdf"
must "a modelled SMMU with ATS" vsmmu_load smmu=pri+aborts+pd pci=0
must "the device is ours" pci_bind "$bdf"
client_do "$bdf" race 20
check_equal "all is well" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
check_equal "it is healthy" "healthy no" "$(ats_of "$bdf" state) $(ats_of "$bdf" cut_off)"

# One ATC_INV that is not answered, of an unmap. The device would reach what it holds.
trace_on
one_incident "unmap" race 1
note "cut off within $(ats_of "$bdf" last_cut_ns) ns of the report"
check_equal "two commands cut it off" 2 "$(traced quarantine enter=1 cmds)"
check_equal "nobody was asked again" 0 "$(rec_count 0 asked_again)"
check_equal "one line in the log" 1 "$(log_lines "$bdf: ATC invalidation not answered")"
check_equal "queue" "$bdf quarantined quarantine" "$(awk 'NR == 2 { print $1, $3, $4 }' "$(rec_dir 0)/queue")"
before=$(vsmmu_counter 0 ATC_INV)
client_do "$bdf" race 20
check_equal "it is not asked any more, and reaches nothing" "0 0" \
	"$(($(vsmmu_counter 0 ATC_INV) - before)) $(client_got "$bdf" late)"
check_equal "it works without ATS meanwhile" 0 "$(client_got "$bdf" missed)"

# Its driver goes and comes: no reset, so that changes nothing.
echo "$bdf" >/sys/bus/pci/drivers/vsmmu-pci/unbind
check "bound again" pci_bind "$bdf"
client_do "$bdf" attach 3
check_equal "still cut off" "quarantined yes" "$(ats_of "$bdf" state) $(ats_of "$bdf" cut_off)"
check_equal "and reaches nothing" 0 "$(client_got "$bdf" late)"
check "EATS is off" ste_has_no_ats "$bdf"
reset_ends_it "unmap"
check_equal "one line more in the log" 1 "$(log_lines "$bdf: ATC answers again")"
check_equal "its driver was told" 1 "$(client_do "$bdf" resets && client_got "$bdf" resets)"
before=$(vsmmu_counter 0 translated)
client_do "$bdf" race 20
check_equal "ATS works as before" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
check "it is used" test "$(vsmmu_counter 0 translated)" -gt $((before + 20))

# In all other places where an ATC is emptied.
one_incident "attach" attach 1
reset_ends_it "attach"
one_incident_unbinding
reset_ends_it "unbind"
for n in 1 2 3 4 5 6; do
	vsmmu_inject 0 "atc_timeout $sid 1 $n"
	client_do "$bdf" join 3
	check_equal "join, timeout $n: nothing late" 0 "$(client_got "$bdf" late)"
	cut_off "$bdf" && reset_ends_it "join, timeout $n"
done

# A late answer to who waits: the hardware takes longer than we wait for all else.
vsmmu_inject 0 "atc_wait 2500000"
one_incident "late" race 1
vsmmu_inject 0 "atc_wait 0"
reset_ends_it "late"

# It does not answer after a reset either.
vsmmu_inject 0 "deaf $sid 2"
client_do "$bdf" race 1
check "deaf: cut off" cut_off "$bdf"
check "reset, in vain" pci_reset "$bdf"
check "that is seen" wait_for 60 history_has "was reset, does not answer"
check_equal "it stays where it is" "quarantined yes" "$(ats_of "$bdf" state) $(ats_of "$bdf" cut_off)"
client_do "$bdf" race 5
check_equal "and reaches nothing" 0 "$(client_got "$bdf" late)"
check "our resets are no better" set_policy 0 reset
check "it is given up" wait_for 60 in_state "$bdf" blocked
check_equal "after three of them" 3 "$(rec_count 0 resets)"
client_do "$bdf" race 5
check_equal "blocked, it reaches nothing" 0 "$(client_got "$bdf" late)"
vsmmu_inject 0 "deaf $sid 0"
reset_ends_it "blocked"

# The policy of the device goes before that of the SMMU.
check "a device's own policy" set_policy "$bdf" quarantine
one_incident "own policy" race 1
# On a slow machine this sees less.
sleep 0.5
check "it waits" in_state "$bdf" quarantined
check "till it is reset's turn" set_policy "$bdf" inherit
check "then it comes back by itself" wait_for 60 in_state "$bdf" healthy
resets=$(rec_count 0 resets)
for n in {1..5}; do
	one_incident "by itself, $n" race 1
	check "by itself, $n: back" wait_for 60 in_state "$bdf" healthy
	vsmmu_inject 0 "forgive $sid"
	client_do "$bdf" race 5
	check_equal "by itself, $n: well" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
done
check_equal "one reset each" $((resets + 5)) "$(rec_count 0 resets)"

# Gone in quarantine, and found again; the next incident finds a device that is new.
set_policy 0 quarantine
one_incident "unplug" race 1
check "the device goes" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
check_equal "with its entry" "1 0" "$(rec_count 0 removed) $(queued 0)"
check "and is found again" sh -c "echo 1 >/sys/bus/pci/rescan"
must "and bound" wait_for 60 pci_bind_new "$bdf"
vsmmu_inject 0 "forgive $sid"
client_do "$bdf" race 20
check_equal "as good as new" "0 0 healthy" \
	"$(client_got "$bdf" missed) $(client_got "$bdf" late) $(ats_of "$bdf" state)"
one_incident "after unplug" race 1
reset_ends_it "after unplug"

# Its removal starts an incident. The driver is told of it while the worker resets the device,
# or before the worker's second reset, a second later. The reset must be over before the device
# leaves its group, or not begin.
check "policy: reset" set_policy 0 reset
for n in $(seq "$(some 6)"); do
	vsmmu_inject 0 "slow_removal $((n % 2 ? 10000 : 0)) $((n % 2 ? 200 : 1300))"
	vsmmu_inject 0 "deaf $sid 2"
	client_do "$bdf" map rw
	check "removal $n" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
	vsmmu_inject 0 "slow_removal 0 0"
	vsmmu_inject 0 "deaf $sid 0"
	check "removal $n: it is found again" sh -c "echo 1 >/sys/bus/pci/rescan"
	must "removal $n: and bound" wait_for 60 pci_bind_new "$bdf"
	vsmmu_inject 0 "forgive $sid"
done
check "some of these began an incident" test "$(rec_count 0 removed)" -gt 1
check_equal "half of them while it was reset" $((($(some 6) + 1) / 2)) \
	"$(log_lines "is removed while it is reset")"
check_equal "no reset during a removal" 0 "$(log_lines "is reset while it is removed")"
set_policy 0 quarantine
client_do "$bdf" race 20
check_equal "as good as new again" "0 0 healthy" \
	"$(client_got "$bdf" missed) $(client_got "$bdf" late) $(ats_of "$bdf" state)"

# What it did last has its name, though nobody had read of it before it went.
vsmmu_inject 0 "hush 1"
before=$(log_lines "event: $bdf: F_TRANSLATION")
vsmmu_inject 0 "events 5 $sid"
check_equal "nobody has heard of its events" "$before" "$(log_lines "event: $bdf: F_TRANSLATION")"
check "it goes with events in the queue" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
check_equal "they bear its name" "$((before + 5)) 0" \
	"$(log_lines "event: $bdf: F_TRANSLATION") $(log_lines "event: unknown stream")"
vsmmu_inject 0 "hush 0"
check "it is found again" sh -c "echo 1 >/sys/bus/pci/rescan"
must "and bound again" wait_for 60 pci_bind_new "$bdf"

# The SMMU itself is stuck behind the device: then nothing passes any more.
if [ "$LANE" = backports ]; then
	vsmmu_inject 0 "atc_wait 40000000"
	vsmmu_inject 0 "atc_timeout $sid 1"
	# With interrupts off, and watchdogs that would bark after less than half of it.
	echo 3 >/proc/sys/kernel/watchdog_thresh
	client_do "$bdf" irqs 0
	client_do "$bdf" race 1
	check_equal "stuck: nothing late" 0 "$(client_got "$bdf" late)"
	client_do "$bdf" irqs 1
	echo 10 >/proc/sys/kernel/watchdog_thresh
	check_equal "stuck: all traffic aborts" "yes 1" \
		"$(value_of "$SMMUX_DEBUG/$(vsmmu_name 0)/gerror" service_failure) $(rec_count 0 fail_stops)"
	vsmmu_inject 0 "atc_wait 0"
fi
note "$(tr '\n' ' ' <"$(rec_dir 0)/counters")"
vsmmu_content 0
vsmmu_pci_end
