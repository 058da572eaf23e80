#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a device's access right after dma_unmap never lands, in 1,000 tries (soak: 10,000) by edu and 1,000 by iommu-testdev, under load (half of that with stage 2)
# MATRIX: lane=backports smmu=2
# FULL: lane=stable
# ALSO: lane=backports,debug
# DEVICES: nvme blk net testdev edu20
# TIMEOUT: 400
# EXPECT: (smmux|arm-smmu-v3) .*(event|F_TRANSLATION|client:|unpriv|evtq overflow)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# sum_values NAME DIR...
sum_values()
{
	local name=$1 sum=0
	shift

	for dir in "$@"; do
		sum=$((sum + $(client_value "$dir" "$name")))
	done
	echo "$sum"
}

start_all
start_client
mapfile -t edus < <(client_dirs "$EDU")
mapfile -t testdevs < <(client_dirs "$TESTDEV")
must "20 edu devices" test ${#edus[@]} = 20
tries=$(some 1000)
[ "$SMMU" = machine ] || tries=$(some 500)
each=$((tries / ${#edus[@]}))
tries=$((each * ${#edus[@]}))

disk_load_begin "$nvme" 1
jobs=()
for dir in "${edus[@]}" "${testdevs[0]}"; do
	count=$each
	[ "$dir" != "${testdevs[0]}" ] || count=$tries
	client_run "$dir" "race $count" &
	jobs+=($!)
done
for job in "${jobs[@]}"; do
	wait "$job" || fail "a race command ended with an error"
done
load_end "NVMe traffic meanwhile"

check_equal "edu: tries" "$tries" "$(sum_values tries "${edus[@]}")"
check_equal "edu: all mapped accesses landed" "$tries" "$(sum_values mapped_landed "${edus[@]}")"
check_equal "edu: no unmapped access landed" 0 "$(sum_values unmapped_landed "${edus[@]}")"
check_equal "edu: no errors" 0 "$(sum_values errors "${edus[@]}")"
check_equal "iommu-testdev: all mapped accesses landed" "$tries" "$(client_value "${testdevs[0]}" mapped_landed)"
check_equal "iommu-testdev: no unmapped access landed" 0 "$(client_value "${testdevs[0]}" unmapped_landed)"
