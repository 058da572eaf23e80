#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the regs file has each register once, complete and decoded, agrees with caps, marks a register that another party wrote, and has no values while the SMMU is suspended
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

# reg NAME: a register's value; field NAME FIELD: the value of its field.
reg()
{
	awk -v name="$1" '$2 == name { print $3 }' "$regs"
}

field()
{
	awk -v name="$1" -v field="$2" '$2 == name { for (i = 4; i <= NF; i++)
		if (index($i, field "=") == 1) { sub(/.*=/, "", $i); print $i } }' "$regs"
}

# Every line has its form; offsets rise; no name occurs twice; each register is decoded.
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

# The fields of CR0, put together, are its whole value.
cr0_adds_up()
{
	local sum

	sum=$(($(field CR0 VMW) << 6 | $(field CR0 ATSCHK) << 4 | $(field CR0 CMDQEN) << 3 |
		$(field CR0 EVENTQEN) << 2 | $(field CR0 PRIQEN) << 1 | $(field CR0 SMMUEN)))
	check_equal "the fields of CR0 make up its value" "$(reg CR0)" "$(printf '0x%08x' "$sum")"
}

id_registers()
{
	local name

	for name in IDR0 IDR1 IDR2 IDR3 IDR4 IDR5 IIDR AIDR; do
		check_equal "$name agrees with caps" \
			"$(value_of "$SMMUX_DEBUG/$SMMU_NAME/caps" "raw.$name")" "$(reg $name)"
	done
	check_equal "IDR0.ASID16 agrees with caps" \
		"$(awk '$1 == "IDR0.ASID16" { print $2 }' "$SMMUX_DEBUG/$SMMU_NAME/caps")" \
		"$(printf '%#x' "$(field IDR0 ASID16)")"
}

# A register that another party wrote is marked, with its expected value, and no other is.
# CR2 is safe to overwrite: no device in this guest has an unknown StreamID.
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
check "every line has its form" in_form
check "no reserved bit is set, no register has an unexpected value" nothing_odd
id_registers
cr0_adds_up
check_equal "CR0 enables translation and queues" "1 1 1" "$(field CR0 SMMUEN) $(field CR0 CMDQEN) $(field CR0 EVENTQEN)"
check_equal "CR0ACK acknowledges CR0" "$(reg CR0)" "$(reg CR0ACK)"
check_equal "GBPA aborts" 1 "$(field GBPA ABORT)"
check_equal "without a PRI queue its registers are not shown" "$(field IDR0 PRI)" "$(grep -c PRIQ_BASE "$regs")"
check_equal "the file has one line for each register" 34 "$(wc -l <"$regs")"
check "PROD agrees with cmdq/state" wait_for 60 sh -c \
	"grep -q \"^prod_register: \$(awk '\$2 == \"CMDQ_PROD\" { print \$3 }' $regs) \" $SMMUX_DEBUG/$SMMU_NAME/cmdq/state"
must "plant" insmod /smmux/smmux_test_plant.ko
check "a foreign write is marked" written_over
check "after the value is restored, nothing is marked" nothing_odd

disk_load_begin "$nvme" 2
bad=''
for ((n = 0; n < 40; n++)); do
	nothing_odd >/dev/null || bad+="$n "
done
load_end "traffic meanwhile"
check_equal "nothing is marked under load" "" "$bad"

must "all devices are idle" all_rest
must "suspended" wait_for 60 is_asleep
resumes=$(pm resume)
check_equal "suspended: no line has a value" "" "$(sed 1d "$regs" | awk '$3 != "suspended" || $4 != "-" || NF != 4')"
check_equal "suspended: each register has a line" 34 "$(wc -l <"$regs")"
check "suspended: lint shows the state and has no findings" asleep_lint
check_equal "suspended: reading does not resume the SMMU" "$resumes suspended" "$(pm resume) $(pm state)"
for ((n = 0; n < 8; n++)); do
	all_work && all_rest && nothing_odd >/dev/null || bad+="$n "
done
check_equal "nothing is marked after suspend and resume" "" "$bad"
must "all devices are active" all_work
check "nothing is marked at the end" nothing_odd
