#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the driver binds modelled SMMUs of different features with its ordinary probe, obeys the register rules, unbinds and binds again
# MATRIX: lane=backports smp=3 smmu=none
# ALSO: lane=debug smp=3 smmu=none
# ALSO: lane=race smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2 init_on_free=1
# MODULE: allow_unbind=1
# TIMEOUT: 180
# EXPECT: (smmux|arm-smmu-v3) [0-9a-f]+\.vsmmu: refused: IDR5

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

must "driver loads" load_driver
must "three modelled SMMUs" vsmmu_load smmu=plain,s1only+noril+linear+tags8+sids=5+cmdqs=4,s2only+only4k+stallonly \
	client=0:1,1:3,2:7
check_equal "all three are bound" 3 "$(bound_smmus | wc -l)"
for n in 0 1 2; do
	check_equal "$n: CR0 enables translation and queues" 0xd "$(vsmmu_state $n cr0)"
	check_equal "$n: GBPA aborts" $((1 << 20)) $(($(vsmmu_state $n gbpa) & 1 << 20))
	check "$n: configuration caches were invalidated" test "$(vsmmu_counter $n CFGI_STE_RANGE)" -ge 1
	check "$n: TLBs were invalidated" test "$(vsmmu_counter $n TLBI_NSNH_ALL)" -ge 1
	check "$n: the client is bound" test -e "$(vsmmu_client $n)/command"
	vsmmu_content $n
done

vsmmu_inject 0 "lazy_ack 1000"
for round in 1 2 3; do
	for dir in /sys/bus/platform/drivers/vsmmu-client/vclient*; do
		[ ! -e "$dir" ] || echo "${dir##*/}" >/sys/bus/platform/drivers/vsmmu-client/unbind
	done
	for name in $(bound_smmus); do
		check "round $round: unbind $name" sh -c "echo $name >$(platform_driver)/unbind"
	done
	check_equal "round $round: CR0 is 0" 0 "$(($(vsmmu_state 0 cr0)))"
	check_equal "round $round: GBPA aborts" $((1 << 20)) $(($(vsmmu_state 0 gbpa) & 1 << 20))
	for name in 7f000000.vsmmu 7f040000.vsmmu 7f080000.vsmmu; do
		check "round $round: bind $name" sh -c "echo $name >$(platform_driver)/bind"
	done
	check_equal "round $round: CR0 enables translation and queues" 0xd "$(vsmmu_state 0 cr0)"
done
for n in 0 1 2; do
	vsmmu_content $n
done

vsmmu_unload "the model unloads with its SMMUs"
check_equal "no SMMU is bound" "" "$(bound_smmus)"

must "a modelled SMMU with only 64K pages" vsmmu_load smmu=only64k client=0:1
check "it is refused, and the log has the reason" wait_for 60 dmesg_has \
	"$(vsmmu_name 0): refused: IDR5 .* offers no granule as small"
check_equal "it is not bound" "" "$(bound_smmus)"
vsmmu_unload "the model unloads again"
check "the driver unloads" unload_driver
