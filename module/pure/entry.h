/* SPDX-License-Identifier: GPL-2.0 */
/*
 * entry - plan how a live 64-byte entry (STE or CD) becomes another one.
 *
 * The SMMU may fetch the entry at any moment, one 64-bit word at a time, and
 * may keep what it fetched until it is told to drop it.  So a change is a list
 * of phases: within a phase words are written in any order, and at its end the
 * cached entry is invalidated and that invalidation completes.  A plan is
 * hitless when in every phase the walker can only see the old or the new
 * entry; that holds as long as the bits that the present entry *uses* are left
 * alone until one single word makes the switch.  Where two or more words would
 * have to switch at once the plan parks the entry in a state that aborts.
 */
#ifndef SMMUX_ENTRY_H
#define SMMUX_ENTRY_H

#include <linux/types.h>

#include "arch/tables.h"

/**
 * struct smmux_entry_kind - what the planner must know of STEs or CDs
 * @used:   report the bits that an entry makes the hardware look at
 * @lax:    bits that may change at any time without harm, as (word, mask)
 *          pairs folded into an array of 8 masks; NULL for none
 * @park:   word 0 of the state in which the hardware aborts and looks at no
 *          other word, in place of @old
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
 * smmux_entry_plan() - plan the way from @cur to @want
 *
 * Pure; any context.  A plan with no phases means nothing is to be done.
 */
void smmux_entry_plan(const struct smmux_entry_kind *kind, const u64 *cur,
		      const u64 *want, struct smmux_entry_plan *plan);

/**
 * smmux_entry_apply() - carry a plan out on the live entry
 * @ent:   the entry in memory that the SMMU reads
 * @plan:  what to do
 * @flush: invalidates and waits; called after each phase
 * @arg:   for @flush
 *
 * The caller holds whatever keeps other writers of @ent away.
 */
void smmux_entry_apply(u64 *ent, const struct smmux_entry_plan *plan,
		       void (*flush)(void *arg), void *arg);

#endif /* SMMUX_ENTRY_H */
