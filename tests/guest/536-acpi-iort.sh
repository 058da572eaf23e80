#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: an IORT (I/O Remapping Table) with counter groups and a reserved range: the groups are listed, the range's StreamIDs bypass, no others do
# MATRIX: lane=stable fw=acpi
# ALSO: lane=backports,debug fw=acpi
# DEVICES: nvme
# IORT: pmcg 0x9052000 64 smmu
# IORT: pmcg 0x9054000 65 rc
# IORT: rmr 0x100 2 0x60000000 0x10000
# TIMEOUT: 180
# EXPECT: smmux .*StreamIDs of reserved memory ranges

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# state SID: the configuration in its line of strtab, or "abort" without a line.
state()
{
	awk -v sid="$(printf '0x%08x' "$1")" '$1 == sid { print $2; found = 1 }
		END { if (!found) print "abort" }' "$dir/strtab"
}

must "the kernel uses this table" grep -q "SMUX" /sys/firmware/acpi/tables/IORT
must "driver loads" load_driver
dir=$SMMUX_DEBUG/$(bound_smmus)
must "the client's driver loads" load_clients nvme
must "the client's disk exists" wait_for 60 nvme_disk smmux-nvme

note "$(cat "$dir/pmcg")"
check_equal "the group of this SMMU, not that of the root complex" \
	"0x000009052000 smmuv3_pmcg_9052 IORT" "$(sed 1d "$dir/pmcg" | tr -s ' ' | sed 's/ $//')"
if [ "$LANE" = debug ]; then
	note "this kernel has no PMU driver"
else
	must "the kernel's PMU driver loads" modprobe arm_smmuv3_pmu
	check "it uses the same name for the group" wait_for 60 \
		test -d /sys/bus/event_source/devices/smmuv3_pmcg_9052
fi

note "$(cat "$dir/strtab")"
check_equal "the range's first StreamID bypasses" bypass "$(state 0x100)"
check_equal "the range's last StreamID bypasses" bypass "$(state 0x101)"
check_equal "the StreamID before it aborts" abort "$(state 0xff)"
check_equal "the StreamID after it aborts" abort "$(state 0x102)"
check_equal "it is logged once" 1 "$(log_count 'smmux .*StreamIDs of reserved memory ranges')"
check "lint accepts the bypass" grep -q '^findings: 0$' "$dir/lint"
check "another device is translated" fio_verify "/dev/$(nvme_disk smmux-nvme)" 8 1
