#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: after any error during suspend or resume, an SMMU translates as before or aborts, and reports the error
# MATRIX: lane=backports smp=3 smmu=none
# ALSO: lane=debug,race,rt64k smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 200
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: |event queue overflow|vclient|runtime suspend: |suspend: step |resume: failed|global error: )
# EXPECT: smmux [0-9a-f]+\.vsmmu: (CR0|IRQ_CTRL|GBPA|CMD_SYNC|queue drain|cache invalidation)
# EXPECT: smmux [0-9a-f]+\.vsmmu: (reset or power loss|lost invalidations)
# EXPECT: vsmmu-client vclient[0-9]:
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

# The step at which the last suspend failed.
last_step()
{
	awk '$2 == "suspend" && $5 { print $6; exit }' "$SMMUX_DEBUG/$(vsmmu_name 0)/pm/history"
}

# Puts the time in microseconds into REPLY, without starting a process.
now()
{
	REPLY=${EPOCHREALTIME/./}
}

# stumbles STEP COMMAND...: an injected error makes the suspend fail at STEP. COMMAND then
# ends the error, before the resume gives up a second later. If this shell was scheduled too
# late for that, the attempt proves nothing: returns 1.
stumbles()
{
	local lines=() step=$1 end=$((SECONDS + $(patient 60))) file before last
	shift

	file=$SMMUX_DEBUG/$(vsmmu_name 0)/pm/state
	failed=$((failed + 1))
	now
	last=$REPLY
	while [ "$SECONDS" -lt "$end" ]; do
		now
		before=$REPLY
		mapfile -t lines <"$file"
		[[ " ${lines[*]} " != *" suspend_failed: $failed "* ]] || break
		last=$before
		sleep 0.01
	done
	"$@"
	now
	if [ $((REPLY - last)) -ge 900000 ]; then
		note "$step: the error ended after $(((REPLY - last) / 1000)) ms, which is too late: starting over"
		return 1
	fi
	check_equal "$step: the suspend failed" "$failed" "$(vsmmu_pm 0 suspend_failed)"
	check_equal "$step: the history has the step" "$step" "$(last_step)"
}

# The SMMU is suspended, or its resume failed.
has_ended()
{
	vsmmu_pm_is 0 suspended || vsmmu_pm_is 0 failed
}

all_told()
{
	check_equal "$1: all events were counted" "$(vsmmu_counter 0 events)" \
		"$(value_of "$SMMUX_DEBUG/$(vsmmu_name 0)/evtq/counters" events)"
	check_equal "$1: all global errors were counted" "$2" \
		"$(value_of "$SMMUX_DEBUG/$(vsmmu_name 0)/gerror" EVENTQ_ABT_ERR)"
}

recovers()
{
	check "$1: suspended after the error" wait_for 60 vsmmu_pm_is 0 suspended
	client_do 0 work
	check "$1: the client works after resume" client_is_well 0 5
	vsmmu_content 0
}

begin()
{
	must "a modelled SMMU" vsmmu_load smmu=aborts+pd+cmdqs=4 client=0:1,0:2
	must "clients are bound" wait_for 60 test -e "$(vsmmu_client 1)/command"
	vsmmu_pm_delay 0 50
	client_do 1 rest
	failed=0
}

# The SMMU has a command that it has not completed.
busy()
{
	[ $(($(vsmmu_state 0 cmdq_prod) & 0xfffff)) != $(($(vsmmu_state 0 cmdq_cons) & 0xfffff)) ]
}

# One SYNC times out, and the next one completes. The submitter is idle: otherwise the SMMU
# would not be suspended.
late_sync()
{
	local jobs=() rc=0

	client_do 0 map rw
	client_do 0 rest
	check "suspended" wait_for 60 vsmmu_pm_is 0 suspended
	client_do 0 work
	vsmmu_inject 0 "sync_delay 9000000"
	client_do 0 unmap &
	jobs+=($!)
	must "a SYNC is pending" wait_for 60 busy
	client_do 0 rest &
	jobs+=($!)
	stumbles commands vsmmu_inject 0 "sync_delay 0" || rc=1
	wait "${jobs[@]}"
	[ $rc = 1 ] || recovers "a SYNC that times out"
	return $rc
}

# One handshake times out, and the next one is acknowledged. Global errors meanwhile are
# counted, also after interrupts are off.
end_silence()
{
	vsmmu_inject 0 "gerror 0x4"
	vsmmu_inject 0 "no_ack 0"
}

