#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: lint finds each of many wrong bits in tables and registers, at its place, and nothing else; no findings while devices work, are bound, unbound, removed and change domains
# MATRIX: lane=stable fw=dt
# FULL: lane=backports fw=dt smmu=2
# ALSO: lane=backports,debug fw=dt
# ALSO: lane=debug fw=dt smmu=2
# DEVICES: nvme blk net-virtio edu testdev nvme2
# TIMEOUT: 480
# EXPECT: smmux .*(event|client:)
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/plant.sh
. /smmux/plant.sh

bit()
{
	printf '%#x' $((1 << $1))
}

# The STE and CD of a device with stage 1: the toggled bits and the expected finding.
plant_s1()
{
	plant_all <<EOF
ste $sid 0 0x1 | error | sid $sid | STE: V is 0, but the stream has a master
ste $sid 0 0x8 | error | sid $sid | STE: Config is 1, a reserved value
ste $sid 0 0xa | error | sid $sid | STE: Config is abort, but its master is attached .s1.
ste $sid 0 0x2 | error | sid $sid | STE: Config is bypass, not s1
ste $sid 0 0x6 | error | sid $sid | STE: Config is s2, not s1
ste $sid 0 0x10 | error | sid $sid | STE: S1Fmt is 0x1, not 0x0
ste $sid 0 $(bit 59) | error | sid $sid | STE: S1CDMax is 0x1, not 0x0
ste $sid 0 0x1000 | error | sid $sid | STE: S1ContextPtr is 0x[0-9a-f]+, not 0x[0-9a-f]+
ste $sid 0 $(bit 50) | error | sid $sid | STE: S1ContextPtr is 0x4[0-9a-f]+, beyond the SMMU's output size, not 0x[0-9a-f]+
ste $sid 0 $(bit 40) | error | sid $sid | STE: S1ContextPtr is 0x1[0-9a-f]+, where there is no memory, not 0x[0-9a-f]+
ste $sid 1 0x1 | error | sid $sid | STE: S1DSS is 0x3, not 0x2
ste $sid 1 0x4 | error | sid $sid | STE: S1CIR is 0x0, not 0x1
ste $sid 1 $(bit 27) | error | sid $sid | STE: S1STALLD is 0x[01], not 0x[01]
ste $sid 1 $(bit 31) | error | sid $sid | STE: STRW is 0x2, not 0x0
ste $sid 1 $(bit 19) | warning | sid $sid | STE: MEV is 0x1, not 0x0
ste $sid 2 0x1 | error | sid $sid | STE: S2VMID is 0x1, not 0x0
cd $sid 0 0 $(bit 31) | error | sid $sid | CD: V is 0, but a domain is attached
cd $sid 0 0 0x1 | error | sid $sid | CD: T0SZ is 0x11, not 0x10
cd $sid 0 0 0x40 | error | sid $sid | CD: TG0 is 0x1, not 0x0
cd $sid 0 0 $(bit 30) | error | sid $sid | CD: EPD1 is 0x0, not 0x1
cd $sid 0 0 $(bit 32) | error | sid $sid | CD: IPS is 0x[0-9], not 0x[0-9]
cd $sid 0 0 $(bit 41) | error | sid $sid | CD: AA64 is 0x0, not 0x1
cd $sid 0 0 $(bit 44) | error | sid $sid | CD: S is 0x[01], not 0x[01]
cd $sid 0 0 $(bit 45) | error | sid $sid | CD: R is 0x0, not 0x1
cd $sid 0 0 $(bit 46) | error | sid $sid | CD: A is 0x0, not 0x1
cd $sid 0 0 $(bit 47) | error | sid $sid | CD: ASET is 0x0, not 0x1
cd $sid 0 0 $(bit 62) | error | sid $sid | CD: ASID is 0x40[0-9a-f][0-9a-f], not 0x[0-9a-f]+
cd $sid 0 1 0x1000 | error | sid $sid | CD: TTB0 is 0x[0-9a-f]+, not 0x[0-9a-f]+
cd $sid 0 2 0x1000 | warning | sid $sid | CD: TTB1 is 0x1000, where there is no memory, not 0x0
cd $sid 0 3 0x1 | error | sid $sid | CD: MAIR is 0x[0-9a-f]+, not 0x[0-9a-f]+
cd $sid 0 6 0x80 | warning | sid $sid | CD: reserved bits 0x80 of word 6 are set
EOF
}

