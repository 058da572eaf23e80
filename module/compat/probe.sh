#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Find out by compiling what the kernel's interfaces look like, and print
# -DSMMUX_HAVE_<NAME> for each that is there.
#
# By compiling, and not by version: stable kernels take interfaces back.
set -euo pipefail

usage() {
	cat <<-END
	usage: probe.sh CACHE

	Run by Kbuild, which exports the compiler and its flags (CC, LINUXINCLUDE,
	KBUILD_CFLAGS ...).  CACHE is a file that keeps the answer for as long as
	compiler, kernel and this script stay the same.
	Exit code: 0, 1 when the compiler cannot compile against the kernel at all.
	END
}

case "${1:-}" in
-h | --help) usage; exit 0 ;;
"" | -*) usage >&2; exit 2 ;;
esac
readonly CACHE=$1
: "${CC:?run by Kbuild}"

# The kernel's make quotes its flags for a shell.
kflags=()
eval "kflags=( ${NOSTDINC_FLAGS:-} ${LINUXINCLUDE:-} ${KBUILD_CPPFLAGS:-} \
	${KBUILD_CFLAGS:-} ${KBUILD_CFLAGS_MODULE:-} )"
# CC may be "ccache gcc".
read -r -a cc <<<"$CC"

# What the answer rests on.  The kernel's own generated header changes with
# every kernel that is installed.
key() {
	{
		cat "$0"
		echo "$CC ${srctree:-.} ${objtree:-.} ${LINUXINCLUDE:-}"
		"${cc[@]}" --version
		cat "${objtree:-.}/include/generated/utsrelease.h" \
		    "${objtree:-.}/include/generated/autoconf.h" 2>/dev/null || true
	} | sha256sum | cut -d' ' -f1
}

# What of the compiler's complaints is about file NAME of the ones made below.
complains_of() {
	grep -q "^$1:[0-9]*:[0-9]*: error: " <<<"$complaints"
}

same_type() {
	echo "_Static_assert(__builtin_types_compatible_p(typeof($1), $2), \"\");"
}

member() {
	echo "typeof(((struct $1 *)0)->$2) *PROBE;"
}

declare -A snippet=(
	[ATTACH_OLD]=$(same_type '((struct iommu_domain_ops *)0)->attach_dev' \
		'int (*)(struct iommu_domain *, struct device *, struct iommu_domain *)')
	[PAGING_FLAGS]=$(member iommu_ops domain_alloc_paging_flags)
	[REMOVE_DEV_PASID]=$(member iommu_ops remove_dev_pasid)
	[OPS_PGSIZES]=$(member iommu_ops pgsize_bitmap)
	[OF_MAP_IOMMU_ID]='void *PROBE = &of_map_iommu_id;'
	[CAP_ATS]='enum iommu_cap PROBE = IOMMU_CAP_PCI_ATS_SUPPORTED;'
	[DFL_WQ]='struct workqueue_struct **PROBE = &system_dfl_wq;'
)

want=$(key)
if [[ -r $CACHE ]]; then
	{ read -r have && read -r flags; } <"$CACHE" || true
	if [[ ${have:-} == "$want" ]]; then
		echo "${flags:-}"
		exit 0
	fi
fi

# All in one go, since most of the time goes into the headers: every snippet is,
# for the compiler, a file of its own, and one that it complains of is not there.
snippet[control_good]='int PROBE;'
snippet[control_bad]=$(member iommu_ops no_such_member)
complaints=$({
	printf '#include <linux/%s.h>\n' iommu of workqueue
	for name in "${!snippet[@]}"; do
		printf '#line 1 "%s"\n%s\n' "$name" "${snippet[$name]//PROBE/probe_$name}"
	done
} | LC_ALL=C "${cc[@]}" "${kflags[@]}" -w -fsyntax-only -fno-diagnostics-color -x c \
	-DKBUILD_MODNAME='"probe"' -DKBUILD_BASENAME='"probe"' - 2>&1 || true)

# A compiler that refuses everything would look like an old kernel, one that
# accepts everything like a new one.
if complains_of control_good || complains_of '[^:]*[/.<][^:]*' || ! complains_of control_bad; then
	head -n 20 <<<"$complaints" >&2
	echo "probe.sh: cannot compile against the kernel in ${srctree:-?}" >&2
	exit 1
fi

flags=
for name in $(printf '%s\n' "${!snippet[@]}" | sort); do
	[[ $name == control_* ]] || complains_of "$name" || flags+=" -DSMMUX_HAVE_$name"
done
# Several makes may be here at once: the file is whole at any moment.
printf '%s\n%s\n' "$want" "${flags# }" >"$CACHE.$$"
mv "$CACHE.$$" "$CACHE"
echo "${flags# }"
