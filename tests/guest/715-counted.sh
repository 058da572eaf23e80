#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: for each command, the counters have exactly the number that QEMU's SMMU has processed since the driver was loaded
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

# Stops QEMU's tracing between two readings of the counters. If they are equal, no command
# was missed.
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
check "disk data is correct" fio_verify "$nvme" 8 2
check "network data is correct" net_send 1 2 1
client_run "$(client_dirs "$TESTDEV")" "stray 0xdead0000"
check "a device is unbound and bound" unbind_and_bind
ip -n side1 link set dev "$(ip netns exec side1 ls /sys/class/net | grep -v lo)" down
ip -n side2 link set dev "$(ip netns exec side2 ls /sys/class/net | grep -v lo)" down
must "the counters are stable" wait_for 60 still
# QEMU's tracing is stopped only here: an earlier pause would lose commands.
check "no command is sent while tracing stops" stop_looking
check_less "commands counted" 1000 "$(value_of "$SMMUX_DEBUG/$smmu/cmdq/counters" commands)"
while read -r line; do
	note "counted $line"
done </tmp/counted
