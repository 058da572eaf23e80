// SPDX-License-Identifier: GPL-2.0
/*
 * ste - builds stream table entries in a caller's buffer.
 *
 * Fields that a configuration does not use are zero, so that two entries with the same
 * meaning have the same bits.  Exception: S1DSS is also set without substreams (config.c
 * then always passes the same value).
 */
#include "pure/ste.h"

#include <linux/string.h>

#include "arch/regs.h"

/* Attributes of traffic that stage 1 does not translate. */
#define W1_INCOMING_ATTRS	(STE_W1_MEMATTR | STE_W1_MTCFG | STE_W1_ALLOCCFG | \
				 STE_W1_SHCFG | STE_W1_NSCFG)
#define W1_ACCESS_ATTRS		(STE_W1_PRIVCFG | STE_W1_INSTCFG)

static void config(struct smmux_ste *ste, u64 cfg)
{
	memset(ste, 0, sizeof(*ste));
	ste->w[0] = STE_W0_V | FIELD_PREP(STE_W0_CONFIG, cfg);
}

void smmux_ste_abort(struct smmux_ste *ste)
{
	config(ste, STE_CONFIG_ABORT);
}

void smmux_ste_bypass(struct smmux_ste *ste, bool attr_ovr)
{
	config(ste, STE_CONFIG_BYPASS);
	if (attr_ovr)
		ste->w[1] = FIELD_PREP(STE_W1_SHCFG, SHCFG_INCOMING);
}

void smmux_ste_s1(struct smmux_ste *ste, const struct smmux_ste_s1 *s1)
{
	config(ste, STE_CONFIG_S1);
	ste->w[0] |= FIELD_PREP(STE_W0_S1FMT, s1->fmt) |
		     FIELD_PREP(STE_W0_S1CDMAX, s1->cdmax) |
		     (s1->cdtab & STE_W0_S1CTXPTR);
	ste->w[1] = FIELD_PREP(STE_W1_S1DSS, s1->dss) |
		    FIELD_PREP(STE_W1_S1CIR, S1C_CACHE_WBRA) |
		    FIELD_PREP(STE_W1_S1COR, S1C_CACHE_WBRA) |
		    FIELD_PREP(STE_W1_S1CSH, SMMUX_SH_INNER) |
		    FIELD_PREP(STE_W1_EATS, s1->ats ? EATS_FULL : EATS_ABORT) |
		    FIELD_PREP(STE_W1_STRW, STRW_EL1);
	if (s1->no_stall)
		ste->w[1] |= STE_W1_S1STALLD;
	if (s1->attr_ovr && s1->dss == S1DSS_BYPASS)
		ste->w[1] |= FIELD_PREP(STE_W1_SHCFG, SHCFG_INCOMING);
}

void smmux_ste_s2(struct smmux_ste *ste, const struct smmux_ste_s2 *s2)
{
	config(ste, STE_CONFIG_S2);
	ste->w[1] = FIELD_PREP(STE_W1_EATS, s2->ats ? EATS_FULL : EATS_ABORT) |
		    FIELD_PREP(STE_W1_SHCFG, SHCFG_INCOMING);
	ste->w[2] = FIELD_PREP(STE_W2_S2VMID, s2->vmid) |
		    FIELD_PREP(STE_W2_S2T0SZ, s2->t0sz) |
		    FIELD_PREP(STE_W2_S2SL0, s2->sl0) |
		    FIELD_PREP(STE_W2_S2IR0, s2->ir0) |
		    FIELD_PREP(STE_W2_S2OR0, s2->or0) |
		    FIELD_PREP(STE_W2_S2SH0, s2->sh0) |
		    FIELD_PREP(STE_W2_S2TG, s2->tg) |
		    FIELD_PREP(STE_W2_S2PS, s2->ps) |
		    STE_W2_S2AA64 | STE_W2_S2PTW | STE_W2_S2R;
	if (s2->stall)
		ste->w[2] |= STE_W2_S2S;
	ste->w[3] = s2->vttbr & STE_W3_S2TTB;
}

bool smmux_ste_eats(const struct smmux_ste *ste)
{
	return FIELD_GET(STE_W1_EATS, ste->w[1]) != EATS_ABORT;
}

