#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes the tool tree: a Debian trixie chroot under build/ with the cross
# compiler, sparse and a QEMU that has the devices which the tests use. The host
# needs nothing of it, and a bookworm host gets the same tools as a trixie one.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [-h]
Makes the tool tree, unless the cache has one that this script made, and build/tree, a
link to it.
Environment:
  SMMUX_MIRROR           Debian mirror (default: the host's own apt mirror)
  SMMUX_SECURITY_MIRROR  security archive (default: the host's)
Exit code: 0 the tree is there, 1 it could not be made, 2 wrong use.
EOF
}

readonly SUITE=trixie
readonly PACKAGES="bc bison ca-certificates cpio device-tree-compiler dwarves flex gcc libc6-dev
	gcc-aarch64-linux-gnu git ipxe-qemu kmod libc6-dev-arm64-cross make openssl patch
	e2fsprogs fdisk mtools pahole python3-minimal libpython3-stdlib qemu-efi-aarch64 qemu-system-arm
	qemu-utils shellcheck sparse spin util-linux xz-utils zstd"

# host_mirror SUFFIX: the URL from which this host gets its own SUITE+SUFFIX.
host_mirror()
{
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v suffix="$1" '
			BEGIN { name = "^(bookworm|trixie|forky|sid|testing|stable|oldstable)" suffix "(/updates)?$" }
			$2 == "main" && $1 ~ name { sub("/$", "", $3); print $3; exit }'
}

# The host's proxy and clock settings for apt hold inside the tree as well.
host_apt_options()
{
	apt-config dump |
		grep -E '^Acquire::(https?::Proxy|https?::[^ ]*Proxy|Check-Valid-Until|Check-Date|Retries) ' || true
}

find_mirrors()
{
	mirror=${SMMUX_MIRROR:-$(host_mirror '')}
	mirror=${mirror%/}
	[ -n "$mirror" ] || die "no Debian mirror in the host's apt configuration: set SMMUX_MIRROR"
	security=${SMMUX_SECURITY_MIRROR:-$(host_mirror -security)}
	security=${security:-$mirror-security}
}

install_host_tools()
{
	command -v mmdebstrap >/dev/null && return 0
	step "installing mmdebstrap on the host"
	logged host-update apt-get update || die "apt-get update failed"
	logged host-install env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends \
		mmdebstrap debian-archive-keyring util-linux ||
		die "apt-get install mmdebstrap failed"
}

write_config()
{
	local a='[arch=amd64,arm64]'

	cat >"$work/sources.list" <<-EOF
	deb $a $mirror $SUITE main
	deb $a $mirror $SUITE-updates main
	deb $a $mirror $SUITE-backports main
	deb $a $security $SUITE-security main
	EOF
	# The SMMUv3 device with a stage option is newer than trixie's own QEMU.
	cat >"$work/preferences" <<-EOF
	Package: src:qemu src:edk2 src:ipxe src:seabios
	Pin: release n=$SUITE-backports
	Pin-Priority: 990
	EOF
	host_apt_options >"$work/apt.conf"
	echo 'Acquire::Languages "none";' >>"$work/apt.conf"
}

make_tree()
{
	local list=${PACKAGES//[$'\n\t ']/,}

	# Documentation only costs time and space here.
	logged tree mmdebstrap --variant=apt --architectures=amd64,arm64 \
		--skip=check/empty,cleanup/apt/lists \
		--include="$(tr -s , <<<"$list")" \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\" \"\$1/etc/apt/apt.conf.d\"" \
		--setup-hook="cp '$work/preferences' \"\$1/etc/apt/preferences.d/rig\"" \
		--setup-hook="cp '$work/apt.conf' \"\$1/etc/apt/apt.conf.d/90rig\"" \
		"$SUITE" "$new" "$work/sources.list" ||
		die "the tool tree could not be made"
	cp /etc/resolv.conf "$new/etc/resolv.conf"
}

main()
{
	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	?*) usage_error "unknown argument '$1'" ;;
	esac
	need_root
	local hash new
	hash=$(stamp_of "$0")
	cache_has "$SMMUX_TREE" "$hash" && return 0
	setup_lock
	cache_has "$SMMUX_TREE" "$hash" && return 0
	# Made in its place: programs in it know where they are.
	new=$(cache_path "$SMMUX_TREE" "$hash")

	install_host_tools
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	find_mirrors
	write_config
	step "making the tool tree (Debian $SUITE with QEMU and a cross compiler), about 2 minutes"
	rm -rf --one-file-system "$new"
	make_tree
	touch "$new.done"
	cache_has "$SMMUX_TREE" "$hash"
	step "tool tree ready"
}

main "$@"; exit
