# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Functions for modelled SMMUs (tests/vsmmu) and their clients, by number.

readonly VSMMU_CLIENTS=/sys/bus/platform/drivers/vsmmu-client

vsmmu_load()
{
	insmod /smmux/vsmmu.ko "$@"
}

# A thread models the hardware, and the driver waits for it a second by the guest's clock. If
# the host did not run it for that long, a failure may be the host's fault: this reports it.
# In bash alone; prints nothing without a model.
vsmmu_tell_starved()
{
	local file name value gaps=0 longest=0

	for file in /sys/kernel/debug/vsmmu/*/counters; do
		[ -e "$file" ] || return 0
		while read -r name value; do
			case $name in
			starved:) [ "$value" -le "$gaps" ] || gaps=$value ;;
			longest_gap_ms:) [ "$value" -le "$longest" ] || longest=$value ;;
			esac
		done <"$file"
	done
	note "starved: $gaps gaps of more than 200 ms, longest $longest ms"
}
# shellcheck disable=SC2034
AT_END=vsmmu_tell_starved

# vsmmu_unload NAME: one subtest.
vsmmu_unload()
{
	vsmmu_tell_starved
	check "$1" rmmod vsmmu
}

vsmmu_dir()
{
	echo "/sys/kernel/debug/vsmmu/$1"
}

vsmmu_state()
{
	value_of "/sys/kernel/debug/vsmmu/$1/state" "$2"
}

# vsmmu_counter N NAME: 0 if there is none.
vsmmu_counter()
{
	local value

	value=$(value_of "/sys/kernel/debug/vsmmu/$1/counters" "$2")
	echo "${value:-0}"
}

# vsmmu_agrees N: the driver's counter of each command is equal to the model's.
vsmmu_agrees()
{
	local seen counted

	seen=$(grep -E '^[A-Z0-9_]+: ' "$(vsmmu_dir "$1")/counters" | grep -v '^ATC_INV_SSID' | sort)
	counted=$(sed -n 's/^cmd\.\([^:]*: [1-9]\)/\1/p' "$SMMUX_DEBUG/$(vsmmu_name "$1")/cmdq/counters" | sort)
	[ -n "$seen" ] && [ "$seen" = "$counted" ] || { printf '%s\n' "model: $seen" "driver: $counted"; return 1; }
}

vsmmu_inject()
{
	echo "$2" >"/sys/kernel/debug/vsmmu/$1/inject"
}

# vsmmu_content N: one subtest: the checker has found no errors of the driver.
vsmmu_content()
{
	local lines

	mapfile -t lines <"/sys/kernel/debug/vsmmu/$1/check"
	check_equal "$1: the checker has found no errors" "" "${lines[*]:0:12}"
}

# vsmmu_client CLIENT: the client's directory. CLIENT is the number of a platform client, or
# the address of a PCI client, also in the functions below.
vsmmu_client()
{
	client_path "$1"
	echo "$REPLY"
}

# The same in REPLY, without a process.
client_path()
{
	REPLY=/sys/kernel/debug/vsmmu/vclient$1
	[[ $1 != *:* ]] || REPLY=/sys/kernel/debug/vsmmu/$1
}

# client_do N COMMAND...: runs it; client_got then returns its values.
client_do()
{
	client_path "$1"
	shift
	echo "$*" >"$REPLY/command"
}

# client_got N NAME
client_got()
{
	client_path "$1"
	value_of "$REPLY/result" "$2"
}

# client_is_well CLIENT TIMES: its accesses land while mapped, and not after the unmap.
client_is_well()
{
	client_do "$1" race "$2" || return
	[ "$(client_got "$1" missed) $(client_got "$1" late)" = '0 0' ]
}

# client_tally CLIENT NAME: one subtest, about the client's last command.
client_tally()
{
	check_equal "$2: missed, late, errors" "0 0 0" \
		"$(client_got "$1" missed) $(client_got "$1" late) $(client_got "$1" errors)"
}

# vsmmu_name N: the name of the platform device.
vsmmu_name()
{
	printf '%x.vsmmu' $((0x7f000000 + $1 * 0x40000))
}

# Runtime PM of SMMU N.  vsmmu_pm N NAME: a value of its pm/state; vsmmu_pm_is N STATE;
# vsmmu_pm_delay N MS: the delay from idle clients to suspend.
vsmmu_pm()
{
	value_of "$SMMUX_DEBUG/$(vsmmu_name "$1")/pm/state" "$2"
}

vsmmu_pm_is()
{
	[ "$(vsmmu_pm "$1" state)" = "$2" ]
}

vsmmu_pm_delay()
{
	echo "$2" >"/sys/bus/platform/devices/$(vsmmu_name "$1")/power/autosuspend_delay_ms"
}

dmesg_has()
{
	dmesg | grep -v 'test: ' | grep -qE "$1"
}

# pci_reserve BDF: reserves it for the model's PCI driver. Before the model is loaded, since
# smmux binds no SMMU whose clients already do DMA.
pci_reserve()
{
	local dev=/sys/bus/pci/devices/$1

	[ ! -e "$dev/driver" ] || echo "$1" >"$dev/driver/unbind"
	echo vsmmu-pci >"$dev/driver_override"
}

pci_bind()
{
	[ -e "$(vsmmu_client "$1")/command" ] || echo "$1" >/sys/bus/pci/drivers/vsmmu-pci/bind
	[ -e "$(vsmmu_client "$1")/command" ]
}

# The end of a test with PCI clients, which must be removed before their SMMU.
vsmmu_pci_end()
{
	remove_all_functions
	vsmmu_unload "the model unloads"
	check "the driver unloads" unload_driver
}

# vsmmu_unbind N, vsmmu_bind N: the instance and the platform client of that number, if
# needed; vsmmu_unbind_client N: only the client.
vsmmu_unbind_client()
{
	[ ! -e "$VSMMU_CLIENTS/vclient$1" ] || echo "vclient$1" >"$VSMMU_CLIENTS/unbind"
}

vsmmu_bind_client()
{
	[ -e "$VSMMU_CLIENTS/vclient$1" ] || echo "vclient$1" >"$VSMMU_CLIENTS/bind"
}

vsmmu_unbind()
{
	vsmmu_unbind_client "$1"
	[ ! -e "$(platform_driver)/$(vsmmu_name "$1")" ] ||
		vsmmu_name "$1" >"$(platform_driver)/unbind"
}

vsmmu_bind()
{
	[ -e "$(platform_driver)/$(vsmmu_name "$1")" ] ||
		vsmmu_name "$1" >"$(platform_driver)/bind"
	vsmmu_bind_client "$1"
}

# Also clears the checker's errors.
vsmmu_bind_again()
{
	vsmmu_unbind "$1"
	vsmmu_inject "$1" clear
	vsmmu_bind "$1"
}
