#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# smmux-report makes a page from a snapshot and from a recording, also from damaged ones, and
# no content of them becomes active in the page; smmux-record records.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

readonly FIXTURES=tests/tools/fixtures
readonly CASES=$((600 * ${SMMUX_SOAK:-1}))
mkdir -p "$SMMUX_BUILD"
work=$(mktemp -d -p "$SMMUX_BUILD" report.XXXXXX)
trap 'rm -rf "$work"' EXIT

report_test()
{
	in_tree python3 tests/tools/report_test.py "$@"
}

# ends CODE COMMAND...: runs it in the tool tree; its output is in $work/said.
ends()
{
	local rc=0 code=$1
	shift

	in_tree "$@" >"$work/said" 2>&1 || rc=$?
	[ "$rc" = "$code" ] && return
	echo "$*: exit code $rc, not $code: $(head -n 3 "$work/said")"
	return 1
}

bad_input()
{
	local tool=scripts/smmux-report

	ends 2 $tool && ends 2 $tool a b && ends 2 $tool -x && ends 2 $tool -o && ends 2 $tool '' &&
		ends 2 $tool -n 3 a && ends 2 $tool --record && ends 2 $tool --record -o x a &&
		ends 2 $tool --record -i x "$work/none" && ends 1 $tool "$work/none" &&
		ends 1 $tool -o "$work/none/out" $FIXTURES/snapshot.tar.gz && ends 0 $tool --help || return
	[ ! -e "$work/none" ]
}

# The page shows the driver's lint findings, the facts of smmux-snapshot's meta file, the
# files that it could not copy, and a histogram that begins at 0.
linted()
{
	local dir=$work/linted smmu=$work/linted/debugfs/9050000.smmuv3

	mkdir -p "$smmu/cmdq"
	printf 'smmux_version: 0.1.9\nkernel_release: 7.9.9\nhostname: board7\n' >"$dir/meta"
	echo 'debugfs/x: root is required' >"$dir/errors"
	printf 'severity place finding\nerror    sid 8   STE w1 is <odd>\n\nchecked: 8 stes\nfindings: 1\n' \
		>"$smmu/lint"
	printf 'list_cmds.count: 7\nlist_cmds.sum: 9\n\nh\nlist_cmds 0 0 2\nlist_cmds 1 1 4\nlist_cmds 2 3 1\n' \
		>"$smmu/cmdq/latency"
	report_test page "$dir" "board7" "smmux 0.1.9" "kernel 7.9.9" "not copied: debugfs/x: root is required" \
		"STE w1 is <odd>" "findings: 1" "7 values, mean 1.29" || return
	ends 0 scripts/smmux-report -o "$work/linted.html" "$dir" &&
		[ "$(grep -o '<rect class="bar"' "$work/linted.html" | wc -l)" = 3 ]
}

# Records a tree like that of debugfs, and makes a page from the recording.
recorded()
{
	local tree=$work/tree rec=$work/rec

	tar -xzf $FIXTURES/snapshot.tar.gz -C "$work"
	mv "$work"/smmux-snapshot-*/debugfs "$tree"
	ends 0 env SMMUX_DEBUGFS="$tree" scripts/smmux-report --record "$rec" -i 0.1 -n 3 || return
	[ "$(find "$rec/samples" -mindepth 1 -maxdepth 1 | wc -l)" = 3 ] || { echo "not 3 samples" && return 1; }
	cmp "$tree/9050000.smmuv3/cmdq/latency" "$(find "$rec/samples" -name latency | head -n 1)" || return
	ends 1 env SMMUX_DEBUGFS="$tree" scripts/smmux-record -n 1 "$rec" &&
		grep -q 'is not empty' "$work/said" || return
	ends 1 env SMMUX_DEBUGFS="$work/no" scripts/smmux-record "$work/new" || return
	[ ! -e "$work/new" ] || { echo "a recording without a driver was started" && return 1; }
	ends 0 scripts/smmux-report -o "$work/page.html" "$rec" && grep -q ' 3 samples' "$work/page.html" &&
		ends 0 scripts/smmux-report -o "$work/live.html" "$tree" && grep -q '0000:00:07.0' "$work/live.html"
}

report_test page $FIXTURES/recording.tar.gz "SMMU report: guest" "22 samples over 22.1 s" \
	"2 incidents: devices that were quarantined" "0000:01:00.0" "timed_out to quarantined: cut off" \
	"resume, cause runtime, took" "suspended for" "99th percentile" "TLB invalidations per second" \
	"events per second" "F_TRANSLATION sid 0x38 iova 0xdead0000 write stage 1 class IN" \
	"removed during the recording" "all 61 fields of the ID registers"
report_test page $FIXTURES/snapshot.tar.gz "17,482 values, mean 8.14 µs" "8 (DMA)" \
	"resetting to healthy: its ATC answers" "does not answer ATC invalidations (StreamID 0x100)"
report_test hostile
report_test paths
report_test fuzz "$CASES" "${SMMUX_SEED:-$RANDOM}" $FIXTURES/recording.tar.gz $FIXTURES/snapshot.tar.gz
linted || { echo "the page lacks findings of lint or facts of smmux-snapshot" && exit 1; }
bad_input || { echo "wrong arguments have a wrong exit code" && exit 1; }
recorded || { echo "recording, or the page of a recording, failed" && exit 1; }
echo "smmux-report and smmux-record: no problems"
