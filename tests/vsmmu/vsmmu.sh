# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Modelled SMMUs (tests/vsmmu) and their clients, by number.

vsmmu_load()
{
	insmod /smmux/vsmmu.ko "$@"
}

vsmmu_dir()
{
	echo "/sys/kernel/debug/vsmmu/$1"
}

vsmmu_state()
{
	sed -n "s/^$2: //p" "$(vsmmu_dir "$1")/state"
}

# vsmmu_counter N NAME: 0 if there is none.
vsmmu_counter()
{
	local value

	value=$(sed -n "s/^$2: //p" "$(vsmmu_dir "$1")/counters")
	echo "${value:-0}"
}

vsmmu_inject()
{
	echo "$2" >"$(vsmmu_dir "$1")/inject"
}

# vsmmu_content N: one subtest, the checker has nothing to say.
vsmmu_content()
{
	check_equal "$1: the checker is content" "" "$(head -n 12 "$(vsmmu_dir "$1")/check")"
}

vsmmu_client()
{
	echo "/sys/kernel/debug/vsmmu/vclient$1"
}

# client_do N COMMAND...: its values are then had by client_got.
client_do()
{
	local n=$1
	shift

	echo "$*" >"$(vsmmu_client "$n")/command"
}

# client_got N NAME
client_got()
{
	sed -n "s/^$2: //p" "$(vsmmu_client "$1")/result"
}

# vsmmu_name N: of the platform device.
vsmmu_name()
{
	printf '%x.vsmmu' $((0x7f000000 + $1 * 0x40000))
}

dmesg_has()
{
	dmesg | grep -v 'test: ' | grep -qE "$1"
}

# pci_reserve BDF: for the model's driver for PCI clients. Before the model is loaded,
# since smmux takes no SMMU that a device does DMA behind already.
pci_reserve()
{
	local dev=/sys/bus/pci/devices/$1

	[ ! -e "$dev/driver" ] || echo "$1" >"$dev/driver/unbind"
	echo vsmmu-pci >"$dev/driver_override"
}

# The test's $bdf is the PCI client of the functions below.
pci_dir()
{
	# shellcheck disable=SC2154
	echo "/sys/kernel/debug/vsmmu/$bdf"
}

pci_bind()
{
	[ -e "$(pci_dir)/command" ] || echo "$bdf" >/sys/bus/pci/drivers/vsmmu-pci/bind
	[ -e "$(pci_dir)/command" ]
}

pci_do()
{
	echo "$*" >"$(pci_dir)/command"
}

pci_got()
{
	sed -n "s/^$1: //p" "$(pci_dir)/result"
}
