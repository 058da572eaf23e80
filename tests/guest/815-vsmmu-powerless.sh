#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: power is lost at random instants of random programs and of the driver's probe: all operations end, no traffic bypasses, the log reports the loss, and a new bind restores operation
# FULL: lane=backports smp=3 smmu=none
# FULL: lane=debug,race smp=3 smmu=none
# ALSO: lane=rt64k smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 200
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: vclient|event: unknown|event queue overflow|vclient)
# EXPECT: smmux [0-9a-f]+\.vsmmu: reset or power loss
# EXPECT: smmux [0-9a-f]+\.vsmmu: lost invalidations: all caches
# EXPECT: smmux [0-9a-f]+\.vsmmu: (CR0|IRQ_CTRL|GBPA)
# EXPECT: smmux [0-9a-f]+\.vsmmu: cache invalidation: failed
# EXPECT: smmux [0-9a-f]+\.vsmmu: probe with driver smmux failed
# EXPECT: vsmmu-client vclient[0-9]:
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

ROUNDS=$(some 4)
readonly ROUNDS

knows_of_it()
{
	grep -qx 'dead: yes' "$SMMUX_DEBUG/$(vsmmu_name "$1")/cmdq/state"
}

# Prints each error to standard output.
lose_while_running()
{
	local n=$1 seed at=$((RANDOM % 120 + 1))

	vsmmu_inject "$n" "loss $at"
	# Programs differ in how many commands they cause: repeat until the loss has occurred.
	for _ in 1 2 3 4 5 6 7 8; do
		seed=$RANDOM$RANDOM
		client_do "$n" random "$seed" 4 10 2>/dev/null
		[ -z "$(client_got "$n" wrong)" ] || echo "seed $seed, loss at $at: $(client_got "$n" wrong)"
		[ "$(vsmmu_state "$n" lost_power)" = 0 ] || break
	done
	if [ "$(vsmmu_state "$n" lost_power)" = 1 ]; then
		client_do "$n" race 1
		[ "$(client_got "$n" missed) $(client_got "$n" late)" = '1 0' ] ||
			echo "seed $seed, loss at $at: an access landed without power"
		! grep -vE 'is mapped to .* but was refused|^wrong page' "$(vsmmu_dir "$n")/check" ||
			echo "seed $seed, loss at $at: see above"
		vsmmu_inject "$n" clear
		knows_of_it "$n" || echo "seed $seed, loss at $at: the driver does not know"
		lost=$((lost + 1))
		# After a long run the log has only the last messages.
		[ "$lost" != 1 ] || dmesg_has "$(vsmmu_name "$n"): reset or power loss" ||
			echo "seed $seed, loss at $at: the log does not say so"
	fi
	vsmmu_inject "$n" "loss 0"
}

# A failed probe must not prevent the next one.
lose_while_binding()
{
	local n=$1 at=$((RANDOM % 16 + 1))

	vsmmu_inject "$n" "loss $at"
	vsmmu_bind "$n" 2>/dev/null
	[ "$(vsmmu_state "$n" lost_power)" = 0 ] || lost=$((lost + 1))
	vsmmu_inject "$n" "loss 0"
	vsmmu_unbind "$n"
}

lose_often()
{
	local n=$1 round lost=0

	for ((round = 0; round < ROUNDS; round++)); do
		lose_while_running "$n"
		vsmmu_unbind "$n"
		[ $((round % 4)) != 3 ] || lose_while_binding "$n"
		vsmmu_bind "$n" || echo "round $round: no bind after a loss"
		client_do "$n" race 5 || echo "round $round: race ended with an error"
		[ "$(client_got "$n" missed) $(client_got "$n" late)" = '0 0' ] ||
			echo "round $round: bound again, missed and late are $(client_got "$n" missed) $(client_got "$n" late)"
	done >"/tmp/wrong.$n" 2>&1
	echo "$lost" >"/tmp/lost.$n"
}

must "driver loads" load_driver
must "modelled SMMUs" vsmmu_load smmu=stall,s2only+cmdqs=3,noril+linear+sids=6+sev,plain+msi \
	client=0:1/8,1:1,2:1,3:1/6 its=3
must "clients are bound" wait_for 60 test -e "$(vsmmu_client 3)/command"

jobs=()
for n in 0 1 2 3; do
	lose_often $n &
	jobs+=($!)
done
for n in 0 1 2 3; do
	check_job "$n: $ROUNDS rounds end" "${jobs[$n]}"
	check_equal "$n: no errors" "" "$(head -n 5 /tmp/wrong.$n)"
	check "$n: power was lost" test "$(cat /tmp/lost.$n)" -ge "$ROUNDS"
	note "$n: power was lost $(cat /tmp/lost.$n) times"
	vsmmu_content $n
done
vsmmu_unload "the model unloads"
check "the driver unloads" unload_driver
