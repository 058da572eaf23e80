#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a device whose ATC invalidations are not answered is cut off, the others under checked traffic are not; it comes back by a reset, of the user or by policy; smmux-recovery and recovery.bt tell and do as they should
# MATRIX: lane=stable
# FULL: lane=stable,backports
# DEVICES: nvme blk net-virtio ats
# MODULE: enable_inject=1 ats=on
# WITH: bpftrace
# TIMEOUT: 300
# EXPECT: 0000:01:00.0: ATC (invalidation not answered|answers again)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh

# tool ARGUMENT...: smmux-recovery; what it says is in /tmp/said.
tool()
{
	bash /smmux/smmux-recovery "$@" >/tmp/said 2>&1
}

# tool_ends CODE REGEXP ARGUMENT...: it ends with CODE and says a line like REGEXP.
tool_ends()
{
	local rc=0 code=$1 regexp=$2
	shift 2

	tool "$@" || rc=$?
	[ "$rc" = "$code" ] && grep -qE -- "$regexp" /tmp/said && return
	echo "exit code $rc: $(cat /tmp/said)"
	return 1
}

show()
{
	tool "$@"
	note "smmux-recovery $*"
	while IFS= read -r line; do note "  $line"; done </tmp/said
}

# All files tell of one device that is cut off, and of one incident.
tell_of_quarantine()
{
	local invs

	check_equal "ats" "yes quarantined quarantine 1" "$(ats cut_off) $(ats state) $(ats policy) $(ats incidents)"
	check_equal "info" "cut off" "$(value_of "$SMMUX_DEBUG/masters/$bdf/info" ats)"
	check_equal "EATS is 0" 1 "$(grep -c 'eats=abort' "$SMMUX_DEBUG/masters/$bdf/ste")"
	check_equal "queue" "$bdf quarantined quarantine 0" \
		"$(awk 'NR == 2 { print $1, $3, $4, $5 }' "$SMMUX_DEBUG/$smmu/recovery/queue")"
	check_equal "history" "timed_out quarantined healthy timed_out" \
		"$(awk 'NR > 1 { print $4, $5 }' "$SMMUX_DEBUG/$smmu/recovery/history" | tr '\n' ' ' | sed 's/ $//')"
	check_equal "counters" "1 1 1 0" \
		"$(recovery timeouts) $(recovery quarantined) $(recovery injected) $(recovery recovered)"
	check_equal "nothing is left to inject" "" "$(armed)"
	check_equal "one line in the log" 1 "$(log_count "$bdf: ATC invalidation not answered.*$sid\\)")"
	check "a uevent" wait_for 60 was_heard quarantine 1
	invs=$(atc_invs)
	check "it works without ATS" use_device
	check_equal "and is not asked any more" "$invs" "$(atc_invs)"
	check "its driver goes and comes" rebind
	check_equal "that does not end it" "yes quarantined" "$(ats cut_off) $(ats state)"
}

healthy_again()
{
	local invs

	check_equal "$1: healthy" "no healthy" "$(ats cut_off) $(ats state)"
	check_equal "$1: the queue is empty" 1 "$(wc -l <"$SMMUX_DEBUG/$smmu/recovery/queue")"
	check "$1: EATS is set" grep -q 'eats=full' "$SMMUX_DEBUG/masters/$bdf/ste"
	check "$1: its driver is bound again" rebind
	invs=$(atc_invs)
	check "$1: the device works" use_device
	check_less "$1: and is asked" "$invs" "$(atc_invs)"
}

bad_input()
{
	local long policies=(/sys/bus/{platform/devices/$smmu,pci/devices/$bdf}/smmux/recovery_policy)
	local words=(x Reset RESET ' reset' 'reset ' resetx rese 'reset quarantine' 1 ' ' $'\n')

	long=$(printf '1%.0s' {1..300})
	# With no driver nothing is invalidated, and what is armed stays.
	echo "$bdf" >$RNG_DRIVER/unbind
	echo "$sid 3" >"$inject"
	check "atc_timeout refuses what it does not know" all_refused "$inject" x "$sid" "$sid x" "$sid 1 1" \
		"0xffff 1" "0x1$(printf '%08x' "$sid") 1" "$sid 4294967296" "$sid -1" "-1 1" "$sid 1x" "1$sid 1" \
		' ' $'\n' "$long" "$sid ${long//1/0}1"
	check_equal "what was armed is" "atc_timeout: $sid 3" "$(armed)"
	check "0 disarms, and any base will do" sh -c "echo '$((sid)) 0' >$inject"
	check_equal "nothing is armed" "" "$(armed)"
	echo "$bdf" >$RNG_DRIVER/bind
	check "nor does the SMMU's policy" all_refused "${policies[0]}" "${words[@]}" "$long" inherit
	check "nor the device's" all_refused "${policies[1]}" "${words[@]}" "$long"
	check_equal "policies are as before" "quarantine inherit " "$(cat "${policies[@]}" | tr '\n' ' ')"
	check_equal "who has no ATS has no policy" "${policies[1]}" "$(echo /sys/bus/pci/devices/*/smmux/recovery_policy)"
}

# all_end CODE REGEXP COMMAND...: smmux-recovery, each a line of arguments.
all_end()
{
	local code=$1 regexp=$2 each
	shift 2

	for each in "$@"; do
		# shellcheck disable=SC2086
		tool_ends "$code" "$regexp" $each || { echo "for '$each'" && return 1; }
	done
}

