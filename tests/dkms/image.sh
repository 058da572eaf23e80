#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Makes the disk that the DKMS test boots: a Debian arm64 system with grub, one
# kernel and what it takes to build a module, as a person would have installed
# it, with the built-in SMMU driver in charge.
#
# Packages are extracted, not configured: foreign maintainer scripts would take
# many minutes. The few things that they would have left behind are written
# here, and those that need the real machine are done by its first boot.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/verdict.sh
. "$SMMUX_TOP/tests/lib/verdict.sh"
# shellcheck source=tests/dkms/lib.sh
. "$(dirname "$0")/lib.sh"
readonly HERE=$SMMUX_TOP/tests/dkms

usage()
{
	cat <<-EOT
	usage: ${0##*/} LANE
	Makes build/dkms/LANE/disk.img (and what its first boot needs) if an input changed.
	LANE is a kernel lane of tests/rig/kernels.sh: stable or backports.
	Exit code: 0 the disk is there, 1 it could not be made, 2 wrong use.
	EOT
}

readonly ROOT_UUID=5d5a11ce-0000-4000-8000-00005344ffff
readonly DISK_MIB=3072 ESP_MIB=32
readonly PACKAGES="base-files base-passwd bash busybox coreutils dash debianutils
	diffutils dkms dpkg dracut-core dwarves e2fsprogs findutils gawk gcc-14 grep
	grub-efi-arm64 grub-efi-arm64-unsigned grub2-common gzip hostname
	init-system-helpers initramfs-tools kmod libc-bin linux-base make mount
	pciutils perl-base procps sed tar util-linux xz-utils zstd"

# The tool tree is the rig's; what only this disk needs is added on demand.
tree_tools()
{
	local tool missing=''

	for tool in mke2fs sfdisk mformat mcopy depmod cpio; do
		in_tree sh -c "command -v $tool" >/dev/null || missing+=" $tool"
	done
	[ -n "$missing" ] || return 0
	step "adding e2fsprogs, fdisk and mtools to the tool tree"
	logged dkms-tools in_tree apt-get install -y --no-install-recommends \
		e2fsprogs fdisk mtools kmod cpio || die "no tools:$missing"
}

# Extracting leaves dpkg's database empty; dkms and hooks ask it.
extract_hook()
{
	cat <<'EOT'
#!/bin/sh
set -e
root=$1 db=$1/var/lib/dpkg
mkdir -p "$db/info"
for deb in "$root"/var/cache/apt/archives/*.deb; do
	dpkg-deb -f "$deb" | sed '/^Package:/a Status: install ok installed'
	echo
	name=$(dpkg-deb -f "$deb" Package)
	dpkg-deb --fsys-tarfile "$deb" | tar -t | sed 's,^\.,,; s,^/$,/.,; s,/$,,' >"$db/info/$name.list"
done >"$db/status"
EOT
}

make_root()
{
	local version=$1 root=$2 work=$3 list keys

	list=$(tr -s '\n\t ' , <<<"$PACKAGES")
	list+="linux-image-$version,linux-headers-$version"
	extract_hook >"$work/hook"
	: >"$work/preferences"
	# A kernel from backports wants its linux-base from there too.
	[ "$lane" = stable ] || printf '%s\n' 'Package: src:linux-base' \
		'Pin: release n=trixie-backports' 'Pin-Priority: 500' >"$work/preferences"
	chmod +x "$work/hook"
	# apt checks signatures as a user that may see no home of root's, where the cache is.
	keys=$(mktemp -d)
	cp "$SMMUX_TREE/usr/share/keyrings"/debian-archive-* "$keys/"
	chmod -R go+rX "$keys"
	logged "dkms-$lane-root" mmdebstrap --mode=root --architectures=arm64 \
		--variant=extract --format=directory \
		--keyring="$keys" \
		--include="$list" \
		--setup-hook="cp '$SMMUX_TREE/etc/apt/apt.conf.d/90rig' \"\$1/etc/apt/apt.conf.d/\"" \
		--setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\"" \
		--setup-hook="cp '$work/preferences' \"\$1/etc/apt/preferences.d/dkms\"" \
		--extract-hook="$work/hook \"\$1\"" \
		'' "$root" "$work/sources.list" || die "no root file system for $lane"
	rm -r "$keys"
	rm -rf --one-file-system "$root"/usr/share/{man,locale,info,doc-base,lintian} \
		"$root/usr/share/doc" "$root/var/lib/apt/lists"
}

# What base-passwd, grub, mawk and friends would have set up when configured.
configure_root()
{
	local root=$1 version=$2 file

	cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
	cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
	ln -sf gawk "$root/usr/bin/awk"
	ln -sf which.debianutils "$root/usr/bin/which"
	ln -sf /proc/mounts "$root/etc/mtab"
	echo "UUID=$ROOT_UUID / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"
	echo smmux-dkms >"$root/etc/hostname"
	mkdir -p "$root/boot/grub" "$root/boot/efi" "$root/opt/smmux-test"
	sed -e 's,^GRUB_TIMEOUT=.*,GRUB_TIMEOUT=0,' \
		-e 's,^GRUB_CMDLINE_LINUX_DEFAULT=.*,GRUB_CMDLINE_LINUX_DEFAULT="quiet",' \
		-e 's,^GRUB_CMDLINE_LINUX=.*,GRUB_CMDLINE_LINUX="console=ttyAMA0 ignore_loglevel oops=panic panic=-1 init=/opt/smmux-test/init",' \
		"$root/usr/share/grub/default/grub" >"$root/etc/default/grub"
	# An emulated processor makes these images: few modules, little compression.
	sed -i 's,^MODULES=.*,MODULES=dep,; s/^COMPRESS=.*/COMPRESS=gzip/' \
		"$root/etc/initramfs-tools/initramfs.conf"
	echo COMPRESSLEVEL=1 >>"$root/etc/initramfs-tools/initramfs.conf"
	install -m 755 "$HERE/guest/init" "$root/opt/smmux-test/init"
	# Newer kernel packages put these into /boot when they are configured.
	for file in vmlinuz config System.map; do
		[ -e "$root/boot/$file-$version" ] ||
			cp "$root/usr/lib/modules/$version/$file" "$root/boot/$file-$version"
	done
	in_tree depmod -b "$root" "$version"
}

# The first boot has no initramfs of the system's own: this one only mounts the disk.
make_first_initrd()
{
	local root=$1 version=$2 out=$3 dir=$4/initrd mod

	mkdir -p "$dir"/{bin,lib,proc,sys,dev,new,modules}
	cp "$root/usr/bin/busybox" "$dir/bin/"
	ln -s busybox "$dir/bin/sh"
	cp -L "$root"/usr/lib/aarch64-linux-gnu/{libc.so.6,libresolv.so.2} \
		"$root/usr/lib/ld-linux-aarch64.so.1" "$dir/lib/"
	for mod in nvme ext4; do
		in_tree modprobe -d "$root" -S "$version" --show-depends "$mod"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$dir/order"
	while read -r mod; do
		case $mod in
		*.xz) xz -dc "$mod" >"$dir/modules/$(basename "$mod" .xz)" ;;
		*) cp "$mod" "$dir/modules/" ;;
		esac
	done <"$dir/order"
	sed -i 's,.*/,/modules/,; s,\.xz$,,' "$dir/order"
	cp "$HERE/guest/first-init" "$dir/init"
	chmod 755 "$dir/init"
	(cd "$dir" && find . | in_tree_cpio) >"$out"
}

