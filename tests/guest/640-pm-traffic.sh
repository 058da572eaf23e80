#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: QEMU's SMMU is suspended between bursts of checked traffic and loses its registers; DMA meanwhile is aborted
# FULL: lane=backports
# FULL: lane=stable,backports
# DEVICES: nvme blk net-virtio edu
# DTB: -c @ /smmux-power
# DTB: -t s @ /smmux-power compatible smmux,test-power
# DTB: -t x @ /smmux-power #power-domain-cells 0
# DTB: -t x @ /smmux-power phandle 7777
# DTB: -t x @ /smmuv3@9050000 power-domains 7777
# WITH: bpftrace burst
# TIMEOUT: 240
# EXPECT: smmux .*(event|client:)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/power.sh
. /smmux/power.sh

# burst ROUNDS SEED DEVICE...: with a delay of one millisecond before suspend.
burst()
{
	/smmux/burst "$1" "$2" 1000 "$nvme" "$POWER/rest" "$POWER/work" \
		"/sys/bus/platform/devices/$SMMU_NAME/power/runtime_status" "${@:3}" >/tmp/burst ||
		{ cat /tmp/burst && false; }
}

BURSTS=6 ROUNDS=$(some 130)
power_start
mount -t tracefs tracefs /sys/kernel/tracing
bpftrace -B line /smmux/pmwatch.bt $SMMU_NAME >/tmp/pmwatch 2>&1 &
watch=$!
wait_for 60 grep -q DETAIL /tmp/pmwatch || note "$(head -n 20 /tmp/pmwatch)"
must "pmwatch starts" grep -q DETAIL /tmp/pmwatch
check_equal "the SMMU is on while devices work" on "$(pm state)"
note "$(head -n 5 $SMMUX_DEBUG/$SMMU_NAME/pm/state; cat $SMMUX_DEBUG/$SMMU_NAME/pm/clients)"
check "pmwatch names the device that keeps it on" wait_for 60 grep -q "0000:00:01.0 .*is active" /tmp/pmwatch

bad=''
for ((i = 0; i < BURSTS; i++)); do
	all_rest || { bad="$i: rest" && break; }
	wait_for 60 is_asleep || { bad="$i: no suspend" && break; }
	all_work || { bad="$i: work" && break; }
	case $((i % 2)) in
	0) fio_verify "$nvme" 4 2 || { bad="$i: NVMe" && break; } ;;
	1) net_send 1 2 1 || { bad="$i: network" && break; } ;;
	esac
done
check_equal "$BURSTS long bursts" "" "$bad"
seed=${SEED:-$RANDOM}
note "seed $seed"
mapfile -t devices < <(all_devices)
must "the network sends nothing by itself" quiet_links
check "$ROUNDS short bursts" burst "$ROUNDS" "$seed" "${devices[@]}"
note "$(cat /tmp/burst)"
check "the SMMU was suspended often enough" test "$(pm suspend)" -ge $((ROUNDS / 2))
power_well
check_equal "each suspend was a power-off" "$(pm suspend)" "$(value_of $POWER/state offs)"

# A device that does DMA while the SMMU is suspended.
edu=$(client_dirs "$EDU")
must "all devices are idle" all_rest
must "suspended" wait_for 60 is_asleep
resumes=$(pm resume)
for iova in 0xdead0000 0; do
	client_run "$edu" "stray $iova"
	check_equal "suspended: a stray access to $iova does not land" 0 "$(client_value "$edu" landed)"
done
client_run "$edu" "race 5"
check_equal "suspended: no other access lands" "0 0" \
	"$(client_value "$edu" mapped_landed) $(client_value "$edu" unmapped_landed)"
check "the invalidations were elided" test "$(pm elided.TLBI)" -ge 5
grep -r . $SMMUX_DEBUG/$SMMU_NAME >/dev/null
check_equal "neither this nor reading debugfs resumed it" "$resumes suspended" "$(pm resume) $(pm state)"
must "all devices are active" all_work
client_run "$edu" "race 5"
check_equal "resumed: accesses land while mapped" "5 0" \
	"$(client_value "$edu" mapped_landed) $(client_value "$edu" unmapped_landed)"
client_run "$edu" "stray 0xdead0000"
check "resumed: a stray access is logged" wait_for 60 sh -c \
	"dmesg | grep -v test: | grep F_TRANSLATION | grep -q '${edu##*/}'"

kill -INT "$watch"
check_job "pmwatch ends" "$watch"
while IFS= read -r line; do note "pmwatch: $line"; done < <(grep -v '^[[({]' /tmp/pmwatch | tail -n 40)
check "pmwatch shows the suspends" test "$(grep -c ' suspend .* cause runtime, ok' /tmp/pmwatch)" -ge $((ROUNDS / 2))
check "pmwatch names the device of a resume" grep -qE ' resume .* ok, for 0000:00:0[0-9]' /tmp/pmwatch
check "pmwatch counts elided commands" grep -qE '@elided\[.*TLBI.*: [1-9]' /tmp/pmwatch
note "$(pm suspend) suspends, $(pm elided.TLBI) TLBIs elided, mean $(pm suspend_mean_ns) and $(pm resume_mean_ns) ns"
check "NVMe works afterwards" fio_verify "$nvme" 8 2
check "the network works afterwards" net_send 2 1 1
