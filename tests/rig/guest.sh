#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes the guest's initramfs: programs from arm64 packages with their libraries, and for
# each lane the kernel modules of the devices that tests use. tests/rig/vm.sh appends the
# parts that change with every run (driver, test).

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
usage: ${0##*/} [base|LANE...]
Makes build/guest/base.cpio and, for each LANE, build/guest/LANE.cpio (default: stable
and backports), unless the cache has them. rig/extra.sh makes overlays for a few tests.
Exit code: 0 success, 1 failure, 2 usage error.
EOF
}

readonly OUT=$SMMUX_BUILD/guest
readonly DEBS="bash busybox kmod fio iproute2 kexec-tools util-linux"
readonly PROGRAMS="/usr/bin/bash /usr/bin/kmod /usr/bin/fio /usr/bin/ip /usr/bin/taskset
	/usr/sbin/kexec"
# Libraries that programs are linked to and no test uses: clients of network storage, 45 MB
# with their dependencies, and module signatures. Under emulation they made each start of
# fio a second longer.
readonly UNUSED="fio:libgfapi.so.0 fio:libibverbs.so.1 fio:libnbd.so.0 fio:libnfs.so.14
	fio:libpmem.so.1 fio:librados.so.2 fio:librbd.so.1 fio:librdmacm.so.1 kmod:libcrypto.so.3"
readonly MODULES="nvme virtio_blk virtio_net virtio_mmio virtio-rng e1000e igb pci-stub
	ext4 arm_smmuv3_pmu"

# unpack PACKAGE...: extracts them and their dependencies to build/guest/all.
unpack()
{
	debs_closure "$OUT/debs" arm64 "$@" || die "the guest's packages could not be fetched"
	debs_extract "$OUT/debs" "$OUT/all"
}

# symbols_of FILE: lines "NAME VERSION DEFINED" for its dynamic symbols; DEFINED is UND for
# symbols of other files.
symbols_of()
{
	in_tree aarch64-linux-gnu-readelf --dyn-syms -W "$1" |
		awk 'NF >= 8 && $1 ~ /:$/ { split($8, name, "@+"); print name[1], (name[2] ? name[2] : "-"), $7 }'
}

# stand_in LIBRARY PROGRAM: replaces it by a library with the functions that PROGRAM is
# linked to; each ends the program.
stand_in()
{
	local lib=$1 program=$2 at dir=$OUT/stand-in versions=()

	at=$(find "$OUT/all/usr/lib" -name "$lib" -print -quit)
	[ -n "$at" ] || die "library $lib of $program is in no package"
	rm -rf "$dir"
	mkdir -p "$dir"
	awk 'NR == FNR { if ($3 != "UND") has[$1]; next } $3 == "UND" && $1 in has { print $1, $2 }' \
		<(symbols_of "$at") <(symbols_of "$program") >"$dir/names"
	awk '{ printf "void %s(void) { __builtin_trap(); }\n", $1 }' "$dir/names" >"$dir/all.c"
	awk '$2 != "-" { names[$2] = names[$2] " " $1 ";" }
		END { for (version in names) printf "%s { global:%s };\n", version, names[version] }' \
		"$dir/names" >"$dir/versions"
	[ ! -s "$dir/versions" ] || versions=("-Wl,--version-script,$dir/versions")
	rm "$at"
	in_tree aarch64-linux-gnu-gcc -shared -nostdlib -fPIC -fno-builtin -w -o "$at" "$dir/all.c" \
		-Wl,-soname,"$lib" "${versions[@]}" || die "no stand-in for $lib"
	rm -rf "$dir"
}

