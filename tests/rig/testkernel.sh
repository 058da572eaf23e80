#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the project's own test kernels from Debian's linux-source: slim, for the
# machine of tests/rig/vm.sh alone, with what stock kernels leave out.
#   debug  KASAN, lockdep, leak detector, fault injection, KUnit
#   race   KCSAN
#   rt64k  PREEMPT_RT with lockdep, and pages of 64 KiB, which no kernel of Debian has
# They take the form of the stock lanes, so that the rest of the rig does not
# know a difference.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/debs.sh
. "$(dirname "$0")/../lib/debs.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [-c | -q] NAME
Makes build/kernels/NAME/{version,vmlinuz,modules} of NAME (debug, race or rt64k), and
keeps build/testkernel/NAME to build modules against, unless the cache has them.
  -c  only make its .config and check it
  -q  build nothing: is it there?
Exit code: 0 it is there, 1 failure (with -q: it is not), 2 wrong use.
EOF
}

readonly HERE=$SMMUX_TOP/tests/rig/testkernel
readonly OUT=$SMMUX_BUILD/testkernel

# The source of the series that the backports lane boots.
fetch_source()
{
	local package=linux-source-$1 version=$2 hash

	hash=$(stamp_of "$version")
	source=$(cache_path "$OUT/source" "$hash")
	cache_has "$OUT/source" "$hash" && return 0
	step "fetching $package $version"
	rm -rf "$source" "$OUT/deb"
	mkdir -p "$source"
	debs_fetch "$OUT/deb" "$package=$version" || die "no $package"
	in_tree dpkg-deb -x "$OUT/deb"/*.deb "$OUT/deb/x"
	step "unpacking it"
	in_tree tar -x -C "$source" --strip-components=1 -f "$(echo "$OUT"/deb/x/usr/src/*.tar.xz)"
	rm -rf "$OUT/deb"
	touch "$source.done"
	cache_has "$OUT/source" "$hash"
}

# Dates and names that do not change, for a build that does not either. Two kernels of one
# name and different configurations have different versions.
# shellcheck disable=SC2317 # through logged()
kbuild()
{
	in_tree make -C "$source" O="$objects" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \
		LOCALVERSION="-smmux-$name-${hash:0:6}" KBUILD_BUILD_TIMESTAMP=2026-01-01 \
		KBUILD_BUILD_USER=smmux KBUILD_BUILD_HOST=smmux -j"$(nproc)" "$@"
}

# An option that Kconfig silently dropped would be a check that cannot fail.
configure()
{
	local missing

	mkdir -p "$objects"
	cat "$HERE/common.config" "$HERE/$name.config" >"$OUT/$name.wanted"
	logged "config-$name" kbuild KCONFIG_ALLCONFIG="$OUT/$name.wanted" allnoconfig ||
		die "no configuration for the $name kernel"
	missing=$(grep -E '^CONFIG_.*=[^n]' "$OUT/$name.wanted" | grep -vxFf "$objects/.config" || true)
	[ -z "$missing" ] || die "the $name kernel cannot have: ${missing//$'\n'/ }"
}

install_kernel()
{
	local version dir=$SMMUX_BUILD/kernels/$name.new

	version=$(cat "$objects/include/config/kernel.release")
	rm -rf "$dir"
	mkdir -p "$dir"
	logged "install-$name" kbuild INSTALL_MOD_PATH="$dir" modules_install
	mv "$dir/lib/modules/$version" "$dir/modules"
	rm -rf "${dir:?}/lib" "$dir/modules/build"
	cp "$objects/arch/arm64/boot/Image" "$dir/vmlinuz"
	echo "$version" >"$dir/version"
	rm -rf "$SMMUX_BUILD/kernels/$name"
	mv "$dir" "$SMMUX_BUILD/kernels/$name"
	# Modules are built against these: without what only the kernel itself needs.
	find "$objects" -name '*.o' ! -path "$objects/scripts/*" -delete
	rm -f "$objects"/vmlinux* "$objects/arch/arm64/boot"/Image*
}

# Where modules are built against a kernel; the tree may be younger than it.
link_headers()
{
	local dir

	dir=$SMMUX_TREE/usr/lib/modules/$(cat "$SMMUX_BUILD/kernels/$name/version")
	mkdir -p "$dir"
	ln -sfn "$objects" "$dir/build"
}

# The kernel and what it was built in: one is of no use without the other.
is_there()
{
	cache_has "$OUT/$name" "$hash" && cache_has "$SMMUX_BUILD/kernels/$name" "$hash" && link_headers
}

main()
{
	local hash series version only_config='' only_look='' start source objects

	[ "${1:-}" != -c ] || { only_config=1 && shift; }
	[ "${1:-}" != -q ] || { only_look=1 && shift; }
	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	esac
	name=${1:-}
	is_test_kernel "$name" || usage_error "which kernel: ${TEST_KERNELS// /, }?"
	need_root
	series=$(cut -d. -f1,2 "$SMMUX_BUILD/kernels/backports/version")
	# Of this script, what builds: a change elsewhere in it makes no other kernel.
	hash=$(stamp_of "$HERE/common.config" "$HERE/$name.config" \
		"$(declare -f kbuild configure install_kernel)" \
		"$(cat "$SMMUX_BUILD/kernels/backports/version")" \
		"$(in_tree aarch64-linux-gnu-gcc --version | head -n 1)")
	objects=$(cache_path "$OUT/$name" "$hash")
	[ -n "$only_config" ] || ! is_there || return 0
	[ -z "$only_look" ] || return 1
	mkdir -p "$OUT"
	long_lock testkernel
	[ -n "$only_config" ] || ! is_there || return 0
	setup_lock
	version=$(in_tree apt-cache show --no-all-versions "linux-source-$series" | sed -n 's/^Version: //p')
	[ -n "$version" ] || die "no linux-source-$series in the archive"
	fetch_source "$series" "$version"
	# From here on others may set up other things: this takes long.
	setup_unlock
	configure
	[ -z "$only_config" ] || return 0
	step "building the $name kernel, 10 minutes or more the first time"
	start=$SECONDS
	logged "kernel-$name" kbuild Image modules || die "the $name kernel does not build"
	install_kernel
	touch "$objects.done"
	cache_keep "$SMMUX_BUILD/kernels/$name" "$hash"
	is_there
	step "$name kernel ready after $((SECONDS - start)) s: $(cat "$SMMUX_BUILD/kernels/$name/version")"
}

main "$@"; exit
