#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds a module against one header set, in a copy of its sources under build/, so that
# builds for several kernels can run in parallel. The cache keeps modules built from the
# checkout's sources, so a second checkout builds nothing.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} VERSION [driver|client|bench|kunit|vsmmu] [make argument...]
Builds the driver, the test modules of tests/guest/mod, the module of
tests/bench/mod, the suites of tests/kunit or the modelled SMMU of tests/vsmmu,
for kernel VERSION (as in build/kernels/headers). Extra arguments (W=1, C=2...)
are passed to make.
Modules: build/mod/VERSION/{driver,client,bench,kunit/tests/kunit,vsmmu}/*.ko.
Exit code: make's; 2 for a usage error.
EOF
}

# Updates the copy by content: changed files are copied with a new date, removed files are
# removed, objects stay, so that make rebuilds only what changed.
copy_sources()
{
	local file

	mkdir -p "$copy"
	(cd "$from" && find "${sources[@]}" -type f ! -name '*.o' ! -name '.*') | while read -r file; do
		cmp -s "$from/$file" "$copy/$file" && continue
		mkdir -p "$(dirname "$copy/$file")"
		cp --preserve=mode "$from/$file" "$copy/$file"
	done
	(cd "$copy" && find "${sources[@]}" -type f \( -name '*.[ch]' -o -name '*.sh' -o -name 'Kbuild*' \) \
		! -name '*.mod.c') | while read -r file; do
		[ -e "$from/$file" ] || rm -f "$copy/$file"
	done
}

# source_files: all files that this build reads, except the kernel's.
source_files()
{
	(cd "$from" && find "${sources[@]}" -type f ! -name '*.o' ! -name '.*' -exec realpath {} +)
	[ "$what" != kunit ] || find "$SMMUX_TOP/module" -type f
	find "$SMMUX_TOP"/module/{arch,pure}/*.h "$SMMUX_TOP/tests/mod" -type f
}

# The hash of the inputs: contents and names, kernel, tools.
inputs_hash()
{
	source_files | LC_ALL=C sort -u | xargs sha256sum | sed "s,$SMMUX_TOP,," |
		cat - <(printf '%s\n' "$version" "$what" "$(cache_hash "$SMMUX_TREE")" "$(stamp_of "$0")") |
		sha256sum | cut -c1-20
}

# keep_modules: stores the built modules in the cache, for builds with the same inputs.
keep_modules()
{
	local new

	new=$(mktemp -d "$SMMUX_CACHE/modules.XXXXXX")
	cp "$copy$inside"/*.ko "$new"
	rm -rf "$kept"
	mv -T "$new" "$kept" && touch "$kept.done"
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
'') usage_error "no kernel version given" ;;
esac
version=$1
what=${2:-driver}
inside=''
shift $(($# < 2 ? $# : 2))
case $what in
driver) from=${SMMUX_SOURCE:-$SMMUX_TOP} sources=(Kbuild VERSION module debugfs) ;;
client) from=$SMMUX_TOP/tests/guest/mod sources=(.) ;;
bench) from=$SMMUX_TOP/tests/bench/mod sources=(.) ;;
kunit) from=$SMMUX_TOP sources=(tests/kunit) inside=/tests/kunit ;;
vsmmu) from=$SMMUX_TOP/tests/vsmmu sources=(.) ;;
*) usage_error "'$what' is neither driver, client, bench, kunit nor vsmmu" ;;
esac
copy=${SMMUX_COPY:-$SMMUX_MOD/$version/$what}
[ -e "$from$inside/Kbuild" ] || die "no $from$inside/Kbuild: nothing to build"
mkdir -p "$copy"
exec {lock}>"$copy.lock"
flock "$lock"
# A build with options, or of other sources, is not cached.
kept=''
if [ $# = 0 ] && [ -z "${SMMUX_COPY:-}${SMMUX_SOURCE:-}" ]; then
	kept=$(cache_path "$SMMUX_BUILD/modules/$what" "$(inputs_hash)")
	if [ -e "$kept.done" ]; then
		touch "$kept.done"
		mkdir -p "$copy$inside"
		cp "$kept"/*.ko "$copy$inside/"
		exit 0
	fi
fi
# Objects do not depend on kernel options that were removed.
if [ "$SMMUX_TREE/usr/lib/modules/$version/build/include/generated/autoconf.h" -nt "$copy/.begun" ]; then
	rm -rf "$copy"
	mkdir -p "$copy"
	touch "$copy/.begun"
fi
copy_sources
if [ "$what" = kunit ]; then
	# The suites need the driver's files, at the same paths.
	from=${SMMUX_SOURCE:-$SMMUX_TOP} sources=(module)
	copy_sources
fi
quiet=--silent
[ -z "${SMMUX_VERBOSE:-}" ] || quiet=--no-print-directory
in_tree make "$quiet" -j"$(nproc)" -C "/usr/lib/modules/$version/build" M="$copy$inside" \
	ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- TEST_MOD="$SMMUX_TOP/tests/mod" \
	VSMMU_HW="$SMMUX_TOP/module" "$@" modules
[ -z "$kept" ] || keep_modules
