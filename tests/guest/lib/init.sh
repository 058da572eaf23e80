#!/usr/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The guest's /init: mounts file systems, opens the result channel, runs the test
# and powers off. The test and its settings are in /smmux.

export PATH=/usr/bin HOME=/root LC_ALL=C
mount -a
mkdir -p /run/netns
ln -s /proc/self/fd /dev/fd
ln -sf kmod /usr/bin/modprobe

# shellcheck source=tests/guest/lib/channel.sh
. /smmux/channel.sh

# On kernels with kmemleak: unloads the modules first, so that leaked objects have no
# references. An object must be some seconds old to be reported.
look_for_leaks()
{
	local dir leaks=/sys/kernel/debug/kmemleak

	[ -e "$leaks" ] || return 0
	for dir in /sys/bus/pci/devices/*; do
		[ ! -e "$dir/remove" ] || echo 1 >"$dir/remove"
	done
	rmmod smmux_test_client
	rmmod smmux
	sleep 6
	echo scan >"$leaks"
	cat "$leaks"
}

power_off()
{
	sync
	poweroff -f
	echo o >/proc/sysrq-trigger
	sleep 60
}

# Without a test of its own the machine is saved here (lib/saved.sh), and goes on from here
# once for each test: with devices that it had not. The seed makes the kernel's random numbers
# other ones, in some seconds; run.sh gives each test a seed of its own.
await_payload()
{
	local size

	exec 3<>"$channel"
	echo @ready >&3
	read -r size <&3
	head -c "$size" <&3 | tar -x -C /
	exec 3>&-
	cat /smmux/seed >/dev/urandom
	echo 1 >/sys/bus/pci/rescan
}

# shellcheck disable=SC2034 # for open_channel, in a machine that is going to be saved
PATIENCE=10
[ ! -e /smmux/env ] || . /smmux/env
if ! channel=$(open_channel); then
	echo "smmux-rig: no result channel" >/dev/kmsg
	power_off
fi
[ -e /smmux/env ] || await_payload
set -a
. /smmux/env
set +a
ip link set lo up
# On kernels with checkers only the first report counts.
case $LANE in
debug | race | rt64k) echo 1 >/proc/sys/kernel/panic_on_warn ;;
esac
echo @begin >"$channel"
bash /smmux/test.sh </dev/null >/dev/console 2>&1 3<>"$channel"
look_for_leaks >/dev/console 2>&1
power_off
