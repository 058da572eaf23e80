/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declarations for both parts of a walk: walk.c (tables) and walk_cfg.c (configuration).
 */
#ifndef SMMUX_WALK_PRIV_H
#define SMMUX_WALK_PRIV_H

#include "pure/walk.h"

#define SMMUX_WALK_CONCAT_BITS	4	/* stage 2 may start with up to 16 concatenated tables */

/* One walk in progress. */
struct smmux_walk_ctx {
	const struct smmux_walk_hw *hw;
	const struct smmux_walk_mem *mem;
	const struct smmux_walk_query *q;
	struct smmux_walk *w;
};

/* The result of a stage, and the accesses that it allows. */
struct smmux_walk_leaf {
	u64 pa;
	u8 bits, contig_bits;
	bool r, w, x, dirty, device;
};

void smmux_walk_event(struct smmux_walk *w, u8 event, const char *why);
struct smmux_walk_step *smmux_walk_note(struct smmux_walk *w, u8 kind, u64 table, u64 at, u64 desc);

/* False: the walk has ended with an event. */
bool smmux_walk_stage(struct smmux_walk_ctx *c, const struct smmux_walk_regime *r, u64 addr,
		      enum smmux_walk_access access, u8 class, struct smmux_walk_leaf *leaf);

#endif /* SMMUX_WALK_PRIV_H */
