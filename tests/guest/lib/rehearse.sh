# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A rehearsed incident on a stock kernel: QEMU's SMMU says that it knows ATS (test module
# smmux_test_ats), one device uses it, and its answers are made up to be missing. The
# test's header needs DEVICES ats and MODULE enable_inject=1 ats=on.

readonly RNG_DRIVER=/sys/bus/pci/drivers/virtio-pci

# rehearse_device ID: the device, $bdf, $sid; its SMMU: $smmu; what may be written: $inject.
rehearse_device()
{
	smmu=$(bound_smmus)
	bdf=$(pci_by_id "$1")
	sid=$(value_of "$SMMUX_DEBUG/masters/$bdf/info" sids)
	sid=${sid%% *}
	inject=$SMMUX_DEBUG/$smmu/inject/atc_timeout
	must "it uses ATS" test "$(ats capable) $(ats wanted) $(ats state)" = "yes yes healthy"
	check "the device gets translations" grep -q 'eats=full' "$SMMUX_DEBUG/masters/$bdf/ste"
}

rehearse_start()
{
	must "an SMMU with ATS" insmod /smmux/smmux_test_ats.ko
	start_all
	must "the driver of the random number generator" modprobe virtio-rng
	must "network comes up" net_up
	rehearse_device 1af4:1044
	check "random numbers come" use_device
}

# ats NAME: from masters/<device>/ats
ats()
{
	value_of "$SMMUX_DEBUG/masters/$bdf/ats" "$1"
}

in_state()
{
	[ "$(ats state)" = "$1" ]
}

# recovery NAME: of its SMMU's counters.
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

# DMA by the device: a buffer is mapped, filled and unmapped.
use_device()
{
	timeout "$(patient 60)" dd if=/dev/hwrng of=/tmp/random bs=64 count=4 2>/dev/null &&
		[ "$(wc -c </tmp/random)" -gt 0 ]
}

# virtio-rng does not notice that its device was reset, and waits for it for ever; that
# is so with every IOMMU driver and with none.
rebind()
{
	echo "$bdf" >$RNG_DRIVER/unbind
	echo "$bdf" >$RNG_DRIVER/bind
}

# one_timeout NAME: its next ATC_INV is not answered.
one_timeout()
{
	check "$1: inject" sh -c "echo '$sid 1' >$inject"
	check "$1: it still gets its random numbers" use_device
	check "$1: cut off" wait_for 60 in_state "$2"
}

# Uevents of the driver, each a line of /tmp/uevents.
listen()
{
	: >/tmp/uevents
	busybox uevent sh -c '[ -z "$SMMUX_EVENT" ] ||
		echo "$ACTION ${DEVPATH##*/} $SMMUX_EVENT $SMMUX_SMMU $SMMUX_SID" >>/tmp/uevents' &
}

# heard WORD: how many uevents there were with it.
heard()
{
	grep -cx "change $bdf $1 $smmu $sid" /tmp/uevents
}

was_heard()
{
	[ "$(heard "$1")" = "$2" ]
}

# all_refused FILE TEXT...: the write of each fails.
all_refused()
{
	local file=$1 text taken=''
	shift

	for text in "$@"; do
		! printf '%s' "$text" 2>/dev/null >"$file" || taken+="'${text:0:30}' "
	done
	echo "taken: $taken"
	[ $# -gt 0 ] && [ -z "$taken" ]
}
