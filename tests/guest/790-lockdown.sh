#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: under lockdown, read-only files can be read and writable files cannot be opened; without root, debugfs and settings are protected
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

# Reads every readable file but translate, which needs a query first.
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

# Every writable file refuses to open. If one opens, nothing is written.
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
must "the kernel has lockdown" test -w $LOCKDOWN
check "before: all files can be read" all_read
check "before: a writable file opens" eval '(exec 5>"$SMMUX_DEBUG/$smmu/control/reset_stats")'

must "a user other than root" as_nobody 'test $(id -u) = 65534'
check "not root: settings can be read" as_nobody "cat $knobs/* >/dev/null"
check "not root: settings cannot be changed" eval '! as_nobody "echo on >$knobs/latency" && [ "$(cat "$knobs/latency")" = off ]'
check "not root: debugfs cannot be listed" eval '! as_nobody "ls $SMMUX_DEBUG"'
check "not root: the tool names the reason" eval '! as_nobody "sh /smmux/smmux-metrics" && grep -qi "root\|permission\|allowed" /tmp/said'

for level in integrity confidentiality; do
	must "lockdown for $level" sh -c "echo $level >$LOCKDOWN"
	check "$level: all files can be read" all_read
	check "$level: no writable file opens" none_opens
	check "$level: settings can be changed" knobs_stay
	check "$level: smmux-metrics works" sh /smmux/smmux-metrics -o /tmp/smmux.prom
	check_equal "$level: smmux_up is 1" 1 "$(grep -c "^smmux_up.* 1$" /tmp/smmux.prom)"
	check "$level: data is correct" fio_verify "$nvme" 4 1
done
