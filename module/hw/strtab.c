// SPDX-License-Identifier: GPL-2.0
/*
 * strtab - the stream table in memory.
 *
 * New STEs abort.  A second level table is allocated for the first StreamID in its range:
 * when the SMMU is probed, for a reserved memory range (RMR); otherwise when a master is
 * probed.  It stays until the SMMU is removed.
 */
#include "hw/strtab.h"

#include <linux/dma-mapping.h>

#include "hw/areas.h"
#include "hw/cmdq.h"
#include "pure/cmd.h"
#include "smmux.h"
#include "trace/stats.h"
#include "trace/trace.h"

#define L2_STES		BIT(SMMUX_STRTAB_SPLIT)
#define L2_BYTES	(L2_STES * SMMUX_ENTRY_BYTES)
#define L1_MAX_LOG2	17		/* 1 MiB of descriptors: 25 StreamID bits */

static void fill_abort(struct smmux_ste *ste, unsigned int num)
{
	while (num--)
		smmux_ste_abort(ste++);
}

static int init_linear(struct smmux_device *smmu)
{
	struct smmux_strtab *st = &smmu->strtab;
	u32 num = BIT(st->sid_bits);

	st->linear = dmam_alloc_coherent(smmu->dev,
					 (size_t)num * SMMUX_ENTRY_BYTES,
					 &st->dma, GFP_KERNEL);
	if (!st->linear)
		return -ENOMEM;
	fill_abort(st->linear, num);
	st->cfg_reg = FIELD_PREP(STRTAB_CFG_FMT, STRTAB_FMT_LINEAR) |
		      FIELD_PREP(STRTAB_CFG_LOG2SIZE, st->sid_bits);
	return 0;
}

static int init_two_level(struct smmux_device *smmu)
{
	struct smmux_strtab *st = &smmu->strtab;
	u8 l1_log2 = min(st->sid_bits - SMMUX_STRTAB_SPLIT, L1_MAX_LOG2);

	if (l1_log2 + SMMUX_STRTAB_SPLIT < st->sid_bits)
		dev_warn(smmu->dev, "stream table covers %u of %u StreamID bits\n",
			 l1_log2 + SMMUX_STRTAB_SPLIT, st->sid_bits);
	st->sid_bits = l1_log2 + SMMUX_STRTAB_SPLIT;
	st->num_l1 = BIT(l1_log2);
	st->l1 = dmam_alloc_coherent(smmu->dev, st->num_l1 * sizeof(u64),
				     &st->dma, GFP_KERNEL);
	st->l2 = devm_kcalloc(smmu->dev, st->num_l1, sizeof(*st->l2), GFP_KERNEL);
	st->desc = devm_kcalloc(smmu->dev, st->num_l1, sizeof(*st->desc), GFP_KERNEL);
	if (!st->l1 || !st->l2 || !st->desc)
		return -ENOMEM;
	st->cfg_reg = FIELD_PREP(STRTAB_CFG_FMT, STRTAB_FMT_2LVL) |
		      FIELD_PREP(STRTAB_CFG_SPLIT, SMMUX_STRTAB_SPLIT) |
		      FIELD_PREP(STRTAB_CFG_LOG2SIZE, st->sid_bits);
	return 0;
}

int smmux_strtab_init(struct smmux_device *smmu)
{
	struct smmux_strtab *st = &smmu->strtab;
	int ret;

	mutex_init(&st->lock);
	st->sid_bits = smmu->caps.sid_bits;
	st->two_level = smmux_has(smmu, SMMUX_FEAT_STRTAB_2LVL) &&
			st->sid_bits > SMMUX_STRTAB_SPLIT;
	ret = st->two_level ? init_two_level(smmu) : init_linear(smmu);
	if (ret) {
		dev_err(smmu->dev, "no memory for a stream table of 2^%u entries\n",
			st->sid_bits);
		return ret;
	}
	st->base_reg = STRTAB_BASE_RA | (st->dma & STRTAB_BASE_ADDR);
	return 0;
}

void smmux_strtab_program(struct smmux_device *smmu)
{
	smmux_writeq(smmu, smmu->strtab.base_reg, SMMUX_STRTAB_BASE);
	smmux_writel(smmu, smmu->strtab.cfg_reg, SMMUX_STRTAB_BASE_CFG);
}

bool smmux_strtab_is_set(struct smmux_device *smmu)
{
	const struct smmux_strtab *st = &smmu->strtab;
	u64 base = smmux_readq(smmu, SMMUX_STRTAB_BASE);

	return !((base ^ st->base_reg) & STRTAB_BASE_ADDR) &&
	       smmux_readl(smmu, SMMUX_STRTAB_BASE_CFG) == st->cfg_reg;
}

static int grow(struct smmux_device *smmu, u32 sid)
{
	struct smmux_strtab *st = &smmu->strtab;
	u32 i = sid >> SMMUX_STRTAB_SPLIT;
	struct smmux_ste *l2;
	dma_addr_t dma;

	lockdep_assert_held(&st->lock);
	if (st->l2[i])
		return 0;
	l2 = dmam_alloc_coherent(smmu->dev, L2_BYTES, &dma, GFP_KERNEL);
	if (!l2)
		return -ENOMEM;
	fill_abort(l2, L2_STES);
	/* Write the STEs before the descriptor that points to them. */
	dma_wmb();
	st->desc[i] = (dma & L1STD_L2PTR) | FIELD_PREP(L1STD_SPAN, SMMUX_STRTAB_SPLIT + 1);
	WRITE_ONCE(st->l1[i], st->desc[i]);
	/* And both before lockless readers see the pointer. */
	smp_store_release(&st->l2[i], l2);
	return 1;
}

