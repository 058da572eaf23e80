/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reach - memory as the SMMU sees it, for those who tell what it would do.
 */
#ifndef SMMUX_REACH_H
#define SMMUX_REACH_H

#include <linux/types.h>

#include "pure/walk.h"

struct smmux_master;

#define SMMUX_REACH_AREAS	4

/**
 * struct smmux_reach - one reader, within smmux_reach_begin() and _end()
 * @area: memory of ours that the linear map has with other attributes, or not at all:
 *        what dma_alloc_coherent() gave for an SMMU that is not coherent
 */
struct smmux_reach {
	unsigned long flags;
	unsigned int num_areas;
	struct {
		const void *virt;
		size_t bytes;
	} area[SMMUX_REACH_AREAS];
};

/* Where memory of ours is; for more than a page where it is in one piece. */
phys_addr_t smmux_reach_phys(const void *virt);

/* Before _begin(); @virt NULL: nothing. It must outlive the reader. */
void smmux_reach_add(struct smmux_reach *reach, const void *virt, size_t bytes);

/*
 * Between these no table that is reached from a root, or by way of an STE or CD, is
 * freed; interrupts are off.  For a walk or a table's worth of words, not more.
 */
void smmux_reach_begin(struct smmux_reach *reach);
void smmux_reach_end(struct smmux_reach *reach);

/*
 * When what led to a table is gone from memory, before the table is freed: returns when
 * nobody can be reading it.  Any context; without readers it costs a barrier and a load.
 */
void smmux_reach_drain(void);

/*
 * @num words at @pa, in the order of struct smmux_walk_mem.  False where there is no
 * memory of the kernel's, or none that can be read: never touches a device.
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
