// SPDX-License-Identifier: GPL-2.0
/*
 * life - see life.h.
 *
 *   map                               unmap of the same address
 *   ---                               -------------------------
 *   time of the slot = now            is the slot's key this one?
 *   key of the slot = own (release)   read the time
 *                                     key: own -> 0, or drop the sample
 *
 * The key (@tag) is address and domain.  If another map has written its time, but not yet
 * its key, the measured life is too short.  A new map of the address starts only after its
 * unmap has returned, so the key cannot belong to a later life.
 */
#include "trace/life.h"

#include "pure/invs.h"
#include "smmux.h"
#include "trace/clock.h"
#include "trace/stats.h"

struct smmux_life smmux_lives[1 << SMMUX_LIFE_LOG2];

static u64 tag_of(const struct smmux_domain *dom, unsigned long iova)
{
	return (u64)dom->id << SMMUX_LIFE_PFN_BITS |
	       (iova >> 12 & GENMASK_ULL(SMMUX_LIFE_PFN_BITS - 1, 0));
}

void smmux_life_map(const struct smmux_domain *dom, unsigned long iova)
{
	struct smmux_life *life = smmux_life_of(iova);

	WRITE_ONCE(life->since, smmux_ticks());
	smp_store_release(&life->tag, tag_of(dom, iova));
}

void smmux_life_unmap(struct smmux_domain *dom, unsigned long iova)
{
	struct smmux_life *life = smmux_life_of(iova);
	u64 tag = tag_of(dom, iova), since;
	const struct smmux_invs *invs;

	/* Is it of this domain, and not taken by a CPU that wrongly unmaps it as well? */
	if (smp_load_acquire(&life->tag) != tag)
		return;
	since = READ_ONCE(life->since);
	if (cmpxchg(&life->tag, tag, 0) != tag)
		return;
	/* While measuring was off, it may have been unmapped and mapped again. */
	if (since < READ_ONCE(smmux_hist_since))
		return;

	guard(rcu)();
	invs = rcu_dereference(dom->invs);
	/* A domain may span several SMMUs: the sample goes to the first one. */
	if (invs->num && smmux_hist_on(invs->inv[0].smmu))
		smmux_hist_add(invs->inv[0].smmu, SMMUX_HIST_MAP_LIFE,
			       smmux_ticks_to_ns(smmux_ticks() - since), SMMUX_LIFE_ONE_IN);
}