in_tree_cpio()
{
	in_tree cpio -o -H newc --quiet
}

make_disk()
{
	local root=$1 disk=$2 esp=$3/esp.img cfg=$3/grub.cfg size

	cat >"$cfg" <<-EOT
	search.fs_uuid $ROOT_UUID root
	set prefix=(\$root)'/boot/grub'
	configfile \$prefix/grub.cfg
	EOT
	truncate -s "${ESP_MIB}M" "$esp"
	in_tree mformat -i "$esp" -T $((ESP_MIB * 2048)) -h 64 -s 32 ::
	in_tree mmd -i "$esp" ::/EFI ::/EFI/BOOT ::/EFI/debian
	in_tree mcopy -i "$esp" "$root/usr/lib/grub/arm64-efi/monolithic/grubaa64.efi" \
		::/EFI/BOOT/BOOTAA64.EFI
	in_tree mcopy -i "$esp" "$cfg" ::/EFI/debian/grub.cfg
	rm -f "$disk"
	truncate -s "${DISK_MIB}M" "$disk"
	in_tree sfdisk --quiet "$disk" <<-EOT
	label: gpt
	start=1MiB, size=${ESP_MIB}MiB, type=U
	start=$((ESP_MIB + 1))MiB, type=L
	EOT
	dd if="$esp" of="$disk" bs=1M seek=1 conv=notrunc,sparse status=none
	size=$((DISK_MIB - ESP_MIB - 2))
	logged "dkms-$lane-mke2fs" in_tree mke2fs -q -t ext4 -U "$ROOT_UUID" -d "$root" \
		-E "offset=$(((ESP_MIB + 1) << 20)),lazy_itable_init=1" "$disk" "${size}M" ||
		die "no file system for $lane"
}

