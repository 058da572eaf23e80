#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a PCI device that does not answer ATC invalidations is quarantined before its memory has a new owner; the quarantine ends when the device was reset and answers
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
must "the device is bound to the model's driver" pci_bind "$bdf"
client_do "$bdf" race 20
check_equal "missed, late" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
check_equal "the device is healthy" "healthy no" "$(ats_of "$bdf" state) $(ats_of "$bdf" cut_off)"

# The ATC_INV of an unmap is not answered, so the ATC still holds the translation.
trace_on
one_incident "unmap" race 1
note "quarantined within $(ats_of "$bdf" last_cut_ns) ns of the report"
check_equal "two commands quarantine it" 2 "$(traced quarantine enter=1 cmds)"
check_equal "no StreamID was asked again" 0 "$(rec_count 0 asked_again)"
check_equal "the quarantine is logged once" 1 "$(log_lines "$bdf: ATC invalidation not answered")"
check_equal "the recovery queue has the device" "$bdf quarantined quarantine" "$(awk 'NR == 2 { print $1, $3, $4 }' "$(rec_dir 0)/queue")"
before=$(vsmmu_counter 0 ATC_INV)
client_do "$bdf" race 20
check_equal "unmaps send no ATC_INV, and no access lands after unmap" "0 0" \
	"$(($(vsmmu_counter 0 ATC_INV) - before)) $(client_got "$bdf" late)"
check_equal "the device works without ATS" 0 "$(client_got "$bdf" missed)"

# Its driver is unbound and bound. That is no reset, so the quarantine stays.
echo "$bdf" >/sys/bus/pci/drivers/vsmmu-pci/unbind
check "bound again" pci_bind "$bdf"
client_do "$bdf" attach 3
check_equal "still quarantined" "quarantined yes" "$(ats_of "$bdf" state) $(ats_of "$bdf" cut_off)"
check_equal "attach: no access lands after unmap" 0 "$(client_got "$bdf" late)"
check "EATS is off" ste_has_no_ats "$bdf"
reset_ends_it "unmap"
check_equal "the recovery is logged once" 1 "$(log_lines "$bdf: ATC answers again")"
check_equal "its driver's reset handler ran once" 1 "$(client_do "$bdf" resets && client_got "$bdf" resets)"
before=$(vsmmu_counter 0 translated)
client_do "$bdf" race 20
check_equal "ATS works as before" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
check "ATS is used" test "$(vsmmu_counter 0 translated)" -gt $((before + 20))

# The other operations that invalidate an ATC.
one_incident "attach" attach 1
reset_ends_it "attach"
one_incident_unbinding
reset_ends_it "unbind"
for n in 1 2 3 4 5 6; do
	vsmmu_inject 0 "atc_timeout $sid 1 $n"
	client_do "$bdf" join 3
	check_equal "join, timeout $n: no access lands after unmap" 0 "$(client_got "$bdf" late)"
	cut_off "$bdf" && reset_ends_it "join, timeout $n"
done

# A late timeout: the SMMU takes longer than the driver waits for other commands.
vsmmu_inject 0 "atc_wait 2500000"
one_incident "late" race 1
vsmmu_inject 0 "atc_wait 0"
reset_ends_it "late"

# A device that does not answer after a reset either.
vsmmu_inject 0 "deaf $sid 2"
client_do "$bdf" race 1
check "no answers: quarantined" cut_off "$bdf"
check "no answers: reset" pci_reset "$bdf"
check "no answers: the history shows a failed probe after reset" wait_for 60 history_has "was reset, does not answer"
check_equal "no answers: the quarantine stays" "quarantined yes" "$(ats_of "$bdf" state) $(ats_of "$bdf" cut_off)"
client_do "$bdf" race 5
check_equal "no answers: no access lands after unmap" 0 "$(client_got "$bdf" late)"
check "no answers: policy reset" set_policy 0 reset
check "no answers: the device is blocked" wait_for 60 in_state "$bdf" blocked
check_equal "no answers: three resets were tried" 3 "$(rec_count 0 resets)"
client_do "$bdf" race 5
check_equal "blocked: no access lands after unmap" 0 "$(client_got "$bdf" late)"
vsmmu_inject 0 "deaf $sid 0"
reset_ends_it "blocked"

