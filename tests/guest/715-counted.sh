#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: of each command the counters say what QEMU's SMMU has seen from the driver's load on, to the last one
# MATRIX: lane=stable
# FULL: lane=stable,backports
# ALSO: lane=debug
# DEVICES: nvme blk net testdev
# TIMEOUT: 180
# TRACE: smmuv3_cmdq_opcode
# AFTER: tests/tools/counted.sh
# EXPECT: smmux .*(event|F_TRANSLATION)

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh

counters()
{
	grep -E '^(cmd\.|commands|lists|syncs|doorbells)' "$SMMUX_DEBUG/$smmu/cmdq/counters"
}

# QEMU stops looking between two readings that are the same: what it saw is what they say.
stop_looking()
{
	counters >/tmp/before
	qmp '{"execute": "trace-event-set-state", "arguments": {"name": "smmuv3_cmdq_opcode", "enable": false}}'
	counters >/tmp/counted
	cmp -s /tmp/before /tmp/counted && return
	qmp '{"execute": "trace-event-set-state", "arguments": {"name": "smmuv3_cmdq_opcode", "enable": true}}'
	return 1
}

still()
{
	counters >/tmp/before
	sleep 1
	counters | cmp -s /tmp/before
}

unbind_and_bind()
{
	local dir=/sys/bus/pci/drivers/virtio-pci bdf

	bdf=$(pci_by_id 1af4:1042)
	echo "$bdf" >"$dir/unbind" && echo "$bdf" >"$dir/bind"
}

start_all
start_client
smmu=$(bound_smmus)
must "network comes up" net_up
check "checked traffic" fio_verify "$nvme" 8 2
check "and by the network" net_send 1 2 1
client_run "$(client_dirs "$TESTDEV")" "stray 0xdead0000"
check "a device goes and comes" unbind_and_bind
ip -n side1 link set dev "$(ip netns exec side1 ls /sys/class/net | grep -v lo)" down
ip -n side2 link set dev "$(ip netns exec side2 ls /sys/class/net | grep -v lo)" down
must "all are at rest" wait_for 60 still
# Once in the driver's life: were it switched off in between, commands would be missing.
check "nobody submits while QEMU stops looking" stop_looking
check_less "commands" 1000 "$(value_of "$SMMUX_DEBUG/$smmu/cmdq/counters" commands)"
while read -r line; do
	note "counted $line"
done </tmp/counted
