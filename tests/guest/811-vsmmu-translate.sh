#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: modelled clients behind a model that caches as much as the architecture allows: every access lands where it is mapped and nowhere after the unmap, under load and while domains change
# MATRIX: lane=backports smp=3 smmu=none
# FULL: lane=debug,race smp=3 smmu=none
# ALSO: lane=rt64k smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 240
# EXPECT: (smmux|arm-smmu-v3) [0-9a-f]+\.vsmmu: (event: platform vclient|platform vclient|event: vclient|vclient).*
# EXPECT: callbacks suppressed
# EXPECT: arm-smmu-v3 [0-9a-f]+\.vsmmu: *(event|\t?0x|platform|unpriv|EVTQ overflow)
# EXPECT: (smmux|arm-smmu-v3) .*event queue overflow: events are lost

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

# tally CLIENT NAME: checks that the client's last program had no errors.
tally()
{
	check_equal "$2: every mapped access landed" 0 "$(client_got "$1" missed)"
	check_equal "$2: no unmapped access landed" 0 "$(client_got "$1" late)"
	check_equal "$2: no errors" 0 "$(client_got "$1" errors)"
}

# access CLIENT IOVA r|w DONE EVENT NAME
access()
{
	client_do "$1" access "$2" "$3"
	check_equal "$6" "$4 $5" "$(client_got "$1" "done") $(client_got "$1" event)"
}

must "driver loads" load_driver
# The kernel's own driver needs room for 64 commands.
small=cmdqs=3
[ "$DRIVER" = smmux ] || small=cmdqs=7
# Ranges and 2-level tables, single commands and linear tables, stage 2.
must "modelled SMMUs" vsmmu_load \
	smmu=plain,noril+linear+sids=6+s1only+tags8,s2only+$small,only4k+noril+hyp \
	client=0:1,0:2+3+0x45,0:0x800/12,1:3+4,2:7,3:9
must "clients are bound" wait_for 60 test -e "$(vsmmu_client 5)/command"

for c in 0 2 4; do
	client_do $c map rw
	iova=$(client_got $c iova) pa=$(client_got $c pa)
	access $c "$iova" w 1 0x0 "$c: a write"
	check_equal "$c: the write lands in the page" "$pa" "$(client_got $c pa)"
	access $c "$iova" r 1 0x0 "$c: a read"
	check_equal "$c: the read returns the written value" 0x5eed1234 "$(client_got $c value)"
	access $c $((iova - 4096)) r 0 0x10 "$c: read of the page before it: a fault"
	client_do $c unmap
	access $c "$iova" r 0 0x10 "$c: read after the unmap: a fault"
	client_do $c map ro
	iova=$(client_got $c iova)
	access $c "$iova" r 1 0x0 "$c: read of a read-only page"
	access $c "$iova" w 0 0x13 "$c: write to a read-only page: a fault"
	client_do $c unmap
done
[ "$DRIVER" != smmux ] || check "the faults came through the event queue" wait_for 60 \
	sh -c "dmesg | grep -v test: | grep -c 'F_PERMISSION sid 0x1 .*write' | grep -qx 1"

jobs=()
for c in 0 1 2 3 4 5; do
	client_do $c race "$(some 120)" &
	jobs+=($!)
done
for job in "${jobs[@]}"; do
	wait "$job" || fail "a race ended with an error"
done
for c in 0 1 2 3 4 5; do
	check_equal "$c: race: rounds" "$(some 120)" "$(client_got $c rounds)"
	tally $c "$c: race"
done

jobs=()
for c in 1 3 4; do
	client_do $c storm 3 "$(some 60)" &
	jobs+=($!)
done
wait "${jobs[@]}"
for c in 1 3 4; do
	tally $c "$c: storm"
	note "$c: $(client_got $c maps) maps, $(client_got $c rounds) rounds"
done

for c in 0 1 4 5; do
	client_do $c attach "$(some 40)" || fail "$c: attach ended with an error"
	check_equal "$c: attach: rounds" "$(some 40)" "$(client_got $c rounds)"
	tally $c "$c: attach"
done

for c in 0 1 4 5; do
	client_do $c join "$(some 20)" || fail "$c: join ended with an error"
	check_equal "$c: join: rounds" "$(some 20)" "$(client_got $c rounds)"
	check "$c: join: maps meanwhile" test "$(client_got $c maps)" -ge $((2 * $(some 20)))
	tally $c "$c: join"
done

queue_empty()
{
	test "$(vsmmu_state "$1" eventq_prod)" = "$(vsmmu_state "$1" eventq_cons)"
}

for n in 0 1 2 3; do
	check "$n: the event queue is empty, and its overflow is acknowledged" wait_for 60 queue_empty $n ||
		note "$(tr '\n' ' ' <"$(vsmmu_dir $n)/state")"
	vsmmu_content $n
	note "$n: $(tr '\n' ' ' <"$(vsmmu_dir $n)/counters")"
done
vsmmu_unload "the model unloads"
check "the driver unloads" unload_driver
