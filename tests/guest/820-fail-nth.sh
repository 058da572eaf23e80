#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: every allocation of probe, attach, map, PASIDs, bind and unbind fails in turn: an errno, no kernel warning, no leak, and everything works afterwards
# FULL: lane=debug smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 180
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event|vclient).*
# EXPECT: smmux [0-9a-f]+\.vsmmu: .*(-ENOMEM|error -12|error -16|error -22)
# EXPECT: (vsmmu-client|platform) vclient[0-9]: .*
# EXPECT: smmux [0-9a-f]+\.vsmmu: no memory for .*
# EXPECT: Failed to set up IOMMU for device vclient0; retaining platform DMA ops
# EXPECT: debugfs: out of free dentries.*
# EXPECT: callbacks suppressed
# EXPECT: smmux [0-9a-f]+\.vsmmu: device_add_groups\(\) failed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

# A full sweep tries every N, a short one about every 60th.
readonly STRIDE=$((SOAK > 1 ? 1 : 60))
readonly MOST=3000

faults_on()
{
	local kind

	for kind in failslab fail_page_alloc; do
		echo 0 >/sys/kernel/debug/$kind/verbose
		echo N >/sys/kernel/debug/$kind/ignore-gfp-wait
	done
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

# The first few matter most. After them, a random one of each STRIDE suffices.
next()
{
	echo $(($1 < 5 ? $1 + 1 : ($1 / STRIDE + 1) * STRIDE + RANDOM % STRIDE))
}

race()
{
	client_do 0 race 3 || return 1
	[ "$(client_got 0 rounds) $(client_got 0 missed) $(client_got 0 late)" = '3 0 0' ]
}

# The client's program arms the failures itself, so that only the driver's allocations fail.
sweep_program()
{
	local n tried=0 wrong=''

	for ((n = 1; n < MOST; n = $(next "$n"))); do
		client_do 0 unmap 2>/dev/null
		client_do 0 fail "$n" "$@" || wrong+=" $n: not accepted"
		[ "$(client_got 0 left)" = 0 ] || break
		tried=$((tried + 1))
		case $(client_got 0 error) in
		0 | -12) ;;
		*) wrong+=" $n: error $(client_got 0 error)" ;;
		esac
		[ -z "$(client_got 0 wrong)" ] || wrong+=" $n: $(client_got 0 wrong)"
		race || wrong+=" $n: race after it"
	done
	check_equal "$*: each of $tried failures gives an errno only" "" "$wrong"
	check "$*: the sweep reached the last allocation" test "$tried" -gt 0 -a "$n" -lt $MOST
}

# fail_write N WORD FILE: prints the write's error; returns 1 if no allocation failed.
fail_write()
(
	echo "$1" >/proc/self/fail-nth
	echo "$2" >"$3" || true
	read -r left </proc/self/fail-nth || exit 1
	[ "$left" = 0 ]
) 2>&1

# Times that the core has given the client direct DMA, because it had no memory for more.
without_translation()
{
	log_count 'Failed to set up IOMMU for device vclient0; retaining platform DMA ops'
}

# put_right: binds the SMMU and its client, from any state. If the client has no group, or
# direct DMA, the core has dropped an error of its own. Without a new bind of the SMMU, the
# first would make the core warn at the client's bind, and the second would stay.
put_right()
{
	local was=$direct

	vsmmu_unbind_client 0
	direct=$(without_translation)
	[ -e /sys/bus/platform/devices/vclient0/iommu_group ] && [ "$direct" = "$was" ] ||
		vsmmu_unbind 0
	vsmmu_bind 0
	race
}

# sweep_write NAME PREPARE WORD FILE
sweep_write()
{
	local n tried=0 wrong='' said rc

	for ((n = 1; n < MOST; n = $(next "$n"))); do
		$2
		rc=0
		said=$(fail_write "$n" "$3" "$4") || rc=1
		case $said in
		'' | *'Cannot allocate memory'*) ;;
		# The kernel's resource code and IOMMU core return these when memory is short.
		*'Device or resource busy'* | *'Invalid argument'*) ;;
		*) [ "$rc" = 1 ] || wrong+=" $n: $said" ;;
		esac
		put_right || wrong+=" $n: does not work again"
		[ "$rc" = 0 ] || break
		tried=$((tried + 1))
	done
	check_equal "$1: each of $tried failures gives an errno only" "" "$wrong"
	check "$1: the sweep reached the last allocation" test "$tried" -gt 0 -a "$n" -lt $MOST
}

must "the kernel can make allocations fail" test -d /sys/kernel/debug/failslab
must "driver loads" load_driver
must "a modelled SMMU" vsmmu_load smmu=plain client=0:1/8
must "its client is bound" wait_for 60 test -e "$(vsmmu_client 0)/command"
driver=$(platform_driver)
faults_on
direct=0

sweep_program map rw
sweep_program attach 1
check "no failure keeps the device from its default domain" client_do 0 return
note "$(client_got 0 failures) allocations failed"
sweep_program random 1 1 60
sweep_program random 2 1 60
sweep_write "client is bound" "vsmmu_unbind_client 0" vclient0 $VSMMU_CLIENTS/bind
sweep_write "client is unbound" : vclient0 $VSMMU_CLIENTS/unbind
sweep_write "SMMU is bound" "vsmmu_unbind 0" "$(vsmmu_name 0)" "$driver/bind"
sweep_write "SMMU is unbound" "vsmmu_unbind_client 0" "$(vsmmu_name 0)" "$driver/unbind"

check "the client works afterwards" race
vsmmu_content 0
vsmmu_unload "the model unloads"
check "the driver unloads" unload_driver
