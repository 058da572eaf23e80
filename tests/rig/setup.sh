#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes everything that tests need, in order. Each step does nothing if its product is
# cached; with a full cache this needs no network and takes no time.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} [--drop | LANE|headers...]
Makes the tool tree, the kernel and guest of each LANE, and for "headers" the header sets
that the driver is built against. Default: stable backports headers. The products are in
$SMMUX_CACHE (SMMUX_CACHE), with links in build/.
  --drop  remove the whole cache
Exit code: 0 success, 1 failure, 2 usage error.
EOF
}

# The guest's programs do not depend on a kernel: both are fetched in parallel.
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
# With the lock taken here, both halves of fetch() run in parallel. If another process has
# it, each half takes it only when it has something to make.
setup_try_lock || true
"$SMMUX_TOP/tests/rig/tree.sh"
fetch "$@"
[ -z "${SMMUX_LOCKED:-}" ] || cache_prune
