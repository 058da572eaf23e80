/* SPDX-License-Identifier: GPL-2.0 */
/*
 * areas - the memory areas of a table, as reported by strtab.c and cdtab.c.
 *
 * Memory of dma_alloc_coherent() for an SMMU that is not coherent is not in the linear
 * map, or it is there with other attributes.  A reader with a physical address looks it
 * up here first.
 */
#ifndef SMMUX_AREAS_H
#define SMMUX_AREAS_H

#include <linux/bug.h>
#include <linux/types.h>

#define SMMUX_NUM_AREAS	4	/* two levels of STEs, two of CDs */

struct smmux_area {
	const void *virt;
	size_t bytes;
};

struct smmux_areas {
	unsigned int num;
	struct smmux_area area[SMMUX_NUM_AREAS];
};

/* @virt must outlive the reader; NULL adds nothing. */
static inline void smmux_areas_add(struct smmux_areas *areas, const void *virt, size_t bytes)
{
	if (!virt || WARN_ON_ONCE(areas->num == SMMUX_NUM_AREAS))
		return;
	areas->area[areas->num++] = (struct smmux_area){ virt, bytes };
}

#endif /* SMMUX_AREAS_H */
