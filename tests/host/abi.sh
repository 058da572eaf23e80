#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# debugfs/ABI describes every debugfs file, sysfs attribute, uevent, trace event and module
# parameter, and nothing that does not exist.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

# documented PREFIX: the names in "What:" lines below this path.
documented()
{
	sed -nE 's/^What:[ \t]+//p' debugfs/ABI/* | sed -n "s|^$1||p" | sort -u
}

# Names from the node tables: rows with .name = "..." in an array, the array in a family
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
	grep -hoE '^(TRACE_EVENT|DEFINE_EVENT)\([a-z_, ]+' module/trace/trace.h |
		sed -E 's/.*\(//; s/^[a-z_]+_class, *//; s/[, ].*//' | sort -u
}

parameter_names()
{
	grep -hoE '^module_param(_named|_cb)?\([a-z_0-9]+' module/*.c module/*/*.c | sed 's/.*(//' | sort -u
}

# Attributes of type device_attribute, by their group: an SMMU's group is smmu_group, its
# clients' is master_group. An attribute without a group is an error.
attribute_names()
{
	awk 'function word(text, before) { sub(".*" before, "", text); sub(/[^a-z_0-9].*/, "", text); return text }
		/struct device_attribute [a-z_0-9]+ =/ { variable = word($0, "struct device_attribute ") }
		match($0, /__ATTR(_RO|_RW|_WO)?\([a-z_0-9]+/) {
			name[variable] = word($0, "__ATTR[_ROW]*\\(") }
		match($0, /DEVICE_ATTR(_RO|_RW|_WO)?\([a-z_0-9]+/) {
			name["dev_attr_" word($0, "DEVICE_ATTR[_ROW]*\\(")] = word($0, "DEVICE_ATTR[_ROW]*\\(") }
		/struct attribute \*[a-z_0-9]+\[\] =/ { array = word($0, "struct attribute [*]") }
		array != "" { rest = $0
			while (match(rest, /&[a-z_0-9]+\.attr/)) {
				attrs[array] = attrs[array] " " substr(rest, RSTART + 1, RLENGTH - 6)
				rest = substr(rest, RSTART + RLENGTH) } }
		/struct attribute_group [a-z_0-9]+ =/ { group = word($0, "struct attribute_group ") }
		group != "" && match($0, /\.name = "[^"]+"/) {
			dir[group] = substr($0, RSTART + 9, RLENGTH - 10) "/" }
		group != "" && match($0, /\.attrs = [a-z_0-9]+/) { of[group] = substr($0, RSTART + 9, RLENGTH - 9) }
		/[}];/ { array = ""; group = "" }
		END { for (g in of) { n = split(attrs[of[g]], each, " ")
				for (i = 1; i <= n; i++) { placed[each[i]] = 1
					print (g == "smmu_group" ? "platform/devices/<smmu>/" : \
						g == "master_group" ? "pci/devices/<device>/" : g "?/") \
						dir[g] name[each[i]] } }
			for (v in name) if (!(v in placed)) print "in no group: " name[v] }' \
		module/*.c module/*/*.c debugfs/*.c | sort -u
}

# Variables of the uevents, and the values of SMMUX_EVENT.
uevent_names()
{
	sed -nE 's/.*"(SMMUX_[A-Z]+=).*/\1/p; s/.*send_uevent\([a-z]+, "([a-z]+)"\).*/SMMUX_EVENT=\1/p' module/*.c module/*/*.c |
		sort -u
}

# compare KIND EXISTING DOCUMENTED
compare()
{
	local only

	only=$(comm -23 <(echo "$2") <(echo "$3") | grep . | sed "s/^/$1, not documented: /" || true)
	only+=$'\n'$(comm -13 <(echo "$2") <(echo "$3") | grep . | sed "s/^/$1, documented but does not exist: /" || true)
	only=$(grep . <<<"$only" || true)
	if [ -n "$only" ]; then
		echo "$only"
		failed=1
	else
		echo "$1: $(grep -c . <<<"$2") agree"
	fi
}

# Lines "event field", from the expected fields in tests/guest/lib/events.sh (test 710).
golden_fields()
{
	sed -nE 's/^\t([a-z_]+): (.*)$/\1 \2/p' tests/guest/lib/events.sh | awk '{
		event = $1; sub(/^[^ ]+ /, ""); n = split($0, field, /, */)
		for (i = 1; i <= n; i++) { m = split(field[i], word, " "); name = word[m - 1]
			sub(/\[.*/, "", name); print event, name } }'
}

# The text of each event names its fields, and each event has a golden line.
check_fields()
{
	local event field text last='' number=0

	while read -r event field; do
		number=$((number + 1))
		[ "$event" = "$last" ] || text=$(awk -v event="$event" \
			'/^What:/ { on = $0 ~ "/smmux/" event "$" } /Example::/ { on = 0 } on && !/^What:/' debugfs/ABI/trace-smmux)
		last=$event
		# Some events refer to master_add.
		[[ $text != *"Fields as in master_add"* ]] || continue
		grep -qw -- "$field" <<<"$text" ||
			{ echo "trace event $event: field $field is not documented" && failed=1; }
	done < <(golden_fields)
	compare "trace event's fields" "$(trace_names)" "$(golden_fields | cut -d' ' -f1 | sort -u)"
	echo "trace events: $number fields are documented"
}

failed=0
compare "debugfs file" "$(debugfs_names)" "$(documented /sys/kernel/debug/smmux/)"
compare "trace event" "$(trace_names)" "$(documented /sys/kernel/tracing/events/smmux/)"
compare "module parameter" "$(parameter_names)" "$(documented /sys/module/smmux/parameters/)"
compare "sysfs attribute" "$(attribute_names)" "$(documented /sys/bus/ | grep /smmux/)"
compare "uevent variable" "$(uevent_names)" "$(grep -hoE 'SMMUX_[A-Z]+=' debugfs/ABI/* |
	cat - <(grep -hoE 'SMMUX_EVENT=[a-z]+' debugfs/ABI/*) | sort -u)"
check_fields
for what in debugfs_names trace_names attribute_names uevent_names; do
	[ -n "$($what)" ] || { echo "$what found nothing" && failed=1; }
done
for key in What Date Contact Description; do
	for file in debugfs/ABI/*; do
		[ "$(grep -c "^$key:" "$file")" -ge 1 ] || { echo "$file: no $key: line" && failed=1; }
	done
done
exit "$failed"
