#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: command errors, global errors, slow SYNCs, SYNCs by MSI and by SEV from a modelled SMMU: each is reported and acknowledged, and the SMMU works afterwards
# MATRIX: lane=backports smp=3 smmu=none
# FULL: lane=debug smp=3 smmu=none
# ALSO: lane=race smp=3 smmu=none
# ALSO: lane=rt64k smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# TIMEOUT: 240
# EXPECT: smmux [0-9a-f]+\.vsmmu: (command error|global error|event: vclient|event queue overflow)
# EXPECT: smmux [0-9a-f]+\.vsmmu: vclient
# EXPECT: smmux [0-9a-f]+\.vsmmu: lost invalidations: all caches
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

ROUNDS=$(some 12)
readonly ROUNDS

race()
{
	client_do "$1" race "$ROUNDS" || fail "$2: race ended with an error"
	check_equal "$2: rounds, missed, late" "$ROUNDS 0 0" \
		"$(client_got "$1" rounds) $(client_got "$1" missed) $(client_got "$1" late)"
}

quiet()
{
	check_equal "$2: no global error is pending" 0x0 "$(vsmmu_state "$1" gerror_active)"
	vsmmu_content "$1"
}

must "driver loads" load_driver
must "modelled SMMUs" vsmmu_load smmu=plain,msi,sev+s2only,ats client=0:1,1:1,2:1,3:1 its=1
must "clients are bound" wait_for 60 test -e "$(vsmmu_client 3)/command"
check "SYNC by polling" dmesg_has "$(vsmmu_name 0): .* sync by polling"
check "SYNC by MSI" dmesg_has "$(vsmmu_name 1): .* sync by msi"
check "SYNC by event" dmesg_has "$(vsmmu_name 2): .* sync by wfe"
check "interrupts by wire" dmesg_has "$(vsmmu_name 0): .* irq wired"
check "interrupts by MSI" dmesg_has "$(vsmmu_name 1): .* irq msi"

for n in 0 1 2 3; do
	race $n "$n: plain"
	vsmmu_inject $n "sync_delay 3000"
	race $n "$n: SYNCs of 3 ms"
	vsmmu_inject $n "sync_delay 0"
	race $n "$n: fast again"
	quiet $n "$n: after SYNCs"
done

for n in 0 1 2 3; do
	# The third command from now is a CFGI, TLBI or SYNC of an unmap or attach. The driver
	# must go on, and later invalidations must take effect.
	vsmmu_inject $n "abt 3"
	race $n "$n: CERROR_ABT"
	vsmmu_inject $n "atc 2"
	race $n "$n: CERROR_ATC_INV_SYNC"
	quiet $n "$n: after command errors"
	for bit in 2 3 4 5 6 7 9; do
		vsmmu_inject $n "gerror $((1 << bit))"
	done
	check "$n: the driver acknowledges global errors" wait_for 60 sh -c \
		"grep -qx 'gerror_active: 0x0' $(vsmmu_dir $n)/state"
	race $n "$n: after global errors"
	quiet $n "$n: after global errors"
done
for what in 'write to the event queue aborted' 'write to the PRI queue' 'MSI write of a CMD_SYNC' \
	'MSI write of the event queue' 'MSI write of the PRI queue' 'MSI write of GERROR' 'error of a command queue control'; do
	check "the log says: $what" dmesg_has "$(vsmmu_name 0): global error: $what"
done

# One record of each type in the architecture, and one of an unknown type.
records()
{
	value_of "$SMMUX_DEBUG/$(vsmmu_name "$1")/evtq/counters" events
}

before=$(records 0)
ids='1 2 3 4 5 6 7 8 9 0xa 0xb 0x10 0x11 0x12 0x13 0x20 0x21 0x24 0x25 0xe0 0x5f'
for id in $ids; do
	vsmmu_inject 0 "record $id"
done
all_seen()
{
	[ $(($(records 0) - before)) -ge "$(wc -w <<<"$ids")" ]
}
check "all records are counted" wait_for 60 all_seen
check_equal "each type is counted by its name" "" \
	"$(awk '/^evt\./ && $2 == 0' "$SMMUX_DEBUG/$(vsmmu_name 0)/evtq/counters")"

# Both of these raise an MSI and no wired interrupt.
one_more()
{
	[ "$(records 1)" -gt "$before" ]
}
before=$(records 1) messages=$(vsmmu_counter 1 messages)
vsmmu_inject 1 "record 0x10"
check "1: a record is counted" wait_for 60 one_more
vsmmu_inject 1 "gerror $((1 << 2))"
check "1: the driver acknowledges a global error" wait_for 60 sh -c \
	"grep -qx 'gerror_active: 0x0' $(vsmmu_dir 1)/state"
check "1: MSIs were sent" test $(($(vsmmu_counter 1 messages) - messages)) -ge 2
check_equal "1: wired interrupts" 0 "$(vsmmu_counter 1 irqs)"
check_equal "0: MSIs" 0 "$(vsmmu_counter 0 messages)"

# A SYNC is reported as illegal, so no invalidation is lost. The driver repeats it, and the
# submitter gets the error.
vsmmu_inject 0 "ill 2"
client_do 0 map rw
client_do 0 unmap
check "CERROR_ILL: the log names it" wait_for 60 dmesg_has "$(vsmmu_name 0): command error 1 at .*: SYNC"
race 0 "CERROR_ILL: after it"
quiet 0 "CERROR_ILL: after it"

# The TLBI itself is reported as illegal. Its translation must be invalid nevertheless when
# the unmap returns.
for n in 0 1 2 3; do
	vsmmu_inject $n "ill 1"
	race $n "$n: CERROR_ILL of a TLBI"
	quiet $n "$n: CERROR_ILL of a TLBI"
done
check "CERROR_ILL: the log says that a full invalidation replaced lost ones" dmesg_has "$(vsmmu_name 0): lost invalidations"

# Service failure: all traffic aborts. The driver logs that, even after many other messages.
client_do 0 map rw
iova=$(client_got 0 iova)
vsmmu_inject 0 "gerror $((1 << 8))"
check "SFM: the log says so" wait_for 60 dmesg_has "$(vsmmu_name 0): global error: service failure"
check_equal "SFM: GBPA aborts" $((1 << 20)) $(($(vsmmu_state 0 gbpa) & 1 << 20))
client_do 0 access "$iova" w
check_equal "SFM: an access is aborted" "0 0" "$(client_got 0 "done") $(client_got 0 bypassed)"
client_do 0 unmap
race 1 "SFM: another SMMU still works"
vsmmu_content 0
vsmmu_unload "the model unloads"
check "the driver unloads" unload_driver
