#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the project's own test kernels from Debian's linux-source: slim, for the
# machine of tests/rig/vm.sh alone, with what stock kernels leave out.
#   debug  KASAN, lockdep, leak detector, fault injection, KUnit, coverage
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
usage: ${0##*/} [-c] NAME
Makes build/kernels/NAME/{version,vmlinuz,modules} of NAME (debug, race or rt64k), and
keeps build/testkernel/NAME to build modules against.
  -c  only make its .config and check it
Exit code: 0 it is there, 1 failure, 2 wrong use.
EOF
}

readonly HERE=$SMMUX_TOP/tests/rig/testkernel
readonly OUT=$SMMUX_BUILD/testkernel

# The source of the series that the backports lane boots.
fetch_source()
{
	local package=linux-source-$1 version=$2 hash each

	hash=$(stamp_of "$version")
	stamp_fresh "$OUT/source" "$hash" && return 0
	step "fetching $package $version"
	# Files of an archive are older than what was generated from another one.
	for each in source deb $TEST_KERNELS; do
		rm -rf "${OUT:?}/$each"
	done
	mkdir -p "$OUT/source"
	debs_fetch "$OUT/deb" "$package=$version" || die "no $package"
	in_tree dpkg-deb -x "$OUT/deb"/*.deb "$OUT/deb/x"
	step "unpacking it"
	in_tree tar -x -C "$OUT/source" --strip-components=1 -f "$(echo "$OUT"/deb/x/usr/src/*.tar.xz)"
	rm -rf "$OUT/deb"
	stamp_set "$OUT/source" "$hash"
}

# An option that Kconfig silently dropped would be a check that cannot fail.
configure()
{
	local missing

	mkdir -p "$OUT/$name"
	cat "$HERE/common.config" "$HERE/$name.config" >"$OUT/$name.wanted"
	logged "config-$name" "${make[@]}" KCONFIG_ALLCONFIG="$OUT/$name.wanted" allnoconfig ||
		die "no configuration for the $name kernel"
	missing=$(grep -E '^CONFIG_.*=[^n]' "$OUT/$name.wanted" | grep -vxFf "$OUT/$name/.config" || true)
	[ -z "$missing" ] || die "the $name kernel cannot have: ${missing//$'\n'/ }"
}

install_kernel()
{
	local version dir=$SMMUX_BUILD/kernels/$name.new

	version=$(cat "$OUT/$name/include/config/kernel.release")
	rm -rf "$dir"
	mkdir -p "$dir"
	logged "install-$name" "${make[@]}" INSTALL_MOD_PATH="$dir" modules_install
	mv "$dir/lib/modules/$version" "$dir/modules"
	rm -rf "${dir:?}/lib" "$dir/modules/build"
	cp "$OUT/$name/arch/arm64/boot/Image" "$dir/vmlinuz"
	echo "$version" >"$dir/version"
	rm -rf "$SMMUX_BUILD/kernels/$name"
	mv "$dir" "$SMMUX_BUILD/kernels/$name"
	link_headers
}

# Where modules are built against a kernel; the tree may be younger than it.
link_headers()
{
	local dir

	dir=$SMMUX_TREE/usr/lib/modules/$(cat "$SMMUX_BUILD/kernels/$name/version")
	mkdir -p "$dir"
	ln -sfn "$OUT/$name" "$dir/build"
}

main()
{
	local hash series version only_config='' start make building

	[ "${1:-}" != -c ] || { only_config=1 && shift; }
	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	esac
	name=${1:-}
	is_test_kernel "$name" || usage_error "which kernel: ${TEST_KERNELS// /, }?"
	need_root
	series=$(cut -d. -f1,2 "$SMMUX_BUILD/kernels/backports/version")
	hash=$(stamp_of "$0" "$HERE/common.config" "$HERE/$name.config" \
		"$(cat "$SMMUX_BUILD/kernels/backports/version")" \
		"$(in_tree aarch64-linux-gnu-gcc --version | head -n 1)")
	mkdir -p "$OUT"
	exec {building}>"$OUT/.lock"
	flock "$building"
	if stamp_fresh "$SMMUX_BUILD/kernels/$name" "$hash" && [ -z "$only_config" ]; then
		link_headers
		return 0
	fi
	setup_lock
	version=$(in_tree apt-cache show --no-all-versions "linux-source-$series" | sed -n 's/^Version: //p')
	[ -n "$version" ] || die "no linux-source-$series in the archive"
	# Dates and names that do not change, for a build that does not either.
	make=(in_tree make -C "$OUT/source" O="$OUT/$name" ARCH=arm64
		CROSS_COMPILE=aarch64-linux-gnu- LOCALVERSION="-smmux-$name"
		KBUILD_BUILD_TIMESTAMP=2026-01-01 KBUILD_BUILD_USER=smmux
		KBUILD_BUILD_HOST=smmux -j"$(nproc)")
	fetch_source "$series" "$version"
	# From here on others may set up other things: this takes long.
	setup_unlock
	configure
	[ -z "$only_config" ] || return 0
	step "building the $name kernel, 10 minutes or more the first time"
	start=$SECONDS
	logged "kernel-$name" "${make[@]}" Image modules || die "the $name kernel does not build"
	install_kernel
	stamp_set "$SMMUX_BUILD/kernels/$name" "$hash"
	step "$name kernel ready after $((SECONDS - start)) s: $(cat "$SMMUX_BUILD/kernels/$name/version")"
}

main "$@"; exit
