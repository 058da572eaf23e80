#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: 100 rounds (soak: 1,000) of unbind, group type change, blocking, bind, during I/O of another device; no memory leak
# MATRIX: lane=stable
# FULL: lane=stable,backports
# ALSO: lane=debug
# DEVICES: nvme blk net testdev nvme2
# TIMEOUT: 560
# EXPECT: (smmux|arm-smmu-v3) .*(event|F_TRANSLATION|client:|unpriv|evtq overflow)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

# On 6.12, where "make test" has a third of the rounds, table pages are not counted.
rounds=$((SOAK > 1 ? 1000 : 100 / ${SHARE:-1}))
types=(identity DMA DMA-FQ)
bad=''

# One round; the first error goes to $bad and ends the rounds.
round()
{
	local type=${types[$(($1 % 3))]}

	echo "$bdf" >"$driver/unbind" || { bad="unbind" && return 1; }
	echo "$type" >"/sys/bus/pci/devices/$bdf/iommu_group/type" || { bad="type $type" && return 1; }
	[ "$(group_type "$bdf")" = "$type" ] || { bad="type is not $type" && return 1; }
	if [ $(($1 % 2)) = 0 ]; then
		echo "$bdf" >/sys/kernel/debug/smmux_test/blocked ||
			{ bad="blocked: access landed or device error" && return 1; }
	fi
	echo "$bdf" >"$driver/bind" || { bad="bind" && return 1; }
	client_run "$dir" "race 1" || { bad="race" && return 1; }
	[ "$(client_value "$dir" mapped_landed)" = 1 ] || { bad="$type: access did not land" && return 1; }
	[ "$type" != DMA ] || [ "$(client_value "$dir" unmapped_landed)" = 0 ] ||
		{ bad="access after unmap landed" && return 1; }
}

# Free memory in KiB, while the load pauses, since its own memory varies. Includes the CPUs'
# lists of free pages, which have up to some MiB.
memory_kib()
{
	touch /tmp/pause
	wait_for 60 test -e /tmp/resting
	wait_for 60 memory_is_still
	cat /tmp/free
	rm -f /tmp/pause /tmp/resting
}

# Freed memory is counted with a delay: waits for two equal readings.
memory_is_still()
{
	local before

	before=$(cat /tmp/free 2>/dev/null)
	echo 3 >/proc/sys/vm/drop_caches
	sleep 0.5
	awk '/^(MemFree|Buffers|Cached):/ { sum += $2 } / +count: / { sum += $2 * 4 } END { print sum }' \
		/proc/meminfo /proc/zoneinfo >/tmp/free
	[ "$(($(cat /tmp/free) - ${before:-0}))" -le 64 ]
}

# Pages of IOMMU tables, which 7.x counts: exact, so 80 rounds are enough.
table_pages()
{
	awk '/^nr_iommu_pages / { print $2 }' /proc/vmstat
}

busy_with_pauses()
{
	while [ ! -e /tmp/stop ]; do
		fio_verify "$nvme" 16 1 || touch /tmp/io-failed
		while [ -e /tmp/pause ]; do
			touch /tmp/resting
			sleep 0.2
		done
	done
}

start_all
start_client
dir=$(client_dirs "$TESTDEV")
bdf=${dir##*/}
driver=/sys/bus/pci/drivers/smmux_test_client
writes=$(writes_of "$nvme")
busy_with_pauses >/dev/null 2>&1 &
load=$!
must "the other device does I/O" wait_for 120 wrote_since "$nvme" "$writes"

free=()
for n in $(seq "$rounds"); do
	round "$n" || break
	case $n in 200 | 600 | 1000) free+=("$(memory_kib)") ;; esac
	[ "$n" != 20 ] || tables=$(table_pages)
done
check_equal "rounds done" "$rounds" "$n"
check_equal "first error" "" "$bad"
if [ "${tables:-0}" != 0 ]; then
	note "table pages after 20 and $rounds rounds: $tables $(table_pages)"
	check_less "leaked table pages" $(($(table_pages) - tables)) 50
fi
# A leak of one page per round costs 1600 KiB in each half; a cache that fills costs memory
# only once. So the half with the smaller loss counts.
if [ ${#free[@]} = 3 ]; then
	note "free memory after 200, 600 and 1000 rounds: ${free[*]} KiB"
	lost=$((free[0] - free[1]))
	[ "$lost" -lt $((free[1] - free[2])) ] || lost=$((free[1] - free[2]))
	check_less "memory lost in 400 rounds, the smaller of two values, KiB" "$lost" 1200
fi

far=$(pci_of "/sys/class/nvme/$(basename "$(nvme_disk smmux-nvme2)" | sed 's/n1$//')")
for n in $(seq 8); do
	echo "$far" >/sys/bus/pci/drivers/nvme/unbind
	echo "$far" >/sys/bus/pci/drivers/nvme/bind
	wait_for 60 nvme_disk smmux-nvme2 || break
done
check_equal "NVMe unbind and bind rounds" 8 "$n"
check "NVMe works afterwards" fio_verify "/dev/$(nvme_disk smmux-nvme2)" 8 1
touch /tmp/stop
wait "$load"
check "the other device's I/O had no error" test ! -e /tmp/io-failed
