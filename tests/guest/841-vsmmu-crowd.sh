#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: 16 devices with ATS and one behind another SMMU share a domain; exactly those that do not answer are quarantined
# FULL: lane=backports smp=3 smmu=none
# ALSO: lane=debug,race,rt64k smp=3 smmu=none
# DEVICES: ats16
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 240
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: )?0000:[0-9a-f:.]+: (F_|C_|[0-9]+ more events)
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: )?vclient
# EXPECT: smmux [0-9a-f]+\.vsmmu: 0000:[0-9a-f:.]+: (ATC invalidation not answered|ATC answers again|removed, quarantine ended)
# EXPECT: smmux .*event queue overflow: events are lost
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh
# shellcheck source=tests/vsmmu/quarantine.sh
. /smmux/quarantine.sh

readonly WAIT_MS=100

# only_guilty_are STATE: cut_off is STATE for the devices in $guilty and "no" for all others.
only_guilty_are()
{
	local each state

	for each in "${all[@]}"; do
		state=$(ats_of "$each" cut_off)
		[[ " ${guilty[*]} " == *" $each "* ]] && [ "$state" = "$1" ] && continue
		[[ " ${guilty[*]} " != *" $each "* ]] && [ "$state" = no ] && continue
		note "$each: cut_off $state"
		return 1
	done
}

# guilty_are NUMBER...: these devices do not answer the ATC_INV of an unmap; then each of
# them is reset.
guilty_are()
{
	local each n=$# mask=0 cfgi atc again failed
	guilty=()

	for each in "$@"; do
		guilty+=("${all[each]}")
		mask=$((mask | 1 << each))
	done
	cfgi=$(vsmmu_counter 0 CFGI_STE)
	again=$(rec_count 0 asked_again)
	failed=$(vsmmu_counter 0 failed_syncs)
	client_do "$bdf" crowd 1 "$(printf %x $mask)"
	check_equal "$n guilty: missed, late" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
	check "$n guilty: they are quarantined, and no other device" only_guilty_are yes
	check_equal "$n guilty: each device gets one ATC_INV of its own" 16 "$(($(rec_count 0 asked_again) - again))"
	# The SYNC of the list, and one for each guilty device, takes WAIT_MS.
	check_equal "$n guilty: number of SYNCs that fail" $((n + 1)) \
		$(($(vsmmu_counter 0 failed_syncs) - failed))
	atc=$(client_got "$bdf" longest_us)
	check "$n guilty: the unmap waits for all of them ($atc us)" test "$atc" -ge $(((n + 1) * WAIT_MS * 1000))
	atc=$(vsmmu_counter 0 ATC_INV)
	client_do "$bdf" crowd 3
	check_equal "$n guilty: all clients work: clients, missed, late" "17 0 0" \
		"$(client_got "$bdf" clients) $(client_got "$bdf" missed) $(client_got "$bdf" late)"
	check "$n guilty: the other devices get ATC_INVs" test "$(($(vsmmu_counter 0 ATC_INV) - atc))" -ge $((3 * (16 - n)))
	for each in "${guilty[@]}"; do
		pci_reset "$each"
	done
	check "$n guilty: no device is quarantined any more" wait_for 60 queue_is_empty
	for each in "${guilty[@]}"; do
		vsmmu_inject 0 "forgive $(sid_of "$each")"
	done
	client_do "$bdf" crowd 2
	check_equal "$n guilty: after the resets: missed, late" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
	note "$n guilty: $(($(vsmmu_counter 0 CFGI_STE) - cfgi)) CFGI_STE in all"
}

must "driver loads" load_driver
mapfile -t all < <(ats_devices)
must "there are 16 devices" test ${#all[@]} = 16
for bdf in "${all[@]}"; do
	pci_reserve "$bdf"
done
must "modelled SMMUs" vsmmu_load smmu=pri+aborts+sids=13,plain pci=0 client=1:1
for bdf in "${all[@]}"; do
	must "$bdf is bound to the model's driver" pci_bind "$bdf"
done
must "the client of the other SMMU is bound" wait_for 60 test -e "$(vsmmu_client 0)/command"

client_do "$bdf" crowd 5
check_equal "all share a domain: clients, missed, late" "17 0 0" \
	"$(client_got "$bdf" clients) $(client_got "$bdf" missed) $(client_got "$bdf" late)"
check "ATS is used" test "$(vsmmu_counter 0 translated)" -ge 80
vsmmu_inject 0 "atc_wait $((WAIT_MS * 1000))"
guilty_are 0
guilty_are 15
guilty_are 3 11
guilty_are 0 1 2 3 4 5 6 8 9 10 11 12 13 14 15

# A device that does not answer in a list, but answers alone, is not guilty.
before=$(rec_count 0 quarantined)
# The first ATC_INV at attach is answered, the next is not.
vsmmu_inject 0 "atc_timeout $(sid_of "${all[7]}") 1 1"
client_do "$bdf" crowd 1
check_equal "it answers the second ATC_INV: no device is quarantined" "0 0 $before 1" \
	"$(client_got "$bdf" missed) $(client_got "$bdf" late) $(rec_count 0 quarantined) $(rec_count 0 transient)"

# A guilty device does not affect others that use the same queue.
vsmmu_inject 0 "deaf $(sid_of "${all[4]}") 1"
client_do "${all[9]}" race "$(some 120)" &
job=$!
client_do 0 race 20 &
client_do "${all[4]}" race 5
check_equal "the guilty device: no access lands after unmap" 0 "$(client_got "${all[4]}" late)"
check_job "the healthy device's race ends" $job
check_equal "the healthy device: missed, late" "0 0" "$(client_got "${all[9]}" missed) $(client_got "${all[9]}" late)"
guilty=("${all[4]}")
check "only the guilty device is quarantined" only_guilty_are yes
wait
pci_reset "${all[4]}"
check "its quarantine ends" wait_for 60 queue_is_empty

# A storm: one in 60 answers is missing, from any device. Each quarantined device is reset.
vsmmu_inject 0 "atc_wait 0"
vsmmu_inject 0 "atc_random 60"
set_policy 0 reset
before=$(rec_count 0 timeouts)
client_do "$bdf" crowd "$(some 1200)"
check_equal "storm: missed, late" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
vsmmu_inject 0 "atc_random 0"
check "storm: there were timeouts" test $(($(rec_count 0 timeouts) - before)) -ge $(($(some 1200) / 60))
for bdf in "${all[@]}"; do
	! in_state "$bdf" blocked || pci_reset "$bdf"
done
check "storm: no device is quarantined any more" wait_for 60 queue_is_empty
for each in "${all[@]}"; do
	vsmmu_inject 0 "forgive $(sid_of "$each")"
done
client_do "$bdf" crowd 3
check_equal "storm: after the resets: missed, late" "0 0" "$(client_got "$bdf" missed) $(client_got "$bdf" late)"
note "$(tr '\n' ' ' <"$(rec_dir 0)/counters")"
vsmmu_content 0
vsmmu_content 1
vsmmu_pci_end
