#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: translate against the model's own walk, at and around 4,000 random mappings of both stages, with and without PASIDs; tables at bad addresses; a domain of a million pages
# MATRIX: lane=backports smp=3 smmu=none
# ALSO: lane=debug smp=3 smmu=none
# ALSO: lane=race smp=3 smmu=none
# ALSO: lane=rt64k smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# WITH: ask
# TIMEOUT: 240
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: platform vclient|platform vclient|event: vclient|vclient).*
# EXPECT: callbacks suppressed
# EXPECT: smmux .*event queue overflow: events are lost

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

readonly CLIENTS='0 1 2 3 4'
# Each keeps about 20 mappings at a time.
KEEPS=$(some 40)
# A debug kernel takes ten times as long and tests no more of a walk.
[ "$LANE" = backports ] || KEEPS=$((KEEPS / 4))
readonly KEEPS STEPS=30

master()
{
	echo "$SMMUX_DEBUG/masters/vclient$1"
}

ask()
{
	exec 4<>"$(master "$1")/translate"
	printf '%s' "$2" >&4
	cat <&4 >/tmp/answer
	exec 4<&-
}

# step KIND: the address of the last entry of this kind.
step()
{
	awk -v kind="$1" '$3 == kind { at = $5 } END { print at }' /tmp/answer
}

# One storm of many.
storm()
{
	client_do 1 storm 2 20 || return
	[ "$(client_got 1 missed) $(client_got 1 late) $(client_got 1 errors)" = '0 0 0' ]
}

accesses_since()
{
	[ "$(vsmmu_counter 0 accesses)" -gt "$1" ]
}

# leads_nowhere NAME KIND VALUE EVENT: with VALUE in the entry of KIND, translate gives EVENT.
leads_nowhere()
{
	local at old

	ask 0 "$iova"
	at=$(step "$2")
	client_do 0 poke "$at" "$3"
	old=$(client_got 0 old)
	ask 0 "$iova"
	check_equal "$1" "fault $4" "$(value_of /tmp/answer result) $(value_of /tmp/answer event | cut -d' ' -f1)"
	note "$(value_of /tmp/answer reason): $(tail -n 1 /tmp/answer)"
	cat "$SMMUX_DEBUG"/domains/*/ranges >/dev/null
	client_do 0 poke "$at" "$old"
}

if [ "$DRIVER" != smmux ]; then
	skip_all "files of smmux only"
fi
must "driver loads" load_driver
must "modelled SMMUs" vsmmu_load \
	smmu=plain,noril+linear+sids=6+ssids=6+tags8,s2only+cmdqs=3,stall+only4k+noril+hyp \
	client=0:1,0:2+3+0x45/8,1:3+4/6,2:7,3:9
must "clients are bound" wait_for 60 test -e "$(vsmmu_client 4)/command"

seed=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
jobs=()
for c in $CLIENTS; do
	note "client $c: $KEEPS times from seed $((seed + c * 1000)) on"
	/smmux/ask compare "$(vsmmu_client "$c")" "$(master "$c")" "$SMMUX_DEBUG/domains" \
		$((seed + c * 1000)) "$KEEPS" $STEPS >"/tmp/compare.$c" 2>&1 &
	jobs+=($!)
done
mappings=0
for c in $CLIENTS; do
	check_job "$c: the model and translate agree" "${jobs[$c]}"
	check_equal "$c: no errors" "" "$(grep ^wrong: "/tmp/compare.$c")"
	note "$c: $(tr '\n' ' ' <"/tmp/compare.$c")"
	mappings=$((mappings + $(value_of "/tmp/compare.$c" mappings)))
	check_less "$c: many addresses were translated" "$KEEPS" "$(value_of "/tmp/compare.$c" translated)"
	check_less "$c: many addresses faulted" "$KEEPS" "$(value_of "/tmp/compare.$c" events)"
done
check_less "mappings" $((KEEPS * 80)) "$mappings"
for n in 0 1 2 3; do
	vsmmu_content $n
done

# Tables at a device, at a hole, and in memory that the kernel does not own. The model has
# the right entries cached.
client_do 0 map rw
iova=$(client_got 0 iova)
for where in 9000 2000000 7f000; do
	leads_nowhere "a page table at 0x${where}000" table ${where}003 F_WALK_EABT
	leads_nowhere "CDs at 0x${where}000" STE ${where}00b F_CD_FETCH
	leads_nowhere "STEs at 0x${where}000" L1STD ${where}009 F_STE_FETCH
done
ask 0 "$iova"
check_equal "the restored tables translate again" "translated $(client_got 0 pa)" \
	"$(value_of /tmp/answer result) $(client_got 0 pa)"
client_do 0 unmap

# ranges of a domain of a million pages is read while another client unmaps.
pages=$(some 1000000)
before=("$SMMUX_DEBUG"/domains/*)
must "a domain of $pages pages" client_do 4 fill "$pages"
for full in "$SMMUX_DEBUG"/domains/*; do
	[[ " ${before[*]} " == *" $full "* ]] || break
done
accesses=$(vsmmu_counter 0 accesses)
load_begin storm
must "a storm has begun" wait_for 60 accesses_since "$accesses"
start=$EPOCHREALTIME
cat "$full/ranges" >/tmp/full
end=$EPOCHREALTIME
load_end "storms meanwhile, without late accesses"
gaps=$(((pages + 2047) / 2048))
check_equal "pages in ranges" $((pages - gaps)) "$(value_of /tmp/full pages_4K)"
check_equal "runs in ranges" "$gaps" "$(grep -c ^0x /tmp/full)"
check_equal "tables in ranges" $(((pages + 511) / 512)) "$(value_of /tmp/full tables_level_3)"
note "read in $(((${end/./} - ${start/./}) / 1000)) ms"
client_do 4 fill 0
vsmmu_unload "the model unloads"
check "the driver unloads" unload_driver
