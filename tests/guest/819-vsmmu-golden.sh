#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: modelled SMMUs with different features: what the driver reports to the IOMMU core, the registers after probe and after suspend and resume, and compatible domains, against hand-written values
# MATRIX: lane=backports smp=3 smmu=none
# ALSO: lane=debug smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 120
# EXPECT: (smmux|arm-smmu-v3) [0-9a-f]+\.vsmmu: (event: platform vclient|platform vclient|event: vclient|vclient).*
# EXPECT: callbacks suppressed
# EXPECT: CLIDR_EL1.LoC == 0, treating as coherent

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh
# shellcheck source=tests/guest/lib/golden.sh
. /smmux/golden.sh

# answers COHERENT MAX_PASIDS IOMMU_MAX_PASIDS ANY PASID PARENT: the expected report.
answers()
{
	cat <<-EOF
	cap.CACHE_COHERENCY: $1
	cap.NOEXEC: 1
	cap.PRE_BOOT_PROTECTION: 0
	cap.ENFORCE_CACHE_COHERENCY: 0
	cap.DEFERRED_FLUSH: 1
	cap.DIRTY_TRACKING: 0
	cap.6: 0
	cap.7: 0
	cap.8: 0
	max_pasids: $2
	iommu_max_pasids: $3
	demanded_type: 0
	$MSI_WINDOW
	domain: $4
	for_any: $4
	for_pasid: $5
	for_nest_parent: $6
	for_dirty_tracking: error -95
	EOF
}

bits()
{
	printf 'pgsizes 0x40201000 aperture 0x0-%#x force 1' $(((1 << $1) - 1))
}

plant()
{
	must "$1: plant" insmod /smmux/smmux_test_plant.ko smmu=$((0x7f000000 + $1 * 0x40000))
}

# registers N WHEN CR0 CR1 STRTAB_BASE_CFG LOG2 EVENTQS: checks SMMU N, whose stream table
# has 2^LOG2 bytes in its first level.
registers()
{
	programmed "$2: $1" <<-EOF
	0020 4 ffffffff $3 CR0
	0024 4 ffffffff $3 CR0ACK
	0028 4 ffffffff $4 CR1
	002c 4 ffffffff 6 CR2: PTM, RECINVSID, no E2H
	0044 4 80100000 100000 GBPA: ABORT, no UPDATE
	0050 4 ffffffff 5 IRQ_CTRL: event queue, global errors
	0054 4 ffffffff 5 IRQ_CTRLACK
	0080 8 fff000000000003f 4000000000000000 STRTAB_BASE: RA
	0088 4 ffffffff $5 STRTAB_BASE_CFG
	0090 8 fff000000000001f 4000000000000008 CMDQ_BASE: RA, LOG2SIZE 8
	00a0 8 fff000000000001f 400000000000000$7 EVENTQ_BASE: WA, LOG2SIZE
	EOF
	based "$2: $1" <<-EOF
	0080 $6 STRTAB_BASE
	0090 12 CMDQ_BASE
	00a0 $((0x$7 + 5)) EVENTQ_BASE
	EOF
	check_equal "$2: $1: the model has accepted them" "$((0x$3)) 5 1" \
		"$(($(vsmmu_state "$1" cr0))) $(($(vsmmu_state "$1" irq_ctrl))) $((($(vsmmu_state "$1" gbpa) >> 20) & 1))"
}

# 0: its MSIs go to the machine's GITS_TRANSLATER, as Device-nGnRE, each with its own
# EventID. The PRI queue is off and has none. 1: a linear table of 64 STEs. 2: outer
# shareable, not cached. 3: can send MSIs but has no ITS: address 0 means wired interrupts.
# 0 and 3 have ATS, so ATSCHK is set.
all_registers()
{
	local event

	plant 0
	registers 0 "$1" 1d d75 1020c 7 7
	programmed "$1: 0" <<-EOF
	0068 8 ffffffffffffffff 8090040 GERROR_IRQ_CFG0
	0074 4 ffffffff 1 GERROR_IRQ_CFG2
	00b0 8 ffffffffffffffff 8090040 EVENTQ_IRQ_CFG0
	00bc 4 ffffffff 1 EVENTQ_IRQ_CFG2
	00d0 8 ffffffffffffffff 0 PRIQ_IRQ_CFG0
	EOF
	reg_at 0x70 4 && event=$REPLY && reg_at 0xb8 4
	check "$1: 0: two different EventIDs ($event, $REPLY)" test $((event != REPLY && event < 32 && REPLY < 32)) = 1
	rmmod smmux_test_plant
	plant 1
	registers 1 "$1" d d75 6 12 7
	rmmod smmux_test_plant
	plant 2
	registers 2 "$1" d 820 1020c 7 7
	rmmod smmux_test_plant
	plant 3
	registers 3 "$1" 1d d75 1020c 7 a
	programmed "$1: 3" <<-EOF
	0068 8 ffffffffffffffff 0 GERROR_IRQ_CFG0
	00b0 8 ffffffffffffffff 0 EVENTQ_IRQ_CFG0
	EOF
	rmmod smmux_test_plant
}

