#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs a command inside the tool tree. The checkout and the cache are visible there at
# the same paths, so that file names are valid on both sides. Mounts are in a separate
# mount namespace and disappear when the command ends.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} COMMAND [ARGUMENT...]
Runs COMMAND in the tool tree (made by tests/rig/tree.sh), in the current
directory if that is inside the checkout or the cache.
Exit code: the command's; 2 for a usage error.
EOF
}

case ${1:-} in
'') usage_error "no command given" ;;
-h | --help) usage && exit 0 ;;
esac
need_root
[ -x "$SMMUX_TREE/usr/bin/env" ] || die "no tool tree yet: run tests/rig/tree.sh"

dir=$PWD
[[ $dir/ == "$SMMUX_TOP"/* || $dir/ == "$SMMUX_CACHE"/* ]] || dir=$SMMUX_TOP

# shellcheck disable=SC2016
inside='
	tree=$1 top=$2 cache=$3 dir=$4
	shift 4
	mount --rbind /dev "$tree/dev"
	mount -t proc proc "$tree/proc"
	mount -t sysfs sysfs "$tree/sys" 2>/dev/null || true
	mkdir -p "$tree$top" "$tree$cache"
	mount --bind "$cache" "$tree$cache"
	mount --bind "$top" "$tree$top"
	exec chroot "$tree" /usr/bin/env -i \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" \
		DEBIAN_FRONTEND=noninteractive SMMUX_T0="${SMMUX_T0:-}" \
		/bin/sh -c "cd \"\$0\" && exec \"\$@\"" "$dir" "$@"'
exec unshare --mount -- bash -ec "$inside" in "$(readlink -f "$SMMUX_TREE")" "$SMMUX_TOP" \
	"$SMMUX_CACHE" "$dir" "$@"
