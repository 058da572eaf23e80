#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All that a machine needs before the first test, in order. Each step knows by
# itself whether there is anything to do; with a full cache this needs no
# network and takes no time.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [--drop | LANE|headers...]
Makes the tool tree, and kernel and guest of each LANE; for "headers" the header sets
that the driver is built against. Default: stable backports headers. All of it is kept in
$SMMUX_CACHE (SMMUX_CACHE), with links in build/.
  --drop  remove all of it
Exit code: 0 it is there, 1 failure, 2 wrong use.
EOF
}

# The guest's programs do not depend on a kernel: both are fetched at a time.
fetch()
{
	local base lanes=()

	for lane in "$@"; do
		[ "$lane" = headers ] || lanes+=("$lane")
	done
	"$SMMUX_TOP/tests/rig/guest.sh" base &
	base=$!
	"$SMMUX_TOP/tests/rig/kernels.sh" "$@"
	wait "$base"
	[ ${#lanes[@]} -eq 0 ] || "$SMMUX_TOP/tests/rig/guest.sh" "${lanes[@]}"
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
--drop)
	setup_lock
	rm -rf --one-file-system "$SMMUX_CACHE"
	exit 0
	;;
-*) usage_error "unknown option '$1'" ;;
esac
[ $# -gt 0 ] || set -- stable backports headers
need_root
# With the lock here both halves of fetch() run at a time. Where others have it each part
# takes it by itself, if it has anything to make at all.
setup_try_lock || true
"$SMMUX_TOP/tests/rig/tree.sh"
fetch "$@"
[ -z "${SMMUX_LOCKED:-}" ] || cache_prune
