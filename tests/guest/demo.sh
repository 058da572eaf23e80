#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the guest part of "make demo"

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# show TITLE COMMAND...: its output, indented, as notes.
show()
{
	local title=$1 line
	shift

	note
	note "$title"
	while IFS= read -r line; do
		note "    $line"
	done < <("$@" 2>&1 | head -n 40)
}

groups()
{
	local dir

	for dir in /sys/bus/pci/devices/*; do
		[ -e "$dir/iommu_group" ] || continue
		printf '%s  group %s  %-7s %s\n' "${dir##*/}" \
			"$(basename "$(readlink "$dir/iommu_group")")" "$(cat "$dir/iommu_group/type")" \
			"$(basename "$(readlink "$dir/driver" || echo -)")"
	done
}

note "Linux $(uname -r), the built-in driver is disabled"
start_all
show "the driver, in the kernel log" sh -c "dmesg | grep -i smmux | grep -v 'test: '"
show "devices behind the SMMU" groups
check "NVMe: 4 jobs, random writes read back and compared" fio_verify "$nvme" 6 4
note "    moved: $(fio_amount "$nvme")"
check "virtio-blk: the same" fio_verify /dev/vda 6 4
note "    moved: $(fio_amount /dev/vda)"
must "two network cards, one in each namespace" net_up
check "network: 2 MiB, virtio-net to igb, compared" net_send 1 2 2
check "network: 2 MiB, igb to virtio-net, compared" net_send 2 1 2
for dir in "$SMMUX_DEBUG"/*.*/ "$SMMUX_DEBUG"/arm-smmu-v3*/; do
	[ -d "$dir" ] || continue
	for file in caps cmdq/state cmdq/counters strtab; do
		show "$dir$file" cat "$dir$file"
	done
done