make_base()
{
	local root=$OUT/base.new link programs each

	step "fetching the guest's programs"
	# shellcheck disable=SC2086
	unpack $DEBS
	step "making the guest's initramfs"
	rm -rf "$root"
	mkdir -p "$root"/{dev,proc,sys,run,tmp,root,etc,mnt,usr/bin,usr/lib}
	for each in $UNUSED; do
		stand_in "${each#*:}" "$OUT/all/usr/bin/${each%:*}"
	done
	read -ra programs <<<"${PROGRAMS//$'\n'/ }"
	copy_with_libraries "$OUT/all" "$root" "${programs[@]}" /usr/bin/busybox
	mv "$root"/usr/sbin/* "$root/usr/bin/" && rmdir "$root/usr/sbin"
	for link in lib:usr/lib lib64:usr/lib bin:usr/bin sbin:usr/bin usr/sbin:bin; do
		ln -s "${link#*:}" "$root/${link%%:*}"
	done
	ln -sf aarch64-linux-gnu/ld-linux-aarch64.so.1 "$root/usr/lib/ld-linux-aarch64.so.1"
	# Separate programs take precedence over busybox's applets of the same name.
	for link in $(in_tree busybox --list 2>/dev/null || busybox_applets); do
		[ -e "$root/usr/bin/$link" ] || ln -s busybox "$root/usr/bin/$link"
	done
	for link in insmod rmmod lsmod depmod modinfo; do
		ln -sf kmod "$root/usr/bin/$link"
	done
	# During boot the kernel runs modprobe for modules that do not exist, each time for half
	# a second; /init adds it later.
	rm -f "$root/usr/bin/modprobe"
	printf '%s\n' 'dev /dev devtmpfs' 'proc /proc proc' 'sys /sys sysfs' 'run /run tmpfs' \
		'tmp /tmp tmpfs' 'debugfs /sys/kernel/debug debugfs' >"$root/etc/fstab"
	rm -f "$OUT/base.cpio"
	pack "$root" >"$OUT/base.cpio"
	rm -rf "$root" "$OUT/all" "$OUT/debs"
}

busybox_applets()
{
	echo "awk basename blkdiscard cat chmod chown chroot cmp cp cpio cut date dd devmem df
		dirname dmesg du env expr false find free grep gunzip gzip head hexdump hostname
		id kill killall less ln ls md5sum mkdir mkfifo mknod mkswap mktemp more mount mv nc nohup
		nproc od pidof pgrep ping poweroff printf ps pwd readlink realpath reboot rm rmdir
		sed seq setsid sh sha256sum sleep sort stat strings stty swapoff swapon sync sysctl tail tar tee
		test timeout top touch tr true truncate tty umount uname uniq uptime usleep vi
		watch wc which xargs yes zcat"
}

# wanted_modules LANE VERSION: prints the files of the modules. A test kernel has no others.
# Cloud kernels lack some: they support only virtual network cards.
wanted_modules()
{
	local name

	if is_test_kernel "$1"; then
		find -L "$SMMUX_BUILD/kernels/$1/modules/" -name '*.ko'
		return
	fi
	for name in $MODULES; do
		[[ $1:$name != cloud?(612):@(e1000e|igb|pci-stub) ]] || continue
		in_tree modprobe -d "$OUT/base-$1" -S "$2" --show-depends "$name" ||
			die "no module $name in $2"
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u
}

# Modules are stored uncompressed: under emulation xz costs more than it saves.
make_lane()
{
	local lane=$1 version root=$OUT/$1.new path to
	local kernel=$SMMUX_BUILD/kernels/$1

	version=$(cat "$kernel/version")
	step "making the module set of lane $lane"
	rm -rf "$root"
	mkdir -p "$root/usr/lib/modules/$version"
	rm -rf "$OUT/base-$lane"
	mkdir -p "$OUT/base-$lane/lib/modules"
	ln -s "$(readlink -f "$kernel")/modules" "$OUT/base-$lane/lib/modules/$version"
	in_tree depmod -b "$OUT/base-$lane" "$version"
	wanted_modules "$lane" "$version" | while read -r path; do
		to=${path##*"/$version/"}
		to=$root/usr/lib/modules/$version/${to##*/modules/}
		mkdir -p "${to%/*}"
		case $path in
		*.xz) in_tree xz -dc "$path" >"${to%.xz}" ;;
		*) cp "$path" "$to" ;;
		esac
	done
	cp "$kernel/modules"/modules.{order,builtin,builtin.modinfo} \
		"$root/usr/lib/modules/$version/"
	in_tree depmod -b "$root/usr" "$version"
	rm -f "$OUT/$lane.cpio"
	pack "$root" >"$OUT/$lane.cpio"
	rm -rf "$root" "$OUT/base-$lane"
}

# base_ready HASH
base_ready()
{
	cache_has "$OUT/base.cpio" "$1" && return 0
	setup_lock
	cache_has "$OUT/base.cpio" "$1" && return 0
	make_base
	cache_keep "$OUT/base.cpio" "$1"
}

# lane_ready LANE HASH-OF-BASE
lane_ready()
{
	local lane=$1 hash

	hash=$(stamp_of "$2" "$(cache_hash "$SMMUX_BUILD/kernels/$lane")")
	cache_has "$OUT/$lane.cpio" "$hash" && return 0
	setup_lock
	cache_has "$OUT/$lane.cpio" "$hash" && return 0
	make_lane "$lane"
	cache_keep "$OUT/$lane.cpio" "$hash"
	step "guest of lane $lane ready: $(du -cLsm "$OUT/base.cpio" "$OUT/$lane.cpio" | tail -n 1 | cut -f1) MiB"
}

main()
{
	local base lane

	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	-*) usage_error "unknown option '$1'" ;;
	esac
	[ $# -gt 0 ] || set -- stable backports
	need_root
	mkdir -p "$OUT"
	base=$(stamp_of "$0" "$SMMUX_TOP/tests/lib/initramfs.sh" "$(cache_hash "$SMMUX_TREE")")
	base_ready "$base"
	for lane in "$@"; do
		[ "$lane" = base ] || lane_ready "$lane" "$base"
	done
}

main "$@"; exit
