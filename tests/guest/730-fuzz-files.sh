#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: boundary values and random bytes are written to every file and module parameter of the driver: each is accepted or refused with an errno, and a refusal changes nothing
# FULL: lane=backports
# ALSO: lane=debug
# DEVICES: nvme blk
# TIMEOUT: 300
# EXPECT: smmux .*: summary:
# EXPECT: smmux: .*(ats|pm|cmdq_log2|no_msi|allow_unbind|unknown parameter)
# EXPECT: smmux: `.*' invalid for parameter

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

RANDOM_EACH=$(some 6)
readonly RANDOM_EACH

# Writes input N to /tmp/input: first fixed boundary values, then random ones.
make_input()
{
	local fixed=('' '0' '1' '-1' '2' 'Y' 'yes' 'on' 'off' 'auto' '2147483647' '2147483648'
		'-2147483649' '4294967295' '4294967296' '18446744073709551615'
		'18446744073709551616' '0x' '0xffffffffffffffffffff' ' 1' '1 ' $'1\n\n' $'\n'
		'1 1' '%s%n%p' '../../..' 'reset reset')
	local n=$1

	if [ "$n" -lt ${#fixed[@]} ]; then
		printf %s "${fixed[$n]}" >/tmp/input
	elif [ $((n % 4)) = 0 ]; then
		head -c $((RANDOM % 9000 + 1)) /dev/zero >/tmp/input
	elif [ $((n % 4)) = 1 ]; then
		head -c $((RANDOM % 9000 + 1)) /dev/urandom >/tmp/input
	else
		head -c $((RANDOM % 20 + 1)) /dev/urandom >/tmp/input
	fi
	[ "$n" -lt $((${#fixed[@]} + RANDOM_EACH)) ]
}

our_files()
{
	find "$SMMUX_DEBUG" /sys/module/smmux/parameters -type f
	for name in $(bound_smmus); do
		[ ! -d "/sys/bus/platform/devices/$name/smmux" ] ||
			find "/sys/bus/platform/devices/$name/smmux" -type f
	done
}

# read_back FILE MODE: puts the content into REPLY if the file can be read and written. It
# shows whether a refused write changed something.
read_back()
{
	REPLY=''
	[ "$2" != 644 ] || REPLY=$(<"$1")
}

# Writes the whole input in one write(2).
feed()
{
	dd if=/tmp/input of="$1" bs=16384 count=1 conv=notrunc status=none 2>/tmp/said
}

fuzz_file()
{
	local file=$1 n=0 mode before first most=999

	mode=$(stat -c %a "$file")
	read_back "$file" "$mode"
	first=$REPLY
	# A read-only file only has to refuse.
	[ "$mode" != 444 ] || most=2
	while make_input $n && [ $n -lt $most ]; do
		n=$((n + 1))
		read_back "$file" "$mode"
		before=$REPLY
		fed=$((fed + 1))
		if feed "$file"; then
			taken=$((taken + 1))
		else
			read_back "$file" "$mode"
			[ "$before" = "$REPLY" ] || echo "$file: input $n was refused and changed it"
		fi
	done
	[ -z "$first" ] || printf %s "$first" >"$file"
}

parameters()
{
	tr '\0' '\n' </smmux/smmux.ko | sed -n 's/^parm=\([a-z0-9_]*\):.*/\1/p'
}

# One kernel function parses all bool parameters, so fewer inputs suffice for these.
inputs_for()
{
	if tr '\0' '\n' </smmux/smmux.ko | grep -qx "parmtype=$1:bool"; then
		echo 9
	else
		echo 999
	fi
}

# A command line is text: a value has no NUL and no blank.
fuzz_parameter()
{
	local n=0 value most

	most=$(inputs_for "$1")
	while make_input $n && [ $n -lt "$most" ]; do
		n=$((n + 1))
		value=$(tr -dc '!-~' </tmp/input | head -c 200)
		[ -n "$value" ] || continue
		fed=$((fed + 1))
		if insmod /smmux/smmux.ko "$1=$value" 2>/tmp/said; then
			taken=$((taken + 1))
			rmmod smmux || echo "$1=$value: does not unload"
		else
			! grep -q smmux /proc/modules || echo "$1=$value: refused and loaded"
		fi
	done
}

if [ "$DRIVER" != smmux ]; then
	skip_all "files of smmux only"
fi
# Without clients the driver can be loaded and unloaded repeatedly.
remove_all_functions
fed=0 taken=0
for name in $(parameters); do
	fuzz_parameter "$name" >/tmp/wrong 2>&1
	check_equal "parameter $name: no errors" "" "$(head -n 5 /tmp/wrong)"
done
check "some values were accepted" test "$taken" -gt 10
echo 1 >/sys/bus/pci/rescan
start_all
for file in $(our_files); do
	fuzz_file "$file"
done >/tmp/wrong 2>&1
check_equal "all files: no errors" "" "$(head -n 5 /tmp/wrong)"
check "many inputs were written" test "$fed" -gt 150
note "$fed inputs to $(our_files | wc -l) files, $taken accepted"
check "the disk still works" fio_verify "$nvme" 16 1
