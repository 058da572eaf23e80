#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# bpftrace parses all scripts/bt/*.bt and finds nothing wrong with their types, all events
# that they name exist, with as many arguments as they use, and each says how to use it.
# This goes as far as a host can that has no smmux: 770 and 771 run them.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/debs.sh
. "$(dirname "$0")/../lib/debs.sh"
cd "$SMMUX_TOP"

readonly ROOT=$SMMUX_BUILD/lint
# Of an event with more bpftrace 0.27 knows nothing on arm64.
readonly MAX_ARGS=7

# The tool tree's own does not have it: it brings LLVM, and the tree is made anew for it.
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

# parses FILE: but for what only arm64, or a kernel with smmux, has.
parses()
{
	local text

	text=$(in_tree env "LD_LIBRARY_PATH=$ROOT/root/usr/lib/x86_64-linux-gnu" \
		timeout 100 "$ROOT/root/usr/bin/bpftrace" -d ast "$1" 2>&1 || true)
	grep -q '^Program$' <<<"$text" || { echo "$1: bpftrace says:" && tail -n 5 <<<"$text" && return 1; }
	! grep -E '(ERROR|WARNING):' <<<"$text" | grep -vE "RLIMIT_MEMLOCK|Probe does not exist: rawtracepoint:|x86_64 doesn't support arg[67]$"
}

# arguments EVENT: of its prototype in trace.h; nothing if there is no such event
arguments()
{
	awk -v event="$1" '$0 ~ "^(TRACE_EVENT\\(|DEFINE_EVENT\\([a-z_]*, )" event ",$" { on = 1; next }
		on && /TP_ARGS/ { gsub(/.*TP_ARGS\(|\),?$/, ""); print split($0, part, ","); exit }' module/trace/trace.h
}

# probes FILE: "event highest-argument" of each raw tracepoint of ours
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
		# The kernel's, of pmwatch.
		[[ $event != rpm_* ]] || continue
		n=$(arguments "$event")
		[ -n "$n" ] || { echo "$1: no event $event" && ok='' && continue; }
		[ "$high" -lt "$n" ] && [ "$n" -le "$MAX_ARGS" ] ||
			{ echo "$1: event $event has $n arguments, $MAX_ARGS may be used, and arg$high is" && ok=''; }
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
echo "$number scripts are parsed"
