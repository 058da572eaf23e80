# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Functions for the phases of the DKMS test.

set -a
# shellcheck source=/dev/null
. ./env
set +a
# shellcheck source=tests/guest/lib/guest.sh
. ./guest.sh

KERNEL=$(uname -r)
readonly KERNEL
readonly BLACKLIST=initcall_blacklist=arm_smmu_driver_init
readonly KEPT=/root/kept
export KERNEL BLACKLIST KEPT

# drivers_of_smmus: "NAME DRIVER" for each SMMUv3 of this machine.
drivers_of_smmus()
{
	local dev

	for dev in /sys/bus/platform/devices/*; do
		case $(cat "$dev/modalias" 2>/dev/null) in
		*Carm,smmu-v3* | platform:arm-smmu-v3)
			echo "${dev##*/} $(basename "$(readlink "$dev/driver" || echo none)")"
			;;
		esac
	done
}

smmus_driven_by()
{
	local all

	all=$(drivers_of_smmus)
	echo "$all"
	[ -n "$all" ] && ! awk '{ print $2 }' <<<"$all" | grep -vxF "$1"
}

# The device of the root file system, and the type of its IOMMU group.
root_is_nvme_with_dma_domain()
{
	local bdf type

	grep -E '^/dev/nvme0n1p2 / ext4 ' /proc/mounts || return 1
	bdf=$(basename "$(readlink -f /sys/class/nvme/nvme0/device)")
	type=$(group_type "$bdf")
	echo "$bdf: iommu group type '$type'"
	case $type in
	DMA | DMA-FQ) ;;
	*) return 1 ;;
	esac
}

command_line_has()
{
	grep -F "$1" /proc/cmdline
}

command_line_lacks()
{
	! grep -F "$1" /proc/cmdline
}

# status_is CODE COMMAND: "COMMAND status" ends with this exit code.
status_is()
{
	local rc=0

	"$2" status || rc=$?
	echo "exit code $rc"
	[ "$rc" = "$1" ]
}

# Writes new data to the disk and reads it back past the page cache.
disk_keeps_data()
{
	local sum

	dd if=/dev/urandom of="$KEPT.new" bs=1M count=24 conv=fsync status=none || return 1
	sum=$(sha256sum <"$KEPT.new")
	echo 3 >/proc/sys/vm/drop_caches
	[ "$(dd if="$KEPT.new" iflag=direct bs=1M status=none | sha256sum)" = "$sum" ] || return 1
	rm "$KEPT.new"
}

keep_file()
{
	dd if=/dev/urandom of="$KEPT" bs=1M count=8 conv=fsync status=none &&
		sha256sum "$KEPT" >"$KEPT.sum"
}

kept_file_is_whole()
{
	sha256sum --check "$KEPT.sum"
}

# no_bad_messages: the host scans for kernel warnings; this checks messages of smmux and the
# disk. The module is unsigned here, which the kernel logs.
no_bad_messages()
{
	! dmesg | grep -vE 'test: |module verification failed' | grep -E 'smmux.*(error|fail|refus|timed out|unexpected)|nvme.*(timeout|I/O)|EXT4-fs error'
}