unanswered()
{
	local step

	vsmmu_inject 0 "no_ack 1"
	vsmmu_inject 0 gbpa
	client_do 0 rest
	stumbles GBPA vsmmu_inject 0 "no_ack 0" || return
	recovers GBPA
	n=0
	for step in SMMUEN EVENTQEN interrupts CR0; do
		n=$((n + 1))
		vsmmu_inject 0 "no_ack $n"
		client_do 0 rest
		stumbles $step end_silence || return
		recovers $step
		all_told $step $n
	done
}

# A handler that takes too long for its events. No event is lost.
late_events()
{
	check "slow: the client's fault handler is slow" client_do 0 slow 20
	vsmmu_inject 0 "parting 200"
	client_do 0 rest
	stumbles events client_do 0 slow 0 || return
	recovers events
	all_told events $n
}

must "driver loads" load_driver
n=0 failed=0
begin
for ((tries = 0; tries < 9; tries++)); do
	! { late_sync && unanswered && late_events; } || break
	vsmmu_unload "the model unloads"
	begin
	n=0
done
[ $tries -lt 9 ] || skip "each step of suspend fails" "this shell was never scheduled within a second"

# Events and global errors just before a suspend are handled first.
before=$(vsmmu_pm 0 suspend)
for round in 1 2 3 4 5; do
	vsmmu_inject 0 "events 20"
	vsmmu_inject 0 "parting 20"
	vsmmu_inject 0 "gerror 0x4"
	client_do 0 rest
	check "round $round: suspended" wait_for 60 vsmmu_pm_is 0 suspended
	client_do 0 work
done
check_equal "suspended each time" $((before + 5)) "$(vsmmu_pm 0 suspend)"
all_told "five suspends" $((n + 5))
check "the client works afterwards" client_is_well 0 5
vsmmu_content 0

# A power loss that the driver did not cause: a suspend and resume repair it. Two rounds,
# because CONS may happen to have the value that the first SYNC waits for.
vsmmu_inject 0 power_loss
client_do 0 race 2
check_equal "without power: missed, late" "2 0" "$(client_got 0 missed) $(client_got 0 late)"
check "the driver knows the power loss" grep -qx 'dead: yes' "$SMMUX_DEBUG/$(vsmmu_name 0)/cmdq/state"
vsmmu_inject 0 clear
client_do 0 rest
check "suspended nevertheless" wait_for 60 vsmmu_pm_is 0 suspended
client_do 0 work
check "the client works after resume" client_is_well 0 5
vsmmu_content 0

# A waiter on the CPU of the model's thread may delay that thread. On rt64k, where all but
# raw locks sleep, this can rarely happen while the thread holds a lock.
on_its_cpu()
{
	client_path 0
	taskset -c 2 sh -c "echo $1 >$REPLY/command"
}

before=$(vsmmu_pm 0 suspend)
rounds=5
[ "$LANE" != rt64k ] || rounds=60
for ((round = 1; round <= rounds; round++)); do
	on_its_cpu rest && wait_for 60 vsmmu_pm_is 0 suspended && on_its_cpu work ||
		echo "round $round: $(vsmmu_pm 0 state)"
done >/tmp/rounds 2>&1
check_equal "suspend and resume on the CPU of the model's thread" "" "$(head -n 5 /tmp/rounds)"
check_equal "every round suspended the SMMU" $((before + rounds)) "$(vsmmu_pm 0 suspend)"
check "the client works after these rounds" client_is_well 0 5
vsmmu_content 0

# Power loss at any instant of suspend and resume: it works, or it is off and can be bound
# again.
for ((round = 0; round < $(some 12); round++)); do
	vsmmu_inject 0 "loss $((RANDOM % 24 + 1))"
	client_do 0 rest
	wait_for 60 has_ended || note "round $round: $(vsmmu_pm 0 state)"
	client_do 0 work 2>/dev/null
	client_do 0 race 1 2>/dev/null
	[ "$(client_got 0 late)" = 0 ] || echo "round $round: an access landed after unmap"
	vsmmu_inject 0 "loss 0"
	vsmmu_inject 0 clear
	if vsmmu_pm_is 0 on && client_is_well 0 5; then
		continue
	fi
	vsmmu_unbind_client 1
	vsmmu_unbind 0
	vsmmu_bind 0 || echo "round $round: no bind"
	vsmmu_bind_client 1
	client_do 1 rest
	vsmmu_pm_delay 0 50
	client_is_well 0 5 || echo "round $round: bound again, but the client does not work"
done >/tmp/losses 2>&1
check_equal "power losses: no errors" "" "$(head -n 5 /tmp/losses)"

# The machine shuts down with the SMMU suspended; the model checks that, too.
client_do 0 rest
check "suspended at the end" wait_for 60 vsmmu_pm_is 0 suspended
if [ "$LANE" != backports ]; then
	vsmmu_unload "the model unloads"
	check "the driver unloads" unload_driver
fi
