#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: NVMe and virtio-blk with four verifying jobs each, and checked network traffic, all at the same time
# FULL: lane=stable fw=dt strict=1
# FULL: lane=backports fw=acpi strict=0
# ALSO: lane=stable,backports fw=dt,acpi strict=1,0
# ALSO: lane=debug
# DEVICES: nvme blk net
# TIMEOUT: 240

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

rounds=$(some 2)
jobs='nvme blk net'

all_done()
{
	local name

	for name in $jobs; do
		[ -e "/tmp/done.$name" ] || return 1
	done
}

# with_all NAME COMMAND...: at least $rounds rounds, and until the other two have done theirs.
with_all()
{
	local name=$1 n=0
	shift

	until all_done; do
		if ! "$@"; then
			touch "/tmp/done.$name"
			return 1
		fi
		n=$((n + 1))
		echo "$n" >"/tmp/rounds.$name"
		[ "$n" -lt "$rounds" ] || touch "/tmp/done.$name"
	done
}

start_all
must "network comes up" net_up
expected=DMA
[ "$STRICT" = 1 ] || expected=DMA-FQ
for bdf in $(clients_in_groups); do
	check_equal "$bdf: domain type" "$expected" "$(group_type "$bdf")"
done

with_all nvme fio_verify "$nvme" 8 4 &
nvme_job=$!
with_all blk fio_verify /dev/vda 8 4 &
blk_job=$!
with_all net net_both 4 &
net_job=$!
check_job "NVMe" "$nvme_job"
check_job "virtio-blk" "$blk_job"
check_job "network" "$net_job"
for name in $jobs; do
	check_less "$name: rounds" $((rounds - 1)) "$(cat "/tmp/rounds.$name")"
done
note "the last round: NVMe $(fio_amount "$nvme"), virtio-blk $(fio_amount /dev/vda), network 8 MiB"
