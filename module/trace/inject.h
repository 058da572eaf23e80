/* SPDX-License-Identifier: GPL-2.0 */
/*
 * inject - injects errors on request of a user, for tests and rehearsals.
 *
 * This room only decides whether a command fails.  Its callers count the error and
 * act on it.  The parameter order (smmux_device.order) identifies an SMMU.  The other
 * injections need no decision: debugfs/inject.c sends illegal commands, hw/evtq.c takes
 * injected events and holds the event queue.
 *
 * Active only with the module parameter enable_inject=1.  Without it, a SYNC and an
 * array walk that concerns ATS execute one no-op instruction each.
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

/* Called at load, before any SMMU exists. */
void smmux_inject_init(bool enable);

/*
 * The next @num ATC_INVs to @sid of SMMU @order are reported as not answered, although
 * they were sent; 0 disarms.  Only one StreamID of one SMMU is armed at a time: a new
 * one replaces the old one.
 */
void smmux_inject_set_atc(u32 order, u32 sid, unsigned int num);

/* Remaining ATC_INVs that will fail; false if there are none. */
bool smmux_inject_get_atc(u32 order, u32 *sid, unsigned int *num);

/* Should this one fail?  If so, decrements the count.  Any context. */
bool smmux_inject_atc(u32 order, u32 sid);

/*
 * The next @num SYNCs of SMMU @order that have a waiter are reported as timed out,
 * although they completed; 0 disarms.  Only one SMMU is armed at a time.
 */
void smmux_inject_set_sync(u32 order, unsigned int num);

/* Remaining SYNCs that will fail. */
unsigned int smmux_inject_get_sync(u32 order);

/* Should this one fail?  If so, decrements the count.  Any context. */
bool smmux_inject_sync(u32 order);

static __always_inline bool smmux_inject_sync_timeout(u32 order)
{
	return smmux_inject_is_on() && smmux_inject_sync(order);
}

#endif /* SMMUX_INJECT_H */
