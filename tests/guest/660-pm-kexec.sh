#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: kexec starts another kernel while the SMMU is suspended; traffic aborts until that kernel drives the SMMU
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

# The QEMU options avoid problems of stock kernels with kexec. Without UEFI the other kernel
# reuses the memory of the old ITS tables, which overlaps its own, and 6.12 copies page
# tables wrongly on a CPU with LPA2.  Without an ITS there are no MSIs, and with shadow
# doorbells QEMU's NVMe keeps the line interrupt asserted until Linux disables it ("nobody
# cared").

# Packs this root file system as the second kernel's initramfs.
make_initrd()
{
	(cd / && find . -xdev -path ./smmux/vmlinuz -prune -o -print | cpio -o -H newc >/tmp/initrd)
}

first_kernel()
{
	power_start
	check "NVMe works" fio_verify "$nvme" 4 2
	must "an initramfs" make_initrd
	must "all devices are idle" all_rest
	must "suspended" wait_for 60 is_asleep
	must "the other kernel is loaded" kexec -l /smmux/vmlinuz --initrd=/tmp/initrd \
		--command-line="$(cat "$CMDLINE") smmux_count=$((SMMUX_COUNT + 2))"
	check_equal "still suspended" suspended "$(pm state)"
	trap - EXIT
	kexec -e
	say "Bail out! kexec did not start the other kernel"
	exit 1
}

case $(cat "$CMDLINE") in
*' smmux_count='*) SMMUX_COUNT=$(sed 's/.* smmux_count=\([0-9]*\).*/\1/' "$CMDLINE") ;;
*) first_kernel ;;
esac

pass "the other kernel runs"
check_equal "traffic aborts" 1 "$((($(devmem $GBPA 32) >> 20) & 1))"
check_equal "the SMMU is disabled" 0 "$(($(devmem $CR0 32)))"
power_start
check "NVMe works" fio_verify "$nvme" 4 2
check "the network works" net_send 1 2 1
must "all devices are idle" all_rest
must "suspended" wait_for 60 is_asleep
must "all devices are active" all_work
check "NVMe works after resume" fio_verify "$nvme" 4 2
power_well
