#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: all debugfs files are read in a loop while devices and domains appear and disappear
# FULL: lane=backports smp=4
# ALSO: lane=stable,debug smp=4
# DEVICES: nvme blk net testdev nvme2
# TIMEOUT: 240

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# Reads every file that exists. A file that disappears meanwhile fails to open or to read.
reader()
{
	local file n=0

	while [ ! -e /tmp/stop ]; do
		while read -r file; do
			cat "$file" >/dev/null 2>&1 && n=$((n + 1))
			echo "$n" >"/tmp/reads.$1"
			[ ! -e /tmp/stop ] || break
		done < <(find "$SMMUX_DEBUG" -type f -perm 0444 2>/dev/null)
	done
}

# reads_are N: each reader has read more than N files.
reads_are()
{
	local n reads

	for n in 1 2 3; do
		# The file is empty while it is being written.
		read -r reads 2>/dev/null </tmp/reads.$n
		[ "${reads:-0}" -gt "$1" ] || return 1
	done
}

tracing=/sys/kernel/tracing

other_nvme()
{
	pci_of "/sys/class/nvme/$(basename "$(nvme_disk smmux-nvme2)" | sed 's/n1$//')"
}

round()
{
	echo "$bdf" >/sys/bus/pci/drivers/nvme/unbind || return 1
	case $(($1 % 3)) in
	0) echo DMA >"/sys/bus/pci/devices/$bdf/iommu_group/type" || return 1 ;;
	1) echo identity >"/sys/bus/pci/devices/$bdf/iommu_group/type" || return 1 ;;
	2)
		echo 1 >"/sys/bus/pci/devices/$bdf/remove" || return 1
		[ ! -e "$SMMUX_DEBUG/masters/$bdf" ] || return 1
		echo 1 >/sys/bus/pci/rescan
		wait_for 60 test -e "$SMMUX_DEBUG/masters/$bdf/info" || return 1
		wait_for 60 test -e "/sys/bus/pci/drivers/nvme/$bdf"
		return
		;;
	esac
	echo "$bdf" >/sys/bus/pci/drivers/nvme/bind
}

start_all
must "the second disk exists" wait_for 60 nvme_disk smmux-nvme2
smmu=$(bound_smmus)
bdf=$(other_nvme)
mount -t tracefs tracefs $tracing
echo 1 >$tracing/events/smmux/enable
disk_load_begin "$nvme" 1
readers=()
for n in 1 2 3; do
	reader "$n" &
	readers+=($!)
done

# A file that stays open when its directory is removed.
exec 5<"$SMMUX_DEBUG/masters/$bdf/info"
# On a slow machine more rounds, until each reader has read enough.
rounds=$(some 12) n=0 bad=''
while [ $n -lt "$rounds" ] || ! reads_are 70; do
	n=$((n + 1))
	round "$n" || { bad=$n && break; }
	echo 1 >"$SMMUX_DEBUG/$smmu/control/reset_stats"
done
note "$n rounds"
check_equal "each of at least $rounds rounds succeeds" "" "$bad"
if output=$(cat <&5 2>&1); then
	fail "a file that was open when its device was removed can be read: $output"
else
	check "a file that was open when its device was removed gives EIO" \
		grep -q 'Input/output error$' <<<"$output"
fi
exec 5<&-
touch /tmp/stop
for n in 1 2 3; do
	check_job "reader $n" "${readers[$((n - 1))]}"
	check_less "reader $n: files read" 70 "$(cat /tmp/reads.$n)"
done
load_end "traffic of another device"
check "the SMMU's files can still be read" cat "$SMMUX_DEBUG/$smmu/cmdq/state"
check "the number of domains stays small" test \
	"$(find "$SMMUX_DEBUG/domains" -mindepth 1 -maxdepth 1 | wc -l)" -le 12
