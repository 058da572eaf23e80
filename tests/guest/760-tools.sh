#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: smmux-top, smmux-metrics and smmux-snapshot say what the files say, of traffic, of faults and of an incident; nothing that was planted as a secret gets out, and devices and SMMUs may go meanwhile
# MATRIX: lane=backports
# FULL: lane=stable,backports
# DEVICES: nvme blk net-virtio ats edu
# MODULE: enable_inject=1 ats=on allow_unbind=1
# CMDLINE: smmux_secret=hunter2 luks.key=hunter2
# TIMEOUT: 400
# EXPECT: smmux .*(event|client:)
# EXPECT: 0000:01:00.0: (ATC (invalidation not answered|answers again)|removed, quarantine ended)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh

readonly SECRETS='hunter2|52:54:00:0|10\.9\.0\.1'

# tool NAME ARGUMENT...: what it says is in /tmp/said and /tmp/why.
tool()
{
	sh "/smmux/smmux-$1" "${@:2}" >/tmp/said 2>/tmp/why
}

# tool_ends CODE REGEXP NAME ARGUMENT...: says a line like REGEXP, to either.
tool_ends()
{
	local rc=0 code=$1 regexp=$2
	shift 2

	tool "$@" || rc=$?
	[ "$rc" = "$code" ] && cat /tmp/said /tmp/why | grep -qE -- "$regexp" && return
	echo "exit code $rc: $(cat /tmp/said /tmp/why)"
	return 1
}

# silent NAME ARGUMENT...: it does well, and has nothing to complain of.
silent()
{
	tool "$@" && [ ! -s /tmp/why ] && return
	cat /tmp/why
	return 1
}

# --- what smmux-top says, beside what the counters said meanwhile ---

# The counters once more, about ten times a second: lines "BEFORE AFTER COMMANDS".
follow()
{
	local from to rest name number commands

	while [ ! -e /tmp/enough ]; do
		read -r from rest </proc/uptime
		while read -r name number; do
			[ "$name" != commands: ] || commands=$number
		done <"$SMMUX_DEBUG/$smmu/cmdq/counters"
		read -r to rest </proc/uptime
		echo "$from $to $commands"
		sleep 0.1
	done
}

# What top counted from one sample to the next is within what the other count allows: 1 if it
# is not, 2 if that count allows so much that it says nothing.
rates_agree()
{
	awk -v smmu="$smmu" '
		function least(time,	i) {
			for (i = lines; i > 1 && after[i] > time; i--)
				;
			return count[i]
		}
		function most(time,	i) {
			for (i = 1; i < lines && before[i] < time; i++)
				;
			return count[i]
		}
		FILENAME == "/tmp/followed" { before[++lines] = $1; after[lines] = $2; count[lines] = $3; next }
		$1 == "time" { time = $4; passed = $6; slack = $8 / 2 + 0.01 }
		$1 == smmu && passed != "-" {
			got = $7 * passed
			low = least(time - slack) - most(last + last_slack)
			high = most(time + slack) - least(last - last_slack)
			print time ": " got " commands in " passed " s, counted " low " to " high
			if (got < low - passed || got > high + passed)
				bad = 1
			all += got
			rounds++
			loose += high - low
		}
		$1 == smmu { last = time; last_slack = slack }
		END { print all " in " rounds " rounds, loose by " loose; exit bad ? 1 : rounds < 3 || all < 200 || loose > 1.5 * all ? 2 : 0 }' \
		/tmp/followed /tmp/said
}

followed_to()
{
	[ "$(wc -l </tmp/followed)" -ge "$1" ]
}

# Five samples, so many seconds apart, with the counters followed before, meanwhile and after.
look_at_rates()
{
	local follower

	rm -f /tmp/enough
	: >/tmp/followed
	follow >/tmp/followed &
	follower=$!
	wait_for 60 followed_to 3
	check "top -b -d $1" silent top -b -n 5 -d "$1"
	wait_for 60 followed_to $(($(wc -l </tmp/followed) + 3))
	touch /tmp/enough
	wait "$follower"
}

# Where a machine takes long to read all files samples have to be further apart.
check_rates()
{
	local distance rc

	for distance in 2 6 18 60; do
		look_at_rates $distance
		rc=0
		rates_agree >/tmp/rates || rc=$?
		note "$(cat /tmp/rates)"
		[ "$rc" = 2 ] || break
	done
	check_equal "its rates are those of the counters" 0 "$rc"
	check_equal "no escape codes" 0 "$(grep -c $'\033' /tmp/said)"
	check_equal "a line for each device each time" $((5 * $(find "$SMMUX_DEBUG/masters" -mindepth 1 -maxdepth 1 | wc -l))) \
		"$(grep -cE "^[0-9a-f:.]+ +$smmu " /tmp/said)"
}

