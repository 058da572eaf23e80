#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the file of the registers has each once, whole and decoded, agrees with caps, tells who wrote over one, and sleeps with the SMMU
# MATRIX: lane=stable
# FULL: lane=stable,backports
# ALSO: lane=debug
# DEVICES: nvme blk net-virtio
# DTB: -c @ /smmux-power
# DTB: -t s @ /smmux-power compatible smmux,test-power
# DTB: -t x @ /smmux-power #power-domain-cells 0
# DTB: -t x @ /smmux-power phandle 7777
# DTB: -t x @ /smmuv3@9050000 power-domains 7777
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/power.sh
. /smmux/power.sh

PLANT=/sys/kernel/debug/smmux_test_plant/command

# reg NAME: its value; field NAME FIELD: of it.
reg()
{
	awk -v name="$1" '$2 == name { print $3 }' "$regs"
}

field()
{
	awk -v name="$1" -v field="$2" '$2 == name { for (i = 4; i <= NF; i++)
		if (index($i, field "=") == 1) { sub(/.*=/, "", $i); print $i } }' "$regs"
}

# Every line in its form; offsets rise; no name twice; all bits that are set have a name.
in_form()
{
	awk 'NR == 1 { if ($0 != "offset  name            raw                decoded") { print; bad = 1 }; next }
		!/^0x[0-9a-f]{5} [A-Z0-9_]+ +0x([0-9a-f]{8}|[0-9a-f]{16}) +[A-Za-z0-9_]+=(0x[0-9a-f]+|[0-9])/ { print; bad = 1 }
		$1 "" <= last "" { print "not in order: " $0; bad = 1 }
		seen[$2]++ { print "twice: " $0; bad = 1 }
		{ last = $1 }
		END { exit bad || NR < 30 }' "$regs"
}

nothing_odd()
{
	! grep -E 'reserved=|expected' "$regs"
}

# Fields are the bits of the value: put together again they are the whole of CR0.
cr0_adds_up()
{
	local sum

	sum=$(($(field CR0 VMW) << 6 | $(field CR0 ATSCHK) << 4 | $(field CR0 CMDQEN) << 3 |
		$(field CR0 EVENTQEN) << 2 | $(field CR0 PRIQEN) << 1 | $(field CR0 SMMUEN)))
	check_equal "the fields of CR0 are all of it" "$(reg CR0)" "$(printf '0x%08x' "$sum")"
}

id_registers()
{
	local name

	for name in IDR0 IDR1 IDR2 IDR3 IDR4 IDR5 IIDR AIDR; do
		check_equal "$name is that of caps" \
			"$(value_of "$SMMUX_DEBUG/$SMMU_NAME/caps" "raw.$name")" "$(reg $name)"
	done
	check_equal "IDR0.ASID16 is that of caps" \
		"$(awk '$1 == "IDR0.ASID16" { print $2 }' "$SMMUX_DEBUG/$SMMU_NAME/caps")" \
		"$(printf '%#x' "$(field IDR0 ASID16)")"
}

# A register that somebody else wrote is told, with what it should be, and no other is.
# CR2 may be written over by anyone: no device of ours has an unknown StreamID.
written_over()
{
	local was

	was=$(reg CR2)
	echo 'reg 0x2c 2' >$PLANT && [ "$(($(reg CR2)))" = $((was ^ 2)) ] &&
		[ "$(grep -c 'expected' "$regs")" = 1 ] &&
		grep -qE "^0x0002c CR2 .* RECINVSID=0 .* expected $was$" "$regs" && echo back >$PLANT
}

asleep_lint()
{
	tee /tmp/lint <"$SMMUX_DEBUG/$SMMU_NAME/lint"
	[ "$(tail -n 1 /tmp/lint)" = "findings: 0" ] && grep -q '^checked: .* registers suspended,' /tmp/lint
}

power_start
regs=$SMMUX_DEBUG/$SMMU_NAME/regs
while IFS= read -r line; do note "$line"; done <"$regs"
check "every line is in its form" in_form
check "no bit without a name, no register that is not ours" nothing_odd
id_registers
cr0_adds_up
check_equal "it translates" "1 1 1" "$(field CR0 SMMUEN) $(field CR0 CMDQEN) $(field CR0 EVENTQEN)"
check_equal "and acknowledged it" "$(reg CR0)" "$(reg CR0ACK)"
check_equal "else it aborts" 1 "$(field GBPA ABORT)"
check_equal "no PRI queue, no line of it" "$(field IDR0 PRI)" "$(grep -c PRIQ_BASE "$regs")"
check_equal "as many lines as registers that it has" 34 "$(wc -l <"$regs")"
check "PROD is that of cmdq/state" wait_for 60 sh -c \
	"grep -q \"^prod_register: \$(awk '\$2 == \"CMDQ_PROD\" { print \$3 }' $regs) \" $SMMUX_DEBUG/$SMMU_NAME/cmdq/state"
must "plant" insmod /smmux/smmux_test_plant.ko
check "who else wrote a register is told" written_over
check "and no more when it is as it was" nothing_odd

disk_load_begin "$nvme" 2
bad=''
for ((n = 0; n < 40; n++)); do
	nothing_odd >/dev/null || bad+="$n "
done
load_end "traffic meanwhile"
check_equal "nothing odd under load" "" "$bad"

must "all rest" all_rest
must "asleep" wait_for 60 is_asleep
resumes=$(pm resume)
check_equal "asleep: no line has a value" "" "$(sed 1d "$regs" | awk '$3 != "suspended" || $4 != "-" || NF != 4')"
check_equal "asleep: but each is there" 34 "$(wc -l <"$regs")"
check "asleep: lint says so, and finds nothing" asleep_lint
check_equal "asleep: looking woke nobody" "$resumes suspended" "$(pm resume) $(pm state)"
for ((n = 0; n < 8; n++)); do
	all_work && all_rest && nothing_odd >/dev/null || bad+="$n "
done
check_equal "nothing odd while it comes and goes" "" "$bad"
must "all work" all_work
check "nothing odd at the end" nothing_odd