int smmux_strtab_cover(struct smmux_device *smmu, u32 sid)
{
	struct smmux_strtab *st = &smmu->strtab;
	int ret;

	if ((u64)sid >> st->sid_bits)
		return -ERANGE;
	if (!st->two_level)
		return 0;

	mutex_lock(&st->lock);
	ret = grow(smmu, sid);
	mutex_unlock(&st->lock);
	/* Not only the leaf: the descriptor above it may be cached as empty. */
	guard(rcu)();
	if (ret > 0)
		smmux_cmdq_issue_one(smmu, smmux_cmd_cfgi_ste(sid, false));
	return min(ret, 0);
}

static struct smmux_ste *ste_of(struct smmux_strtab *st, u32 sid)
{
	struct smmux_ste *l2;

	if ((u64)sid >> st->sid_bits)
		return NULL;
	if (!st->two_level)
		return &st->linear[sid];
	l2 = smp_load_acquire(&st->l2[sid >> SMMUX_STRTAB_SPLIT]);
	return l2 ? &l2[sid & (L2_STES - 1)] : NULL;
}

struct flush_ctx {
	struct smmux_device *smmu;
	u32 sid;
};

static void flush_ste(void *arg)
{
	struct flush_ctx *c = arg;

	guard(rcu)();
	smmux_cmdq_issue_one(c->smmu, smmux_cmd_cfgi_ste(c->sid, true));
}

void smmux_strtab_write(struct smmux_device *smmu, u32 sid,
			const struct smmux_ste *ste)
{
	struct smmux_ste *live = ste_of(&smmu->strtab, sid);
	struct flush_ctx ctx = { smmu, sid };
	struct smmux_entry_plan plan;

	lockdep_assert_held(&smmu->ste_lock);
	if (WARN_ON_ONCE(!live))
		return;
	smmux_entry_plan(&smmux_ste_kind, live->w, ste->w, &plan);
	if (!plan.phases)
		return;
	trace_ste_write(dev_name(smmu->dev), sid, live->w, ste->w, plan.phases,
			plan.breaking);
	if (plan.breaking)
		smmux_count(smmu, ste_breaking);
	else
		smmux_count(smmu, ste_hitless);
	smmux_entry_apply(live->w, &plan, flush_ste, &ctx);
}

void smmux_strtab_set_eats(struct smmux_device *smmu, u32 sid, bool on)
{
	struct smmux_ste *live = ste_of(&smmu->strtab, sid), ste;

	lockdep_assert_held(&smmu->ste_lock);
	if (WARN_ON_ONCE(!live))
		return;
	ste = *live;
	smmux_ste_set_eats(&ste, on);
	if (ste.w[1] == live->w[1])
		return;
	trace_ste_write(dev_name(smmu->dev), sid, live->w, ste.w, 1, false);
	smmux_count(smmu, ste_hitless);
	WRITE_ONCE(live->w[1], ste.w[1]);
}

bool smmux_strtab_read(struct smmux_device *smmu, u32 sid, struct smmux_ste *ste)
{
	const struct smmux_ste *live = ste_of(&smmu->strtab, sid);
	unsigned int i;

	if (!live)
		return false;
	for (i = 0; i < SMMUX_ENTRY_WORDS; i++)
		ste->w[i] = READ_ONCE(live->w[i]);
	return true;
}

u64 smmux_strtab_next(struct smmux_device *smmu, u64 sid)
{
	struct smmux_strtab *st = &smmu->strtab;

	while (!(sid >> st->sid_bits)) {
		if (ste_of(st, sid))
			return sid;
		sid = ALIGN(sid + 1, L2_STES);
	}
	return U64_MAX;
}

void smmux_strtab_areas(struct smmux_device *smmu, u32 sid, struct smmux_areas *areas)
{
	struct smmux_strtab *st = &smmu->strtab;

	if (!st->two_level) {
		smmux_areas_add(areas, st->linear, (size_t)SMMUX_ENTRY_BYTES << st->sid_bits);
		return;
	}
	smmux_areas_add(areas, st->l1, st->num_l1 * sizeof(u64));
	if (!((u64)sid >> st->sid_bits))
		smmux_areas_add(areas, smp_load_acquire(&st->l2[sid >> SMMUX_STRTAB_SPLIT]),
				L2_BYTES);
}

u32 smmux_strtab_l1(struct smmux_device *smmu, u32 from, u32 num,
		    void (*fn)(void *arg, u32 i, u64 is, u64 want), void *arg)
{
	struct smmux_strtab *st = &smmu->strtab;
	u32 i;

	guard(mutex)(&st->lock);
	for (i = from; st->two_level && i < st->num_l1 && i - from < num; i++)
		fn(arg, i, READ_ONCE(st->l1[i]), st->desc[i]);
	return i - from;
}
