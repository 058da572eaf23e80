#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# herd7, which is in no stable Debian: taken from unstable and not installed, with
# the C library that it was linked to, and the kernel's own memory model beside it.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/debs.sh
. "$(dirname "$0")/../lib/debs.sh"
readonly OUT=$SMMUX_BUILD/herd
readonly ROOT=$OUT/root
readonly MODEL=$OUT/memory-model

usage()
{
	cat <<EOF
usage: ${0##*/} FILE.litmus
Prints what herd7 has to say of it under the Linux kernel memory model. The first
run fetches herd7, 40 MB, and the kernel's source, of which only the model is kept.
Exit code: herd7's; 1 it could not be had, 2 wrong use.
EOF
}

# apt ARGUMENT...: with unstable alone, and lists of its own.
apt()
{
	in_tree apt-get -q -o Dir::Etc::sourcelist="$OUT/sources.list" \
		-o Dir::Etc::sourceparts=- -o Dir::State::lists="$OUT/lists" \
		-o Dir::Cache="$OUT/cache" -o APT::Sandbox::User=root \
		-o APT::Architectures=amd64 "$@" >>"$SMMUX_LOGS/herd.log" 2>&1
}

# Out of the source of the kernel that the backports lane boots.
fetch_model()
{
	local series

	step "fetching the kernel's memory model, out of its source"
	series=$(cut -d. -f1,2 "$SMMUX_BUILD/kernels/backports/version")
	debs_fetch "$OUT/debs" "linux-source-$series" || die "no linux-source-$series"
	in_tree dpkg-deb -x "$OUT/debs"/linux-source*.deb "$OUT/source"
	in_tree sh -c 'cd "$1" && tar -x --wildcards --strip-components=2 \
		-f source/usr/src/linux-source-*.tar.xz "*/tools/memory-model"' model "$OUT" ||
		die "the kernel's source has no memory model"
	rm -rf "$OUT/debs" "$OUT/source"
}

fetch()
{
	local mirror deb

	step "fetching herd7 from Debian's unstable"
	rm -rf "$OUT"
	mkdir -p "$OUT"/{lists,cache/archives}/partial "$OUT/debs" "$SMMUX_LOGS"
	mirror=$(sed -n 's/^deb [^]]*\] \([^ ]*\) [^ ]* main$/\1/p' "$SMMUX_TREE"/etc/apt/sources.list.d/*.list | head -n 1)
	echo "deb [arch=amd64] $mirror unstable main" >"$OUT/sources.list"
	apt update || die "the lists of unstable could not be fetched: $SMMUX_LOGS/herd.log"
	(cd "$OUT/debs" && apt download herdtools7 libc6 libgmp10) ||
		die "herd7 could not be fetched: $SMMUX_LOGS/herd.log"
	for deb in "$OUT/debs"/*.deb; do
		in_tree dpkg -x "$deb" "$ROOT"
	done
	rm -rf "$OUT/lists" "$OUT/cache" "$OUT/debs"
	fetch_model
}

case ${1:-} in
-h | --help) usage && exit 0 ;;
*.litmus) ;;
*) usage_error "which litmus test?" ;;
esac
need_root
hash=$(stamp_of "$0" "$(cat "$SMMUX_BUILD/kernels/backports/version")")
if ! cache_has "$OUT" "$hash"; then
	setup_lock
	cache_has "$OUT" "$hash" || { fetch && cache_keep "$OUT" "$hash"; }
	setup_unlock
fi
test_file=$(realpath "$1")
libs=$ROOT/usr/lib/x86_64-linux-gnu
cd -P "$MODEL"
exec "$SMMUX_TOP/tests/rig/in.sh" "$libs/ld-linux-x86-64.so.2" --library-path "$libs" \
	"$ROOT/usr/bin/herd7" -I "$ROOT/usr/share/herdtools7/herd" \
	-conf linux-kernel.cfg "$test_file"
