// SPDX-License-Identifier: GPL-2.0
/*
 * maps - see maps.h.
 *
 * No STE or CD is read: the walk starts from the domain's templates for them, so the domain
 * need not be attached.
 */
#include "view/maps.h"

#include <linux/minmax.h>
#include <linux/string.h>

#include "hw/readers.h"
#include "smmux.h"
#include "view/reach.h"

/* The tables fit any SMMU that accepts the domain: all values in CD or STE are allowed. */
static void walk_hw(const struct smmux_domain *dom, struct smmux_walk_hw *hw)
{
	*hw = (struct smmux_walk_hw){
		.s1 = true, .s2 = true, .vax = dom->oas == 52, .oas = dom->oas,
		.granules = BIT(dom->granule),
	};
}

void smmux_maps_walk(struct smmux_domain *dom, u64 iova, enum smmux_walk_access access,
		     struct smmux_walk *w)
{
	bool s1 = dom->stage == SMMUX_STAGE_1;
	struct smmux_walk_query q = { .iova = iova, .access = access };
	struct smmux_walk_mem mem = { smmux_reach_read, NULL };
	struct smmux_walk_hw hw;
	unsigned long flags;

	walk_hw(dom, &hw);
	memset(w, 0, sizeof(*w));
	if (s1)
		smmux_cd_s1(&w->cd, &dom->cd);
	else
		smmux_ste_s2(&w->ste, &dom->s2);
	smmux_readers_begin(&flags);
	smmux_walk_from(&hw, &mem, s1 ? 1 : 2, &q, w);
	smmux_readers_end(flags);
}

bool smmux_maps_regime(const struct smmux_domain *dom, struct smmux_walk_regime *r)
{
	struct smmux_walk_hw hw;
	struct smmux_ste ste = {};
	struct smmux_cd cd = {};
	const char *why;

	walk_hw(dom, &hw);
	if (dom->stage == SMMUX_STAGE_1) {
		smmux_cd_s1(&cd, &dom->cd);
		return smmux_walk_regime_s1(&hw, &ste, &cd, r, &why);
	}
	smmux_ste_s2(&ste, &dom->s2);
	return smmux_walk_regime_s2(&hw, &ste, r, &why);
}

/* Copy entries from @iova's entry in @table on; only that one if it points to a table. */
static bool copy_part(const struct smmux_walk_regime *r, u64 table, u64 iova,
		      struct smmux_maps_part *part)
{
	u64 entries = BIT_ULL(smmux_walk_index_bits(r, part->level));
	u64 index = iova >> smmux_walk_shift(r, part->level) & (entries - 1);
	u64 at = table + index * sizeof(u64);

	part->first = index;
	part->num = 1;
	if (!smmux_reach_read(NULL, at, part->desc, 1))
		return false;
	if (smmux_walk_kind(r, part->level, part->desc[0]) == SMMUX_WALK_TABLE)
		return true;
	part->num = min(entries - index, SMMUX_MAPS_PART);
	return smmux_reach_read(NULL, at, part->desc, part->num);
}

bool smmux_maps_part(struct smmux_domain *dom, const struct smmux_walk_regime *r, u64 iova,
		     struct smmux_maps_part *part)
{
	u64 table = smmux_walk_root(r);
	unsigned long flags;
	bool ok;

	smmux_readers_begin(&flags);
	for (part->level = r->start;; part->level++) {
		ok = copy_part(r, table, iova, part);
		if (!ok || smmux_walk_kind(r, part->level, part->desc[0]) != SMMUX_WALK_TABLE)
			break;
		table = smmux_walk_out(r, part->level, part->desc[0]);
	}
	smmux_readers_end(flags);
	return ok;
}
