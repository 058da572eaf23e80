/* SPDX-License-Identifier: GPL-2.0 */
/*
 * maps - contents of a domain's page tables, read in the way the SMMU reads them.
 */
#ifndef SMMUX_MAPS_H
#define SMMUX_MAPS_H

#include <linux/types.h>

#include "pure/walk.h"

struct smmux_domain;

/* Translate @iova by the domain's tables.  Any context. */
void smmux_maps_walk(struct smmux_domain *dom, u64 iova, enum smmux_walk_access access,
		     struct smmux_walk *w);

/* The format of the domain's tables; it does not change. */
bool smmux_maps_regime(const struct smmux_domain *dom, struct smmux_walk_regime *r);

#define SMMUX_MAPS_PART	512UL	/* maximum of entries that one call copies */

/**
 * struct smmux_maps_part - entries of one table, as they were at one moment
 * @level: of the table
 * @first: index of the first entry in the table
 */
struct smmux_maps_part {
	u8 level;
	u32 first, num;
	u64 desc[SMMUX_MAPS_PART];
};

/*
 * Copy entries of the table at which the walk of @iova ends, mapped or not, from @iova's
 * entry on.  So the first entry pointed to no table when it was read; others may point to
 * one.  False: the tables are invalid.
 */
bool smmux_maps_part(struct smmux_domain *dom, const struct smmux_walk_regime *r, u64 iova,
		     struct smmux_maps_part *part);

#endif /* SMMUX_MAPS_H */
