/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reach - memory as the SMMU sees it, for code that predicts what the SMMU would do.
 */
#ifndef SMMUX_REACH_H
#define SMMUX_REACH_H

#include <linux/types.h>

#include "pure/walk.h"

struct smmux_master;

/* Physical address of kernel memory; for more than a page it must be contiguous. */
phys_addr_t smmux_reach_phys(const void *virt);

/*
 * Read @num words at @pa, with the parameters of struct smmux_walk_mem.  @ctx is a struct
 * smmux_areas with the tables that a walk may reach, or NULL.  Call it between
 * smmux_readers_begin() and _end().  False if the kernel has no memory at @pa, or cannot
 * read it; never accesses a device.
 */
bool smmux_reach_read(void *ctx, u64 pa, u64 *words, unsigned int num);

/**
 * smmux_reach_walk() - predict what the SMMU would do with a transaction of a master
 * @master: the master
 * @q:      the transaction; @q->sid is one of the master's StreamIDs
 * @w:      the result, from the tables in memory
 *
 * Any context.  Return: 0, or -ENOENT if @q->sid is not a StreamID of @master.
 */
int smmux_reach_walk(struct smmux_master *master, const struct smmux_walk_query *q,
		     struct smmux_walk *w);

#endif /* SMMUX_REACH_H */