plant_s2()
{
	plant_all <<EOF
ste $sid 0 0x1 | error | sid $sid | STE: V is 0, but the stream has a master
ste $sid 0 0xc | error | sid $sid | STE: Config is abort, but its master is attached .s2.
ste $sid 0 0x4 | error | sid $sid | STE: Config is bypass, not s2
ste $sid 0 0x8 | error | sid $sid | STE: Config is 2, a reserved value
ste $sid 1 $(bit 44) | error | sid $sid | STE: SHCFG is 0x0, not 0x1
ste $sid 2 0x4000 | error | sid $sid | STE: S2VMID is 0x40[0-9a-f][0-9a-f], not 0x[0-9a-f]+
ste $sid 2 $(bit 32) | error | sid $sid | STE: S2T0SZ is 0x[0-9a-f]+, not 0x[0-9a-f]+
ste $sid 2 $(bit 38) | error | sid $sid | STE: S2SL0 is 0x[0-3], not 0x[0-3]
ste $sid 2 $(bit 46) | error | sid $sid | STE: S2TG is 0x1, not 0x0
ste $sid 2 $(bit 48) | error | sid $sid | STE: S2PS is 0x[0-9], not 0x[0-9]
ste $sid 2 $(bit 51) | error | sid $sid | STE: S2AA64 is 0x0, not 0x1
ste $sid 2 $(bit 54) | error | sid $sid | STE: S2PTW is 0x0, not 0x1
ste $sid 2 $(bit 57) | error | sid $sid | STE: S2S is 0x[01], not 0x[01]
ste $sid 2 $(bit 58) | error | sid $sid | STE: S2R is 0x0, not 0x1
ste $sid 3 0x10000 | error | sid $sid | STE: S2TTB is 0x[0-9a-f]+, not 0x[0-9a-f]+
EOF
}

# Structures of every SMMU: STEs without a device, L1 descriptors, registers.
plant_rest()
{
	plant_all <<EOF
ste $sid 1 $(bit 28) | error | sid $sid | STE: EATS is 0x1, not 0x0
ste $sid 1 $(bit 63) | warning | sid $sid | STE: reserved bits 0x8000000000000000 of word 1 are set
ste $sid 5 0x3 | warning | sid $sid | STE: reserved bits 0x3 of word 5 are set
ste 0xf0 0 0x8 | error | sid 0xf0 | STE: Config is bypass, but the stream has no master
ste 0xf0 0 0x1 | error | sid 0xf0 | STE: V is 0, but an unused entry must be valid and abort
ste 0xf0 1 $(bit 44) | error | sid 0xf0 | STE: SHCFG is 0x1, not 0x0
l1 $sid 0x1 | error | sid 0x0 | L1STD: Span is 0x8, not 0x9
l1 $sid 0x9 | error | sid 0x0 | L1STD: Span is 0x0, not 0x9
l1 $sid 0x4000 | error | sid 0x0 | L1STD: L2Ptr is 0x[0-9a-f]+, not 0x[0-9a-f]+
l1 $sid $(bit 49) | error | sid 0x0 | L1STD: L2Ptr is 0x2[0-9a-f]+, beyond the SMMU's output size, not 0x[0-9a-f]+
l1 $sid $(bit 60) | warning | sid 0x0 | L1STD: reserved bits 0x1000000000000000 of word 0 are set
l1 0x700 0x9 | error | sid 0x700 | L1STD: it is 0x9, where there is no memory, but there is no table below it
reg 0x20 0x4 | error | CR0 | register: value is 0x9, driver wrote 0xd
reg 0x28 0x100 | error | CR1 | register: value is 0x[0-9a-f]+, driver wrote 0x[0-9a-f]+
reg 0x2c 0x2 | error | CR2 | register: value is 0x4, driver wrote 0x6
reg 0x44 0x80100000 | error | GBPA | register: value is 0x[0-9a-f]+, driver wrote 0x1[0-9a-f]+
reg 0x50 0x4 | error | IRQ_CTRL | register: value is 0x1, driver wrote 0x5
reg 0x80 0x40000 | error | STRTAB_BASE | register: value is 0x[0-9a-f]+, driver wrote 0x[0-9a-f]+
reg 0x88 0x1 | error | STRTAB_BASE_CFG | register: value is 0x10211, driver wrote 0x10210
reg 0xa0 0x1 | error | EVENTQ_BASE | register: value is 0x[0-9a-f]+, driver wrote 0x[0-9a-f]+
reg 0x100ac 0x1 | error | EVENTQ | register: CONS 0x[0-9a-f]+ and PROD 0x[0-9a-f]+ are more than [0-9]+ entries apart
EOF
}

