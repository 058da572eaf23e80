# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# QEMU's SMMU in a power domain of the test module smmux_test_power, and runtime PM of all
# devices of the machine. The test's header needs these lines:
#
#   DTB: -c @ /smmux-power
#   DTB: -t s @ /smmux-power compatible smmux,test-power
#   DTB: -t x @ /smmux-power #power-domain-cells 0
#   DTB: -t x @ /smmux-power phandle 7777
#   DTB: -t x @ /smmuv3@9050000 power-domains 7777

readonly POWER=/sys/kernel/debug/smmux_test_power
readonly SMMU_NAME=9050000.smmuv3

# pm NAME: a value of its pm/state.
pm()
{
	value_of "$SMMUX_DEBUG/$SMMU_NAME/pm/state" "$1"
}

is_asleep()
{
	[ "$(pm state)" = suspended ]
}

# Sets up the SMMU with its power domain, and its clients with runtime PM.
power_start()
{
	local dir

	must "power domain" insmod /smmux/smmux_test_power.ko
	start_all
	must "network comes up" net_up
	start_client
	check_equal "runtime PM is enabled" "yes -" "$(pm runtime_pm) $(pm refused)"
	for dir in /sys/bus/pci/devices/*; do
		echo auto >"$dir/power/control"
	done
	echo 1 >"/sys/bus/platform/devices/$SMMU_NAME/power/autosuspend_delay_ms"
}

# Devices that need rest and work: devices without a driver are always idle.
all_devices()
{
	local dir

	for dir in /sys/bus/pci/devices/*; do
		[ ! -e "$dir/driver" ] || echo "${dir##*/}"
	done
}

card_of()
{
	ip -n "$1" -o link | sed -n 's/^[0-9]*: \(e[^:]*\):.*/\1/p'
}

# An interface that is up may send at any time, so its device is not idle.
links()
{
	local n

	for n in 1 2; do
		ip -n side$n link set "$(card_of side$n)" "$1" || return
	done
}

# Makes interfaces that are up send nothing by themselves.
quiet_links()
{
	local n

	for n in 1 2; do
		ip netns exec side$n sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 &&
			ip -n side$n neigh replace "10.9.0.$((3 - n))" lladdr "52:54:00:00:00:0$((3 - n))" \
				nud permanent dev "$(card_of side$n)" || return
	done
}

all_rest()
{
	local dev

	links down || return
	for dev in $(all_devices); do
		echo "$dev" >$POWER/rest || return
	done
}

all_work()
{
	local dev

	for dev in $(all_devices); do
		echo "$dev" >$POWER/work || return
	done
	links up
}

# Checks that no error of power management has occurred.
power_well()
{
	check_equal "every power-down came after the end of all work" 0 "$(value_of $POWER/state unfinished)"
	check_equal "suspend_failed, resume_failed, lost, gbpa_not_aborting" "0 0 0 0" \
		"$(pm suspend_failed) $(pm resume_failed) $(pm lost) $(pm gbpa_not_aborting)"
}
