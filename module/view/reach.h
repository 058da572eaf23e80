/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reach - memory as the SMMU sees it, for those who tell what it would do.
 */
#ifndef SMMUX_REACH_H
#define SMMUX_REACH_H

#include <linux/types.h>

#include "pure/walk.h"

struct smmux_master;

/* Where memory of ours is; for more than a page where it is in one piece. */
phys_addr_t smmux_reach_phys(const void *virt);

/*
 * @num words at @pa, in the order of struct smmux_walk_mem; @ctx is a struct smmux_areas
 * with the tables that it may lead to, or NULL.  Between smmux_readers_begin() and _end().
 * False where there is no memory of the kernel's, or none that can be read: never touches
 * a device.
 */
bool smmux_reach_read(void *ctx, u64 pa, u64 *words, unsigned int num);

/**
 * smmux_reach_walk() - what the SMMU would do with a transaction of a master
 * @master: whose
 * @q:      the transaction; @q->sid is one of its StreamIDs
 * @w:      the answer, by the tables in memory
 *
 * Any context.  Return: 0, or -ENOENT if @q->sid is no StreamID of @master's.
 */
int smmux_reach_walk(struct smmux_master *master, const struct smmux_walk_query *q,
		     struct smmux_walk *w);

#endif /* SMMUX_REACH_H */
