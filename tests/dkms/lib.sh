# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Boots the DKMS test's disk. The commands for a boot are on a separate small disk, as a
# tar file, so that the large disk can be cached.

# pack_job FILE PHASE LANE [ARCHIVE [NAME=VALUE [MODULE]]]
pack_job()
{
	local file=$1 phase=$2 lane=$3 archive=${4:-} dir

	dir=$(mktemp -d)
	cp "$SMMUX_TOP/tests/guest/lib/guest.sh" "$SMMUX_TOP/tests/dkms/guest/checks.sh" "$dir/"
	cp "$SMMUX_TOP/tests/dkms/guest/${phase%-dt}.sh" "$dir/phase.sh"
	[ -z "$archive" ] || cp "$archive" "$dir/"
	printf '%s=%q\n' LANE "$lane" PHASE "$phase" VERSION "$(cat "$SMMUX_TOP/VERSION")" \
		MODULE_PARAMS '' DRIVER '' >"$dir/env"
	[ -z "${5:-}" ] || echo "$5" >>"$dir/env"
	[ -z "${6:-}" ] || cp "$6" "$dir/prebuilt.ko"
	tar -c -f "$file" -C "$dir" .
	truncate -s %4096 "$file"
	rm -rf "$dir"
}

# boot_disk DIR LANE DISK TIMEOUT [vm.sh argument...]: boots it with DIR/job.
boot_disk()
{
	local dir=$1 lane=$2 disk=$3 timeout=$4
	shift 4

	"$SMMUX_TOP/tests/rig/vm.sh" --out "$dir" --lane "$lane" --smp 2 --mem 2G \
		--driver builtin --devices nvme --disk "$disk" --timeout "$timeout" \
		--qemu -blockdev --qemu "driver=raw,read-only=on,node-name=job,file.driver=file,file.filename=$dir/job" \
		--qemu -device --qemu virtio-blk-device,drive=job "$@"
}

# boot_firmware DIR LANE DISK TIMEOUT FW: boots as after power-on: UEFI finds grub on the
# disk, grub finds the kernel.
boot_firmware()
{
	boot_disk "$1" "$2" "$3" "$4" --fw "$5" --boot disk
}
