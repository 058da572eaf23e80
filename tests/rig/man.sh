#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# scdoc and mandoc, which make and check man pages: two small packages, extracted and
# not installed, so that they need no new tool tree.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/debs.sh
. "$(dirname "$0")/../lib/debs.sh"
readonly OUT=$SMMUX_BUILD/man-tools

usage()
{
	cat <<EOF
usage: ${0##*/} scdoc|mandoc [ARGUMENT...]
Runs the program in the tool tree. The first run fetches both, 1 MB.
Exit code: the program's; 1 it could not be fetched, 2 usage error.
EOF
}

fetch()
{
	local deb

	step "fetching scdoc and mandoc"
	rm -rf "$OUT"
	debs_fetch "$OUT/debs" scdoc:amd64 mandoc:amd64 || die "scdoc and mandoc could not be fetched"
	for deb in "$OUT/debs"/*.deb; do
		in_tree dpkg -x "$deb" "$OUT"
	done
	rm -rf "$OUT/debs"
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
scdoc | mandoc) ;;
*) usage_error "no program given: scdoc or mandoc" ;;
esac
need_root
hash=$(stamp_of "$0")
if ! cache_has "$OUT" "$hash"; then
	setup_lock
	cache_has "$OUT" "$hash" || { fetch && cache_keep "$OUT" "$hash"; }
	setup_unlock
fi
program=$OUT/usr/bin/$1
shift
exec "$SMMUX_TOP/tests/rig/in.sh" "$program" "$@"
