#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who may include whom: a file sees its own layer and those below. A file whose
# layer is not known here is an error, so that a new room gets its place.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

readonly LAYERS='
1 arch/regs arch/tables arch/cmd arch/evt
2 pure/cmd pure/ste pure/cd pure/entry pure/caps pure/invs pure/evt pure/walk pure/walk_cfg
2 pure/walk_priv pure/lint pure/iort
3 hw/queue hw/cmdq hw/cmdq_wait hw/cmdq_gate hw/strtab hw/cdtab hw/irq hw/evtq hw/gerror trace/stats
3 trace/clock trace/life trace/recent hw/reset view/regs view/reach
4 core/tlb core/domain core/static_domain core/master core/attach core/ats core/pasid core/pm
4 core/recovery view/summary view/survey view/crash
5 main probe fw iommu_ops knobs'

# smmux.h holds the types that rooms share; trace and inject stand beside the
# layers and serve 3 and above.
layer_of()
{
	case $1 in
	smmux.h | trace/trace.[ch] | trace/inject.[ch]) echo side ;;
	*) awk -v room="${1%.*}" '{ for (i = 2; i <= NF; i++) if ($i == room) print $1 }' <<<"$LAYERS" ;;
	esac
}

bad()
{
	echo "$1: must not include $2: $3"
	failed=1
}

check_module_file()
{
	local file=$1 name=${1#module/} layer include other

	layer=$(layer_of "$name")
	[ -n "$layer" ] || { echo "$file: no layer is known for it" && failed=1 && return; }
	while read -r include; do
		if [[ $include == ../* ]]; then
			check_debugfs_include "$file" "$include"
			continue
		fi
		[ -e "module/$include" ] || { bad "$file" "$include" "no such file" && continue; }
		other=$(layer_of "$include")
		case $layer:$other in
		1:*) bad "$file" "$include" "layouts include nothing of ours" ;;
		2:side) bad "$file" "$include" "pure code knows neither devices nor tracing" ;;
		side:* | *:side) ;;
		*) [ "$other" -le "$layer" ] ||
			bad "$file" "$include" "it is in layer $other, the file in $layer" ;;
		esac
	done < <(includes "$file")
}

check_debugfs_include()
{
	case $2:$1 in
	../debugfs/debugfs.h:module/core/master.c | ../debugfs/debugfs.h:module/core/domain.c) ;;
	../debugfs/debugfs.h:module/main.c | ../debugfs/debugfs.h:module/probe.c) ;;
	*) bad "$1" "$2" "the control plane is seen by master, domain, main and probe, through debugfs.h" ;;
	esac
}

includes()
{
	sed -nE 's/^#[ \t]*include[ \t]+"([^"]*)".*/\1/p' "$1"
}

# A header that is its source's first include has shown that it stands alone.
check_own_header()
{
	local own=${1#module/}

	own=${own%.c}.h
	[ -e "module/$own" ] || return 0
	[ "$(grep -m1 -oE '^#[ \t]*include[ \t]+["<][^">]*' "$1" | sed 's/.*["<]//')" = "$own" ] ||
		{ echo "$1: its own header is not its first include" && failed=1; }
}

failed=0 count=0
for file in module/*.[ch] module/[!c]*/*.[ch] module/core/*.[ch]; do
	check_module_file "$file"
	[[ $file != *.c || $file == module/trace/trace.c ]] || check_own_header "$file"
	count=$((count + 1))
done
for file in debugfs/*.[ch]; do
	while read -r include; do
		[ -e "debugfs/$include" ] || [ -e "module/${include#../module/}" ] ||
			bad "$file" "$include" "no such file"
	done < <(includes "$file")
	count=$((count + 1))
done
for file in module/compat/*.h; do
	[ -z "$(includes "$file")" ] || bad "$file" "$(includes "$file")" "compat depends on nothing of ours"
done
versions=$(grep -rnE 'LINUX_VERSION_CODE|KERNEL_VERSION *\(|UTS_RELEASE' module debugfs Kbuild |
	grep -v '^module/compat/' || true)
if [ -n "$versions" ]; then
	echo "$versions"
	echo "a kernel version outside module/compat"
	failed=1
fi
[ "$count" -gt 20 ] || { echo "only $count files were looked at" && failed=1; }
[ "$failed" != 0 ] || echo "$count files keep to their layers"
exit "$failed"
