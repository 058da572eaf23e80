#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a PCI device behind a modelled SMMU whose ATC keeps every translation: none outlives its invalidation, during maps, unmaps, domain changes and unbinds
# MATRIX: lane=backports smp=3 smmu=none
# FULL: lane=debug,race smp=3 smmu=none
# ALSO: lane=rt64k smp=3 smmu=none
# DEVICES: ats
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 180
# EXPECT: (smmux|arm-smmu-v3) [0-9a-f]+\.vsmmu: (event: )?0000:[0-9a-f:.]+: (F_TRANSLATION|F_PERMISSION|[0-9]+ more events)
# EXPECT: callbacks suppressed
# EXPECT: arm-smmu-v3 [0-9a-f]+\.vsmmu: *(event|\t?0x|platform|unpriv|EVTQ overflow)
# EXPECT: (smmux|arm-smmu-v3) .*event queue overflow: events are lost

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

PROGRAMS=$(some 25)
readonly PROGRAMS

must "driver loads" load_driver
bdf=$(pci_by_id 1af4:1044)
must "a PCI device is free" pci_reserve "$bdf"
must "a modelled SMMU with ATS" vsmmu_load smmu=pri+aborts+pd pci=0
must "the device is bound to the model's driver" pci_bind "$bdf"
info=$SMMUX_DEBUG/masters/$bdf/info
[ "$DRIVER" != smmux ] || check "ATS is on" grep -qx 'ats: on' "$info" || note "$(tr '\n' ' ' <"$info")"
[ "$DRIVER" != smmux ] || check "its SMMU is not suspended, although it has a power domain" \
	grep -q "$bdf .*must not be elided" "$SMMUX_DEBUG/$(vsmmu_name 0)/pm/clients"

client_do "$bdf" race 200
client_tally "$bdf" race
check "the device asked for translations" test "$(vsmmu_counter 0 ats_requests)" -gt 100
check "the device used translations" test "$(vsmmu_counter 0 translated)" -gt 300
check "each unmap sent an ATC_INV" test "$(vsmmu_counter 0 ATC_INV)" -gt 190
client_do "$bdf" storm 3 "$(some 40)"
client_tally "$bdf" storm
client_do "$bdf" attach "$(some 20)"
client_tally "$bdf" attach
client_do "$bdf" join "$(some 40)"
check "it maps while the device joins and leaves" test "$(client_got "$bdf" maps)" -ge $((2 * $(some 40)))
client_tally "$bdf" join
for round in 1 2 3; do
	echo "$bdf" >/sys/bus/pci/drivers/vsmmu-pci/unbind
	check "round $round: bound again" pci_bind "$bdf"
	client_do "$bdf" race 10
	client_tally "$bdf" "round $round: race"
done
# smmux keeps the PRI queue off: the SMMU itself refuses, and no request waits.
client_do "$bdf" page 0x123000 r
check_equal "a page request is refused" 0 "$(client_got "$bdf" response)"
check_equal "the driver answers page requests only with a PRI queue" "$([ "$DRIVER" = smmux ] && echo 0 || echo 1)" "$(vsmmu_counter 0 PRI_RESP)"
seed=${SEED:-$((RANDOM * 1000))}
note "$PROGRAMS programs from seed $seed on"
check "all programs end without an error" client_do "$bdf" random "$seed" "$PROGRAMS" 60
check_equal "every access ended as predicted" "" "$(client_got "$bdf" wrong)"
note "$(tr '\n' ' ' <"$(vsmmu_client "$bdf")/result")"
vsmmu_content 0
note "$(tr '\n' ' ' <"$(vsmmu_dir 0)/counters")"
check "the device is removed" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/remove"
vsmmu_pci_end
