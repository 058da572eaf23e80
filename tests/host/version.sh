#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The version is the same in VERSION, dkms.conf, the changelog's first entry, and the
# module, where Kbuild sets it from VERSION.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
cd "$SMMUX_TOP"

failed=0
version=$(cat VERSION)

agree()
{
	if [ "$2" = "$version" ]; then
		echo "$1: $2"
	else
		echo "$1 says '$2', VERSION says '$version'"
		failed=1
	fi
}

[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "VERSION is '$version'" && exit 1; }
agree dkms.conf "$(sed -nE 's/^PACKAGE_VERSION="([^"]*)"/\1/p' dkms.conf)"
agree CHANGELOG.md "$(sed -nE 's/^## \[?([0-9]+\.[0-9]+\.[0-9]+).*/\1/p' CHANGELOG.md | head -n 1)"
literal=$(grep -rnE "MODULE_VERSION\(\"" module || true)
if [ -n "$literal" ]; then
	echo "$literal"
	echo "a source contains a literal version"
	failed=1
fi
while read -r lane; do
	ko=$SMMUX_BUILD/mod/$lane/driver/smmux.ko
	[ ! -e "$ko" ] || agree "smmux.ko for $lane" "$(in_tree modinfo -F version "$ko")"
done <"$SMMUX_BUILD/kernels/headers"
exit "$failed"
