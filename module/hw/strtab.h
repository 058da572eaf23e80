/* SPDX-License-Identifier: GPL-2.0 */
/*
 * strtab - the stream table: storage, look-up, and the way an STE is written.
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
	u64 *desc;			/* [num_l1]: what @l1 was given; under @lock */
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
 * smmux_strtab_cover() - make sure that @sid has an STE
 * Sleeps.  Return: 0, -ERANGE for a StreamID beyond the table, -ENOMEM.
 */
int smmux_strtab_cover(struct smmux_device *smmu, u32 sid);

/**
 * smmux_strtab_write() - make @sid's STE what @ste says
 *
 * Through the planner: hitless where possible; returns when the SMMU uses
 * nothing but the new entry.  The STE must be covered.  Callers keep other
 * writers of this StreamID away (ste_lock).  Never fails: if the
 * invalidation could not be completed the STE in memory is the new one, and
 * the error was reported where it happened.  Any context.
 */
void smmux_strtab_write(struct smmux_device *smmu, u32 sid,
			const struct smmux_ste *ste);

/*
 * EATS alone, in memory alone: the caller, with ste_lock held, has CFGI_STE and SYNC
 * follow.  Sets it only where the STE has a stage that translates (5.2).
 */
void smmux_strtab_set_eats(struct smmux_device *smmu, u32 sid, bool on);

/* Its memory, as far as @sid is concerned. */
void smmux_strtab_areas(struct smmux_device *smmu, u32 sid, struct smmux_areas *areas);

/* Copy of the STE in memory; false if @sid is not covered.  Any context. */
bool smmux_strtab_read(struct smmux_device *smmu, u32 sid, struct smmux_ste *ste);

/*
 * The first StreamID at or above @sid that has memory for an STE, or U64_MAX:
 * lets a reader skip the holes of a two-level table.
 */
u64 smmux_strtab_next(struct smmux_device *smmu, u64 sid);

/*
 * Have @fn look at level 1 descriptors, @num of them from @from on: what is in memory,
 * and what was written.  Under the table's lock, so @fn is brief.  Returns how many
 * there were; 0 past the end and with a linear table.  Sleeps.
 */
u32 smmux_strtab_l1(struct smmux_device *smmu, u32 from, u32 num,
		    void (*fn)(void *arg, u32 i, u64 is, u64 want), void *arg);

#endif /* SMMUX_STRTAB_H */
