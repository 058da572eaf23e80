#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: every debugfs file has its documented form and agrees with the others and with sysfs
# MATRIX: lane=stable fw=dt
# FULL: lane=backports fw=acpi
# ALSO: lane=backports fw=dt strict=0
# FULL: lane=backports fw=dt smmu=2
# ALSO: lane=stable,backports fw=dt,acpi
# ALSO: lane=debug
# DEVICES: nvme blk net testdev
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/shapes.sh
. /smmux/shapes.sh

# value FILE NAME: of a "name: value" line.
value()
{
	value_of "$SMMUX_DEBUG/$1" "$2"
}

# Lines are "name: value", or columns under the header that follows an empty
# line or starts the file; no line of a table has fewer columns than its header.
in_form()
{
	awk -v table="$2" '
		NR == 1 && table == "table" || last == "" && NR > 1 { columns = NF; last = $0; next }
		{ last = $0 }
		$0 == "" { next }
		table == "table" && /^(checked|findings): / { next }
		columns && NF < columns { print FILENAME ": " $0; bad = 1 }
		!columns && !/^[A-Za-z0-9_.-]+: ./ { print FILENAME ": " $0; bad = 1 }
		END { exit bad }' "$1"
}

table_files='strtab regs lint pmcg entries recent ste cds invs history clients queue ranges faults'
check_files()
{
	local file bad=0 number=0 name

	while read -r file; do
		name=${file##*/}
		number=$((number + 1))
		case $name in
		version | help) ;;
		*)
			if [[ " $table_files " == *" $name "* ]]; then
				in_form "$file" table
			else
				in_form "$file" lines
			fi || bad=1
			;;
		esac
		# Kernel addresses have their upper 16 bits set.
		! grep -HnE '0x?ffff[0-9a-f]{12}([^0-9a-f]|$)' "$file" | grep -vE '(mair|asid|w[0-7])' || bad=1
	done < <(find "$SMMUX_DEBUG" -type f -perm 0444)
	echo "$number files"
	[ "$bad" = 0 ] && [ "$number" -gt 20 ]
}

modes()
{
	! find "$SMMUX_DEBUG" -type f ! -perm 0444 ! -path '*/control/*' ! -name translate | grep . &&
		! find "$SMMUX_DEBUG" -type f -name translate ! -perm 0600 | grep . &&
		! find "$SMMUX_DEBUG" -type f -path '*/control/*' ! -perm 0200 | grep .
}

# "help" lists exactly the files in the tree. Exception: inject/ exists only with a module
# parameter.
helped()
{
	local here there

	here=$(cd "$SMMUX_DEBUG" && find . -type f | kinds "$device" | sort -u)
	there=$(sed -nE '2,$s/^[0-7]+ ([^:]+): .*/\1/p' "$SMMUX_DEBUG/help" | sort -u)
	grep -q '^<smmu>/inject/' <<<"$there" || return 1
	! printf '%s\n' "$here" "$there" | grep -v '^<smmu>/inject/' | sort | uniq -u | grep .
}

# Errors can be injected only if a module parameter allowed it at load.
no_inject()
{
	! find "$SMMUX_DEBUG" -path '*inject*' | grep . && [ "$(cat /sys/module/smmux/parameters/enable_inject)" = N ]
}

# The module's parameters from sysfs, as "features" shows them.
parameters_shown()
{
	local file

	for file in /sys/module/smmux/parameters/*; do
		echo "parameter.${file##*/}: $(sed 's/^Y$/yes/; s/^N$/no/' "$file")"
	done | sort
}

# masters/*/info against sysfs and the stream table.
check_masters()
{
	local dir bdf sid kind number=0

	for dir in "$SMMUX_DEBUG"/masters/*; do
		bdf=${dir##*/}
		number=$((number + 1))
		kind=$(group_type "$bdf")
		case $kind in
		DMA*) check_equal "$bdf: $kind is shown" paging "$(value "masters/$bdf/info" state)" ;;
		*) check_equal "$bdf: $kind is shown" "$kind" "$(value "masters/$bdf/info" state)" ;;
		esac
		sid=$(value "masters/$bdf/info" sids)
		check "$bdf: its StreamID is in the stream table" \
			grep -E "^$(printf '0x%08x' "${sid%% *}") (s1|s2) " "$SMMUX_DEBUG/$device/strtab"
		check "$bdf: its STE in ste and in the stream table is the same" cmp <(grep "^$(printf '0x%08x' "${sid%% *}")" \
			"$SMMUX_DEBUG/$device/strtab") <(sed 1d "$SMMUX_DEBUG/masters/$bdf/ste")
		check_domain "$bdf" "$(value "masters/$bdf/info" domain)" "$kind"
	done
	check_less "masters checked" 3 "$number"
}

check_domain()
{
	check_equal "$1: domain $2 has the type of its group" "$3" "$(value "domains/$2/info" type)"
	check_equal "$1: domain $2 has the expected stage" "$stage" "$(value "domains/$2/info" stage)"
	check "$1: domain $2 names the SMMU" grep -E "^$device +s${stage}_" "$SMMUX_DEBUG/domains/$2/invs"
	if [ "$stage" = 1 ]; then
		check "$1: the CD has the ASID and the table of the domain" cd_agrees "$1" "$2"
	fi
}

cd_agrees()
{
	local tag ttb

	tag=$(($(awk '$2 == "s1_asid" { print $3 }' "$SMMUX_DEBUG/domains/$2/invs")))
	ttb=$(value "domains/$2/info" ttb)
	grep -E "^0x000000 yes .* asid=$tag ttb0=${ttb% *} " "$SMMUX_DEBUG/masters/$1/cds"
}

refused()
{
	! printf '%s' "$1" 2>/dev/null >"$control"
}

start_all
device=$(bound_smmus)
control=$SMMUX_DEBUG/$device/control/reset_stats
stage=1
[ "$SMMU" != 2 ] || stage=2
must "the SMMU has its directory" test -d "$SMMUX_DEBUG/$device"
check "every file has its form" check_files
check "modes are 0444, 0200 below control/, 0600 for translate" modes
check "help names every file" helped
check_equal "every file has the names that golden_shapes lists" "" \
	"$(printf '%s\n' "$(shapes "$device")" "$(golden_shapes)" | sort | uniq -u)"
check "without enable_inject, inject/ does not exist" no_inject
check_equal "features shows every parameter" "$(parameters_shown)" "$(grep ^parameter "$SMMUX_DEBUG/features" | sort)"
check_equal "features shows power management" present "$(value features pm)"
check_masters

check_equal "without a power domain the SMMU is never suspended" "no power domain on open" \
	"$(value "$device/pm/state" refused) $(value "$device/pm/state" state) $(value "$device/pm/state" gate)"

counters=$device/cmdq/counters
fio_verify "$nvme" 8 1
sum=$(awk '/^cmd\./ { n += $2 } END { print n }' "$SMMUX_DEBUG/$counters")
check_less "commands were counted" 100 "$sum"
for bad in 0 2 1x '1 ' ' ' ' 1' "$(printf '1%.0s' {1..200})"; do
	check "reset_stats refuses '${bad:0:8}'" refused "$bad"
done
check_less "a refused write changes nothing" 100 "$(value "$counters" commands)"
check "reset_stats takes 1" sh -c "echo 1 >$control"
check_less "commands since the reset" "$(value "$counters" commands)" "$sum"
check_equal "no events occurred" 0 "$(value "$device/evtq/counters" events)"
