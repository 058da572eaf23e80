#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: an SMMU whose table walks are not coherent, by device tree: the driver cleans caches after writes, I/O is correct
# MATRIX: lane=backports
# ALSO: lane=stable
# ALSO: lane=debug
# DEVICES: nvme blk net testdev
# DTB: -d @ /smmuv3@9050000 dma-coherent
# DTB: @ /smmuv3@9050000 dma-noncoherent
# TIMEOUT: 180
# EXPECT: (smmux|arm-smmu-v3) .*(event|F_TRANSLATION|client:|unpriv)
# EXPECT: firmware overrides IDR0.COHACC
# EXPECT: CLIDR_EL1.LoC == 0, treating as coherent
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/guest/lib/io.sh
. /smmux/io.sh
# shellcheck source=tests/guest/lib/golden.sh
. /smmux/golden.sh

start_all
start_client
check "the log says that firmware overrides COHACC" sh -c "dmesg | grep -v test: | grep -i cohacc"
check "NVMe" fio_verify "$nvme" 8 1
check "virtio-blk" fio_verify /dev/vda 8 1
dir=$(client_dirs "$TESTDEV")
check "unmap race" client_run "$dir" "race 200"
check_equal "mapped accesses land" 200 "$(client_value "$dir" mapped_landed)"
check_equal "unmapped accesses do not" 0 "$(client_value "$dir" unmapped_landed)"
must "says" insmod /smmux/smmux_test_says.ko
must "plant" insmod /smmux/smmux_test_plant.ko
echo "device ${dir##*/}" >$SAYS/command
check_equal "the driver reports no coherency to the core" 0 "$(value_of $SAYS/result cap.CACHE_COHERENCY)"
# Outer shareable and not cached, like the CPU's mapping of tables and queues.
qemu_registers "not coherent" 820
