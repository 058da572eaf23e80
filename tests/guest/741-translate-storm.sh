#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: translate and ranges of everything are read in a loop while others map, unmap, come and go
# FULL: lane=backports smp=4
# ALSO: lane=stable,debug smp=4
# DEVICES: nvme blk testdev nvme2
# WITH: ask
# TIMEOUT: 150
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

# Domains come with new numbers: the files are looked up anew again and again.
reader()
{
	local n=0

	while [ ! -e /tmp/stop ]; do
		/smmux/ask once "$SMMUX_DEBUG"/masters/*/translate "$SMMUX_DEBUG"/domains/*/translate \
			"$SMMUX_DEBUG"/domains/*/ranges >"/tmp/out.$1" 2>&1
		n=$((n + $(value_of "/tmp/out.$1" asked)))
	done
	echo "$n" >"/tmp/reads.$1"
}

if [ "$DRIVER" != smmux ]; then
	skip_all "files of smmux only"
fi
start_all
start_client
must "the second disk is there" wait_for 20 nvme_disk smmux-nvme2
bdf=$(other_nvme)
dir=$(client_dirs "$TESTDEV")
for n in 1 2; do
	reader "$n" &
done
client_run "$dir" "storm 2 20" &
storm=$!
rounds=0
while kill -0 "$storm" 2>/dev/null; do
	echo "$bdf" >/sys/bus/pci/drivers/nvme/unbind
	kinds=(DMA identity)
	echo "${kinds[$((rounds % 2))]}" >"/sys/bus/pci/devices/$bdf/iommu_group/type"
	echo "$bdf" >/sys/bus/pci/drivers/nvme/bind
	rounds=$((rounds + 1))
done
check_job "the storm ends" "$storm"
touch /tmp/stop
must "the readers end" wait_for 40 test -e /tmp/reads.1 -a -e /tmp/reads.2
check_equal "no mapping failed" 0 "$(client_value "$dir" map_errors)"
check_equal "every mapped access landed" 0 "$(client_value "$dir" mapped_not_landed)"
check_equal "no access landed after its unmap" 0 "$(client_value "$dir" unmapped_landed)"
check_less "accesses were tried" 0 "$(client_value "$dir" accesses)"
check_less "files read meanwhile" 20 "$(awk '{ n += $1 } END { print n }' /tmp/reads.*)"
check_less "rounds of unbind and bind" 0 "$rounds"
note "$(cat /tmp/reads.* | tr '\n' ' ')reads, $rounds rounds, longest unmap $(($(client_value "$dir" max_unmap_ns) / 1000)) us"
