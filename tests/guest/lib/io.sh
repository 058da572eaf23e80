# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Checked traffic: disks with fio's verify, network between two cards in two
# namespaces with a comparison, and QEMU's test devices with the test client.

# fio_verify DISK MEGABYTES JOBS: each job writes that many at random, reads back, compares.
fio_verify()
{
	fio --name="$(basename "$1")" --filename="$1" --direct=1 --ioengine=libaio --iodepth=8 \
		--rw=randwrite --bsrange=4k-64k --numjobs="$3" --size=32m \
		--offset_increment=32m --io_size="$2m" --verify=crc32c \
		--verify_backlog=128 --verify_fatal=1 --group_reporting \
		--output="/tmp/fio-$(basename "$1").log"
}

fio_amount()
{
	grep -E '^ +(WRITE|READ):' "/tmp/fio-$(basename "$1").log" | sed 's/.*io=\([^ ]*\).*/\1/' | tr '\n' ' '
}

# keep_busy COMMAND...: repeats it, at least once, until load_end.
keep_busy()
{
	local rounds=0

	until [ "$rounds" -gt 0 ] && [ -e /tmp/load-ends ]; do
		"$@" || return 1
		rounds=$((rounds + 1))
	done
}

# load_begin COMMAND...: keep_busy in the background, until load_end.
load_jobs=()
load_begin()
{
	keep_busy "$@" &
	load_jobs+=($!)
}

# writes_of DISK: the number of writes since boot.
writes_of()
{
	awk '{ print $5 }' "/sys/block/${1##*/}/stat"
}

wrote_since()
{
	[ "$(writes_of "$1")" -gt "$2" ]
}

# disk_load_begin DISK JOBS: starts checked traffic; it runs when this returns.
disk_load_begin()
{
	local before

	before=$(writes_of "$1")
	load_begin fio_verify "$1" 16 "$2"
	must "traffic of ${1##*/} has started" wait_for 120 wrote_since "$1" "$before"
}

# load_end NAME: ends the background load; each of its rounds must have succeeded.
load_end()
{
	local job

	touch /tmp/load-ends
	for job in "${load_jobs[@]}"; do
		check_job "$1" "$job"
	done
	load_jobs=()
	rm /tmp/load-ends
}

card_by_mac()
{
	local dir

	for dir in /sys/class/net/*; do
		[ "$(cat "$dir/address")" = "$1" ] && echo "${dir##*/}" && return 0
	done
	return 1
}

net_up()
{
	local space n card

	for n in 1 2; do
		space=side$n
		card=$(card_by_mac "52:54:00:00:00:0$n") || return 1
		ip netns add "$space" && ip link set "$card" netns "$space" &&
			ip -n "$space" addr add "10.9.0.$n/24" dev "$card" &&
			ip -n "$space" link set "$card" up || return 1
	done
	wait_for 60 ip netns exec side1 ping -c 1 -W 5 10.9.0.2
}

# net_send FROM TO MEGABYTES: the data must arrive unchanged.
net_send()
{
	local sent=/tmp/sent.$1 got=/tmp/got.$1 listener

	[ -s "$sent" ] || head -c "$(($3 << 20))" /dev/urandom >"$sent"
	rm -f "$got"
	# The listener would exit at an end of file on its input.
	[ -p /tmp/never ] || mkfifo /tmp/never
	ip netns exec "side$2" nc -l -p 5001 >"$got" 0<>/tmp/never &
	listener=$!
	# State 0A: listening. Sockets of the previous connection have other states.
	wait_for 60 sh -c "ip netns exec side$2 cat /proc/net/tcp /proc/net/tcp6 |
		grep -q ':1389 [0-9A-F]*:[0-9A-F]* 0A'" || { note "side$2 does not listen"; return 1; }
	ip netns exec "side$1" timeout "$(patient 120)" nc "10.9.0.$2" 5001 <"$sent" ||
		{ note "side$1 could not send to side$2: $?"; return 1; }
	wait "$listener"
	cmp "$sent" "$got" || { note "side$2 received other data than side$1 sent"; return 1; }
}

# net_both MEGABYTES: that many in each direction.
net_both()
{
	net_send 1 2 "$1" && net_send 2 1 "$1"
}

# client_dirs DEVICE...: the test client's debugfs directories for these PCI
# device ids: $EDU, $TESTDEV.
export EDU=11e8 TESTDEV=0005
client_dirs()
{
	local dir id

	for dir in /sys/kernel/debug/smmux_test/0*; do
		[ -e "$dir/command" ] || continue
		id=$(cat "/sys/bus/pci/devices/${dir##*/}/device")
		[[ " $* " != *" ${id#0x} "* ]] || echo "$dir"
	done
}

# client_run DIR COMMAND: runs it; client_value then returns its values.
client_run()
{
	echo "$2" >"$1/command"
}

client_value()
{
	value_of "$1/result" "$2"
}

# translated DEVICE IOVA: the physical address, from the file "translate".
translated()
{
	exec 5<>"$SMMUX_DEBUG/masters/$1/translate"
	echo "$2 r" >&5
	sed -n 's/^pa: //p' <&5
	exec 5>&-
}

# The usual start of a test of traffic.
start_all()
{
	must "driver loads" load_driver
	must "client drivers load" load_clients nvme virtio_blk virtio_net igb e1000e
	must "disks exist" wait_for 60 disks_ready
	nvme=/dev/$(nvme_disk smmux-nvme)
	export nvme
}

disks_ready()
{
	[ -b /dev/vda ] && nvme_disk smmux-nvme
}

start_client()
{
	must "test client loads" insmod /smmux/smmux_test_client.ko
}
