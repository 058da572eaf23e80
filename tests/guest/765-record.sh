#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: smmux-record under busybox; on the host, smmux-decode agrees with the driver's texts, and smmux-report makes a page from them
# MATRIX: lane=stable
# FULL: lane=backports smmu=2
# ALSO: lane=stable,backports fw=dt,acpi
# ALSO: lane=debug
# DEVICES: nvme blk testdev edu
# AFTER: tests/tools/after.sh
# TIMEOUT: 180
# EXPECT: smmux .*(event|F_TRANSLATION)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

record()
{
	busybox sh /smmux/smmux-record "$@" >/tmp/said 2>&1
}

# record_ends CODE REGEXP ARGUMENT...
record_ends()
{
	local rc=0 code=$1 regexp=$2
	shift 2

	record "$@" || rc=$?
	[ "$rc" = "$code" ] && grep -qE -- "$regexp" /tmp/said && return
	echo "exit code $rc: $(cat /tmp/said)"
	return 1
}

bad_input()
{
	local each

	for each in '' '-x /tmp/no' '-i' '-i 0 /tmp/no' '-i 1x /tmp/no' '-i 1.2.3 /tmp/no' '-i .5 /tmp/no' \
		'-n -1 /tmp/no' '-n 1x /tmp/no' '/tmp/no /tmp/no2' '-n 99999999999 /tmp/no'; do
		# shellcheck disable=SC2086
		record_ends 2 'Try: ' $each || { echo "for '$each'" && return 1; }
	done
	record_ends 1 'is not a directory' /dev/null && record_ends 1 'is not empty' /smmux && [ ! -e /tmp/no ]
}

# Each sample has the files of the SMMU and of every device.
samples_whole()
{
	local dir name number=0

	for dir in "$1"/samples/*; do
		number=$((number + 1))
		for name in "$smmu"/{cmdq,evtq}/counters "$smmu"/{pm,recovery}/history; do
			[ -s "$dir/debugfs/$name" ] || { echo "$dir: no $name" && return 1; }
		done
		[ "$(echo "$dir"/debugfs/masters/*/info | wc -w)" = "$devices" ] ||
			{ echo "$dir: not all devices" && return 1; }
	done
	[ "$number" = "$2" ] || { echo "$number samples" && return 1; }
}

has_sample()
{
	find "$1/samples" -path '*/[0-9]*/debugfs/*' | grep -q .
}

# copy_tree FROM TO: copies every readable file.
copy_tree()
{
	local file

	(cd "$1" && find . -type f -perm 0444) | while read -r file; do
		mkdir -p "$2/${file%/*}" && cat "$1/$file" >"$2/$file" || return
	done
}

stray()
{
	local dir

	for dir in $(client_dirs "$EDU" "$TESTDEV"); do
		client_run "$dir" "stray 0xdead0000" && client_run "$dir" "stray 0x12345678000" || return
	done
}

check "an error without smmux" record_ends 1 'smmux is not loaded' /tmp/no
start_all
start_client
smmu=$(bound_smmus)
devices=$(find "$SMMUX_DEBUG/masters" -mindepth 1 -maxdepth 1 | wc -l)
mount -t tracefs tracefs /sys/kernel/tracing
for event in cmd event ste_write cd_write; do
	echo 1 >/sys/kernel/tracing/events/smmux/$event/enable
done
check "usage errors" bad_input
disk_load_begin "$nvme" 2
check "three samples under traffic" record -i 0.2 -n 3 /tmp/rec
check "each sample is complete" samples_whole /tmp/rec 3
busybox sh /smmux/smmux-record /tmp/stopped >/tmp/said 2>&1 &
recorder=$!
check "a sample is written" wait_for 60 has_sample /tmp/stopped
kill -TERM $recorder
check_job "smmux-record ends without error on SIGTERM" $recorder
check "it prints the number of samples" grep -q 'samples in' /tmp/said
check "it leaves no incomplete sample" test ! -e /tmp/stopped/samples/.new
check "stray accesses" stray
load_end "traffic meanwhile"
edu=$(client_dirs "$EDU")
edu=${edu##*/}
check "a device is unbound" sh -c "echo $edu >/sys/bus/pci/devices/$edu/driver/unbind"
echo 0 >/sys/kernel/tracing/events/smmux/enable
copy_tree "$SMMUX_DEBUG" /tmp/out/debugfs
dmesg >/tmp/out/dmesg
# The newest lines are enough: there are thousands of commands.
tail -n 500 /sys/kernel/tracing/trace >/tmp/out/trace
mv /tmp/rec /tmp/out/rec
(cd /tmp/out && tar -cf - . | gzip -9 | hexdump -v -e '2000/1 "%02x" "\n"') |
	while read -r line; do echo "# tree ${line// /}" >&3; done
