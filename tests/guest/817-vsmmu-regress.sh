#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: defects that modelled SMMUs once found stay fixed: all of tests/regress
# MATRIX: lane=backports smp=3 smmu=none
# ALSO: lane=debug smp=3 smmu=none
# ALSO: lane=race smp=3 smmu=none
# CMDLINE: mem=1000M isolcpus=2
# MODULE: allow_unbind=1
# TIMEOUT: 180
# EXPECT: smmux [0-9a-f]+\.vsmmu: (event: |event queue overflow|vclient|command error|reset or power loss)
# EXPECT: smmux [0-9a-f]+\.vsmmu: (refused: IDR5|GBPA: ABORT not accepted \(-[A-Z0-9]+\)$|CR0 0x[0-9a-f]+: not acknowledged|lost invalidations)
# EXPECT: smmux [0-9a-f]+\.vsmmu: probe with driver smmux failed with error -(110|5)$
# EXPECT: callbacks suppressed

# shellcheck source=tests/guest/lib/guest.sh
. /smmux/guest.sh
# shellcheck source=tests/vsmmu/vsmmu.sh
. /smmux/vsmmu.sh

# Ten rounds: prints how many accesses missed and how many landed late.
race_again()
{
	client_do 0 race 10
	echo "$(client_got 0 missed) $(client_got 0 late)"
}

must "driver loads" load_driver
for file in /smmux/regress/*.sh; do
	note "${file##*/}"
	# shellcheck source=/dev/null
	. "$file"
	read -ra arguments <<<"$(needs)"
	must "a modelled SMMU: ${arguments[*]}" vsmmu_load "${arguments[@]}"
	scenario
	vsmmu_content 0
	vsmmu_unload "the model unloads"
done
check "the driver unloads" unload_driver
