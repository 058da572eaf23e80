#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two PCI functions share a StreamID: if it does not answer, both are quarantined, and each recovers by its own reset
# FULL: lane=backports smp=3 smmu=none
# ALSO: lane=debug,race,rt64k smp=3 smmu=none
# DEVICES: ats2
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 180
# EXPECT: (smmux|arm-smmu-v3) [0-9a-f]+\.vsmmu: (event: )?0000:[0-9a-f:.]+: (F_|C_|[0-9]+ more events)
# EXPECT: smmux .*event queue overflow: events are lost
# EXPECT: smmux [0-9a-f]+\.vsmmu: 0000:[0-9a-f:.]+: (ATC invalidation not answered|ATC answers again|removed, quarantine ended)
# EXPECT: StreamID 0x101: shared with 0000:01:00
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh
# shellcheck source=tests/vsmmu/quarantine.sh
. /smmux/quarantine.sh

must "driver loads" load_driver
mapfile -t all < <(ats_devices)
bdf=${all[0]}
second=${all[1]}
sid=$(sid_of "$bdf")
for each in "${all[@]}"; do
	pci_reserve "$each"
done
# The first function also has the requester ID of the second.
must "a modelled SMMU with ATS" vsmmu_load smmu=pri+aborts+pd pci=0 alias=1
check "the first is bound" pci_bind "$bdf"
check "the second is bound" pci_bind "$second"
check_equal "they have 2 and 1 StreamIDs" "2 1" \
	"$(sed -n 's/^sids: *//p' "$SMMUX_DEBUG/masters/$bdf/info" | wc -w) $(sed -n 's/^sids: *//p' "$SMMUX_DEBUG/masters/$second/info" | wc -w)"
client_do "$bdf" race 5
check_equal "missed, late" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
vsmmu_inject 0 "deaf $(sid_of "$second") 1"
client_do "$second" race 2
check_equal "no access lands after unmap" 0 "$(client_got "$second" late)"
check_equal "both are quarantined" "yes yes" "$(ats_of "$bdf" cut_off) $(ats_of "$second" cut_off)"
check_equal "both have an entry in the queue" 2 "$(queued 0)"

# EATS of the shared StreamID stays off until both are healthy.
vsmmu_inject 0 "deaf $(sid_of "$second") 0"
check "the first is reset" pci_reset "$bdf"
check "the first is healthy" wait_for 60 in_state "$bdf" healthy
check_equal "the second stays quarantined" "quarantined yes" "$(ats_of "$second" state) $(ats_of "$second" cut_off)"
check "EATS of the shared StreamID stays off" ste_has_no_ats "$second"
client_do "$bdf" race 5
check_equal "the first: no access lands after unmap" 0 "$(client_got "$bdf" late)"
check "the second is reset" pci_reset "$second"
check "the second is healthy" wait_for 60 in_state "$second" healthy
check_equal "the queue is empty" 0 "$(queued 0)"
vsmmu_inject 0 "forgive $sid"
vsmmu_inject 0 "forgive $(sid_of "$second")"
for each in "${all[@]}"; do
	client_do "$each" race 5
	check_equal "$each: missed, late" "0 0" "$(client_got "$each" missed) $(client_got "$each" late)"
done

# One of the two is removed while both are quarantined.
vsmmu_inject 0 "deaf $(sid_of "$second") 1"
client_do "$second" race 2
check "the first is removed" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
check_equal "the second stays quarantined after that" "yes" "$(ats_of "$second" cut_off)"
check "the second is reset again" pci_reset "$second"
check "the second is healthy again" wait_for 60 in_state "$second" healthy
vsmmu_inject 0 "forgive $(sid_of "$second")"
client_do "$second" race 5
check_equal "the second: missed, late" "0 0" "$(client_got "$second" missed) $(client_got "$second" late)"
note "$(tr '\n' ' ' <"$(rec_dir 0)/counters")"
note "$(head -n 30 "$(rec_dir 0)/history")"
vsmmu_content 0
vsmmu_pci_end
