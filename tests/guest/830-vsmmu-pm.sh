#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: an SMMU with a power domain is suspended when its clients are idle, loses its state, and translates exactly as before after resume
# MATRIX: lane=backports smp=3 smmu=none
# FULL: lane=debug,race smp=3 smmu=none
# ALSO: lane=rt64k smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 180
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: |event queue overflow|vclient|global error: )
# EXPECT: smmux [0-9a-f]+\.vsmmu: runtime suspend: refused, GBPA resets to bypass
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

evtq_seen()
{
	[ "$(value_of "$SMMUX_DEBUG/$(vsmmu_name "$1")/evtq/counters" events)" = "$(vsmmu_counter "$1" events)" ]
}

must "driver loads" load_driver
must "modelled SMMUs" vsmmu_load smmu=aborts+pd+line,pd+line,aborts+pd+stallonly,aborts+pd+msi+stall+cmdqs=3 \
	client=0:1/8,0:2,1:1,2:1,3:1/6,3:2 its=3
must "clients are bound" wait_for 60 test -e "$(vsmmu_client 5)/command"

check_equal "0: may be suspended" "yes -" "$(vsmmu_pm 0 runtime_pm) $(vsmmu_pm 0 refused)"
check_equal "1: may not be suspended" "GBPA resets to bypass" "$(vsmmu_pm 1 refused)"
check_equal "0: on while a client is active" "on open" "$(vsmmu_pm 0 state) $(vsmmu_pm 0 gate)"
for n in 0 1 2 3; do
	check "$n: the driver has tested power down" test "$(vsmmu_counter $n power_offs)" -gt 0
done

# A stalled transaction waits for an answer, so its SMMU must stay on.
vsmmu_pm_delay 2 0
check "2: a client that can stall is idle" client_do 3 rest
# On a slow machine this detects less.
sleep 0.5
check_equal "2: its SMMU stays on" on "$(vsmmu_pm 2 state)"
check "2: pm/clients shows the reason" grep -q 'vclient3 .*must not be elided' "$SMMUX_DEBUG/$(vsmmu_name 2)/pm/clients"

# One SMMU, step by step.
vsmmu_pm_delay 0 1
check "one client is idle" client_do 0 rest
check_equal "the other is active: the SMMU stays on" on "$(vsmmu_pm 0 state)"
check "both clients are idle" client_do 1 rest
check "the SMMU is suspended" wait_for 60 vsmmu_pm_is 0 suspended
check_equal "its gate is stopped" stopped "$(vsmmu_pm 0 gate)"
check_equal "it has no power" 1 "$(vsmmu_state 0 unpowered)"
resumes=$(vsmmu_pm 0 resume)
check "a page is mapped while it is suspended" client_do 0 map rw
iova=$(client_got 0 iova)
client_do 0 access "$iova" r
check_equal "an access does not reach the page" 0 "$(client_got 0 'done')"
grep -r . "$SMMUX_DEBUG/$(vsmmu_name 0)" >/dev/null
vsmmu_inject 1 "events 5"
vsmmu_inject 1 "gerror 0x4"
check "events of another SMMU on the same interrupt line are handled" wait_for 60 evtq_seen 1
check_equal "its global errors too" 1 "$(value_of "$SMMUX_DEBUG/$(vsmmu_name 1)/gerror" EVENTQ_ABT_ERR)"
check_equal "none of this resumes the SMMU" "$resumes suspended" "$(vsmmu_pm 0 resume) $(vsmmu_pm 0 state)"
check "a client is active" client_do 0 work
check_equal "the SMMU is on" "on open" "$(vsmmu_pm 0 state) $(vsmmu_pm 0 gate)"
client_do 0 access "$iova" r
check_equal "the page is reached" 1 "$(client_got 0 'done')"
client_do 0 rest
check "suspended again" wait_for 60 vsmmu_pm_is 0 suspended
tlbi=$(vsmmu_pm 0 elided.TLBI)
check "the page is unmapped while it is suspended" client_do 0 unmap
check "the invalidation is elided" test "$(vsmmu_pm 0 elided.TLBI)" -gt "$tlbi"
client_do 0 work
client_do 0 access "$iova" r
check_equal "the page is not reached any more" 0 "$(client_got 0 'done')"
check "the client works afterwards" client_is_well 0 5
check_equal "no state was lost" 0 "$(vsmmu_pm 0 lost)"
vsmmu_content 0

# Unmaps, attaches and detaches of one client, while the other makes the SMMU suspend and
# resume.
CYCLES=$(some 24)
client_do 0 rest
for n in 0 3; do
	c=$([ $n = 0 ] && echo 0 || echo 4)
	vsmmu_pm_delay $n 0
	[ $n = 0 ] || client_do "$c" rest
	[ $n = 0 ] && client_do 1 work
	client_do $((c + 1)) cycle "$CYCLES" &
	job=$!
	while :; do
		client_do "$c" attach 3 || fail "$n: attach ended with an error"
		check_equal "$n: no access lands after unmap" 0 "$(client_got "$c" late)"
		client_do "$c" storm 4 10 || fail "$n: storm ended with an error"
		check_equal "$n: storm: no access lands after unmap" 0 "$(client_got "$c" late)"
		kill -0 $job 2>/dev/null || break
	done
	check_job "$n: cycles of idle and active" $job
	check_equal "$n: it was suspended as often as expected" "$CYCLES $((CYCLES - (CYCLES + 3) / 4)) 0" \
		"$(client_got $((c + 1)) cycles) $(client_got $((c + 1)) slept) $(client_got $((c + 1)) stayed_awake)"
	note "$n: $(vsmmu_pm $n suspend) times suspended, $(vsmmu_pm $n elided.TLBI) TLBIs elided, mean $(vsmmu_pm $n suspend_mean_ns) and $(vsmmu_pm $n resume_mean_ns) ns"
	check_equal "$n: no suspend or resume failed" "0 0" "$(vsmmu_pm $n suspend_failed) $(vsmmu_pm $n resume_failed)"
	client_do "$c" work
	check "$n: the client works afterwards" client_is_well "$c" 5
	check_equal "$n: no state was lost" 0 "$(vsmmu_pm $n lost)"
	check_equal "$n: GBPA always aborted" 0 "$(vsmmu_pm $n gbpa_not_aborting)"
	vsmmu_content $n
done

# System sleep suspends all SMMUs, even the one that runtime PM may not suspend.
echo 1 >/sys/module/suspend/parameters/pm_test_delay
echo platform >/sys/power/pm_test
channel_away
check "system sleep" eval "echo freeze >/sys/power/state"
channel_back
for n in 0 1 2 3; do
	check "$n: suspended with the system" grep -qE '^[0-9]+ +suspend +system +[0-9]+ +0 ' \
		"$SMMUX_DEBUG/$(vsmmu_name $n)/pm/history"
done
for c in 0 1 2 4 5; do
	check "client $c works afterwards" client_is_well $c 5
done
for n in 0 1 2 3; do
	vsmmu_content $n
done

client_do 0 rest
client_do 1 rest
check "suspended once more" wait_for 60 vsmmu_pm_is 0 suspended
vsmmu_unbind_client 1
check "a suspended SMMU is unbound" vsmmu_unbind 0
check "it is bound again" vsmmu_bind 0
check "the client works again" client_is_well 0 5
vsmmu_unload "the model unloads"
check "the driver unloads" unload_driver