samples_are()
{
	[ "$(grep -c '^time ' /tmp/said)" -ge "$1" ]
}

# Known accesses that fault, from the first sample on.
check_fault_rates()
{
	local dir edu top

	dir=$(client_dirs "$EDU")
	edu=${dir##*/}
	: >/tmp/said
	sh /smmux/smmux-top -b -d 2 -s rate >/tmp/said &
	top=$!
	must "a sample before" wait_for 60 grep -q FAULTS /tmp/said
	for _ in 1 2 3 4; do
		client_run "$dir" "stray 0xdead0000"
	done
	# What was under way now is one, and may have read one file before and one after.
	wait_for 60 samples_are $(($(grep -c '^time ' /tmp/said) + 3))
	kill $top
	wait $top
	check_equal "four faults in all" 4 "$(awk -v dev="$edu" '$1 == dev { n = $8 } END { print n }' /tmp/said)"
	# Rates have one digit behind the point.
	check "four in the samples after the first" awk -v dev="$edu" -v smmu="$smmu" '
		$1 == "time" { passed = $6 }
		passed == "-" { next }
		$1 == smmu && $17 > 0 { events += $17 * passed; slack += 0.05 * passed }
		$1 == dev && $9 > 0 { faults += $9 * passed }
		$1 == "DEVICE" { first = 1; next }
		first && $9 > 0 && $1 != dev { other = 1 }
		first && $1 == dev && $9 > 0 { top = 1 }
		{ first = 0 }
		END { print events, faults, slack, top, other
			exit !(top && !other && events > 3.5 - slack && events < 4.5 + slack && faults > 3.5 - slack && faults < 4.5 + slack) }' /tmp/said
	check "and that needs attention" grep -q "^! $smmu: events .*: 4$" /tmp/said
	check_equal "metrics know the kind" 4 "$(tool metrics; metric "smmux_events_total{smmu=\"$smmu\",event=\"F_TRANSLATION\"}")"
	check_equal "and the device" 4 "$(metric "smmux_master_faults_total{device=\"$edu\",smmu=\"$smmu\"}")"
}

# --- metrics ---

metric()
{
	awk -v name="$1" 'index($0, name " ") == 1 { print substr($0, length(name) + 2) }' /tmp/said
}

# All counts of a file with a prefix, as metrics; and as many, no more.
has_all()
{
	local file=$1 prefix=$2 name=$3 label=$4

	sed -n "s/^$prefix\([A-Za-z0-9_]*\): \([0-9]*\)$/$name{smmu=\"$smmu\",$label=\"\1\"} \2/p" "$SMMUX_DEBUG/$smmu/$file" >/tmp/want
	grep "^$name{" /tmp/said >/tmp/got
	[ -s /tmp/want ] && cmp /tmp/want /tmp/got
}

# Commands only come from what maps and unmaps, and all of that rests.
quiet_metrics()
{
	local before

	for _ in {1..60}; do
		before=$(cat "$SMMUX_DEBUG/$smmu/cmdq/counters")
		tool metrics "$@"
		[ "$before" != "$(cat "$SMMUX_DEBUG/$smmu/cmdq/counters")" ] || return 0
		sleep 1
	done
	return 1
}

check_metrics()
{
	local name

	must "a quiet moment" quiet_metrics
	check "commands by opcode" has_all cmdq/counters cmd. smmux_cmdq_commands_total op
	check "command errors" has_all cmdq/counters error. smmux_cmdq_errors_total error
	check "events by kind" has_all evtq/counters evt. smmux_events_total event
	check "elided commands" has_all pm/state elided. smmux_pm_elided_commands_total class
	for name in lists syncs doorbells polls full_waits; do
		check_equal "$name" "$(value_of "$SMMUX_DEBUG/$smmu/cmdq/counters" $name)" \
			"$(metric "smmux_cmdq_${name}_total{smmu=\"$smmu\"}")"
	done
	for name in timeouts quarantined recovered resets_seen injected; do
		check_equal "recovery: $name" "$(recovery $name)" "$(metric "smmux_recovery_${name}_total{smmu=\"$smmu\"}")"
	done
	check_equal "the device that is cut off" 1 "$(metric "smmux_device_quarantined{device=\"$bdf\",smmu=\"$smmu\"}")"
	grep -v '^#' /tmp/said >/tmp/samples
	check "a file for the node exporter" silent metrics -o /tmp/out/smmux.prom
	check_equal "mode and directory" "-rw-r--r-- ./smmux.prom" "$(cd /tmp/out && find . -type f -exec stat -c '%A %n' {} +)"
	check_equal "as many samples" "$(wc -l </tmp/samples)" "$(grep -vc '^#' /tmp/out/smmux.prom)"
	check "a place that is none" tool_ends 1 'error: ' metrics -o /tmp/no/smmux.prom
	check "OpenMetrics" silent metrics --format openmetrics
	check_equal "its end" "# EOF" "$(tail -n 1 /tmp/said)"
	check_equal "the same series" "$(cut -d' ' -f1 /tmp/samples | md5sum)" "$(grep -v '^#' /tmp/said | cut -d' ' -f1 | md5sum)"
}

# --- the snapshot ---

readable()
{
	(cd "$1" && find . -type f -perm -0400 | sort)
}

# Files that only change when somebody changes something are byte by byte the same.
same_content()
{
	local file bad=''

	for file in version features help "$smmu/caps" "$smmu/strtab" "$smmu/recovery/history" \
		"$smmu/evtq/recent" "masters/$bdf/info" "masters/$bdf/ats" "masters/$bdf/cds"; do
		cmp "$SMMUX_DEBUG/$file" "$snap/debugfs/$file" || bad=1
	done
	[ -z "$bad" ]
}

check_snapshot()
{
	local file

	echo "planted: iommu password hunter2 52:54:00:00:00:01" >/dev/kmsg
	mount -t tracefs tracefs /sys/kernel/tracing
	echo 1 >/sys/kernel/tracing/events/smmux/cmd/enable
	use_device
	mkdir /tmp/snaps
	check "snapshot" silent snapshot -o /tmp/snaps/x.tar.gz
	echo 0 >/sys/kernel/tracing/events/smmux/cmd/enable
	check_equal "only the archive is left" "-rw------- ./x.tar.gz" \
		"$(cd /tmp/snaps && find . -mindepth 1 -exec stat -c '%A %n' {} +)"
	tar xzf /tmp/snaps/x.tar.gz -C /tmp/snaps
	snap=$(echo /tmp/snaps/smmux-snapshot-*)
	check_equal "every readable file is in it" "$(readable "$SMMUX_DEBUG")" "$(readable "$snap/debugfs")"
	check "with what it has" same_content
	check_less "files" 40 "$(readable "$snap/debugfs" | wc -l)"
	check_equal "no file of ours failed" "" "$(grep -v '^sysfs/.*power/' "$snap/errors")"
	for file in SUMMARY.txt meta pci dmesg trace sysfs/iommu_groups "sysfs/$smmu/smmux/recovery_policy" \
		"sysfs/$smmu/power/control" sysfs/module/version sysfs/module/parameters/ats; do
		check "has $file" test -s "$snap/$file"
	done
	while IFS= read -r line; do note "$line"; done <"$snap/SUMMARY.txt"
	check "the summary has the device" grep -q "! $bdf: quarantined.*StreamID $sid" "$snap/SUMMARY.txt"
	check "and the faults" grep -q '! .*: faults: 4; last: F_TRANSLATION .*0xdead0000' "$snap/SUMMARY.txt"
	check "the log has our line" grep -q "$bdf: ATC invalidation not answered" "$snap/dmesg"
	check "the trace has commands" grep -q ' cmd: ' "$snap/trace"
	check "the command line has what is harmless" grep -q '^cmdline: .*iommu.strict=1.*luks.key=<redacted>' "$snap/meta"
	check "a secret was there to be found" sh -c 'grep -q hunter2 /proc/cmdline && dmesg | grep -q hunter2'
	check_equal "none is in it" "" "$(grep -rlE "$SECRETS" "$snap" | head -n 3)"
	whole || return 0
	check "without the log" silent snapshot --no-dmesg -o /tmp/snaps/y.tar.gz
	check_equal "it is not there" 0 "$(tar tzf /tmp/snaps/y.tar.gz | grep -c dmesg)"
	check_equal "--list makes nothing" "x.tar.gz y.tar.gz" "$(cd /tmp/snaps && rm -r "$snap" && tool snapshot --list && echo ./*.gz | sed 's,\./,,g')"
}

check_interrupted()
{
	local delay bad=''

	rm -f /tmp/snaps/*
	# At some moments of it, whichever these are on this machine.
	for delay in 0.05 0.2 0.5 0.9; do
		sh /smmux/smmux-snapshot -o /tmp/snaps/z.tar.gz >/dev/null 2>&1 &
		sleep $delay
		kill "$!" 2>/dev/null
		wait $!
		[ ! -e /tmp/snaps/z.tar.gz ] || tar tzf /tmp/snaps/z.tar.gz >/dev/null || bad+="$delay: half; "
		rm -f /tmp/snaps/z.tar.gz
		bad+=$(ls -A /tmp/snaps)
	done
	check_equal "interrupted: nothing is left" "" "$bad"
}

# as_nobody COMMAND: what it says is in /tmp/nobody/said.
as_nobody()
{
	mkdir -p /tmp/nobody
	chown 65534:65534 /tmp/nobody
	echo nobody:x:65534:65534:nobody:/:/bin/sh >/etc/passwd
	busybox su -s /bin/sh nobody -c "$1" >/tmp/nobody/said 2>&1
}

check_unprivileged()
{
	check_equal "nobody: top" 1 "$(as_nobody 'sh /smmux/smmux-top -b -n 1'; echo $?)"
	check "nobody: top says why" grep -q 'root is required' /tmp/nobody/said
	check_equal "nobody: metrics" 1 "$(as_nobody 'sh /smmux/smmux-metrics'; echo $?)"
	check "nobody: metrics do not say that smmux is down" sh -c \
		"grep -q 'root is required' /tmp/nobody/said && ! grep -q smmux_up /tmp/nobody/said"
	whole || return 0
	check_equal "nobody: a snapshot is made, and says what it lacks" 3 \
		"$(as_nobody 'sh /smmux/smmux-snapshot -o /tmp/nobody/x.tar.gz'; echo $?)"
	check "nobody: in words" grep -q 'root is required' /tmp/nobody/said
	check_equal "nobody: and has what anybody may see" 1 "$(tar tzf /tmp/nobody/x.tar.gz | grep -c sysfs/module/version)"
}

bad_use()
{
	local each bad=''

	for each in "top -x" "top -n" "top -n x" "top -n 0" "top -d 0" "top -d 1e9" "top -d 1.23" "top -s x" \
		"metrics -o" "metrics --format" "metrics --format x" "metrics x" "snapshot -o" "snapshot x"; do
		# shellcheck disable=SC2086
		tool_ends 2 'Try: ' $each || bad+="'$each' "
	done
	echo "$bad"
	[ -z "$bad" ]
}

# --- things that go ---

# Tools that never stop, each run of which must be well.
keep_looking()
{
	local rounds=0 said

	until [ -e /tmp/stop-looking ]; do
		said=$({ sh /smmux/smmux-metrics >/tmp/looked && sh /smmux/smmux-top -b -n 2 -d 0.1 >/dev/null; } 2>&1) ||
			{ echo "failed: $said"; return 1; }
		[ -z "$said" ] || { echo "said: $said"; return 1; }
		rounds=$((rounds + 1))
		echo "$rounds rounds"
	done
	[ "$rounds" -gt "$(some 3)" ]
}

# At least so often, and until the tools have looked more often than that, or have failed.
things_go()
{
	local n=0 enough

	enough=$(some 3)
	until [ $n -ge "$enough" ] && grep -qE "^($((enough + 1)) rounds|failed|said)" /tmp/looking; do
		n=$((n + 1))
		remove_all_functions
		echo "$smmu" >"$(platform_driver)/unbind" && echo "$smmu" >"$(platform_driver)/bind" || return 1
		echo 1 >/sys/bus/pci/rescan
	done
}

check_while_things_go()
{
	local looker follower

	keep_looking >/tmp/looking 2>&1 &
	looker=$!
	sh /smmux/smmux-top -b -d 0.3 >/tmp/followed 2>/tmp/why &
	follower=$!
	check "SMMU and devices go and come" things_go
	check "disks are back" wait_for 60 disks_ready
	check "it saw it come back" wait_for 60 sh -c "tail -n 20 /tmp/followed | grep -q '^$smmu '"
	touch /tmp/stop-looking
	check_job "metrics and top meanwhile" "$looker"
	note "$(tail -n 3 /tmp/looking)"
	kill "$follower"
	wait "$follower"
	check_equal "a top that saw it all ends by TERM" 143 $?
	check_equal "and had no complaint" "" "$(cat /tmp/why)"
	check_equal "no rate was negative, or odd" 0 "$(grep -cE ' -[0-9]|nan|inf[^a-z]' /tmp/followed)"
	check "NVMe again" fio_verify "/dev/$(nvme_disk smmux-nvme)" 4 1
}

check "wrong use is told" bad_use
check "without smmux top says so" tool_ends 1 'smmux is not loaded' top -b -n 1
check "metrics too, as a metric" tool_ends 0 '^smmux_up 0$' metrics
mkdir /tmp/out
! whole || check "and a snapshot is made all the same" tool_ends 3 'smmux is not loaded' snapshot -o /tmp/out/none.tar.gz
rm -f /tmp/out/*
rehearse_start
start_client
disk_load_begin "$nvme" 1
load_begin net_both 2
check_rates
load_end "traffic"
check_fault_rates
one_timeout incident quarantined
check "top has it" silent top -b -n 1
check "as the state of its ATS" grep -qE "^$bdf .* quarantined " /tmp/said
check "and as what needs attention" grep -q "^! $smmu: 1 device is in quarantine" /tmp/said
check_metrics
check_snapshot
! whole || check_interrupted
check_unprivileged
check_while_things_go