# fits FROM TO ERROR WHY: attaches a domain of client FROM to client TO.
fits()
{
	check "a domain of $1 is tried with $2" sh -c "echo attach vclient$1 vclient$2 >$SAYS/command"
	check_equal "$4" "$3" "$(value_of $SAYS/result error)"
}

# reached CLIENT RW PA: the access at $iova lands at PA.
reached()
{
	client_do "$1" access "$iova" "$2"
	[ "$(client_got "$1" 'done') $(client_got "$1" pa)" = "1 $3" ]
}

must "driver loads" load_driver
must "says" insmod /smmux/smmux_test_says.ko
must "modelled SMMUs" vsmmu_load \
	smmu=msi+pri+sev+pd+aborts,s2only+linear+sids=6+oas=1,noncoherent,msi+hyp+ats+oas=0+eventqs=10 \
	client=0:1/8,1:1,1:2,2:1,3:1 its=0
must "clients are bound" wait_for 20 test -e "$(vsmmu_client 4)/command"
all_registers "after probe"

# Stage 1 takes 48 bits, stage 2 as many as IDR5.OAS says. Client 0 has 8 bits of PASID by
# its property, SSIDSIZE is 12. Without stage 1 there are no PASIDs.
told 0 vclient0 < <(answers 1 256 4096 "$(bits 48)" "$(bits 48)" "$(bits 44)")
told 1 vclient1 < <(answers 1 0 0 "$(bits 36)" "error -95" "$(bits 36)")
told 2 vclient3 < <(answers 0 0 4096 "$(bits 48)" "$(bits 48)" "$(bits 44)")
told 3 vclient4 < <(answers 1 0 4096 "$(bits 48)" "$(bits 48)" "$(bits 32)")

# Output sizes are 44, 36, 44 and 32 bits.
fits 0 4 -22 "refused: output addresses too large"
fits 4 0 0 "attached: smaller output addresses"
fits 0 3 -22 "refused: a coherent domain at a noncoherent SMMU"
fits 3 0 -22 "refused: a noncoherent domain at a coherent SMMU"
fits 4 1 -22 "refused: stage 1 at an SMMU without it"
fits 1 0 0 "attached: stage 2 at an SMMU with both stages"
fits 1 4 -22 "refused: input size of stage 2 above the output size"

# Two stage-2 domains on one SMMU, whose TLB holds the last translations of both.
client_do 1 map rw
iova=$(client_got 1 iova) first=$(client_got 1 pa)
client_do 2 map rw
must "both have the same IOVA" test "$iova" = "$(client_got 2 iova)"
second=$(client_got 2 pa)
for round in 1 2; do
	check "$round: the first client reaches its page" reached 1 w "$first"
	check "$round: the second client reaches its page" reached 2 w "$second"
done
client_do 1 unmap
check "after an unmap in the first, the second still reaches its page" reached 2 r "$second"
client_do 1 access "$iova" r
check_equal "the first does not" 0 "$(client_got 1 'done')"
client_do 2 unmap
client_do 1 race "$(some 100)" &
job=$!
client_do 2 race "$(some 100)"
check_job "races of both clients at once" $job
client_tally 1 "the first client"
client_tally 2 "the second client"

vsmmu_pm_delay 0 0
client_do 0 rest
check "0 is suspended" wait_for 10 vsmmu_pm_is 0 suspended
client_do 0 work
all_registers "after runtime suspend"
echo 1 >/sys/module/suspend/parameters/pm_test_delay
echo platform >/sys/power/pm_test
off=$(vsmmu_counter 0 power_offs)
channel_away
check "the system suspends and resumes" eval "echo freeze >/sys/power/state"
channel_back
check_less "0 was without power" "$off" "$(vsmmu_counter 0 power_offs)"
all_registers "after system sleep"
for n in 0 1 2 3; do
	vsmmu_content $n
done
check "the model unloads" rmmod vsmmu
check "the driver unloads" unload_driver
