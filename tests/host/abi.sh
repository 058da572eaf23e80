#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every debugfs file, sysfs attribute, trace event and module parameter stands in
# debugfs/ABI, and nothing stands there that does not exist.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

# documented PREFIX: what "What:" lines name below this path.
documented()
{
	sed -nE 's/^What:[ \t]+//p' debugfs/ABI/* | sed -n "s|^$1||p" | sort -u
}

# The node tables: rows with .name = "..." in an array, the array in a family
# with or without .dir, the family's prefix in the table of families.
debugfs_names()
{
	awk '/struct smmux_node [a-z_]+\[\]/ { array = FILENAME ":" $0
			sub(/^.*struct smmux_node /, "", array); sub(/\[.*/, "", array)
			array = FILENAME ":" array }
		array != "" && match($0, /\.name = "[^"]+"/) {
			names[array] = names[array] " " substr($0, RSTART + 9, RLENGTH - 10) }
		/^[}];/ { array = "" }
		/struct smmux_nodes [a-z_]+ = / { family = $0; dir = ""
			sub(/^.*struct smmux_nodes /, "", family); sub(/ .*/, "", family) }
		family != "" && match($0, /\.dir = "[^"]+"/) { dir = substr($0, RSTART + 8, RLENGTH - 9) "/" }
		family != "" && match($0, /\.node = [a-z_]+/) {
			rows[family] = FILENAME ":" substr($0, RSTART + 8, RLENGTH - 8); dirs[family] = dir }
		/^[}];/ { family = "" }
		match($0, /^\t[{] "[^"]*", &[a-z_]+ [}],/) {
			split($0, part, "\""); prefix = part[2]
			name = part[3]; sub(/^, &/, "", name); sub(/ .*/, "", name); families[name] = prefix }
		END { for (f in families) { n = split(names[rows[f]], each, " ")
			for (i = 1; i <= n; i++) print families[f] dirs[f] each[i] } }' \
		debugfs/*.c | sort -u
}

trace_names()
{
	grep -hoE '^(TRACE_EVENT|DEFINE_EVENT)\([a-z_, ]+' module/trace.h |
		sed -E 's/.*\(//; s/^[a-z_]+_class, *//; s/[, ].*//' | sort -u
}

parameter_names()
{
	grep -hoE '^module_param(_named|_cb)?\([a-z_0-9]+' module/*.c | sed 's/.*(//' | sort -u
}

attribute_names()
{
	grep -hoE '^(static )?DEVICE_ATTR_(RO|RW|WO)\([a-z_0-9]+' module/*.c debugfs/*.c | sed 's/.*(//' | sort -u
}

# compare KIND EXISTING DOCUMENTED
compare()
{
	local only

	only=$(comm -23 <(echo "$2") <(echo "$3") | grep . | sed "s/^/$1, not documented: /" || true)
	only+=$'\n'$(comm -13 <(echo "$2") <(echo "$3") | grep . | sed "s/^/$1, documented but not there: /" || true)
	only=$(grep . <<<"$only" || true)
	if [ -n "$only" ]; then
		echo "$only"
		failed=1
	else
		echo "$1: $(grep -c . <<<"$2") agree"
	fi
}

failed=0
compare "debugfs file" "$(debugfs_names)" "$(documented /sys/kernel/debug/smmux/)"
compare "trace event" "$(trace_names)" "$(documented /sys/kernel/tracing/events/smmux/)"
compare "module parameter" "$(parameter_names)" "$(documented /sys/module/smmux/parameters/)"
compare "sysfs attribute" "$(attribute_names)" "$(documented '/sys/bus/platform/devices/<smmu>/smmux/')"
for what in 'debugfs_names' 'trace_names'; do
	[ -n "$($what)" ] || { echo "$what found nothing" && failed=1; }
done
for key in What Date Contact Description; do
	for file in debugfs/ABI/*; do
		[ "$(grep -c "^$key:" "$file")" -ge 1 ] || { echo "$file: no $key: line" && failed=1; }
	done
done
exit "$failed"
