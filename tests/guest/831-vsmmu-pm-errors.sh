#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: whatever goes wrong while an SMMU goes to sleep or wakes up, it translates as before or aborts, and says so
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

# What the last attempt to sleep stumbled over.
last_step()
{
	awk '$2 == "suspend" && $5 { print $6; exit }' "$SMMUX_DEBUG/$(vsmmu_name 0)/pm/history"
}

# Into REPLY, without a process: microseconds.
now()
{
	REPLY=${EPOCHREALTIME/./}
}

# stumbles STEP COMMAND...: with what was injected before the SMMU cannot sleep, for that
# reason; the command then ends it, before waking up gives up a second later. Where this
# shell was not run in time for that the machine has shown nothing of the driver: 1.
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
		note "$step: ended after $(((REPLY - last) / 1000)) ms, which is too late: once more from the start"
		return 1
	fi
	check_equal "$step: it was tried" "$failed" "$(vsmmu_pm 0 suspend_failed)"
	check_equal "$step: it says where" "$step" "$(last_step)"
}

# It sleeps, or does not come back.
has_ended()
{
	vsmmu_pm_is 0 suspended || vsmmu_pm_is 0 failed
}

all_told()
{
	check_equal "$1: all events were seen" "$(vsmmu_counter 0 events)" \
		"$(value_of "$SMMUX_DEBUG/$(vsmmu_name 0)/evtq/counters" events)"
	check_equal "$1: and all errors" "$2" \
		"$(value_of "$SMMUX_DEBUG/$(vsmmu_name 0)/gerror" EVENTQ_ABT_ERR)"
}

recovers()
{
	check "$1: asleep when that is over" wait_for 60 vsmmu_pm_is 0 suspended
	client_do 0 work
	check "$1: and awake, and well" client_is_well 0 5
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

# The SMMU is at a command and not done with it.
busy()
{
	[ $(($(vsmmu_state 0 cmdq_prod) & 0xfffff)) != $(($(vsmmu_state 0 cmdq_cons) & 0xfffff)) ]
}

# A SYNC that does not come in time, while the next one does. The submitter rests, or the SMMU would not try.
late_sync()
{
	local jobs=() rc=0

	client_do 0 map rw
	client_do 0 rest
	check "asleep" wait_for 60 vsmmu_pm_is 0 suspended
	client_do 0 work
	vsmmu_inject 0 "sync_delay 9000000"
	client_do 0 unmap &
	jobs+=($!)
	must "a SYNC is on its way" wait_for 60 busy
	client_do 0 rest &
	jobs+=($!)
	stumbles commands vsmmu_inject 0 "sync_delay 0" || rc=1
	wait "${jobs[@]}"
	[ $rc = 1 ] || recovers "a SYNC that does not come"
	return $rc
}

# A handshake that is not answered in time, while the next one is. Errors meanwhile
# count, also after interrupts are off.
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

# Events whose owner takes too long; they are not forgotten.
late_events()
{
	check "slow: the client has such an owner" client_do 0 slow 20
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
	vsmmu_unload "the model goes"
	begin
	n=0
done
[ $tries -lt 9 ] || skip "each step of going to sleep fails" "this shell was never run within a second of it"

# Events and errors in the last moment are handled before it sleeps.
before=$(vsmmu_pm 0 suspend)
for round in 1 2 3 4 5; do
	vsmmu_inject 0 "events 20"
	vsmmu_inject 0 "parting 20"
	vsmmu_inject 0 "gerror 0x4"
	client_do 0 rest
	check "round $round: asleep" wait_for 60 vsmmu_pm_is 0 suspended
	client_do 0 work
done
check_equal "asleep each time" $((before + 5)) "$(vsmmu_pm 0 suspend)"
all_told "five times asleep" $((n + 5))
check "well after that" client_is_well 0 5
vsmmu_content 0

# Power that goes behind our back: sleep is a cure.  Twice, as what happens to be in CONS
# then may be just what the first SYNC waits for.
vsmmu_inject 0 power_loss
client_do 0 race 2
check_equal "without power nothing lands" "2 0" "$(client_got 0 missed) $(client_got 0 late)"
check "it is known" grep -qx 'dead: yes' "$SMMUX_DEBUG/$(vsmmu_name 0)/cmdq/state"
vsmmu_inject 0 clear
client_do 0 rest
check "asleep all the same" wait_for 60 vsmmu_pm_is 0 suspended
client_do 0 work
check "well after sleep" client_is_well 0 5
vsmmu_content 0

# The hardware's thread may be held up by who waits for it, on its own CPU: only where
# all locks but raw ones sleep (rt64k) can it be so while it holds a lock, and seldom is.
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
check_equal "asleep and awake on the hardware's CPU" "" "$(head -n 5 /tmp/rounds)"
check_equal "as often as told" $((before + rounds)) "$(vsmmu_pm 0 suspend)"
check "well after that, too" client_is_well 0 5
vsmmu_content 0

# At any instant of sleep and waking up: it works, or it is off and can be bound again.
for ((round = 0; round < $(some 12); round++)); do
	vsmmu_inject 0 "loss $((RANDOM % 24 + 1))"
	client_do 0 rest
	wait_for 60 has_ended || note "round $round: $(vsmmu_pm 0 state)"
	client_do 0 work 2>/dev/null
	client_do 0 race 1 2>/dev/null
	[ "$(client_got 0 late)" = 0 ] || echo "round $round: landed late"
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
	client_is_well 0 5 || echo "round $round: bound again and not well"
done >/tmp/losses 2>&1
check_equal "losses of power" "" "$(head -n 5 /tmp/losses)"

# The machine goes off with the SMMU asleep; the model has a last look.
client_do 0 rest
check "asleep at the end" wait_for 60 vsmmu_pm_is 0 suspended
if [ "$LANE" != backports ]; then
	vsmmu_unload "the model goes"
	check "the driver goes" unload_driver
fi
