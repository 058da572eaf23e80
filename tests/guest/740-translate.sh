#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: translate and ranges agree with each other, with a device's faults and with its domain; bad queries are refused and change nothing
# MATRIX: lane=stable
# FULL: lane=backports smmu=2
# ALSO: lane=backports,debug
# DEVICES: nvme blk testdev nvme2
# WITH: ask
# TIMEOUT: 180
# EXPECT: smmux .*(event|F_TRANSLATION|client:)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# ask FILE QUERY: writes the answer to /tmp/answer.
ask()
{
	exec 4<>"$1"
	printf '%s' "$2" >&4 || { exec 4<&-; return 1; }
	cat <&4 >/tmp/answer
	exec 4<&-
}

answer()
{
	value_of /tmp/answer "$1"
}

master_of()
{
	echo "$SMMUX_DEBUG/masters/$1"
}

domain_of()
{
	echo "$SMMUX_DEBUG/domains/$(value_of "$(master_of "$1")/info" domain)"
}

# The runs of a domain: from, to, bytes, pa, perms, attributes.
runs()
{
	sed -n '/^0x/p' "$1/ranges"
}

# translate of the device and of the domain agree with ranges at both ends of each run.
runs_translate()
{
	local from to bytes pa perms end how number=0 rest

	while read -r from to bytes pa perms rest; do
		number=$((number + 1))
		[ $((to - from + 1)) = "$bytes" ] || echo "$from to $to has not $bytes bytes"
		end=$(printf '0x%x' $((pa + bytes - 1)))
		pa=$(printf '0x%x' "$pa")
		how=${perms//-/}
		for file in "$2" "$1"; do
			ask "$file/translate" "$from ${how:0:1}" &&
				[ "$(answer pa) $(answer permissions)" = "$pa $perms" ] ||
				echo "$file: $from is $(answer pa), not $pa"
			ask "$file/translate" "$to ${how:0:1}" && [ "$(answer pa)" = "$end" ] ||
				echo "$file: $to is $(answer pa), not $end"
		done
		[ $number -lt 20 ] || break
	done < <(runs "$2")
	[ $number -gt 0 ] || echo "no runs"
}

sums_agree()
{
	awk '/^0x/ { sum += $3 }
		/^mapped_bytes: / { said = $2 }
		/^pages_/ { size = substr($1, 7) + 0; unit = substr($1, length(size) + 7, 1)
			pages += $2 * size * (unit == "K" ? 1024 : unit == "M" ? 1048576 : 1073741824) }
		/^tables_level_/ { tables += $2 }
		/^complete: yes/ { complete = 1 }
		END { print sum, said, pages, tables, complete
			exit !(sum == said && pages == said && tables > 0 && complete) }' "$1/ranges"
}

other_nvme()
{
	pci_of "/sys/class/nvme/$(basename "$(nvme_disk smmux-nvme2)" | sed 's/n1$//')"
}

if [ "$DRIVER" != smmux ]; then
	skip_all "files of smmux only"
fi
start_all
start_client
must "the second disk exists" wait_for 60 nvme_disk smmux-nvme2
fio_verify "$nvme" 4 1
stage=1
[ "$SMMU" != 2 ] || stage=2
disk=$(pci_of "/sys/class/nvme/$(basename "$nvme" | sed 's/n1$//')")
dir=$(client_dirs "$TESTDEV")
stray=${dir##*/}

check_equal "the disk's runs translate as ranges shows" "" "$(runs_translate "$(master_of "$disk")" "$(domain_of "$disk")")"
for id in "$SMMUX_DEBUG"/domains/*; do
	check "domain ${id##*/}: totals agree with the runs" sums_agree "$id"
done

# A device accesses an unmapped address.
before=$(dmesg | grep -c 'event: .*F_TRANSLATION')
client_run "$dir" "stray 0x7654321000"
check "a stray access is an event" wait_for 60 sh -c \
	"[ \$(dmesg | grep -c 'event: .*F_TRANSLATION.*iova 0x7654321000') -ge 1 ]"
note "$before events before"
ask "$(master_of "$stray")/translate" "0x7654321000 w"
check_equal "translate gives the same fault" "fault F_TRANSLATION 0x10 stage $stage" \
	"$(answer result) $(answer event | cut -d' ' -f1-4)"
check_equal "translate shows the walk" "1 1" \
	"$(grep -cE '^- +- +STE ' /tmp/answer) $(grep -cE "^$stage +[0-3] +invalid " /tmp/answer)"
ask "$(master_of "$stray")/translate" "0xffffffffffffffff"
check_equal "the last address faults" "fault F_TRANSLATION" "$(answer result) $(answer event | cut -d' ' -f1)"
ask "$(master_of "$stray")/translate" "0 1"
check_equal "a SubstreamID of a device without them faults" "fault C_BAD_SUBSTREAMID" \
	"$(answer result) $(answer event | cut -d' ' -f1)"

# Each open file has its own query.
exec 5<>"$(master_of "$disk")/translate" 6<>"$(master_of "$disk")/translate"
echo 0x1000 >&5
echo 0x2000 r >&6
! echo nonsense >&5 2>/dev/null
check_equal "two open files, two answers" "iova: 0x1000 iova: 0x2000" "$(head -n 1 <&5) $(head -n 1 <&6)"
exec 5<&- 6<&-

seed=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
note "seed $seed"
for file in "$(master_of "$disk")" "$(domain_of "$disk")"; do
	check "fuzz of ${file#"$SMMUX_DEBUG"/}/translate" sh -c \
		"/smmux/ask fuzz $file/translate $seed $(some 3000) >/tmp/fuzz || { cat /tmp/fuzz; false; }"
	note "$(tr '\n' ' ' </tmp/fuzz)"
	check_less "some queries were accepted" "$(value_of /tmp/fuzz refused)" "$(value_of /tmp/fuzz asked)"
	check_less "many queries were refused" 100 "$(value_of /tmp/fuzz refused)"
done

# The device is attached to another domain.
bdf=$(other_nvme)
exec 5<>"$(domain_of "$bdf")/translate"
echo 0x1000 >&5
echo "$bdf" >/sys/bus/pci/drivers/nvme/unbind
echo identity >"/sys/bus/pci/devices/$bdf/iommu_group/type"
ask "$(master_of "$bdf")/translate" "0x40001234 w"
check_equal "identity: bypassed, same address" "bypassed none 0x40001234" \
	"$(answer result) $(answer event) $(answer pa)"
check "a query of a removed domain gives EIO" sh -c \
	"! echo 0x1000 2>/tmp/said >&5; grep -q 'Input/output error' /tmp/said || { cat /tmp/said; false; }"
exec 5<&-
echo DMA >"/sys/bus/pci/devices/$bdf/iommu_group/type"
ask "$(master_of "$bdf")/translate" "0x40001234 w"
check_equal "back in a DMA domain: a fault" "fault F_TRANSLATION" "$(answer result) $(answer event | cut -d' ' -f1)"
echo "$bdf" >/sys/bus/pci/drivers/nvme/bind
