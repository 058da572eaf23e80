/* SPDX-License-Identifier: GPL-2.0 */
/*
 * inject - errors that a user asks for, to rehearse what he hopes never to see.
 *
 * This room only decides whether something is to fail.  Its callers do the rest: they
 * count the error and act on it.  An SMMU is named by its number, smmux_device.order.
 *
 * Exists with the module parameter enable_inject=1 alone; without, a SYNC and a walk
 * that has to do with ATS pass one instruction each that does nothing.
 */
#ifndef SMMUX_INJECT_H
#define SMMUX_INJECT_H

#include <linux/jump_label.h>
#include <linux/types.h>

DECLARE_STATIC_KEY_FALSE(smmux_inject_key);

static __always_inline bool smmux_inject_is_on(void)
{
	return static_branch_unlikely(&smmux_inject_key);
}

/* At load, before any SMMU is there. */
void smmux_inject_init(bool enable);

/*
 * The next @num ATC_INVs to @sid of SMMU @order come back as not answered, though they
 * were sent; 0 ends that.  One StreamID of one SMMU at a time: a new one takes the
 * place of the old.
 */
void smmux_inject_set_atc(u32 order, u32 sid, unsigned int num);

/* What is left of it: false if nothing is. */
bool smmux_inject_get_atc(u32 order, u32 *sid, unsigned int *num);

/* Is this one to fail?  Takes one off the count.  Any context. */
bool smmux_inject_atc(u32 order, u32 sid);

/*
 * The next @num SYNCs of SMMU @order that are awaited count as not come in time, though
 * they came; 0 ends that.  One SMMU at a time.
 */
void smmux_inject_set_sync(u32 order, unsigned int num);

/* What is left of it. */
unsigned int smmux_inject_get_sync(u32 order);

/* Is this one to fail?  Takes one off the count.  Any context. */
bool smmux_inject_sync(u32 order);

static __always_inline bool smmux_inject_sync_timeout(u32 order)
{
	return smmux_inject_is_on() && smmux_inject_sync(order);
}

#endif /* SMMUX_INJECT_H */
