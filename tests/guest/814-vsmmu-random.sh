#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: random programs of maps, unmaps, attaches and PASIDs on many modelled devices while another is bound and unbound; a shadow predicts each access, and lint has no findings
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
# shellcheck source=tests/guest/lib/plant.sh
. /smmux/plant.sh

# To repeat a program: with SMMUX_SEED=n make test-one T=814 all clients begin with seed n.
PROGRAMS=$(some 20)
readonly PROGRAMS STEPS=60
readonly CLIENTS='0 1 2 3 4 5'

seed_of()
{
	echo "${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}"
}

come_and_go()
{
	while [ ! -e /tmp/enough ]; do
		echo vclient6 >$VSMMU_CLIENTS/unbind
		echo vclient6 >$VSMMU_CLIENTS/bind
		rounds=$((rounds + 1))
		client_do 6 race 2
		[ "$(client_got 6 missed) $(client_got 6 late)" = '0 0' ] || return 1
	done
	echo "$rounds" >/tmp/rounds
}

# The kernel's own driver needs room for 64 commands.
small=cmdqs=3
[ "$DRIVER" = smmux ] || small=cmdqs=7
must "driver loads" load_driver
must "modelled SMMUs" vsmmu_load \
	smmu=plain+msi,noril+linear+sids=6+ssids=6+tags8,s2only+$small,stall+only4k+noril+hyp+sev \
	client=0:1,0:2+3+0x45/8,1:3+4/6,2:7,3:9,3:0x800/12,0:0x11 its=0
must "clients are bound" wait_for 60 test -e "$(vsmmu_client 6)/command"

if [ "$DRIVER" = smmux ]; then
	lint="$SMMUX_DEBUG/*/lint"
	check "lint has no findings before" lint_clean
	keep_linting &
	linter=$!
fi
rounds=0
come_and_go &
churn=$!
jobs=()
for c in $CLIENTS; do
	seed=$(seed_of)
	note "client $c: $PROGRAMS programs of $STEPS steps from seed $seed on"
	client_do "$c" random "$seed" "$PROGRAMS" "$STEPS" &
	jobs+=($!)
done
for c in $CLIENTS; do
	check_job "$c: all programs end without an error" "${jobs[$c]}"
done
[ "$DRIVER" != smmux ] || wait_for 120 linted 2 0
touch /tmp/enough
check_job "a device is bound and unbound meanwhile" $churn
note "$(cat /tmp/rounds) times"
[ "$DRIVER" != smmux ] || lint_ends "$linter"
for c in $CLIENTS; do
	check_equal "$c: programs" "$PROGRAMS" "$(client_got "$c" programs)"
	check_equal "$c: every access ended as predicted" "" "$(client_got "$c" wrong)"
	check "$c: many accesses landed" test "$(client_got "$c" landed)" -gt $((PROGRAMS * STEPS / 10))
	note "$c: $(tr '\n' ' ' <"$(vsmmu_client "$c")/result")"
done
for n in 0 1 2 3; do
	vsmmu_content $n
	[ "$DRIVER" != smmux ] || check "$n: counters agree with the model" wait_for 60 vsmmu_agrees $n
	note "$n: $(tr '\n' ' ' <"$(vsmmu_dir $n)/counters")"
done
vsmmu_unload "the model unloads"
check "the driver unloads" unload_driver
