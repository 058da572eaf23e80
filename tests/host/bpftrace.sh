#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bpftrace parses all scripts/bt/*.bt without type errors, all their events exist and have
# the arguments that they use, and each head has a usage line. This is all that a host
# without smmux can check: 770 and 771 run them.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/debs.sh
. "$(dirname "$0")/../lib/debs.sh"
cd "$SMMUX_TOP"

readonly ROOT=$SMMUX_BUILD/lint
# bpftrace 0.27 on arm64 does not support events with more.
readonly MAX_ARGS=7

# The tool tree does not contain it: it depends on LLVM, and adding it would need a new tree.
fetch()
{
	local deb hash

	hash=$(stamp_of "$(cache_hash "$SMMUX_TREE")")
	cache_has "$ROOT" "$hash" && return
	setup_lock
	cache_has "$ROOT" "$hash" && return
	rm -rf "$ROOT"
	debs_closure "$ROOT/debs" amd64 bpftrace || die "bpftrace could not be fetched"
	for deb in "$ROOT"/debs/*.deb; do
		in_tree dpkg -x "$deb" "$ROOT/root"
	done
	rm -rf "$ROOT/debs"
	cache_keep "$ROOT" "$hash"
	setup_unlock
}

# parses FILE: ignores messages about things that only arm64, or a kernel with smmux, has.
parses()
{
	local text

	text=$(in_tree env "LD_LIBRARY_PATH=$ROOT/root/usr/lib/x86_64-linux-gnu" \
		timeout 100 "$ROOT/root/usr/bin/bpftrace" -d ast "$1" 2>&1 || true)
	grep -q '^Program$' <<<"$text" || { echo "$1: bpftrace says:" && tail -n 5 <<<"$text" && return 1; }
	! grep -E '(ERROR|WARNING):' <<<"$text" | grep -vE "RLIMIT_MEMLOCK|Probe does not exist: rawtracepoint:|x86_64 doesn't support arg[67]$"
}

# arguments EVENT: their number in its prototype in trace.h; nothing if there is no such event
arguments()
{
	awk -v event="$1" '$0 ~ "^(TRACE_EVENT\\(|DEFINE_EVENT\\([a-z_]*, )" event ",$" { on = 1; next }
		on && /TP_ARGS/ { gsub(/.*TP_ARGS\(|\),?$/, ""); print split($0, part, ","); exit }' module/trace/trace.h
}

# probes FILE: "event highest-argument" for each raw tracepoint that the script uses
probes()
{
	awk '/^rawtracepoint:/ { event = $1; sub(/^rawtracepoint:/, "", event); sub(/,$/, "", event); high = -1 }
		event != "" { rest = $0
			while (match(rest, /arg[0-9]+/)) {
				n = substr(rest, RSTART + 3, RLENGTH - 3) + 0
				if (n > high) high = n
				rest = substr(rest, RSTART + RLENGTH) } }
		event != "" && /^}/ { print event, high; event = "" }' "$1"
}

check_script()
{
	local event high n ok=1

	parses "$1" || ok=''
	[ "$(head -n 1 "$1")" = "#!/usr/bin/env bpftrace" ] || { echo "$1: not a bpftrace script" && ok=''; }
	grep -qE "^ \*   ${1##*/}( |$)" "$1" || { echo "$1: no usage in its head" && ok=''; }
	while read -r event high; do
		# Events of the kernel, which pmwatch uses.
		[[ $event != rpm_* ]] || continue
		n=$(arguments "$event")
		[ -n "$n" ] || { echo "$1: no event $event" && ok='' && continue; }
		[ "$high" -lt "$n" ] && [ "$n" -le "$MAX_ARGS" ] ||
			{ echo "$1: event $event has $n arguments, the maximum is $MAX_ARGS, the script uses arg$high" && ok=''; }
	done < <(probes "$1")
	[ -n "$ok" ]
}

hash=$(stamp_of scripts/bt/*.bt scripts/README.md module/trace/trace.h "$0" "$(cache_hash "$SMMUX_TREE")")
! known_good bpftrace "$hash" || exit 0
fetch
failed=0 number=0
for file in scripts/bt/*.bt; do
	number=$((number + 1))
	check_script "$file" || failed=1
	grep -q "bt/${file##*/}" scripts/README.md || { echo "$file: not in scripts/README.md" && failed=1; }
done
[ "$number" -ge 9 ] || { echo "only $number scripts found" && failed=1; }
[ "$failed" = 0 ] || exit 1
keep_good bpftrace "$hash"
echo "$number scripts parsed"
