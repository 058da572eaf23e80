/* SPDX-License-Identifier: GPL-2.0 */
/*
 * regs - a snapshot of the registers of the non-secure interface that regs.c lists, with
 * the values that the driver last wrote to them.
 */
#ifndef SMMUX_REGS_H
#define SMMUX_REGS_H

#include <linux/types.h>

struct smmux_device;

#define SMMUX_MAX_REGS	48

/**
 * struct smmux_reg_snap - one register in a snapshot
 * @name: its name in IHI 0070, without SMMU_
 * @off:  as in arch/regs.h
 * @wide: 64 bits
 * @val:  the value read
 * @mask: the bits that the driver is responsible for; 0 if it did not write the
 *        register, or if the hardware writes it as well
 * @want: these bits, as last written
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
 * smmux_regs_snapshot() - read the registers; these reads have no side effect
 * @smmu: the SMMU; it is not woken up
 * @snap: filled, by ascending offset
 *
 * Reads again while a register is being written.  So a register that differs from
 * the written value has differed for some milliseconds.  Sleeps.
 */
void smmux_regs_snapshot(struct smmux_device *smmu, struct smmux_regs_snap *snap);

/* The register at @off in @snap, or NULL if this SMMU does not have it. */
const struct smmux_reg_snap *smmux_regs_find(const struct smmux_regs_snap *snap, u32 off);

#endif /* SMMUX_REGS_H */
