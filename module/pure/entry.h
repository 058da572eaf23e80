/* SPDX-License-Identifier: GPL-2.0 */
/*
 * entry - plan the rewrite of a live 64-byte entry (STE or CD).
 *
 * The SMMU may fetch the entry at any moment, one 64-bit word at a time, and
 * may cache it until the driver invalidates it.  So a change is a list of
 * phases.  Within a phase, words are written in any order; at its end the
 * cached entry is invalidated and that invalidation completes.  A plan is
 * hitless when in every phase the SMMU can see only the old or the new
 * entry, apart from bits of @lax.  That holds if the other bits that the current entry
 * *uses* do not change until the store of one single word makes the switch.  If two or
 * more words would have to switch at once, the plan parks the entry in a state that aborts.
 */
#ifndef SMMUX_ENTRY_H
#define SMMUX_ENTRY_H

#include <linux/types.h>

#include "arch/tables.h"

/**
 * struct smmux_entry_kind - properties of STEs or CDs that the planner needs
 * @used:   report the bits that an entry makes the hardware use
 * @lax:    bits that may change at any time without harm: an array of 8 masks,
 *          one for each word; NULL for none
 * @park:   word 0 that replaces @old in the state in which the hardware aborts
 *          and uses no other word
 */
struct smmux_entry_kind {
	void (*used)(const u64 *ent, u64 *used);
	const u64 *lax;
	u64 (*park)(u64 old);
};

#define SMMUX_PLAN_PHASES	3

struct smmux_entry_phase {
	u8 words;			/* BIT(i): word i is written in this phase */
	u64 val[SMMUX_ENTRY_WORDS];
};

struct smmux_entry_plan {
	u8 phases;
	bool breaking;			/* goes through the parked state */
	struct smmux_entry_phase phase[SMMUX_PLAN_PHASES];
};

/**
 * smmux_entry_plan() - plan the rewrite of @cur to @want
 *
 * Pure; any context.  A plan without phases means that nothing has to change.
 */
void smmux_entry_plan(const struct smmux_entry_kind *kind, const u64 *cur,
		      const u64 *want, struct smmux_entry_plan *plan);

/**
 * smmux_entry_apply() - execute a plan on the live entry
 * @ent:   the entry in memory that the SMMU reads
 * @plan:  the phases
 * @flush: invalidates and waits; called after each phase
 * @arg:   for @flush
 *
 * The caller holds the lock that excludes other writers of @ent.
 */
void smmux_entry_apply(u64 *ent, const struct smmux_entry_plan *plan,
		       void (*flush)(void *arg), void *arg);

#endif /* SMMUX_ENTRY_H */
