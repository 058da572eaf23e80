#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Starts one virtual machine: the only place with the QEMU command line. Devices
# have names here (nvme, blk, net...), so that tests need no QEMU options.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/initramfs.sh
. "$(dirname "$0")/../lib/initramfs.sh"
# shellcheck source=tests/lib/saved.sh
. "$(dirname "$0")/../lib/saved.sh"
# shellcheck source=tests/lib/verdict.sh
. "$(dirname "$0")/../lib/verdict.sh"

usage()
{
	cat <<EOF
usage: ${0##*/} --out DIR [option...]
Boots a guest and waits until it powers off. In DIR: console.log, results (lines from
the result channel), status, qemu.log, command (the QEMU line).
  --lane NAME       the kernel (default backports)
  --boot disk       UEFI boots from the first nvme, with the tables of --fw, not from a kernel
  --kernel FILE     another kernel          --initrd FILE  another initramfs
  --with NAME       add the overlay build/guest/NAME.cpio of rig/extra.sh to the initramfs
                    (bpftrace, bpftrace-new, perf); needs --mem 2G; may repeat
  --payload DIR     add this tree to the lane's initramfs (contains /init)
  --saved           if possible, continue from a saved machine of this kind
  --saved-hash      start no machine, print the hash that names the saved one
  --fw dt|acpi      firmware (default dt)
  --smp N           CPUs (default 4)        --mem SIZE     memory (default 1G)
  --smmu KIND       machine (virt's own, nested), 1, 2, nested (stages of a
                    separate SMMU), two (two SMMUs, acpi only), none
  --driver NAME     smmux (default): disable the built-in driver; builtin: use it
  --devices LIST    names, separated by commas or blanks: nvme nvme2 nvme-far blk net
                    net-e1000e net-virtio edu edu20 edu-far testdev rng ats (has ATS) ats2 (two
                    functions) ats16 (16 devices) ats-blk
  --disk FILE       use FILE for the first nvme, and keep it
  --append STRING   more kernel command line
  --dtb-edit LINE   fdtput arguments; the first @ is the file, %smmu the SMMU's
                    phandle; may repeat (dt only)
  --iort LINE       an argument of iort.py, whose table replaces QEMU's; may
                    repeat (acpi only)
  --trace LIST      QEMU trace events, written to DIR/trace.log
  --icount          one thread, one instruction per ns: counts are exact
  --qemu STRING     one more QEMU argument; may repeat
  --timeout SECONDS (default 120)           --echo         show results live
Exit code: 0 the guest powered off, 1 it did not or QEMU failed, 2 usage error.
EOF
}

parse()
{
	out='' lane=backports kernel='' initrd='' payload='' fw=dt smp=4 mem=1G
	smmu=machine driver=smmux devices='' disk='' append='' timeout=120
	trace='' icount='' echo='' boot='' saved='' hash='' with=() dtb_edits=() iort=() extra=()

	while [ $# -gt 0 ]; do
		case $1 in
		-h | --help) usage && exit 0 ;;
		--icount) icount=1 && shift && continue ;;
		--saved) saved=1 && shift && continue ;;
		--saved-hash) hash=1 && shift && continue ;;
		--echo) echo=--echo && shift && continue ;;
		esac
		[ $# -ge 2 ] || usage_error "'$1' needs a value"
		case $1 in
		--out | --lane | --kernel | --initrd | --payload | --fw | --smp | --mem | --smmu | \
			--driver | --devices | --disk | --boot | --append | --timeout | --trace)
			printf -v "${1#--}" %s "$2"
			;;
		--with) with+=("$2") ;;
		--dtb-edit) dtb_edits+=("$2") ;;
		--iort) iort+=("$2") ;;
		--qemu) extra+=("$2") ;;
		*) usage_error "unknown option '$1'" ;;
		esac
		shift 2
	done
	[ -n "$out" ] || usage_error "--out is required"
	[[ $boot =~ ^(|disk)$ ]] || usage_error "unknown --boot '$boot'"
	[ "$smmu" != two ] || [ "$fw" = acpi ] || usage_error "two SMMUs need --fw acpi"
}

