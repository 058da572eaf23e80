#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: another kernel is started while the SMMU sleeps, finds it aborting, and drives it
# FULL: lane=stable
# DEVICES: nvme blk net-virtio edu
# DTB: -c @ /smmux-power
# DTB: -t s @ /smmux-power compatible smmux,test-power
# DTB: -t x @ /smmux-power #power-domain-cells 0
# DTB: -t x @ /smmux-power phandle 7777
# DTB: -t x @ /smmuv3@9050000 power-domains 7777
# QEMU: -machine its=off -global max-arm-cpu.lpa2=off -global nvme.dbcs=off
# WITH: kernel
# TIMEOUT: 180

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/power.sh
. /smmux/power.sh

readonly GBPA=0x09050044 CR0=0x09050020
readonly CMDLINE=/proc/cmdline

# QEMU is asked for a machine without two things that stock kernels do not survive here:
# without UEFI the other kernel writes to where the ITS had its tables, over itself, and
# 6.12 copies page tables wrongly on a CPU with LPA2.  Without an ITS there are no MSIs,
# and with its shadow doorbells QEMU's NVMe holds the line interrupt up till Linux gives
# it up ("nobody cared").

# This root file system is what the second kernel starts with.
make_initrd()
{
	(cd / && find . -xdev -path ./smmux/vmlinuz -prune -o -print | cpio -o -H newc >/tmp/initrd)
}

first_kernel()
{
	power_start
	check "NVMe works" fio_verify "$nvme" 4 2
	must "an initramfs" make_initrd
	must "all rest" all_rest
	must "asleep" wait_for 60 is_asleep
	must "the other kernel is loaded" kexec -l /smmux/vmlinuz --initrd=/tmp/initrd \
		--command-line="$(cat "$CMDLINE") smmux_count=$((SMMUX_COUNT + 2))"
	check_equal "still asleep" suspended "$(pm state)"
	trap - EXIT
	kexec -e
	say "Bail out! this kernel goes on"
	exit 1
}

case $(cat "$CMDLINE") in
*' smmux_count='*) SMMUX_COUNT=$(sed 's/.* smmux_count=\([0-9]*\).*/\1/' "$CMDLINE") ;;
*) first_kernel ;;
esac

pass "the other kernel runs"
check_equal "traffic is aborted" 1 "$((($(devmem $GBPA 32) >> 20) & 1))"
check_equal "the SMMU is off" 0 "$(($(devmem $CR0 32)))"
power_start
check "NVMe works" fio_verify "$nvme" 4 2
check "the network as well" net_send 1 2 1
must "all rest" all_rest
must "asleep" wait_for 60 is_asleep
must "all work" all_work
check "NVMe works after sleep" fio_verify "$nvme" 4 2
power_well
