#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Host part of 775-crash and 776-kdump: compares smmux-crash's output for the dumps with
# debugfs at that time, which is in result lines "# file NAME|LINE".  A dump is as large as
# the guest's memory.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

readonly DIR=$1 MOST=300
trap 'rm -f "$DIR"/*.dump' EXIT
sed -n 's/^# file //p' "$DIR/results" >"$DIR/files"
sed -i '/^# file /d' "$DIR/results"

# crash NAME: smmux-crash's output for that dump.
crash()
{
	in_tree scripts/smmux-crash -n "$MOST" "$DIR/$1.dump"
}

# section NAME: the lines of that debugfs file in smmux-crash's output.
section()
{
	awk -v name="$1 <==" '/^==> / { on = substr($0, length($0) - length(name) + 1) == name; next } on' \
		"$DIR/crash" | sed '/^$/d'
}

# same FILE LEAST: the lines are those of debugfs, in the same order: of a history the newest,
# of the queue the last ones; at least LEAST.
same()
{
	local file=$1 least=$2

	section "/$file" >"$DIR/is"
	sed -n "s,^$file|,,p" "$DIR/files" | sed '/^$/d' >"$DIR/all"
	case $file in
	cmdq/entries) awk -v most=$MOST '{ line[NR] = $0; if ($3 == "consumed") last = NR }
		NR == 1 { print } END { for (i = last - most + 1; i <= NR; i++) print line[i] }' "$DIR/all" ;;
	*/recent | */history) head -n $((MOST + 1)) "$DIR/all" ;;
	strtab) cat "$DIR/all" ;;
	*) grep -xFf "$DIR/is" "$DIR/all" ;;
	esac >"$DIR/want"
	diff "$DIR/want" "$DIR/is" || die "$file: the dump and debugfs differ"
	[ "$(wc -l <"$DIR/is")" -ge "$least" ] || die "$file: only $(wc -l <"$DIR/is") lines"
}

crash all >"$DIR/crash" || die "smmux-crash ends with $?: $(grep '^!' "$DIR/crash")"
same caps 10
same cmdq/state 8
same cmdq/entries $((MOST + 3))
same cmdq/recent $((MOST + 1))
same evtq/state 3
same evtq/recent 2
same gerror 2
same strtab 3
same pm/state 2
same pm/history 3
same recovery/history 3
for dump in "$DIR"/qemu-*.dump; do
	[ -e "$dump" ] || continue
	name=$(basename "$dump" .dump)
	crash "$name" >"$DIR/other" || die "$name: smmux-crash ends with $?: $(grep '^!' "$DIR/other")"
	diff "$DIR/crash" "$DIR/other" || die "$name: the output differs from that of all.dump"
done
grep -q '^kernel_release: [67]\.' "$DIR/crash" || die "no kernel_release line"
[ ! -e "$DIR/none.dump" ] || { ! crash none >"$DIR/none" 2>&1 && grep -q 'no directory of smmux' "$DIR/none"; } ||
	die "smmux-crash finds an SMMU that was unbound: $(sed -n 2,3p "$DIR/none" | xargs)"
rm -f "$DIR"/{files,is,all,want,other}