machine_arguments()
{
	local machine=virt,gic-version=3

	[ "$smmu" != machine ] || machine+=,iommu=smmuv3
	[ "$fw$boot" != dtdisk ] || machine+=,acpi=off
	qemu=(qemu-system-aarch64 -M "$machine" -m "$mem" -nodefaults -display none -no-reboot)
	if [ -n "$icount" ]; then
		qemu+=(-cpu "max,pauth-impdef=on,pmu=on" -smp 1
			-accel "tcg,thread=single" -icount "shift=0,sleep=off")
	else
		# Nothing here uses these, but a guest that has them saves and looks up more.
		qemu+=(-cpu "max,pauth=off,sve=off,sme=off,lpa2=off" -smp "$smp" -accel "tcg,thread=multi")
	fi
	[ "$fw$boot" = dt ] || qemu+=(-bios /usr/share/qemu-efi-aarch64/QEMU_EFI.fd)
	case $smmu in
	1 | 2 | nested) qemu+=(-device "arm-smmuv3,primary-bus=pcie.0,stage=$smmu") ;;
	two) slot=1
		qemu+=(-device "pxb-pcie,id=far,bus_nr=64,bus=pcie.0,addr=1"
		-device "arm-smmuv3,primary-bus=pcie.0,stage=1"
		-device "arm-smmuv3,primary-bus=far,stage=1"
		-device "pcie-root-port,id=far-port1,bus=far,chassis=8,slot=8"
		-device "pcie-root-port,id=far-port2,bus=far,chassis=9,slot=9") ;;
	esac
	# Results leave through virtio over MMIO, which is not a client of the SMMU.
	qemu+=(-chardev "file,id=console,path=$out/console.log" -serial chardev:console
		-global virtio-mmio.force-legacy=false -device virtio-serial-device
		-device "virtserialport,chardev=results,name=smmux.results")
}

# A sparse scratch disk; its content is not kept, so nothing is synced. add_disk ARRAY NAME:
# appends the arguments to ARRAY.
add_disk()
{
	local -n arguments=$1
	local file=$out/$2.img

	if [ "$2" = nvme ] && [ -n "$disk" ]; then
		file=$disk
	else
		truncate -s 256M "$file"
		scratch+=("$file")
	fi
	arguments+=(-blockdev "driver=file,node-name=$2-file,filename=$file,cache.no-flush=on"
		-blockdev "driver=raw,node-name=$2-disk,file=$2-file")
}

# A device gets the address that QEMU would choose: the next one on the root bus. A device
# that is added to a saved machine gets the same one.
root_slot()
{
	while [[ $taken == *" $((++slot)) "* ]]; do
		:
	done
	printf -v at 'bus=pcie.0,addr=%x' "$slot"
}

# Two cards on one hub: data from one guest network namespace to the other leaves by DMA of
# one device and arrives by DMA of the other. In 7.2, virtio_net and the IOMMU core take CPU
# hotplug and group lock in a circle, with any IOMMU driver. lockdep reports that and is off
# afterwards, so on debug the first card is an e1000e.
add_net()
{
	local first=virtio-net-pci,$virtio

	[ "$lane" != debug ] || first=e1000e
	root_slot
	qemu+=(-netdev "hubport,hubid=0,id=net0" -netdev "hubport,hubid=0,id=net1"
		-device "$first,netdev=net0,mac=52:54:00:00:00:01,$at")
	root_slot
	# The virtual functions of an igb have function numbers from 128 after its own on.
	[ "$1" != igb ] || taken+=" $((slot + 16)) $((slot + 17)) "
	qemu+=(-device "$1,netdev=net1,mac=52:54:00:00:00:02,$at")
}

# add_port ID NUMBER: a root port.
add_port()
{
	root_slot
	qemu+=(-device "pcie-root-port,id=$1,$at,chassis=$2,slot=$2")
}

# Appends to qemu, or to late if QEMU does not save the device's state.
add_device()
{
	local virtio=iommu_platform=on,disable-legacy=on at i

	case $1 in
	nvme) root_slot && add_disk late nvme
		late+=(-device "nvme,id=nvme,serial=smmux-nvme,drive=nvme-disk,$at,bootindex=1") ;;
	nvme2) add_port port1 1 && add_disk late nvme2
		late+=(-device "nvme,id=nvme2,serial=smmux-nvme2,drive=nvme2-disk,bus=port1") ;;
	nvme-far) add_disk late nvme-far
		late+=(-device "nvme,id=nvme-far,serial=smmux-far,drive=nvme-far-disk,bus=far-port1") ;;
	blk) root_slot && add_disk qemu blk
		qemu+=(-device "virtio-blk-pci,drive=blk-disk,serial=smmux-blk,$virtio,$at") ;;
	net) add_net igb ;;
	net-e1000e) add_net e1000e ;;
	net-virtio) add_net "virtio-net-pci,$virtio" ;;
	ats) add_port ats-port 7
		qemu+=(-device "virtio-rng-pci,ats=on,$virtio,bus=ats-port") ;;
	ats-blk) add_port blk-port 6 && add_disk qemu blk
		qemu+=(-device "virtio-blk-pci,ats=on,drive=blk-disk,serial=smmux-blk,$virtio,bus=blk-port") ;;
	ats2) add_port ats-port 7
		for i in 0 1; do
			qemu+=(-device "virtio-rng-pci,ats=on,addr=0.$i,multifunction=on,$virtio,bus=ats-port")
		done ;;
	ats16) for i in {0..15}; do
			qemu+=(-device "pcie-root-port,id=ats-port$i,bus=pcie.0,addr=$((16 + i / 8)).$((i % 8)),multifunction=on,chassis=$((20 + i)),slot=$((20 + i))"
				-device "virtio-rng-pci,ats=on,$virtio,bus=ats-port$i")
		done ;;
	rng) root_slot && qemu+=(-device "virtio-rng-pci,$virtio,$at") ;;
	edu) root_slot && late+=(-device "edu,$at,dma_mask=0xffffffffff") ;;
	edu20) for _ in $(seq 20); do
			root_slot && late+=(-device "edu,$at,dma_mask=0xffffffffff")
		done ;;
	edu-far) late+=(-device "edu,bus=far-port2,dma_mask=0xffffffffff") ;;
	testdev) root_slot && late+=(-device "iommu-testdev,$at") ;;
	*) usage_error "unknown device '$1'" ;;
	esac
}

