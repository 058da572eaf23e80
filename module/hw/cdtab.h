/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cdtab - a master's table of context descriptors.
 *
 * Allocated with the master (with iommu.passthrough=1: when it first attaches to stage
 * 1), with as many CDs as the master has SubstreamIDs; freed with the master.  Writers
 * hold the IOMMU group's mutex, which the core takes around every attach.
 */
#ifndef SMMUX_CDTAB_H
#define SMMUX_CDTAB_H

#include <linux/types.h>

#include "pure/cd.h"

struct smmux_master;
struct smmux_areas;

#define SMMUX_CDTAB_L2_LOG2	10	/* CDs in a second level table of 64 KiB */

struct smmux_cdtab {
	u8 fmt;				/* S1FMT_* */
	u8 cdmax;			/* log2 of the number of CDs */
	u32 num_l1;
	union {
		struct smmux_cd *linear;
		u64 *l1;
	};
	struct smmux_cd **l2;
	u64 *desc;			/* values written to @l1; this copy has no other writer */
	dma_addr_t dma;
	size_t bytes;
};

/* Allocate memory for the table and for @ssid's CD.  Sleeps.  0, -ENOMEM or -ERANGE. */
int smmux_cdtab_cover(struct smmux_master *master, u32 ssid);
void smmux_cdtab_free(struct smmux_master *master);

/* The areas of its memory that a look-up of @ssid reads. */
void smmux_cdtab_areas(struct smmux_cdtab *tab, u32 ssid, struct smmux_areas *areas);

/* NULL until covered. */
struct smmux_cd *smmux_cdtab_get(struct smmux_cdtab *tab, u32 ssid);

/*
 * Write or clear (@cd NULL) a CD through the planner, with CFGI_CD for every
 * StreamID of the master.  The CD must be covered.  Never fails, see strtab.
 */
void smmux_cdtab_write(struct smmux_master *master, u32 ssid,
		       const struct smmux_cd *cd);

#endif /* SMMUX_CDTAB_H */
