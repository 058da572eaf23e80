/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cd - build context descriptors, and report which of their bits the SMMU uses.
 */
#ifndef SMMUX_CD_H
#define SMMUX_CD_H

#include <linux/types.h>

#include "pure/entry.h"

struct smmux_cd {
	u64 w[SMMUX_ENTRY_WORDS];
};

struct smmux_cd_s1 {
	u64 ttbr, mair;
	u16 asid;
	u8 tsz, tg, ir, or, sh, ips;	/* TCR fields as io-pgtable gives them */
	bool stall;			/* CD.S: faults stall */
	bool ha, hd;			/* hardware updates of access and dirty */
};

extern const struct smmux_entry_kind smmux_cd_kind;

void smmux_cd_s1(struct smmux_cd *cd, const struct smmux_cd_s1 *s1);

#endif /* SMMUX_CD_H */
