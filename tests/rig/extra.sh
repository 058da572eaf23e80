#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes overlays for the guest that few tests want, each when the first such test is run:
# tools out of arm64 packages, extracted and never installed, with their libraries.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/debs.sh
. "$(dirname "$0")/../lib/debs.sh"
# shellcheck source=tests/lib/initramfs.sh
. "$(dirname "$0")/../lib/initramfs.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} bpftrace|bpftrace-new|perf...
Makes build/guest/NAME.cpio, unless the cache has it:
  bpftrace      Debian's own of the release that the guest is made of
  bpftrace-new  the newest bpftrace of Debian testing and unstable, in /opt/bpftrace
                with all its libraries, libc too: the guest's own stay as they are
  perf          perf and trace-cmd of the release that the guest is made of
Remove guest-bpftrace-new* in the cache to look for a newer version.
Exit code: 0 they are there, 1 failure, 2 wrong use.
EOF
}

readonly OUT=$SMMUX_BUILD/guest

# A configuration for apt, with lists of its own: with those of another suite the tool
# tree would prefer that suite's packages ever after.
newer_suites()
{
	local mirror

	mirror=$(in_tree apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
		head -n 1)
	[ -n "$mirror" ] || die "the tool tree's apt has no mirror"
	mkdir -p "$work/lists/partial" "$work/nothing"
	printf "deb [arch=arm64] $mirror %s main\n" testing unstable >"$work/sources.list"
	cat >"$work/apt.conf" <<-EOF
	Dir::Etc::sourcelist "$work/sources.list";
	Dir::Etc::sourceparts "$work/nothing";
	Dir::Etc::preferencesparts "$work/nothing";
	Dir::State::lists "$work/lists";
	APT::Sandbox::User "root";
	EOF
}

make_bpftrace_new()
{
	local dir=/opt/bpftrace

	newer_suites
	DEBS_CONFIG=$work/apt.conf debs_closure "$work/debs" arm64 bpftrace ||
		die "the newest bpftrace could not be fetched"
	debs_extract "$work/debs" "$work/all"
	copy_with_libraries "$work/all" "$work/found" /usr/bin/bpftrace
	mkdir -p "$root$dir/lib"
	find "$work/found/usr/lib" -type f -exec mv -t "$root$dir/lib" {} +
	mv "$work/found/usr/bin/bpftrace" "$root$dir/program"
	# By itself it would find the guest's libraries.
	cat >"$root$dir/bpftrace" <<-EOF
	#!/bin/sh
	exec $dir/lib/ld-linux-aarch64.so.1 --library-path $dir/lib $dir/program "\$@"
	EOF
	chmod 755 "$root$dir/bpftrace"
}

# Too large for the guests that do not need it: it brings LLVM.
make_bpftrace()
{
	debs_closure "$work/debs" arm64 bpftrace || die "bpftrace could not be fetched"
	debs_extract "$work/debs" "$work/all"
	copy_with_libraries "$work/all" "$root" /usr/bin/bpftrace
}

make_perf()
{
	debs_closure "$work/debs" arm64 linux-perf trace-cmd ||
		die "perf and trace-cmd could not be fetched"
	debs_extract "$work/debs" "$work/all"
	copy_with_libraries "$work/all" "$root" /usr/bin/perf /usr/bin/trace-cmd
}

main()
{
	local name hash file work=$OUT/extra root=$OUT/extra/root

	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	'') usage_error "no overlay named" ;;
	esac
	need_root
	mkdir -p "$OUT"
	hash=$(stamp_of "$0" "$SMMUX_TOP/tests/lib/initramfs.sh" "$(cache_hash "$SMMUX_TREE")")
	for name in "$@"; do
		case $name in
		bpftrace | bpftrace-new | perf) ;;
		*) usage_error "unknown overlay '$name'" ;;
		esac
		file=$OUT/$name.cpio
		cache_has "$file" "$hash" && continue
		setup_lock
		cache_has "$file" "$hash" && continue
		step "fetching $name for the guest"
		rm -rf "$work"
		mkdir -p "$work"
		case $name in
		bpftrace) make_bpftrace ;;
		bpftrace-new) make_bpftrace_new ;;
		perf) make_perf ;;
		esac
		rm -f "$file"
		pack "$root" >"$file"
		rm -rf "$work"
		cache_keep "$file" "$hash"
		step "$name for the guest ready: $(du -mL "$file" | cut -f1) MiB"
	done
}

main "$@"; exit
