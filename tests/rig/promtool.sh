#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Programs for tests/host/metrics.sh, in build/promtool: Prometheus's own checker, the
# reference parser of OpenMetrics, and busybox for a second awk.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/debs.sh
. "$(dirname "$0")/../lib/debs.sh"

readonly OUT=$SMMUX_BUILD/promtool

case ${1:-} in
-h | --help)
	echo "usage: ${0##*/} [-h]: makes build/promtool, unless the cache has it"
	exit 0
	;;
?*) usage_error "unknown argument '$1'" ;;
esac
need_root
hash=$(stamp_of "$0")
cache_has "$OUT" "$hash" && exit 0
setup_lock
cache_has "$OUT" "$hash" && exit 0
step "fetching promtool"
rm -rf "$OUT" "$OUT.new"
debs_fetch "$OUT.new/debs" promtool:amd64 busybox:amd64 python3-prometheus-client python3-decorator ||
	die "promtool could not be fetched"
for deb in "$OUT.new/debs"/*.deb; do
	in_tree dpkg -x "$deb" "$OUT.new/all"
done
mkdir "$OUT.new/python"
mv "$OUT.new/all/usr/bin/promtool" "$OUT.new/all/usr/bin/busybox" "$OUT.new"
mv "$OUT.new/all/usr/lib/python3/dist-packages"/{prometheus_client,decorator.py} "$OUT.new/python"
rm -rf "$OUT.new/all" "$OUT.new/debs"
mv "$OUT.new" "$OUT"
cache_keep "$OUT" "$hash"
