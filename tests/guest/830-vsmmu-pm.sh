#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: an SMMU with a power domain sleeps when its clients rest, loses all that it had, and translates exactly as before when it is back
# MATRIX: lane=backports smp=3 smmu=none
# MATRIX: lane=debug,race smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# WHEN: alone
# TIMEOUT: 100
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: vclient|event queue overflow|vclient)
# EXPECT: smmux [0-9a-f]+\.vsmmu: stays awake: GBPA resets to bypass
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

pm()
{
	value_of "$SMMUX_DEBUG/$(vsmmu_name "$1")/pm/state" "$2"
}

power()
{
	echo "/sys/bus/platform/devices/$(vsmmu_name "$1")/power"
}

is_asleep()
{
	[ "$(pm "$1" state)" = suspended ]
}

race_is_well()
{
	client_do "$1" race "$2" || return
	[ "$(client_got "$1" missed) $(client_got "$1" late)" = '0 0' ]
}

must "driver loads" load_driver
must "modelled SMMUs" vsmmu_load smmu=aborts+pd,pd,aborts+pd+stallonly,aborts+pd+msi+stall+cmdqs=3 \
	client=0:1/8,0:2,1:1,2:1,3:1/6,3:2 its=3
must "clients are bound" wait_for 20 test -e "$(vsmmu_client 5)/command"

check_equal "0: may sleep" "yes -" "$(pm 0 runtime_pm) $(pm 0 refused)"
check_equal "1: may not" "GBPA resets to bypass" "$(pm 1 refused)"
check_equal "0: awake while a client works" "on open" "$(pm 0 state) $(pm 0 gate)"
for n in 0 1 2 3; do
	check "$n: power was tried" test "$(vsmmu_counter $n power_offs)" -gt 0
done

# A stalled transaction waits for an answer, so its SMMU may not sleep.
echo 0 >"$(power 2)/autosuspend_delay_ms"
check "2: a client that stalls goes to rest" client_do 3 rest
sleep 0.5
check_equal "2: its SMMU stays awake" on "$(pm 2 state)"
check "2: and says why" grep -q 'vclient3 .*must not be lost' "$SMMUX_DEBUG/$(vsmmu_name 2)/pm/clients"

# One SMMU, by hand.
echo 1 >"$(power 0)/autosuspend_delay_ms"
check "a client goes to rest" client_do 0 rest
check_equal "the other one still works" on "$(pm 0 state)"
check "it goes to rest as well" client_do 1 rest
check "the SMMU sleeps" wait_for 5 is_asleep 0
check_equal "its gate" stopped "$(pm 0 gate)"
check_equal "it has no power" 1 "$(vsmmu_state 0 unpowered)"
resumes=$(pm 0 resume)
check "a page is mapped in its sleep" client_do 0 map rw
iova=$(client_got 0 iova)
client_do 0 access "$iova" r
check_equal "and not reached" 0 "$(client_got 0 'done')"
grep -r . "$SMMUX_DEBUG/$(vsmmu_name 0)" >/dev/null
check_equal "nothing of this wakes it" "$resumes suspended" "$(pm 0 resume) $(pm 0 state)"
check "a client works" client_do 0 work
check_equal "the SMMU is awake" "on open" "$(pm 0 state) $(pm 0 gate)"
client_do 0 access "$iova" r
check_equal "the page is reached" 1 "$(client_got 0 'done')"
client_do 0 rest
check "asleep again" wait_for 5 is_asleep 0
tlbi=$(pm 0 elided.TLBI)
check "the page is unmapped in its sleep" client_do 0 unmap
check "its invalidation is elided" test "$(pm 0 elided.TLBI)" -gt "$tlbi"
client_do 0 work
client_do 0 access "$iova" r
check_equal "the page is not reached any more" 0 "$(client_got 0 'done')"
check "all is well after that" race_is_well 0 5
check_equal "nothing was lost" 0 "$(pm 0 lost)"
vsmmu_content 0

# Unmaps of one client while the other has the SMMU go and come.
cycle()
{
	local n=$1 c=$2 i

	for ((i = 0; i < $(some 60); i++)); do
		client_do "$c" rest || echo "$i: no rest"
		[ $((i % 4)) = 0 ] || wait_for 5 is_asleep "$n" || echo "$i: still awake"
		client_do "$c" work || echo "$i: no work"
	done >"/tmp/cycle.$n" 2>&1
}

client_do 0 rest
for n in 0 3; do
	c=$([ $n = 0 ] && echo 0 || echo 4)
	echo 0 >"$(power $n)/autosuspend_delay_ms"
	[ $n = 0 ] || client_do "$c" rest
	[ $n = 0 ] && client_do 1 work
	cycle $n $((c + 1)) &
	job=$!
	while kill -0 $job 2>/dev/null; do
		client_do "$c" attach 3 || fail "$n: attach ended with an error"
		check_equal "$n: no access lands late" 0 "$(client_got "$c" late)"
		client_do "$c" storm 2 1 || fail "$n: storm ended with an error"
		check_equal "$n: nor in the storm" 0 "$(client_got "$c" late)"
	done
	wait $job
	check_equal "$n: rest and work" "" "$(head -n 5 /tmp/cycle.$n)"
	check "$n: it slept often" test "$(pm $n suspend)" -ge "$(some 40)"
	note "$n: $(pm $n suspend) times asleep, $(pm $n elided.TLBI) TLBIs elided, mean $(pm $n suspend_mean_ns) and $(pm $n resume_mean_ns) ns"
	check_equal "$n: none failed" "0 0" "$(pm $n suspend_failed) $(pm $n resume_failed)"
	client_do "$c" work
	check "$n: all is well after that" race_is_well "$c" 5
	check_equal "$n: nothing was lost" 0 "$(pm $n lost)"
	check_equal "$n: GBPA always aborted" 0 "$(pm $n gbpa_not_aborting)"
	vsmmu_content $n
done

client_do 0 rest
client_do 1 rest
check "asleep once more" wait_for 5 is_asleep 0
vsmmu_unbind_client 1
check "a sleeping SMMU is unbound" vsmmu_unbind 0
check "and bound again" vsmmu_bind 0
check "all is well after that" race_is_well 0 5
check "the model goes" rmmod vsmmu
check "the driver goes" unload_driver
