#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: translate and ranges of all devices and domains are read in a loop during maps, unmaps and domain changes
# FULL: lane=backports smp=4
# ALSO: lane=stable,debug smp=4
# DEVICES: nvme blk testdev nvme2
# WITH: ask
# TIMEOUT: 180
# EXPECT: smmux .*(event|F_TRANSLATION|client:)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

other_nvme()
{
	pci_of "/sys/class/nvme/$(basename "$(nvme_disk smmux-nvme2)" | sed 's/n1$//')"
}

# A new domain has a new number, so each round expands the file names again.
reader()
{
	local n=0

	while [ ! -e /tmp/stop ]; do
		/smmux/ask once "$SMMUX_DEBUG"/masters/*/translate "$SMMUX_DEBUG"/domains/*/translate \
			"$SMMUX_DEBUG"/domains/*/ranges >"/tmp/out.$1" 2>&1
		n=$((n + $(value_of "/tmp/out.$1" asked)))
		echo "$n" >"/tmp/reads.$1"
	done
}

# reads_are N: each reader has read more than N files.
reads_are()
{
	local n reads

	for n in 1 2; do
		# The file is empty while it is being written.
		read -r reads 2>/dev/null </tmp/reads.$n
		[ "${reads:-0}" -gt "$1" ] || return 1
	done
}

# One storm of many, with accesses. Errors of each storm are kept in /tmp/wrong.*.
storm()
{
	local name

	client_run "$dir" "storm 2 128" || return
	for name in map_errors mapped_not_landed unmapped_landed; do
		[ "$(client_value "$dir" $name)" = 0 ] || echo "$name: $(client_value "$dir" $name)" >>"/tmp/wrong.$name"
	done
	echo "$(client_value "$dir" accesses) $(client_value "$dir" max_unmap_ns)" >>/tmp/storms
}

if [ "$DRIVER" != smmux ]; then
	skip_all "files of smmux only"
fi
start_all
start_client
must "the second disk exists" wait_for 60 nvme_disk smmux-nvme2
bdf=$(other_nvme)
dir=$(client_dirs "$TESTDEV")
readers=()
for n in 1 2; do
	reader "$n" &
	readers+=($!)
done
load_begin storm
kinds=(DMA identity)
rounds=0
least=$(some 8)
while [ $rounds -lt "$least" ] || ! reads_are 20 || [ ! -e /tmp/storms ]; do
	echo "$bdf" >/sys/bus/pci/drivers/nvme/unbind
	echo "${kinds[$((rounds % 2))]}" >"/sys/bus/pci/devices/$bdf/iommu_group/type"
	echo "$bdf" >/sys/bus/pci/drivers/nvme/bind
	rounds=$((rounds + 1))
done
load_end "storms without errors"
touch /tmp/stop
for job in "${readers[@]}"; do
	check_job "a reader ends" "$job"
done
check "no mapping failed" test ! -e /tmp/wrong.map_errors
check "every mapped access landed" test ! -e /tmp/wrong.mapped_not_landed
check "no access landed after its unmap" test ! -e /tmp/wrong.unmapped_landed
check_less "accesses" 0 "$(awk '{ n += $1 } END { print n + 0 }' /tmp/storms)"
check_less "files read meanwhile" 20 "$(awk '{ n += $1 } END { print n }' /tmp/reads.*)"
check_less "rounds of unbind and bind" $((least - 1)) "$rounds"
note "$(cat /tmp/reads.* | tr '\n' ' ')reads, $rounds rounds, $(wc -l </tmp/storms) storms, longest unmap $(awk '$2 > n { n = $2 } END { print int(n / 1000) }' /tmp/storms) us"
