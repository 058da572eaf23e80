/* SPDX-License-Identifier: GPL-2.0 */
/*
 * strtab - the stream table: storage, look-up, and writes of STEs.
 */
#ifndef SMMUX_STRTAB_H
#define SMMUX_STRTAB_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "pure/ste.h"

struct smmux_device;
struct smmux_areas;

#define SMMUX_STRTAB_SPLIT	8	/* 256 STEs, four 4K pages, a second level table */

struct smmux_strtab {
	bool two_level;
	u8 sid_bits;
	u32 num_l1;
	union {
		struct smmux_ste *linear;
		u64 *l1;
	};
	struct smmux_ste **l2;		/* [num_l1]; NULL until needed, set once (release) */
	u64 *desc;			/* [num_l1]: values written to @l1; under @lock */
	dma_addr_t dma;
	u64 base_reg;
	u32 cfg_reg;
	struct mutex lock;		/* growing the second level */
};

int smmux_strtab_init(struct smmux_device *smmu);
void smmux_strtab_program(struct smmux_device *smmu);

/* Do the registers hold what smmux_strtab_program() wrote? */
bool smmux_strtab_is_set(struct smmux_device *smmu);

/**
 * smmux_strtab_cover() - ensure that @sid has an STE
 * Sleeps.  Return: 0, -ERANGE for a StreamID beyond the table, -ENOMEM.
 */
int smmux_strtab_cover(struct smmux_device *smmu, u32 sid);

/**
 * smmux_strtab_write() - replace @sid's STE with @ste
 *
 * Uses the planner: hitless where possible.  Returns when the SMMU uses only
 * the new entry.  The STE must be covered.  Callers exclude other writers of
 * this StreamID (ste_lock).  Never fails: if the invalidation could not be
 * completed, the STE in memory is the new one, and the error was reported
 * where it happened.  Any context.
 */
void smmux_strtab_write(struct smmux_device *smmu, u32 sid,
			const struct smmux_ste *ste);

/*
 * Write only EATS, and only in memory: the caller, which holds ste_lock, then submits
 * CFGI_STE and SYNC.  Sets EATS only where the STE has a stage that translates (5.2).
 */
void smmux_strtab_set_eats(struct smmux_device *smmu, u32 sid, bool on);

/* The areas of its memory that a look-up of @sid reads. */
void smmux_strtab_areas(struct smmux_device *smmu, u32 sid, struct smmux_areas *areas);

/* Copy of the STE in memory; false if @sid is not covered.  Any context. */
bool smmux_strtab_read(struct smmux_device *smmu, u32 sid, struct smmux_ste *ste);

/*
 * The first StreamID at or above @sid that has memory for an STE, or U64_MAX.
 * A reader uses it to skip the holes of a two-level table.
 */
u64 smmux_strtab_next(struct smmux_device *smmu, u64 sid);

/*
 * Call @fn for @num level 1 descriptors from @from on, with the value in memory and the
 * value that was written.  Holds the table's lock, so @fn must be brief.  Returns the
 * number of descriptors; 0 past the end and with a linear table.  Sleeps.
 */
u32 smmux_strtab_l1(struct smmux_device *smmu, u32 from, u32 num,
		    void (*fn)(void *arg, u32 i, u64 is, u64 want), void *arg);

#endif /* SMMUX_STRTAB_H */
