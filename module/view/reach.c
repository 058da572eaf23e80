// SPDX-License-Identifier: GPL-2.0
/*
 * reach - see reach.h.
 *
 * An address is looked up in the areas of the tables first (areas.h), then in the linear map.
 * Tables may contain any address: one that is not memory is rejected, and the copy survives
 * one that is not mapped.
 */
#include "view/reach.h"

#include <linux/kasan-checks.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include <asm/memory.h>

#include "hw/areas.h"
#include "hw/cdtab.h"
#include "hw/readers.h"
#include "hw/strtab.h"
#include "smmux.h"

phys_addr_t smmux_reach_phys(const void *virt)
{
	if (is_vmalloc_addr(virt))
		return page_to_phys(vmalloc_to_page(virt)) + offset_in_page(virt);
	return virt_to_phys(virt);
}

static const void *find(const struct smmux_areas *areas, u64 pa, size_t bytes)
{
	unsigned int i;

	for (i = 0; areas && i < areas->num; i++) {
		const struct smmux_area *area = &areas->area[i];
		u64 at = pa - smmux_reach_phys(area->virt);

		if (at < area->bytes && bytes <= area->bytes - at)
			return area->virt + at;
	}
	/* Rejects devices, holes, and memory that firmware reserves for itself. */
	if (pa >> PHYS_MASK_SHIFT || !pfn_is_map_memory(PHYS_PFN(pa)) ||
	    !pfn_is_map_memory(PHYS_PFN(pa + bytes - 1)))
		return NULL;
	return phys_to_virt(pa);
}

bool smmux_reach_read(void *ctx, u64 pa, u64 *words, unsigned int num)
{
	const u64 *at;

	smmux_readers_assert_held();
	if (!IS_ALIGNED(pa, sizeof(*words)))
		return false;
	at = find(ctx, pa, num * sizeof(*words));
	if (!at)
		return false;
	/* Some memory is not in the linear map (secretmem, a crash kernel). */
	if (copy_from_kernel_nofault(words, at, num * sizeof(*words)))
		return false;
	/* KASAN does not check the copy, but must detect a table that was freed too early. */
	kasan_check_read(at, num * sizeof(*words));
	return true;
}

int smmux_reach_walk(struct smmux_master *master, const struct smmux_walk_query *q,
		     struct smmux_walk *w)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_areas areas = {};
	struct smmux_walk_mem mem = { smmux_reach_read, &areas };
	struct smmux_walk_hw hw;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < master->num_streams; i++)
		if (master->streams[i].stream->sid == q->sid)
			break;
	if (i == master->num_streams)
		return -ENOENT;
	smmux_walk_hw(&smmu->caps, &hw);
	hw.strtab_base = smmu->strtab.base_reg;
	hw.strtab_cfg = smmu->strtab.cfg_reg;
	smmux_strtab_areas(smmu, q->sid, &areas);
	smmux_cdtab_areas(&master->cdtab, q->ssid, &areas);
	smmux_readers_begin(&flags);
	smmux_walk(&hw, &mem, q, w);
	smmux_readers_end(flags);
	return 0;
}
