# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For devices on modelled SMMUs that do not answer. $bdf and $sid: the test's device.
: "${bdf:=}" "${sid:=}"

sid_of()
{
	local bus=${1#*:}

	printf '0x%x' $((16#${bus%%:*} << 8 | 16#${1##*.} | 16#$(cut -d: -f3 <<<"${1%.*}") << 3))
}

readonly TRACING=/sys/kernel/tracing

rec_dir()
{
	echo "$SMMUX_DEBUG/$(vsmmu_name "$1")/recovery"
}

# rec_count N NAME
rec_count()
{
	value_of "$(rec_dir "$1")/counters" "$2"
}

# queued N: the number of devices in the recovery queue of SMMU N.
queued()
{
	awk 'END { print NR - 1 }' "$(rec_dir "$1")/queue"
}

queue_is_empty()
{
	[ "$(queued 0)" = 0 ]
}

history_has()
{
	grep -q "$1" "$(rec_dir 0)/history"
}

# ats_of BDF NAME: a value of masters/<dev>/ats
ats_of()
{
	value_of "$SMMUX_DEBUG/masters/$1/ats" "$2"
}

cut_off()
{
	[ "$(ats_of "$1" cut_off)" = yes ]
}

in_state()
{
	[ "$(ats_of "$1" state)" = "$2" ]
}

# ste_has_no_ats BDF: EATS is abort in all STEs of the device.
ste_has_no_ats()
{
	! grep -q 'eats=[fsr]' "$SMMUX_DEBUG/masters/$1/ste" && grep -q 'eats=abort' "$SMMUX_DEBUG/masters/$1/ste"
}

# set_policy N|BDF WORD
set_policy()
{
	local dir=/sys/bus/pci/devices/$1

	[[ $1 == *:* ]] || dir=/sys/bus/platform/devices/$(vsmmu_name "$1")
	echo "$2" >"$dir/smmux/recovery_policy"
}

pci_reset()
{
	echo 1 >"/sys/bus/pci/devices/$1/reset"
}

pci_bind_new()
{
	[ -e "/sys/bus/pci/devices/$1" ] || return
	pci_reserve "$1"
	pci_bind "$1"
}

log_lines()
{
	dmesg | grep -v 'test: ' | grep -c "$1"
}

# Starts tracing the events of recovery.
trace_on()
{
	[ -e "$TRACING/trace" ] || mount -t tracefs tracefs "$TRACING"
	echo 0 >"$TRACING/tracing_on"
	echo >"$TRACING/trace"
	echo 1 >"$TRACING/events/smmux/quarantine/enable"
	echo 1 >"$TRACING/events/smmux/recovery/enable"
	echo 1 >"$TRACING/events/smmux/atc_timeout/enable"
	echo 1 >"$TRACING/tracing_on"
}

# traced EVENT WORD FIELD: FIELD's value in the last such event that contains WORD.
traced()
{
	grep " $1: .*$2" "$TRACING/trace" | sed -n "s/.* $3=\([^ ]*\).*/\1/p" | tail -n 1
}

# BDFs of all devices with ATS below root ports, in order.
ats_devices()
{
	local dev

	for dev in /sys/bus/pci/devices/*; do
		[ "$(cat "$dev/vendor"):$(cat "$dev/device")" != 0x1af4:0x1044 ] || echo "${dev##*/}"
	done
}

# one_incident NAME COMMAND...: runs it while one ATC_INV is not answered.
one_incident()
{
	local name=$1 before
	shift

	before=$(rec_count 0 quarantined)
	vsmmu_inject 0 "atc_timeout $sid 1"
	client_do "$bdf" "$@"
	check_equal "$name: no access lands after unmap" 0 "$(client_got "$bdf" late)"
	check_equal "$name: one incident" $((before + 1)) "$(rec_count 0 quarantined)"
}

# An incident in the last flush, when the device's driver unbinds; then it binds again.
one_incident_unbinding()
{
	vsmmu_inject 0 "atc_timeout $sid 1"
	client_do "$bdf" map rw
	echo "$bdf" >/sys/bus/pci/drivers/vsmmu-pci/unbind
	check "unbind: quarantined" cut_off "$bdf"
	check "unbind: bound again" pci_bind "$bdf"
	client_do "$bdf" race 5
	check_equal "unbind: no access lands after unmap" 0 "$(client_got "$bdf" late)"
}

# reset_ends_it NAME: a reset through sysfs ends the quarantine.
reset_ends_it()
{
	check "$1: reset" pci_reset "$bdf"
	check "$1: the reset ends the quarantine" wait_for 60 in_state "$bdf" healthy
	vsmmu_inject 0 "forgive $sid"
	client_do "$bdf" race 5
	check_equal "$1: works again: missed, late, cut off" "0 0 no" \
		"$(client_got "$bdf" missed) $(client_got "$bdf" late) $(ats_of "$bdf" cut_off)"
}
