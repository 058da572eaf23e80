#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: kdump: in the memory image of the crash kernel, smmux-crash finds what debugfs showed before the panic
# FULL: lane=backports smp=4
# DEVICES: ats edu testdev
# ALSO: lane=stable smp=4
# MODULE: enable_inject=1 ats=on
# QEMU: -m 1G -machine its=off -global max-arm-cpu.lpa2=off
# CMDLINE: crashkernel=384M
# WITH: kernel
# DTB: -c @ /smmux-power
# DTB: -t s @ /smmux-power compatible smmux,test-power
# DTB: -t x @ /smmux-power #power-domain-cells 0
# DTB: -t x @ /smmux-power phandle 7777
# DTB: -t x @ /smmuv3@9050000 power-domains 7777
# AFTER: tests/tools/crash.sh
# TIMEOUT: 300
# EXPECT: smmux .*(event|power loss)
# EXPECT: sysrq triggered crash|Call trace:
# EXPECT: 0000:01:00.0: (ATC invalidation not answered|removed, quarantine ended)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/rehearse.sh
. /smmux/rehearse.sh
# shellcheck source=tests/guest/lib/crash.sh
. /smmux/crash.sh

# The crash kernel starts with this root file system, without files that the test wrote.
make_initrd()
{
	(cd / && find . -xdev \( -path ./smmux/vmlinuz -o -path ./tmp -o -path ./run \) -prune -o -print |
		cpio -o -H newc >/run/initrd)
	mkdir -p /run/more/tmp /run/more/run && (cd /run/more && find . | cpio -o -H newc >>/run/initrd)
}

# Adds a virtio port whose data goes to a file on the host.
open_file()
{
	qmp "{\"execute\": \"chardev-add\", \"arguments\": {\"id\": \"dump\", \"backend\": {\"type\": \"file\", \"data\": {\"out\": \"%out/$1\"}}}}" &&
		qmp '{"execute": "device_add", "arguments": {"driver": "virtserialport", "chardev": "dump", "name": "smmux.dump"}}'
}

port()
{
	local name

	name=$(grep -l smmux.dump /sys/class/virtio-ports/*/name) && name=${name%/name} && [ -c "/dev/${name##*/}" ] &&
		echo "/dev/${name##*/}"
}

first_kernel()
{
	crash_start
	must "an initramfs" make_initrd
	must "the crash kernel is loaded" kexec -p /smmux/vmlinuz --initrd=/run/initrd --command-line="$(sed \
		's/crashkernel=[^ ]*//' /proc/cmdline) nr_cpus=1 reset_devices smmux_count=$((SMMUX_COUNT + 12))"
	rm /run/initrd
	crash_history
	files >&3
	trap - EXIT
	echo c >/proc/sysrq-trigger
}

[ -e /proc/vmcore ] || first_kernel
SMMUX_COUNT=$(sed 's/.* smmux_count=\([0-9]*\).*/\1/' /proc/cmdline)
pass "the crash kernel runs"
must "a port for the dump" open_file all.dump
must "the port exists" wait_for 60 port
check "memory is copied" dd if=/proc/vmcore of="$(port)" bs=1M
