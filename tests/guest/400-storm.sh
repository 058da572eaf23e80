#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: map and unmap on four CPUs, at least 2,000 bursts on each, with the smallest command queue; no command is lost
# MATRIX: lane=stable smp=4
# ALSO: lane=backports,debug smp=4
# DEVICES: nvme blk net testdev
# MODULE: cmdq_log2=1
# TIMEOUT: 480
# EXPECT: (smmux|arm-smmu-v3) .*(event|F_TRANSLATION|client:|unpriv|evtq overflow)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

rounds=$(some 2000)
# Accesses of each thread: one in 64 rounds.
each=$((rounds / 64))
start_all
start_client
dir=$(client_dirs "$TESTDEV")
if [ "$DRIVER" = smmux ]; then
	state=$(find "$SMMUX_DEBUG" -path '*cmdq/state' | head -n 1)
	note "queue: $(tr '\n' ' ' <"$state")"
fi
disk_load_begin "$nvme" 1
check "$rounds rounds of map and unmap on each of 4 threads" client_run "$dir" "storm 4 $rounds"
load_end "other I/O had no error"
note "$(tr '\n' ' ' <"$dir/result")"
check_equal "no mapping failed" 0 "$(client_value "$dir" map_errors)"
check_equal "every mapped access landed" 0 "$(client_value "$dir" mapped_not_landed)"
check_equal "no access landed after its unmap" 0 "$(client_value "$dir" unmapped_landed)"
check_less "accesses" $((each * 4 - 1)) "$(client_value "$dir" accesses)"
# No wait reached the driver's limits: one second for the SMMU, ten for a CPU that blocks the
# queue. The time of the longest unmap depends on the host as much as on the driver.
note "longest unmap: $(($(client_value "$dir" max_unmap_ns) / 1000000)) ms"
if [ "$DRIVER" = smmux ]; then
	for name in sync_timeouts full_timeouts; do
		check_equal "$name" 0 "$(value_of "${state%state}counters" $name)"
	done
	note "queue: $(tr '\n' ' ' <"$state")"
fi
