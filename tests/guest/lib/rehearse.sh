# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A rehearsed incident on a stock kernel: QEMU's SMMU reports ATS (test module
# smmux_test_ats), one device uses it, and its missing answers are injected. The test's
# header needs DEVICES ats and MODULE enable_inject=1 ats=on.

readonly RNG_DRIVER=/sys/bus/pci/drivers/virtio-pci

# rehearse_device ID: sets $bdf and $sid of the device, $smmu, and $inject, its inject file.
rehearse_device()
{
	smmu=$(bound_smmus)
	bdf=$(pci_by_id "$1")
	sid=$(value_of "$SMMUX_DEBUG/masters/$bdf/info" sids)
	sid=${sid%% *}
	inject=$SMMUX_DEBUG/$smmu/inject/atc_timeout
	must "the device uses ATS" test "$(ats capable) $(ats wanted) $(ats state)" = "yes yes healthy"
	check "EATS of the device is full" grep -q 'eats=full' "$SMMUX_DEBUG/masters/$bdf/ste"
}

rehearse_start()
{
	must "an SMMU with ATS" insmod /smmux/smmux_test_ats.ko
	start_all
	must "the driver of the random number generator" modprobe virtio-rng
	must "network comes up" net_up
	rehearse_device 1af4:1044
	check "the device delivers random numbers" use_device
}

# ats NAME: a value of masters/<device>/ats
ats()
{
	value_of "$SMMUX_DEBUG/masters/$bdf/ats" "$1"
}

in_state()
{
	[ "$(ats state)" = "$1" ]
}

# recovery NAME: one of its SMMU's recovery counters.
recovery()
{
	value_of "$SMMUX_DEBUG/$smmu/recovery/counters" "$1"
}

armed()
{
	cat "$SMMUX_DEBUG/$smmu/inject/armed"
}

atc_invs()
{
	value_of "$SMMUX_DEBUG/$smmu/cmdq/counters" cmd.ATC_INV
}

# DMA by the device: the driver maps a buffer, the device fills it, the driver unmaps it.
use_device()
{
	timeout "$(patient 60)" dd if=/dev/hwrng of=/tmp/random bs=64 count=4 2>/dev/null &&
		[ "$(wc -c </tmp/random)" -gt 0 ]
}

# virtio-rng does not detect that its device was reset, and waits forever; that does not
# depend on the IOMMU driver.
rebind()
{
	echo "$bdf" >$RNG_DRIVER/unbind
	echo "$bdf" >$RNG_DRIVER/bind
}

# one_timeout NAME STATE: the device does not answer its next ATC_INV; waits for STATE.
one_timeout()
{
	check "$1: inject" sh -c "echo '$sid 1' >$inject"
	check "$1: the device still delivers random numbers" use_device
	check "$1: quarantined" wait_for 60 in_state "$2"
}

# Writes each uevent of the driver as a line to /tmp/uevents.
listen()
{
	: >/tmp/uevents
	busybox uevent sh -c '[ -z "$SMMUX_EVENT" ] ||
		echo "$ACTION ${DEVPATH##*/} $SMMUX_EVENT $SMMUX_SMMU $SMMUX_SID" >>/tmp/uevents' &
}

# heard WORD: the number of uevents with this word.
heard()
{
	grep -cx "change $bdf $1 $smmu $sid" /tmp/uevents
}

was_heard()
{
	[ "$(heard "$1")" = "$2" ]
}

# all_refused FILE TEXT...: the write of each text fails.
all_refused()
{
	local file=$1 text taken=''
	shift

	for text in "$@"; do
		! printf '%s' "$text" 2>/dev/null >"$file" || taken+="'${text:0:30}' "
	done
	echo "accepted: $taken"
	[ $# -gt 0 ] && [ -z "$taken" ]
}
