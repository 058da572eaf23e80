/* SPDX-License-Identifier: GPL-2.0 */
/*
 * regs - all registers of the non-secure interface in one look, and what the driver
 * last wrote to them.
 */
#ifndef SMMUX_REGS_H
#define SMMUX_REGS_H

#include <linux/types.h>

struct smmux_device;

#define SMMUX_MAX_REGS	48

/**
 * struct smmux_reg_snap - one register as it was found
 * @name: as IHI 0070 has it, without SMMU_
 * @off:  as in arch/regs.h
 * @wide: 64 bits
 * @val:  what was read
 * @mask: the bits that the driver answers for; 0 if it did not write the register, or
 *        the hardware writes it as well
 * @want: those bits, as last written
 */
struct smmux_reg_snap {
	const char *name;
	u32 off;
	bool wide;
	u64 val, mask, want;
};

struct smmux_regs_snap {
	bool powered;			/* else @val and @mask of all are 0 */
	unsigned int num;
	struct smmux_reg_snap reg[SMMUX_MAX_REGS];
};

static inline bool smmux_reg_differs(const struct smmux_reg_snap *r)
{
	return (r->val ^ r->want) & r->mask;
}

/**
 * smmux_regs_snapshot() - read all registers that reading does nothing to
 * @smmu: whose; it is not woken up
 * @snap: filled, by ascending offset
 *
 * A register that is being written meanwhile is looked at again, so one that
 * differs from what was written has done so for some milliseconds.  Sleeps.
 */
void smmux_regs_snapshot(struct smmux_device *smmu, struct smmux_regs_snap *snap);

/* Of @snap the register at @off, or NULL if this SMMU has no such. */
const struct smmux_reg_snap *smmux_regs_find(const struct smmux_regs_snap *snap, u32 off);

#endif /* SMMUX_REGS_H */
