#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: full event queues, stalled faults, and power loss at random instants, on modelled SMMUs: nothing hangs, no traffic bypasses, and a new bind restores operation
# FULL: lane=backports smp=3 smmu=none
# FULL: lane=debug smp=3 smmu=none
# ALSO: lane=race smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 300
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: vclient|event queue overflow|vclient)
# EXPECT: smmux [0-9a-f]+\.vsmmu: reset or power loss
# EXPECT: smmux [0-9a-f]+\.vsmmu: lost invalidations: all caches
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

queue_settled()
{
	test "$(vsmmu_state "$1" eventq_prod)" = "$(vsmmu_state "$1" eventq_cons)"
}

race()
{
	client_do "$1" race "$2" || fail "$3: race ended with an error"
	check_equal "$3: rounds, missed, late" "$2 0 0" \
		"$(client_got "$1" rounds) $(client_got "$1" missed) $(client_got "$1" late)"
	vsmmu_content "$1"
}

must "driver loads" load_driver
must "modelled SMMUs" vsmmu_load \
	smmu=stallonly,s2only+stallonly+eventqs=2,stall+noril+eventqs=3,plain+msi client=0:1,1:1,2:1,3:1 its=3
must "clients are bound" wait_for 60 test -e "$(vsmmu_client 3)/command"

# The last read of PROD shows an overflow and no records to drain.
vsmmu_inject 3 overflow
check "an overflow without later records is acknowledged" wait_for 60 queue_settled 3
for n in 0 1 2 3; do
	vsmmu_inject $n "events 400"
	check "$n: a flood of events is drained" wait_for 60 queue_settled $n
	check "$n: events were lost to the overflow" test "$(vsmmu_counter $n lost_events)" -gt 0
	race $n 30 "$n: after a flood"
done

for n in 0 1; do
	before=$(vsmmu_counter $n stalls)
	client_do $n access 0x123000 r
	check_equal "$n: the fault stalled and was terminated" "1 0 0x10" \
		"$(client_got $n stalled) $(client_got $n "done") $(client_got $n event)"
	check_equal "$n: one stall" $((before + 1)) "$(vsmmu_counter $n stalls)"
	client_do $n storm 3 20
	check_equal "$n: a storm of stalls: missed, late" "0 0" \
		"$(client_got $n missed) $(client_got $n late)"
	check "$n: there were many stalls" test "$(vsmmu_counter $n stalls)" -gt $((before + 10))
	vsmmu_content $n
done
check_equal "2: where stalls are optional, none occurs" 0 "$(vsmmu_counter 2 stalls)"

for round in 1 2 3 4 5 6; do
	n=$((round % 4))
	client_do $n race 6 &
	job=$!
	# At a random moment of the race, or after it on a fast machine.
	sleep 0.0$((RANDOM % 90 + 10))
	vsmmu_inject $n power_loss
	check_job "round $round: the race on $n ends" $job
	check_equal "round $round: no access lands after unmap" 0 "$(client_got $n late)"
	# Once more, now certainly without power: no access lands at all.
	client_do $n race 1
	check_equal "round $round: without power: missed, late" "1 0" \
		"$(client_got $n missed) $(client_got $n late)"
	check "round $round: no traffic bypassed" sh -c "! grep '^bypass' $(vsmmu_dir $n)/check"
	check "round $round: the log reports the loss" dmesg_has "$(vsmmu_name $n): reset or power loss"
	vsmmu_bind_again $n
	race $n 20 "round $round: $n bound again"
done
vsmmu_unload "the model unloads"
check "the driver unloads" unload_driver
