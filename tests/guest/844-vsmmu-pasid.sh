#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: PASIDs of a PCI device with ATS: the ATC's translations of a PASID are invalidated at unmap and detach, and a quarantined device has ATS for none of its PASIDs
# FULL: lane=backports smp=3 smmu=none
# ALSO: lane=debug,race,rt64k smp=3 smmu=none
# DEVICES: ats
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 240
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: )?0000:[0-9a-f:.]+: (F_|C_|[0-9]+ more events)
# EXPECT: smmux [0-9a-f]+\.vsmmu: 0000:[0-9a-f:.]+: (ATC invalidation not answered|ATC answers again|removed, quarantine ended)
# EXPECT: smmux .*event queue overflow: events are lost
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh
# shellcheck source=tests/vsmmu/quarantine.sh
. /smmux/quarantine.sh

PROGRAMS=$(some 25)
readonly PROGRAMS

# asked_for SSID COMMAND...: the number of ATC_INVs with this SubstreamID during the command.
asked_for()
{
	local name=ATC_INV_SSID$1 before
	shift

	before=$(vsmmu_counter 0 "$name")
	client_do "$bdf" "$@"
	echo $(($(vsmmu_counter 0 "$name") - before))
}

# nobody_asks NAME: no ATC_INV is sent, with or without a PASID.
nobody_asks()
{
	local before

	before=$(vsmmu_counter 0 ATC_INV)
	client_do "$bdf" race 10
	client_tally "$bdf" "$1: without PASID"
	client_do "$bdf" pasid 5 10
	client_tally "$bdf" "$1: PASID 5"
	client_do "$bdf" attach 3 9
	client_tally "$bdf" "$1: PASID 9, attach"
	check_equal "$1: no domain sends an ATC_INV" 0 "$(($(vsmmu_counter 0 ATC_INV) - before))"
}

# back NAME: a reset ends the quarantine for all PASIDs, and the ATC is used again.
back()
{
	local before

	reset_ends_it "$1"
	before=$(vsmmu_counter 0 translated)
	client_do "$bdf" pasid 5 20
	client_tally "$bdf" "$1: PASID 5 again"
	check "$1: the ATC is used" test "$(vsmmu_counter 0 translated)" -ge $((before + 40))
	check "$1: unmaps send ATC_INVs" test "$(asked_for 5 pasid 5 20)" -ge 20
}

must "driver loads" load_driver
bdf=$(pci_by_id 1af4:1044)
sid=$(sid_of "$bdf")
must "a PCI device is free" pci_reserve "$bdf"
must "a modelled SMMU with ATS and PASIDs" vsmmu_load smmu=pri+aborts+pd pci=0 pasid=7
must "the device is bound to the model's driver" pci_bind "$bdf"
check_equal "it has ATS and PASIDs" "on 7" "$(value_of "$SMMUX_DEBUG/masters/$bdf/info" ats) $(value_of "$SMMUX_DEBUG/masters/$bdf/info" ssid_bits)"

# Maps and domains.
client_do "$bdf" race 20
client_tally "$bdf" "without PASID"
before=$(vsmmu_counter 0 translated)
check "unmaps send ATC_INVs with the PASID" test "$(asked_for 5 pasid 5 50)" -ge 50
client_tally "$bdf" "PASID 5"
check "the ATC is used" test "$(vsmmu_counter 0 translated)" -ge $((before + 100))
check "unmaps without PASID send no ATC_INV with it" test "$(asked_for 5 race 20)" = 0
client_tally "$bdf" "without PASID, while one is attached"
check "a detach sends ATC_INVs with the PASID" test "$(asked_for 9 attach 20 9)" -ge 20
client_tally "$bdf" "attach"
client_do "$bdf" join "$(some 40)" 9
client_tally "$bdf" "join"
seed=${SEED:-$((RANDOM * 1000))}
note "$PROGRAMS programs from seed $seed on"
check "all programs end without an error" client_do "$bdf" random "$seed" "$PROGRAMS" 60
check_equal "every access ended as predicted" "" "$(client_got "$bdf" wrong)"
note "$(tr '\n' ' ' <"$(vsmmu_client "$bdf")/result")"

# The ATC_INV of an unmap in a PASID's domain is not answered.
one_incident "unmap" pasid 5 1
check "the whole device is quarantined" cut_off "$bdf"
check "EATS is off" ste_has_no_ats "$bdf"
nobody_asks "unmap"
back "unmap"

# The same without a PASID: the PASIDs are quarantined as well.
one_incident "unmap without PASID" race 1
nobody_asks "unmap without PASID"
back "unmap without PASID"

# Any one of the ATC_INVs at attach, detach or join of a PASID is not answered.
for n in 0 1 2 3; do
	vsmmu_inject 0 "atc_timeout $sid 1 $n"
	client_do "$bdf" attach 2 9
	check_equal "attach, timeout $n: no access lands after unmap" 0 "$(client_got "$bdf" late)"
	must "attach, timeout $n: quarantined" cut_off "$bdf"
	reset_ends_it "attach, timeout $n"
	vsmmu_inject 0 "atc_timeout $sid 1 $n"
	client_do "$bdf" join 3 9
	check_equal "join, timeout $n: no access lands after unmap" 0 "$(client_got "$bdf" late)"
	must "join, timeout $n: quarantined" cut_off "$bdf"
	reset_ends_it "join, timeout $n"
done

# In quarantine the last PASID is detached, and another one is attached.
one_incident "last" pasid 5 1
check "last: the last PASID is detached" client_do "$bdf" pasid 0 0
check "last: another PASID is attached" client_do "$bdf" pasid 5 5
client_tally "$bdf" "last"
check "last: EATS is off" ste_has_no_ats "$bdf"
back "last"

# Resets by policy, with PASIDs attached.
check "policy: quarantined devices are reset" set_policy 0 reset
for n in {1..3}; do
	one_incident "reset by policy, $n" pasid 5 1
	check "reset by policy, $n: healthy" wait_for 60 in_state "$bdf" healthy
	vsmmu_inject 0 "forgive $sid"
	client_do "$bdf" pasid 5 10
	client_tally "$bdf" "reset by policy, $n"
done
check "one in 40 ATC_INVs gets no answer" vsmmu_inject 0 "atc_random 40"
client_do "$bdf" random "$seed" "$(some 20)" 60
check_equal "no access ended otherwise than predicted" "" "$(client_got "$bdf" wrong)"
client_do "$bdf" join "$(some 30)" 9
check_equal "join, random timeouts: no access lands after unmap" 0 "$(client_got "$bdf" late)"
vsmmu_inject 0 "atc_random 0"
check "it is healthy at the end" wait_for 60 in_state "$bdf" healthy
vsmmu_inject 0 "forgive $sid"
set_policy 0 quarantine

# Removed in quarantine and found again.
one_incident "unplug" pasid 5 1
check "the device is removed" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
check "the device is found again" sh -c "echo 1 >/sys/bus/pci/rescan"
must "it is bound again" wait_for 60 pci_bind_new "$bdf"
vsmmu_inject 0 "forgive $sid"
client_do "$bdf" pasid 5 20
client_tally "$bdf" "found again"
note "$(tr '\n' ' ' <"$(rec_dir 0)/counters")"
vsmmu_content 0
vsmmu_pci_end