void smmux_ste_set_eats(struct smmux_ste *ste, bool on)
{
	u64 cfg = FIELD_GET(STE_W0_CONFIG, ste->w[0]);
	bool translates = ste->w[0] & STE_W0_V && cfg >= STE_CONFIG_S1;

	ste->w[1] &= ~STE_W1_EATS;
	ste->w[1] |= FIELD_PREP(STE_W1_EATS, on && translates ? EATS_FULL : EATS_ABORT);
}

static void used_by_s1(const u64 *ent, u64 *used)
{
	bool substreams = FIELD_GET(STE_W0_S1CDMAX, ent[0]);

	used[0] |= STE_W0_S1CTXPTR | STE_W0_S1CDMAX;
	used[1] |= STE_W1_S1CIR | STE_W1_S1COR | STE_W1_S1CSH |
		   STE_W1_S1STALLD | STE_W1_STRW | STE_W1_EATS | STE_W1_MEV |
		   W1_ACCESS_ATTRS;
	if (substreams) {
		used[0] |= STE_W0_S1FMT;
		used[1] |= STE_W1_S1DSS;
	}
	if (substreams && FIELD_GET(STE_W1_S1DSS, ent[1]) == S1DSS_BYPASS)
		used[1] |= W1_INCOMING_ATTRS;
	/* Stage 1 entries carry the VMID as a tag even with no stage 2 (5.2). */
	used[2] |= STE_W2_S2VMID;
}

static void used_by_s2(u64 *used)
{
	used[1] |= STE_W1_S2FWB | STE_W1_EATS | STE_W1_MEV |
		   W1_INCOMING_ATTRS | W1_ACCESS_ATTRS;
	used[2] |= STE_W2_S2VMID | STE_W2_S2T0SZ | STE_W2_S2SL0 |
		   STE_W2_S2IR0 | STE_W2_S2OR0 | STE_W2_S2SH0 | STE_W2_S2TG |
		   STE_W2_S2PS | STE_W2_S2AA64 | STE_W2_S2ENDI |
		   STE_W2_S2AFFD | STE_W2_S2PTW | STE_W2_S2HD | STE_W2_S2HA |
		   STE_W2_S2S | STE_W2_S2R;
	used[3] |= STE_W3_S2TTB;
}

static void ste_used(const u64 *ent, u64 *used)
{
	u32 cfg = FIELD_GET(STE_W0_CONFIG, ent[0]);

	used[0] = STE_W0_V;
	if (!(ent[0] & STE_W0_V))
		return;
	used[0] |= STE_W0_CONFIG;
	switch (cfg) {
	case STE_CONFIG_BYPASS:
		used[1] |= W1_INCOMING_ATTRS | W1_ACCESS_ATTRS;
		break;
	case STE_CONFIG_S1:
		used_by_s1(ent, used);
		break;
	case STE_CONFIG_S2:
		used_by_s2(used);
		break;
	case STE_CONFIG_NESTED:
		used_by_s1(ent, used);
		used_by_s2(used);
		break;
	}
}

/* A stream is parked in "abort", since V=0 would raise C_BAD_STE events. */
static u64 ste_park(u64 old)
{
	return STE_W0_V | FIELD_PREP(STE_W0_CONFIG, STE_CONFIG_ABORT);
}

/*
 * EATS may change while the entry is live: the caller has disabled ATS in the
 * device, or puts the device in quarantine.
 */
static const u64 ste_lax[SMMUX_ENTRY_WORDS] = { [1] = STE_W1_EATS };

const struct smmux_entry_kind smmux_ste_kind = {
	.used = ste_used,
	.lax = ste_lax,
	.park = ste_park,
};

const char *smmux_ste_name(const struct smmux_ste *ste)
{
	static const char * const names[] = {
		[STE_CONFIG_ABORT] = "abort",
		[1] = "abort", [2] = "abort", [3] = "abort",	/* 0b0xx (5.2) */
		[STE_CONFIG_BYPASS] = "bypass",
		[STE_CONFIG_S1] = "s1",
		[STE_CONFIG_S2] = "s2",
		[STE_CONFIG_NESTED] = "nested",
	};

	if (!(ste->w[0] & STE_W0_V))
		return "invalid";
	return names[FIELD_GET(STE_W0_CONFIG, ste->w[0])];
}