# The IORT, in an uncompressed archive before all others, where the kernel looks for it.
early_iort()
{
	local tables=$out/early/kernel/firmware/acpi

	[ ${#iort[@]} -gt 0 ] || return 0
	[ "$fw" = acpi ] || usage_error "--iort needs --fw acpi"
	mkdir -p "$tables"
	in_tree python3 "$SMMUX_TOP/tests/rig/iort.py" "${iort[@]}" >"$tables/iort.aml" ||
		die "no such IORT"
	pack "$out/early"
	rm -r "$out/early"
}

# The initramfs of the lane with its overlays, but for what a test brings.
guest_archives()
{
	local each

	cat "$SMMUX_BUILD/guest/base.cpio" "$SMMUX_BUILD/guest/$lane.cpio"
	for each in "${with[@]}"; do
		cat "$SMMUX_BUILD/guest/$each.cpio" || die "no overlay $each"
	done
}

make_initrd()
{
	[ -z "$initrd" ] || return 0
	initrd=$out/initrd
	scratch+=("$initrd")
	early_iort >"$initrd"
	guest_archives >>"$initrd"
	[ -z "$payload" ] || pack "$payload" >>"$initrd"
}

# QEMU dumps the device tree of exactly this machine; fdtput edits it.
edit_dtb()
{
	local edit smmu_handle dtb=$out/edited.dtb

	[ ${#dtb_edits[@]} -gt 0 ] || return 0
	[ "$fw" = dt ] || usage_error "--dtb-edit needs --fw dt"
	in_tree "${qemu[@]/#virt,/virt,dumpdtb=$dtb,}" \
		-chardev null,id=results >>"$out/dtb.log" 2>&1 ||
		die "QEMU did not dump its device tree: $out/dtb.log"
	smmu_handle=$(in_tree fdtget -t x "$dtb" /smmuv3@9050000 phandle || true)
	for edit in "${dtb_edits[@]}"; do
		edit=${edit//%smmu/$smmu_handle}
		# shellcheck disable=SC2086
		in_tree fdtput ${edit/@/$dtb} || die "device tree edit '$edit' failed"
	done
	qemu+=(-dtb "$dtb")
}

command_line()
{
	local line="console=ttyAMA0 earlycon ignore_loglevel panic=-1 oops=panic rdinit=/init"

	[ "$fw" = dt ] || line+=" acpi=force earlycon=pl011,0x9000000"
	[ "$driver" != smmux ] ||
		line+=" initcall_blacklist=arm_smmu_driver_init deferred_probe_timeout=-1"
	echo "$line $append"
}

main()
{
	local name names event rc=0 slot=0 taken='' scratch=() host_options=() qemu=() late=() kept=''

	parse "$@"
	need_root
	mkdir -p "$out"
	out=$(cd "$out" && pwd)
	kernel=${kernel:-$SMMUX_BUILD/kernels/$lane/vmlinuz}
	machine_arguments
	read -ra names <<<"${devices//,/ }"
	for name in "${names[@]}"; do
		add_device "$name"
	done
	qemu+=("${extra[@]}")
	[ -z "$hash" ] || { saved_hash && return; }
	for event in ${trace//,/ }; do
		late+=(-trace "$event")
	done
	[ -z "$trace" ] || late+=(-D "$out/trace.log")
	edit_dtb
	if [ -n "$saved" ] && saved_can && saved_use; then
		:
	elif [ -z "$boot" ]; then
		make_initrd
		qemu+=(-kernel "$kernel" -initrd "$initrd" -append "$(command_line)")
	fi
	qemu+=("${late[@]}")
	printf '%q ' "${qemu[@]}" >"$out/command"
	in_tree python3 "$SMMUX_TOP/tests/rig/vmhost.py" --out "$out" \
		--timeout "$timeout" $echo "${host_options[@]}" -- "${qemu[@]}" || rc=$?
	[ "$rc" = 0 ] || [ -z "$kept" ] || saved_failed
	[ ${#scratch[@]} -eq 0 ] || rm -f "${scratch[@]}"
	return "$rc"
}

main "$@"; exit
