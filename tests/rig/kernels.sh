#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fetches Debian's own arm64 kernels, unmodified, and the header sets to build
# against. A lane is a kernel that is booted:
#   stable     the newest 6.12 of trixie (and its security archive)
#   backports  the newest of trixie-backports that has an image and headers
# A header set newer than its image is built against, but not booted. The other flavours
# of the backports lane's version are lanes too, for those who ask, and so are, with 612
# behind their names, those of the stable lane's:
#   rt         PREEMPT_RT         cloud      for virtual machines: few drivers
#   page16k    pages of 16 KiB

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/debs.sh
. "$(dirname "$0")/../lib/debs.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [-h] [LANE|headers]...
Makes build/kernels/LANE/{version,vmlinuz,modules} for stable, backports or one of the
flavours $FLAVOURS,
with headers in the tool tree to build against; or, for "headers", build/kernels/headers,
a list of all versions whose headers are in the tool tree. Default: stable backports headers.
Remove kernels-versions* in the cache to look for newer versions.
Exit code: 0 they are there, 1 failure, 2 wrong use.
EOF
}

readonly OUT=$SMMUX_BUILD/kernels

# versions PREFIX SERIES: the versions of a kernel package family, newest first.
versions()
{
	in_tree apt-cache pkgnames "$1" |
		sed -nE "s/^$1-($2\.[0-9.]+\+[a-z0-9.]+)-arm64\$/\1/p" | sort -Vru
}

# A meta-package may be in the archive before the packages that it names.
is_complete()
{
	local v=$1 name names

	names="linux-image-$v-arm64:arm64 linux-headers-$v-arm64:arm64 linux-kbuild-$v:amd64"
	[[ $v == 6.* ]] || names+=" linux-binary-$v-arm64:arm64 linux-modules-$v-arm64:arm64"
	for name in $names; do
		in_tree apt-cache show --no-all-versions "$name" >/dev/null 2>&1 || return 1
	done
}

newest_complete()
{
	local v

	for v in $(versions linux-headers "$1"); do
		is_complete "$v" && echo "$v" && return 0
	done
	return 1
}

# apt installs no arm64 headers here (they want an arm64 compiler); unpacked
# beside the build tools of the machine that we are on they do as well.
fetch_headers()
{
	local v=$1 flavour=${2:-arm64} deb rt=''

	[ ! -e "$SMMUX_TREE/usr/lib/modules/$v-$flavour/.complete" ] || return 0
	step "fetching the headers of $v-$flavour"
	# Until 6.12 real-time was a set of patches.
	[[ $v-$flavour != 6.*-rt-arm64 ]] || rt=-rt
	debs_fetch "$OUT/debs/headers-$v-$flavour" "linux-headers-$v-$flavour:arm64" \
		"linux-headers-$v-common$rt" "linux-kbuild-$v:amd64" ||
		die "no headers for $v-$flavour"
	for deb in "$OUT/debs/headers-$v-$flavour"/*.deb; do
		in_tree dpkg -x "$deb" /
	done
	rm -rf "$OUT/debs/headers-$v-$flavour"
	touch "$SMMUX_TREE/usr/lib/modules/$v-$flavour/.complete"
}

fetch_image()
{
	local lane=$1 v=$2 name=$2-${3:-arm64} deb dir=$OUT/$1.new names
	local modules

	names=("linux-image-$name:arm64")
	[[ $v == 6.* ]] || names=("linux-binary-$name:arm64" "linux-modules-$name:arm64"
		"linux-base-$name:arm64")
	step "fetching the kernel of lane $lane: $name"
	debs_fetch "$OUT/debs/image-$name" "${names[@]}" || die "no kernel image for $name"
	rm -rf "$dir"
	mkdir -p "$dir/root"
	for deb in "$OUT/debs/image-$name"/*.deb; do
		in_tree dpkg -x "$deb" "$dir/root"
	done
	find "$dir/root" -name 'vmlinuz*' -type f -exec mv {} "$dir/vmlinuz" \;
	modules=$(find "$dir/root" -type d -path "*/modules/$name" | head -n 1)
	[ -s "$dir/vmlinuz" ] && [ -n "$modules" ] ||
		die "the packages of $name hold no kernel image or no modules"
	mv "$modules" "$dir/modules"
	rm -rf "$dir/root"
	echo "$name" >"$dir/version"
	rm -rf "${OUT:?}/$lane" "$OUT/debs/image-$name"
	mv "$dir" "$OUT/$lane"
}

# Which versions there are: once, so that all that is made later fits together.
find_versions()
{
	local hash stable backports newest

	hash=$(stamp_of "$0" "$(cache_hash "$SMMUX_TREE")")
	cache_has "$OUT/versions" "$hash" && return 0
	setup_lock
	cache_has "$OUT/versions" "$hash" && return 0
	step "looking for the newest kernels"
	# The lists of a tree that was made just now are new.
	[ -n "$(find "$(readlink -f "$SMMUX_TREE").done" -mmin -60)" ] ||
		in_tree apt-get update -q >/dev/null || die "apt-get update failed in the tool tree"
	stable=$(newest_complete 6.12) || die "no 6.12 kernel in the archive"
	backports=$(newest_complete 7) || die "no 7.x kernel in the archive"
	newest=$(versions linux-headers 7 | head -n 1)
	rm -f "$OUT/versions"
	printf '%s %s\n' stable "$stable" backports "$backports" newest "$newest" >"$OUT/versions"
	cache_keep "$OUT/versions" "$hash"
	step "kernels: stable $stable, backports $backports, headers up to $newest"
}

# version_of stable|backports|newest
version_of()
{
	sed -n "s/^$1 //p" "$OUT/versions"
}

# fetch_lane LANE: one of the two, or a flavour of the version that one of them has.
fetch_lane()
{
	local -A flavours=([stable]=arm64 [backports]=arm64 [rt]=rt-arm64 [cloud]=cloud-arm64
		[page16k]=arm64-16k)
	local lane=$1 flavour=${flavours[${1%612}]} of=backports v hash

	[[ $lane != *612 && $lane != stable ]] || of=stable
	v=$(version_of $of)
	hash=$(stamp_of "$0" "$v" "$(cache_hash "$SMMUX_TREE")")
	cache_has "$OUT/$lane" "$hash" && return 0
	setup_lock
	cache_has "$OUT/$lane" "$hash" && return 0
	fetch_headers "$v" "$flavour"
	fetch_image "$lane" "$v" "$flavour"
	cache_keep "$OUT/$lane" "$hash"
}

fetch_all_headers()
{
	local hash v which

	hash=$(stamp_of "$0" "$OUT/versions" "$(cache_hash "$SMMUX_TREE")")
	cache_has "$OUT/headers" "$hash" && return 0
	setup_lock
	for which in stable backports newest; do
		fetch_headers "$(version_of $which)"
	done
	rm -f "$OUT/headers"
	sed 's/^[^ ]* //; s/$/-arm64/' "$OUT/versions" | sort -Vu >"$OUT/headers"
	cache_keep "$OUT/headers" "$hash"
}

main()
{
	local what

	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	esac
	[ $# -gt 0 ] || set -- stable backports headers
	for what in "$@"; do
		[[ $what =~ ^(stable|backports|headers)$ ]] || is_flavour "$what" ||
			usage_error "unknown lane '$what'"
	done
	need_root
	mkdir -p "$OUT"
	find_versions
	for what in "$@"; do
		case $what in
		headers) fetch_all_headers ;;
		*) fetch_lane "$what" ;;
		esac
	done
}

main "$@"; exit
