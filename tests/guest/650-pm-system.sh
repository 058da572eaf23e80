#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: all forms of system sleep power the SMMU down and up again, also with CPU hotplug and while all of debugfs is read
# FULL: lane=backports smp=4
# ALSO: lane=stable smp=4
# DEVICES: nvme blk net-virtio edu
# DTB: -c @ /smmux-power
# DTB: -t s @ /smmux-power compatible smmux,test-power
# DTB: -t x @ /smmux-power #power-domain-cells 0
# DTB: -t x @ /smmux-power phandle 7777
# DTB: -t x @ /smmuv3@9050000 power-domains 7777
# TIMEOUT: 240
# EXPECT: smmux .*(event|client:)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/power.sh
. /smmux/power.sh

# The number of the SMMU's system suspends.
system_sleeps()
{
	grep -cE '^[0-9]+ +suspend +system +[0-9]+ +0 ' "$SMMUX_DEBUG/$SMMU_NAME/pm/history"
}

works()
{
	fio_verify "$nvme" 4 2 && net_send 1 2 1 && client_run "$edu" "race 5" &&
		[ "$(client_value "$edu" mapped_landed) $(client_value "$edu" unmapped_landed)" = "5 0" ]
}

sleep_now()
{
	echo "$2" >/sys/power/pm_test && echo "$1" >/sys/power/state
}

# system_sleep STATE LEVEL SLEEPS: system sleep to that level of the PM core's own test;
# SLEEPS is 1 if the SMMU suspends before that level, else 0.
system_sleep()
{
	local before offs

	before=$(system_sleeps)
	offs=$(value_of $POWER/state offs)
	check "$1, $2: succeeds" sleep_now "$1" "$2"
	check_equal "$1, $2: suspends of the SMMU" "$3" "$(($(system_sleeps) - before))"
	check "$1, $2: without power" test "$(($(value_of $POWER/state offs) - offs))" -ge "$3"
	check "$1, $2: everything works" works
}

# Reads all files in a loop: here no device is removed, so each read must succeed, also
# during suspend.
reader()
{
	local file read=0 failed=0 rounds=0

	while [ ! -e /tmp/stop ]; do
		while read -r file; do
			if cat "$file" >/dev/null; then
				read=$((read + 1))
			else
				failed=$((failed + 1))
			fi
		done < <(find "$SMMUX_DEBUG" -type f -perm 0444)
		rounds=$((rounds + 1))
		echo $rounds >/tmp/rounds
		sleep 0.1
	done
	echo "$read $failed" >/tmp/reads
}

power_start
edu=$(client_dirs "$EDU")
echo 1 >/sys/module/suspend/parameters/pm_test_delay
check "everything works" works
echo 0 >/tmp/rounds
reader 3>&- &
reader=$!
channel_away
system_sleep freeze devices 0
system_sleep freeze platform 1
system_sleep mem platform 1
system_sleep disk platform 1
system_sleep disk core 1

# A clock ends the sleep. The system must be suspended before the alarm: twice the time of a
# cycle that ends by itself is enough.
before=$(system_sleeps)
took=$SECONDS
must "a timed cycle" sleep_now freeze devices
took=$((SECONDS - took + 1))
echo +$((2 * took + 1)) >/sys/class/rtc/rtc0/wakealarm
check "freeze until the alarm" sleep_now freeze none
check_equal "the SMMU was suspended" 1 $(($(system_sleeps) - before))
check "everything works" works

# The SMMU is already suspended.
must "all devices are idle" all_rest
must "suspended" wait_for 60 is_asleep
check "system sleep while the SMMU is suspended" sleep_now freeze platform
check "suspended again" wait_for 60 is_asleep
# The second round that ends from now on started after the suspend.
enough=$(($(cat /tmp/rounds) + 2))
check "all files are read while it is suspended" wait_for 120 sh -c "[ \$(cat /tmp/rounds) -ge $enough ]"
for n in 1 2; do
	check "CPU $n goes offline" eval "echo 0 >/sys/devices/system/cpu/cpu$n/online"
done
check_equal "still suspended" suspended "$(pm state)"
must "all devices are active" all_work
check "everything works with fewer CPUs" works
for n in 1 2; do
	check "CPU $n comes online" eval "echo 1 >/sys/devices/system/cpu/cpu$n/online"
done
check "everything works" works

# Hibernation: the image is written to a disk, and read back over all memory.
hibernate()
{
	check "a disk for the image" mkswap /dev/vda
	check "swap is enabled" swapon /dev/vda
	cat /sys/block/vda/dev >/sys/power/resume
	echo 0 >/sys/power/image_size
	echo test_resume >/sys/power/disk
	check "hibernation" sleep_now disk none
	check "everything works" works
}

if [ "$LANE" = stable ]; then
	skip hibernation "6.12 crashes on this CPU without smmux, too, in trans_pgd_create_copy()"
else
	hibernate
fi
channel_back
touch /tmp/stop
wait $reader
read -r read failed </tmp/reads
check_equal "failed reads" 0 "$failed"
check "enough files were read" test "$read" -gt 200
power_well
note "$(cat "$SMMUX_DEBUG/$SMMU_NAME/pm/history")"
