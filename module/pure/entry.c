// SPDX-License-Identifier: GPL-2.0
/*
 * entry - the planner.
 *
 * A bit is "watched" while the current entry makes the hardware use it.  Bits of @lax may
 * change all the same, and count as unwatched here.
 * First every unwatched bit takes its new value.  The remaining differences that
 * the new entry needs are then in watched bits.  If all of them are in one
 * word, the store of that word is the switch: before it the SMMU sees the old
 * entry, after it the new one, and 64-bit stores do not tear.  Bits that only
 * the old entry watched take their new value after the switch.
 */
#include "pure/entry.h"

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <asm/barrier.h>

static void add_word(struct smmux_entry_phase *ph, unsigned int i, u64 from, u64 to)
{
	if (from == to)
		return;
	ph->words |= BIT(i);
	ph->val[i] = to;
}

static void close_phase(struct smmux_entry_plan *plan)
{
	if (plan->phase[plan->phases].words)
		plan->phases++;
}

static void plan_parked(const struct smmux_entry_kind *kind, const u64 *cur,
			const u64 *want, struct smmux_entry_plan *plan)
{
	u64 parked = kind->park(cur[0]);
	unsigned int i;

	plan->breaking = true;
	add_word(&plan->phase[plan->phases], 0, cur[0], parked);
	close_phase(plan);
	for (i = 1; i < SMMUX_ENTRY_WORDS; i++)
		add_word(&plan->phase[plan->phases], i, cur[i], want[i]);
	close_phase(plan);
	add_word(&plan->phase[plan->phases], 0, parked, want[0]);
	close_phase(plan);
}

void smmux_entry_plan(const struct smmux_entry_kind *kind, const u64 *cur,
		      const u64 *want, struct smmux_entry_plan *plan)
{
	u64 watched[SMMUX_ENTRY_WORDS] = {}, needed[SMMUX_ENTRY_WORDS] = {};
	u64 ready[SMMUX_ENTRY_WORDS];
	unsigned long pending = 0;
	unsigned int i;
	int turn = -1;

	plan->phases = 0;
	plan->breaking = false;
	for (i = 0; i < SMMUX_PLAN_PHASES; i++)
		plan->phase[i].words = 0;

	kind->used(cur, watched);
	kind->used(want, needed);
	for (i = 0; i < SMMUX_ENTRY_WORDS; i++) {
		u64 held = watched[i] & ~(kind->lax ? kind->lax[i] : 0);

		ready[i] = (cur[i] & held) | (want[i] & ~held);
		if ((ready[i] ^ want[i]) & needed[i])
			pending |= BIT(i);
	}
	if (hweight_long(pending) > 1) {
		plan_parked(kind, cur, want, plan);
		return;
	}
	if (pending)
		turn = __ffs(pending);

	for (i = 0; i < SMMUX_ENTRY_WORDS; i++)
		if (i != turn)
			add_word(&plan->phase[plan->phases], i, cur[i], ready[i]);
	close_phase(plan);
	if (turn >= 0) {
		add_word(&plan->phase[plan->phases], turn, cur[turn], want[turn]);
		close_phase(plan);
	}
	for (i = 0; i < SMMUX_ENTRY_WORDS; i++)
		if (i != turn)
			add_word(&plan->phase[plan->phases], i, ready[i], want[i]);
	close_phase(plan);
}

void smmux_entry_apply(u64 *ent, const struct smmux_entry_plan *plan,
		       void (*flush)(void *arg), void *arg)
{
	unsigned int p, i;

	for (p = 0; p < plan->phases; p++) {
		const struct smmux_entry_phase *ph = &plan->phase[p];

		/*
		 * Tables and descriptors that the entry will point to must be in
		 * memory before the SMMU can find them.
		 */
		dma_wmb();
		for (i = 0; i < SMMUX_ENTRY_WORDS; i++)
			if (ph->words & BIT(i))
				WRITE_ONCE(ent[i], ph->val[i]);
		/* The entry must be in memory before the invalidation, if any, follows. */
		dma_wmb();
		flush(arg);
	}
}