# A device in an identity domain.
plant_blocked()
{
	echo "$bdf" >"$driver/unbind"
	echo identity >"/sys/bus/pci/devices/$bdf/iommu_group/type"
	check "identity: lint has no findings" lint_clean
	plant_all <<EOF
ste $sid 0 0x1 | error | sid $sid | STE: V is 0, but the stream has a master
ste $sid 0 0x8 | error | sid $sid | STE: Config is abort, but its master is attached .bypass.
ste $sid 0 0x2 | error | sid $sid | STE: Config is s1, not bypass
EOF
	echo DMA >"/sys/bus/pci/devices/$bdf/iommu_group/type"
	echo "$bdf" >"$driver/bind"
}

# Changes everything that lint reads, under load.
storm()
{
	local types=(identity DMA DMA-FQ) round=0

	# On a slow machine more rounds, until lint has run twice meanwhile.
	while [ $round -lt "$1" ] || ! linted 2 0; do
		echo "$bdf" >"$driver/unbind" || return
		echo "${types[$((round % 3))]}" >"/sys/bus/pci/devices/$bdf/iommu_group/type" || return
		[ $((round % 2)) = 0 ] || echo "$bdf" >/sys/kernel/debug/smmux_test/blocked || return
		echo "$bdf" >"$driver/bind" || return
		client_run "$dir" "race 2" || return
		if [ $((round % 4)) = 3 ]; then
			echo 1 >"/sys/bus/pci/devices/$far/remove"
			echo 1 >/sys/bus/pci/rescan
			wait_for 60 test -e "/sys/bus/pci/drivers/nvme/$far" || return
		fi
		round=$((round + 1))
	done
}

PLANTED=0 stage=$SMMU
[ "$stage" = 2 ] || stage=1
start_all
start_client
lint=$SMMUX_DEBUG/$(bound_smmus)/lint
dir=$(client_dirs "$TESTDEV")
bdf=${dir##*/}
driver=/sys/bus/pci/drivers/smmux_test_client
sid=$(value_of "$SMMUX_DEBUG/masters/$bdf/info" sids)
far=$(pci_of "/sys/class/nvme/$(basename "$(nvme_disk smmux-nvme2)" | sed 's/n1$//')")
must "plant" insmod /smmux/smmux_test_plant.ko smmu="$(value_of "${lint%lint}caps" address)"
must "lint has no findings before" lint_clean
note "$(tail -n 2 /tmp/lint)"
check "nothing was left out" nothing_moves
plant_s"$stage"
plant_rest
plant_blocked
check_less "planted wrong bits" 20 "$PLANTED"
note "$PLANTED planted"
check "31 wrong bits at once: all are counted" sh -c "
	for n in \$(seq 1 31); do echo \"ste \$((0xa0 + n)) 0 8\" >$PLANT; done
	[ \"\$(tail -n 1 $lint)\" = 'findings: 31' ]; ok=\$?; echo back >$PLANT; exit \$ok"

rounds=$(some 12)
disk_load_begin "$nvme" 1
keep_linting &
linter=$!
check "$rounds rounds of unbind, other domains, blocked, bind, removal" storm "$rounds"
lint_ends "$linter"
load_end "traffic of another device"