# Boots the disk once, with the built-in driver, to let it finish itself.
first_boot()
{
	local out=$1 work=$2 result

	pack_job "$work/job" first "$lane"
	boot_disk "$work" "$lane" "$out/disk.img" 400 \
		--kernel "$out/vmlinuz" --initrd "$out/first-initrd" >"$work/vm.log" 2>&1 || true
	result=$(verdict "$work")
	[ "$result" = pass ] && return 0
	cp "$work"/{console.log,results,vm.log} "$SMMUX_LOGS/" 2>/dev/null || true
	die "first boot of $lane: $result (see build/log/console.log)"
}

main()
{
	case ${1:-} in
	-h | --help) usage && exit 0 ;;
	stable | backports) lane=$1 ;;
	*) usage_error "which lane: stable or backports?" ;;
	esac
	need_root
	local out=$SMMUX_BUILD/dkms/$lane version hash root work

	"$SMMUX_TOP/tests/rig/setup.sh" "$lane"
	version=$(cat "$SMMUX_BUILD/kernels/$lane/version")
	hash=$(stamp_of "$0" "$version" "$HERE"/guest/{init,first-init,first.sh})
	cache_has "$out" "$hash" && return 0
	long_lock dkms
	cache_has "$out" "$hash" && return 0
	rm -rf "$out"
	setup_lock
	tree_tools
	setup_unlock
	work=$out/stage root=$out/stage/root
	rm -rf --one-file-system "$work"
	mkdir -p "$work"
	find "$SMMUX_TREE/etc/apt" -name '*sources.list' -exec cat {} + |
		sed -E 's/^deb \[arch=[a-z0-9,]*\]/deb/' >"$work/sources.list"
	step "$lane: extracting a Debian arm64 system with $version"
	make_root "$version" "$root" "$work"
	configure_root "$root" "$version"
	make_first_initrd "$root" "$version" "$out/first-initrd" "$work"
	cp "$root/boot/vmlinuz-$version" "$out/vmlinuz"
	step "$lane: making its disk"
	make_disk "$root" "$out/disk.img" "$work"
	rm -rf --one-file-system "$work/root"
	step "$lane: its first boot makes initramfs and boot menu"
	first_boot "$out" "$work"
	rm -rf --one-file-system "$work"
	cache_keep "$out" "$hash"
	step "$lane: disk ready"
}

main "$@"
