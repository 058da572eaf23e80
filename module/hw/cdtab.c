// SPDX-License-Identifier: GPL-2.0
/*
 * cdtab - context descriptor tables.
 *
 * With 1024 CDs or fewer, or where the SMMU supports only that, the table is one
 * array.  Otherwise a second level of 64 KiB tables is allocated as SubstreamIDs
 * come into use.  New CDs are invalid.
 */
#include "hw/cdtab.h"

#include <linux/dma-mapping.h>
#include <linux/slab.h>

#include "hw/areas.h"
#include "hw/cmdq.h"
#include "hw/readers.h"
#include "pure/cmd.h"
#include "smmux.h"
#include "trace/stats.h"
#include "trace/trace.h"

#define L2_CDS		BIT(SMMUX_CDTAB_L2_LOG2)
#define L2_BYTES	(L2_CDS * SMMUX_ENTRY_BYTES)

/*
 * The pointer is stored last: to lockless readers (smmux_cdtab_get()) it shows
 * that all other fields are set.
 */
static int make_linear(struct smmux_device *smmu, struct smmux_cdtab *tab)
{
	struct smmux_cd *cds;

	tab->fmt = S1FMT_LINEAR;
	tab->bytes = (size_t)SMMUX_ENTRY_BYTES << tab->cdmax;
	cds = dma_alloc_coherent(smmu->dev, tab->bytes, &tab->dma, GFP_KERNEL);
	smp_store_release(&tab->linear, cds);
	return cds ? 0 : -ENOMEM;
}

static int make_two_level(struct smmux_device *smmu, struct smmux_cdtab *tab)
{
	u64 *l1;

	tab->fmt = S1FMT_2LVL_64K;
	tab->num_l1 = BIT(tab->cdmax - SMMUX_CDTAB_L2_LOG2);
	tab->bytes = tab->num_l1 * sizeof(u64);
	tab->l2 = kcalloc(tab->num_l1, sizeof(*tab->l2), GFP_KERNEL);
	tab->desc = kcalloc(tab->num_l1, sizeof(*tab->desc), GFP_KERNEL);
	l1 = tab->l2 && tab->desc ?
		dma_alloc_coherent(smmu->dev, tab->bytes, &tab->dma, GFP_KERNEL) : NULL;
	if (!l1) {
		kfree(tab->l2);
		kfree(tab->desc);
		memset(tab, 0, sizeof(*tab));
		return -ENOMEM;
	}
	smp_store_release(&tab->l1, l1);
	return 0;
}

static int make(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_cdtab *tab = &master->cdtab;

	tab->cdmax = master->ssid_bits;
	if (tab->cdmax > SMMUX_CDTAB_L2_LOG2 && smmux_has(smmu, SMMUX_FEAT_CDTAB_2LVL))
		return make_two_level(smmu, tab);
	return make_linear(smmu, tab);
}

static void flush_cd(struct smmux_master *master, u32 ssid, bool leaf)
{
	struct smmux_batch b __uninitialized;
	unsigned int i;

	guard(rcu)();
	smmux_batch_init(&b, master->smmu);
	for (i = 0; i < master->num_streams; i++)
		smmux_batch_add(&b, smmux_cmd_cfgi_cd(master->streams[i].stream->sid,
						      ssid, leaf));
	smmux_batch_sync(&b);
}

static int grow(struct smmux_master *master, u32 ssid)
{
	struct smmux_cdtab *tab = &master->cdtab;
	u32 i = ssid >> SMMUX_CDTAB_L2_LOG2;
	struct smmux_cd *l2;
	dma_addr_t dma;

	if (tab->l2[i])
		return 0;
	l2 = dma_alloc_coherent(master->smmu->dev, L2_BYTES, &dma, GFP_KERNEL);
	if (!l2)
		return -ENOMEM;
	dma_wmb();
	tab->desc[i] = (dma & L1CD_L2PTR) | L1CD_V;
	WRITE_ONCE(tab->l1[i], tab->desc[i]);
	smp_store_release(&tab->l2[i], l2);
	dma_wmb();
	flush_cd(master, ssid, false);
	return 0;
}

int smmux_cdtab_cover(struct smmux_master *master, u32 ssid)
{
	struct smmux_cdtab *tab = &master->cdtab;

	if (ssid >> master->ssid_bits)
		return -ERANGE;
	if (!tab->linear) {
		int ret = make(master);

		if (ret)
			return ret;
	}
	return tab->num_l1 ? grow(master, ssid) : 0;
}

void smmux_cdtab_free(struct smmux_master *master)
{
	struct smmux_cdtab *tab = &master->cdtab;
	struct device *dev = master->smmu->dev;
	u32 i;

	if (!tab->linear)
		return;
	/* An STE referred here until the master was blocked; other files too may have read it. */
	smmux_readers_drain();
	for (i = 0; i < tab->num_l1; i++)
		if (tab->l2[i])
			dma_free_coherent(dev, L2_BYTES, tab->l2[i],
					  tab->desc[i] & L1CD_L2PTR);
	kfree(tab->l2);
	kfree(tab->desc);
	dma_free_coherent(dev, tab->bytes, tab->linear, tab->dma);
	memset(tab, 0, sizeof(*tab));
}

void smmux_cdtab_areas(struct smmux_cdtab *tab, u32 ssid, struct smmux_areas *areas)
{
	const void *first = smp_load_acquire(&tab->linear);

	if (!first)
		return;
	smmux_areas_add(areas, first, tab->bytes);
	if (tab->num_l1 && !(ssid >> tab->cdmax))
		smmux_areas_add(areas, smp_load_acquire(&tab->l2[ssid >> SMMUX_CDTAB_L2_LOG2]),
				L2_BYTES);
}

struct smmux_cd *smmux_cdtab_get(struct smmux_cdtab *tab, u32 ssid)
{
	struct smmux_cd *cds = smp_load_acquire(&tab->linear), *l2;

	if (!cds || ssid >> tab->cdmax)
		return NULL;
	if (!tab->num_l1)
		return &cds[ssid];
	l2 = smp_load_acquire(&tab->l2[ssid >> SMMUX_CDTAB_L2_LOG2]);
	return l2 ? &l2[ssid & (L2_CDS - 1)] : NULL;
}

struct flush_ctx {
	struct smmux_master *master;
	u32 ssid;
};

static void flush_one(void *arg)
{
	struct flush_ctx *c = arg;

	flush_cd(c->master, c->ssid, true);
}

void smmux_cdtab_write(struct smmux_master *master, u32 ssid,
		       const struct smmux_cd *cd)
{
	static const struct smmux_cd none;
	struct smmux_cd *live = smmux_cdtab_get(&master->cdtab, ssid);
	struct flush_ctx ctx = { master, ssid };
	struct smmux_entry_plan plan;

	if (!cd)
		cd = &none;
	if (WARN_ON_ONCE(!live))
		return;
	smmux_entry_plan(&smmux_cd_kind, live->w, cd->w, &plan);
	if (!plan.phases)
		return;
	trace_cd_write(dev_name(master->dev), ssid, live->w, cd->w, plan.phases,
		       plan.breaking);
	if (plan.breaking)
		smmux_count(master->smmu, cd_breaking);
	else
		smmux_count(master->smmu, cd_hitless);
	smmux_entry_apply(live->w, &plan, flush_one, &ctx);
}
