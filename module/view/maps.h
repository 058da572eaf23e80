/* SPDX-License-Identifier: GPL-2.0 */
/*
 * maps - what a domain's page tables say, read as the SMMU reads them.
 */
#ifndef SMMUX_MAPS_H
#define SMMUX_MAPS_H

#include <linux/types.h>

#include "pure/walk.h"

struct smmux_domain;

/* What its tables say of an address.  Any context. */
void smmux_maps_walk(struct smmux_domain *dom, u64 iova, enum smmux_walk_access access,
		     struct smmux_walk *w);

/* How its tables are laid out; it does not change. */
bool smmux_maps_regime(const struct smmux_domain *dom, struct smmux_walk_regime *r);

#define SMMUX_MAPS_PART	512UL	/* most entries that are copied at a time */

/**
 * struct smmux_maps_part - entries of one table, as they were at one moment
 * @level: of the table
 * @first: index in it of the first of them
 */
struct smmux_maps_part {
	u8 level;
	u32 first, num;
	u64 desc[SMMUX_MAPS_PART];
};

/*
 * The table in which @iova's way ends, mapped or not, from its entry on.  So the first
 * entry led to no table, a moment ago; others may.  False: something is wrong with the
 * tables.
 */
bool smmux_maps_part(struct smmux_domain *dom, const struct smmux_walk_regime *r, u64 iova,
		     struct smmux_maps_part *part);

#endif /* SMMUX_MAPS_H */