# The policy of the device overrides that of the SMMU.
check "a device's own policy" set_policy "$bdf" quarantine
one_incident "own policy" race 1
# On a slow machine this detects less.
sleep 0.5
check "own policy: it stays quarantined" in_state "$bdf" quarantined
check "own policy: inherit" set_policy "$bdf" inherit
check "own policy: the SMMU's policy resets it" wait_for 60 in_state "$bdf" healthy
resets=$(rec_count 0 resets)
for n in {1..5}; do
	one_incident "reset by policy, $n" race 1
	check "reset by policy, $n: healthy" wait_for 60 in_state "$bdf" healthy
	vsmmu_inject 0 "forgive $sid"
	client_do "$bdf" race 5
	check_equal "reset by policy, $n: missed, late" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
done
check_equal "one reset for each incident" $((resets + 5)) "$(rec_count 0 resets)"

# Removed in quarantine and found again: the next incident starts with a new state.
set_policy 0 quarantine
one_incident "unplug" race 1
check "the device is removed" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
check_equal "its entry in the queue is removed" "1 0" "$(rec_count 0 removed) $(queued 0)"
check "the device is found again" sh -c "echo 1 >/sys/bus/pci/rescan"
must "it is bound again" wait_for 60 pci_bind_new "$bdf"
vsmmu_inject 0 "forgive $sid"
client_do "$bdf" race 20
check_equal "missed, late, state" "0 0 healthy" \
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
	must "removal $n: it is bound again" wait_for 60 pci_bind_new "$bdf"
	vsmmu_inject 0 "forgive $sid"
done
check "some of these began an incident" test "$(rec_count 0 removed)" -gt 1
check_equal "half of them while it was reset" $((($(some 6) + 1) / 2)) \
	"$(log_lines "is removed while it is reset")"
check_equal "no reset during a removal" 0 "$(log_lines "is reset while it is removed")"
set_policy 0 quarantine
client_do "$bdf" race 20
check_equal "after the removals: missed, late, state" "0 0 healthy" \
	"$(client_got "$bdf" missed) $(client_got "$bdf" late) $(ats_of "$bdf" state)"

# Events that are still in the queue at removal are logged with the device's name.
vsmmu_inject 0 "hush 1"
before=$(log_lines "event: $bdf: F_TRANSLATION")
vsmmu_inject 0 "events 5 $sid"
check_equal "its events are not handled yet" "$before" "$(log_lines "event: $bdf: F_TRANSLATION")"
check "it is removed with events in the queue" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
check_equal "they are logged with its name" "$((before + 5)) 0" \
	"$(log_lines "event: $bdf: F_TRANSLATION") $(log_lines "event: unknown stream")"
vsmmu_inject 0 "hush 0"
check "it is found again" sh -c "echo 1 >/sys/bus/pci/rescan"
must "it is bound after that" wait_for 60 pci_bind_new "$bdf"

# The SMMU itself is stuck because of the device: all traffic must abort.
if [ "$LANE" = backports ]; then
	vsmmu_inject 0 "atc_wait 40000000"
	vsmmu_inject 0 "atc_timeout $sid 1"
	# Interrupts are off, and the watchdog's limit is less than half of the wait.
	echo 3 >/proc/sys/kernel/watchdog_thresh
	client_do "$bdf" irqs 0
	client_do "$bdf" race 1
	check_equal "stuck: no access lands after unmap" 0 "$(client_got "$bdf" late)"
	client_do "$bdf" irqs 1
	echo 10 >/proc/sys/kernel/watchdog_thresh
	check_equal "stuck: all traffic aborts" "yes 1" \
		"$(value_of "$SMMUX_DEBUG/$(vsmmu_name 0)/gerror" service_failure) $(rec_count 0 fail_stops)"
	vsmmu_inject 0 "atc_wait 0"
fi
note "$(tr '\n' ' ' <"$(rec_dir 0)/counters")"
vsmmu_content 0
vsmmu_pci_end
