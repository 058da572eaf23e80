#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: what may be read stays readable under lockdown, what may not is not, neither there nor without root
# FULL: lane=stable,backports
# DEVICES: nvme blk testdev
# MODULE: enable_inject=1
# WITH: nobody
# TIMEOUT: 180
# EXPECT: lockdown_is_locked_down: [0-9]+ callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

readonly LOCKDOWN=/sys/kernel/security/lockdown

# Whatever has anything to read; a question has to be written first.
all_read()
{
	local file number=0

	while read -r file; do
		cat "$file" >/dev/null || return 1
		number=$((number + 1))
	done < <(find "$SMMUX_DEBUG" -type f -perm /0444 ! -name translate)
	echo "$number files"
	[ "$number" -gt 30 ]
}

# Opening is refused, for reading and for writing; nothing is written if it is not.
none_opens()
{
	local file number=0

	while read -r file; do
		if (exec 5>"$file") 2>/tmp/said || ! grep -q 'Operation not permitted' /tmp/said; then
			echo "$file opens: $(cat /tmp/said)"
			return 1
		fi
		number=$((number + 1))
	done < <(find "$SMMUX_DEBUG" -type f -perm /0222)
	echo "$number files"
	[ "$number" -gt 5 ]
}

as_nobody()
{
	/smmux/nobody bash -c "$1" >/tmp/said 2>&1
}

knobs_stay()
{
	echo on >"$knobs/latency" && [ "$(cat "$knobs/latency")" = on ] && echo off >"$knobs/latency"
}

start_all
smmu=$(bound_smmus)
knobs=/sys/bus/platform/devices/$smmu/smmux
must "security file system" mount -t securityfs securityfs /sys/kernel/security
must "the kernel knows lockdown" test -w $LOCKDOWN
check "before: all read" all_read
check "before: what is to be written opens" eval '(exec 5>"$SMMUX_DEBUG/$smmu/control/reset_stats")'

must "somebody who is not root" as_nobody 'test $(id -u) = 65534'
check "he may read knobs" as_nobody "cat $knobs/* >/dev/null"
check "he may turn none" eval '! as_nobody "echo on >$knobs/latency" && [ "$(cat "$knobs/latency")" = off ]'
check "he may not look into debugfs" eval '! as_nobody "ls $SMMUX_DEBUG"'
check "the tools tell him so" eval '! as_nobody "sh /smmux/smmux-metrics" && grep -qi "root\|permission\|allowed" /tmp/said'

for level in integrity confidentiality; do
	must "lockdown for $level" sh -c "echo $level >$LOCKDOWN"
	check "$level: all read" all_read
	check "$level: nothing that writes opens" none_opens
	check "$level: knobs can be turned" knobs_stay
	check "$level: metrics come" sh /smmux/smmux-metrics -o /tmp/smmux.prom
	check_equal "$level: all of them" 1 "$(grep -c "^smmux_up.* 1$" /tmp/smmux.prom)"
	check "$level: traffic" fio_verify "$nvme" 4 1
done
