# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The result channel, a port of a virtio console: descriptor 3 of the test.

find_channel()
{
	local port

	for port in /sys/class/virtio-ports/*/name; do
		[ -e "$port" ] && [ "$(cat "$port")" = smmux.results ] || continue
		port=${port%/name}
		echo "/dev/${port##*/}"
		return
	done
	return 1
}

# Waits for the channel and prints its device.
open_channel()
{
	modprobe -a virtio_mmio virtio_console
	for _ in $(seq $((600 * ${PATIENCE:-1}))); do
		find_channel && return
		sleep 0.1
	done
	return 1
}

# Around system sleep, which the console's driver does not survive on every kernel: results
# are stored and sent afterwards.  Not in a subshell.
readonly CHANNEL_DRIVER=/sys/bus/virtio/drivers/virtio_console

channel_away()
{
	exec 3>/run/said
	channel_device=$(cd "$CHANNEL_DRIVER" && echo virtio*)
	echo "$channel_device" >"$CHANNEL_DRIVER/unbind"
}

channel_back()
{
	local channel

	echo "$channel_device" >"$CHANNEL_DRIVER/bind"
	channel=$(open_channel) || return
	exec 3<>"$channel"
	cat /run/said >&3
}
