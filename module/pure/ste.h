/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ste - build stream table entries, and report which of their bits the SMMU uses.
 */
#ifndef SMMUX_STE_H
#define SMMUX_STE_H

#include <linux/types.h>

#include "pure/entry.h"

struct smmux_ste {
	u64 w[SMMUX_ENTRY_WORDS];
};

/* Parameters of an STE that points to a CD table. */
struct smmux_ste_s1 {
	u64 cdtab;		/* physical address of CD table or L1 */
	u8 fmt;			/* S1FMT_* */
	u8 cdmax;		/* log2 of the number of CDs */
	u8 dss;			/* S1DSS_*: transactions without SubstreamID */
	bool ats;		/* EATS: full ATS */
	bool no_stall;		/* S1STALLD */
	bool attr_ovr;		/* with S1DSS_BYPASS: leave incoming attributes alone */
};

struct smmux_ste_s2 {
	u64 vttbr;
	u16 vmid;
	u8 t0sz, sl0, ir0, or0, sh0, tg, ps;
	bool ats;
	bool stall;		/* S2S */
};

extern const struct smmux_entry_kind smmux_ste_kind;

void smmux_ste_abort(struct smmux_ste *ste);
void smmux_ste_bypass(struct smmux_ste *ste, bool attr_ovr);
void smmux_ste_s1(struct smmux_ste *ste, const struct smmux_ste_s1 *s1);
void smmux_ste_s2(struct smmux_ste *ste, const struct smmux_ste_s2 *s2);

/* EATS of an STE that translates: full ATS, or abort of translated and of ATS requests. */
void smmux_ste_set_eats(struct smmux_ste *ste, bool on);
bool smmux_ste_eats(const struct smmux_ste *ste);

/* "abort", "bypass", "s1", "s2", "nested", "invalid" */
const char *smmux_ste_name(const struct smmux_ste *ste);

#endif /* SMMUX_STE_H */