tool_bad_input()
{
	local other

	other=$(pci_of /sys/class/nvme/nvme0)
	check "smmux-recovery knows wrong use" all_end 2 'Try: ' '' frobnicate -x 'list x' 'policy a b c' \
		"policy $smmu inherit" "policy $smmu Reset" "policy $bdf res*" "policy $bdf x" reset 'reset x' \
		"reset $bdf $bdf" "reset ../$bdf" 'history a b'
	check "and what cannot be" all_end 1 'error: ' "policy nope" "policy ../$smmu reset" "policy module reset" \
		"policy $other reset" "policy 0000:ff:1f.7 reset" "reset $other" "reset 0000:ff:1f.7" \
		"reset $bdf" "history nope"
	check_equal "none of it changed anything" "quarantine inherit no" \
		"$(tool policy "$smmu" && cat /tmp/said) $(tool policy "$bdf" && cat /tmp/said) $(ats cut_off)"
	mount -t tmpfs none /sys/kernel/debug
	check "without debugfs it says so" tool_ends 1 'is debugfs mounted' list
	umount /sys/kernel/debug
}

# The file in sysfs does what the tool does.
reset_by_sysfs()
{
	one_timeout "two" quarantined
	check "sysfs: reset" sh -c "echo 1 >/sys/bus/pci/devices/$bdf/reset"
	check "sysfs: it is back" wait_for 60 in_state healthy
	healthy_again "sysfs' reset"
}

# In vain: what is injected outlives three resets.
given_up()
{
	local reader

	echo "$sid 1000" >"$inject"
	# Its numbers do not come any more: it is reset while it has to do with them.
	dd if=/dev/hwrng of=/dev/null bs=64 count=4 2>/dev/null &
	reader=$!
	check "deaf: given up" wait_for 60 in_state blocked
	kill $reader
	wait $reader
	check_equal "deaf: after three resets" 3 $(($(recovery resets_failed)))
	check "deaf: a uevent" wait_for 60 was_heard blocked 1
	check "deaf: a reset does not help" tool_ends 3 "^$bdf: still in quarantine \(state: blocked\)" reset "$bdf"
	show list
	echo "$sid 0" >"$inject"
	check "deaf: one does when it hears" tool_ends 0 "^$bdf: healthy" reset "$bdf"
	healthy_again deaf
}

check "without smmux smmux-recovery says so" tool_ends 1 'smmux is not loaded' list
rehearse_start
mount -t tracefs tracefs /sys/kernel/tracing
bpftrace -B line /smmux/recovery.bt >/tmp/bt 2>&1 &
watch=$!
bad_input
tool_bad_input
listen
listener=$!
disk_load_begin "$nvme" 1
disk_load_begin /dev/vda 1
load_begin net_both 2
wait_for 120 grep -q DETAIL /tmp/bt
must "recovery.bt starts" grep -q DETAIL /tmp/bt

check "nothing is cut off" tool_ends 0 '^no device is in quarantine' list
check "but one could be" tool_ends 0 "^$smmu +$bdf +$sid +healthy +quarantine +- +0 +0$" list --all
one_timeout "one" quarantined
tell_of_quarantine
check "list has it" tool_ends 0 "^$smmu +$bdf +$sid +quarantined +quarantine +[0-9.]+s +0 +1$" list
show list
check "history too" tool_ends 0 " $smmu +$bdf +healthy +timed_out +0 +-5 +ATC_INV$" history "$smmu"
check "reset ends it" tool_ends 0 "^$bdf: healthy" reset "${bdf#0000:}"
check_equal "one line more in the log" 1 "$(log_count "$bdf: ATC answers again after a reset")"
check "a uevent again" wait_for 60 was_heard recovered 1
check_equal "counters" "1 1 0" "$(recovery resets_seen) $(recovery recovered) $(recovery resets)"
healthy_again "the tool's reset"

incidents=2 blocked=0
if whole; then
	incidents=4 blocked=1
	reset_by_sysfs
fi

check "policy of the SMMU" tool policy "$smmu" reset
check "policy of the device" tool policy "$bdf" quarantine
show policy
check_equal "the device's counts" quarantine "$(ats policy)"
one_timeout "three" quarantined
# On a slow machine this sees less.
sleep 0.5
check "it waits" in_state quarantined
check "till it inherits" tool policy "$bdf" inherit
check "then it is back by itself" wait_for 60 in_state healthy
check_equal "by one reset" "1 0" "$(recovery resets) $(recovery resets_failed)"
healthy_again "policy"
! whole || given_up
show history

load_end "what others wrote and sent is what was read and got"
check_equal "no event, and no fail-stop" "0 $incidents 0" \
	"$(value_of "$SMMUX_DEBUG/$smmu/evtq/counters" events) $(recovery recovered) $(recovery fail_stops)"
check_equal "uevents, all in all" "$incidents $incidents $blocked" "$(heard quarantine) $(heard recovered) $(heard blocked)"
kill -INT "$watch"
check_job "recovery.bt ends" "$watch"
while IFS= read -r line; do note "bt: $line"; done </tmp/bt
check_equal "it saw each timeout" "$incidents" "$(grep -c " $smmu .* $sid .* timeout .* error -5$" /tmp/bt)"
check_equal "and each device that was cut off" "$incidents" "$(grep -c " $bdf .* quarantine .* by 2 commands" /tmp/bt)"
check_equal "and came back" "$incidents" "$(grep -c " $bdf .* recovered .* after [0-9]* ms" /tmp/bt)"
check "and the steps" grep -q " $bdf .* step .*quarantined -> resetting: policy" /tmp/bt
check "and sums up" grep -q "^@incidents\[$bdf\]: $incidents$" /tmp/bt
kill "$listener"
