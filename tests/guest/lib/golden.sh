# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Compares what a driver reports to the IOMMU core, and what it writes to an SMMU's
# registers, with values written by hand from the architecture and the SMMU's features.
# The test modules _says and _plant read both without the driver.

readonly SAYS=/sys/kernel/debug/smmux_test_says
readonly PLANTED=/sys/kernel/debug/smmux_test_plant

# The software MSI window: where arm64 user space expects it, writable, not executable,
# not memory.
readonly MSI_WINDOW="region: SW_MSI 0x8000000 0x100000 prot 0x1a"

# told NAME DEVICE: the driver reports for the device exactly the lines of standard input.
told()
{
	local expected is i number

	mapfile -t expected
	if ! echo "device $2" >$SAYS/command; then
		fail "$1: the driver has $2 as a client"
		return
	fi
	mapfile -t is <$SAYS/result
	number=${#is[@]}
	[ "$number" -gt ${#expected[@]} ] || number=${#expected[@]}
	for ((i = 0; i < number; i++)); do
		check_equal "$1: ${expected[i]:-no more lines}" "${expected[i]:-}" "${is[i]:-}"
	done
}

# reg_at OFFSET BYTES: a register of the SMMU that _plant was loaded for, in REPLY.
reg_at()
{
	echo "read $1 $2" >$PLANTED/command && read -r _ REPLY <$PLANTED/result
}

# programmed WHEN: lines of OFFSET BYTES MASK VALUE NAME from standard input, numbers in
# hex: VALUE is the expected contents of the register in the bits of MASK.
programmed()
{
	local offset bytes mask value name is

	while read -r offset bytes mask value name; do
		[ -n "$offset" ] || continue
		reg_at "0x$offset" "$bytes" || REPLY=0
		printf -v is '%x' $((REPLY & 0x$mask))
		check_equal "$1: $name" "$value" "$is"
	done
}

# based WHEN: lines of OFFSET LOG2 NAME: the address in the register is in memory and
# aligned to 1 << LOG2 bytes.
based()
{
	local offset log2 name address

	while read -r offset log2 name; do
		[ -n "$offset" ] || continue
		reg_at "0x$offset" 8 || REPLY=0
		address=$((REPLY & 0x000fffffffffffe0))
		check "$1: $name is in memory and aligned ($REPLY)" test \
			$((address >= 0x40000000 && address < 0x80000000 && !(address & ((1 << log2) - 1)))) = 1
	done
}

# qemu_registers WHEN [CR1]: checks QEMU's SMMU while it translates. It has SIDSIZE 16,
# 2-level stream tables, CMDQS and EVENTQS 19, no MSI and no ATS. Tables and queues are
# inner shareable and write-back, unless CR1 is given.
qemu_registers()
{
	programmed "$1" <<-EOF
	0020 4 ffffffff d CR0: SMMUEN, EVENTQEN, CMDQEN
	0024 4 ffffffff d CR0ACK
	0028 4 ffffffff ${2:-d75} CR1: attributes of tables and queues
	002c 4 ffffffff 6 CR2: PTM, RECINVSID, no E2H
	0044 4 80100000 100000 GBPA: ABORT, no UPDATE
	0050 4 ffffffff 5 IRQ_CTRL: event queue, global errors
	0054 4 ffffffff 5 IRQ_CTRLACK
	0080 8 fff000000000003f 4000000000000000 STRTAB_BASE: RA
	0088 4 ffffffff 10210 STRTAB_BASE_CFG: two levels, SPLIT 8, LOG2SIZE 16
	0090 8 fff0000000000000 4000000000000000 CMDQ_BASE: RA
	00a0 8 fff000000000001f 400000000000000c EVENTQ_BASE: WA, LOG2SIZE 12
	EOF
	based "$1" <<-EOF
	0080 11 STRTAB_BASE
	0090 12 CMDQ_BASE
	00a0 17 EVENTQ_BASE
	EOF
}
