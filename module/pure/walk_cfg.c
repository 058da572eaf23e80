// SPDX-License-Identifier: GPL-2.0
/*
 * walk_cfg - from a StreamID and SubstreamID to the tables: IHI 0070 chapter 5, section 7.3.
 *
 * At an entry that the architecture calls ILLEGAL, the walk ends with C_BAD_STE or
 * C_BAD_CD, and the result names the field.
 */
#include "pure/walk.h"

#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "arch/regs.h"
#include "pure/walk_priv.h"

#define TSZ_MIN		16
#define TSZ_MIN_LARGE	12	/* 64K pages, addresses of 52 bits */
#define TSZ_MAX		39
#define TSZ_MAX_SMALL	48	/* IDR3.STT; one less with 64K pages */
#define PRIVCFG_PRIV	3
#define CD_L2_4K_BITS	6
#define CD_L2_64K_BITS	10

void smmux_walk_hw(const struct smmux_caps *caps, struct smmux_walk_hw *hw)
{
	u32 idr0 = caps->raw.r[SMMUX_REG_IDR0], idr3 = caps->raw.r[SMMUX_REG_IDR3];

	*hw = (struct smmux_walk_hw){
		.s1 = caps->feats & BIT(SMMUX_FEAT_S1),
		.s2 = caps->feats & BIT(SMMUX_FEAT_S2),
		.nested = (idr0 & (IDR0_S1P | IDR0_S2P)) == (IDR0_S1P | IDR0_S2P),
		.cdtab_2lvl = idr0 & IDR0_CD2L,
		.hyp = idr0 & IDR0_HYP,
		.term_model = idr0 & IDR0_TERM_MODEL,
		.xnx = idr3 & IDR3_XNX,
		.stt = idr3 & IDR3_STT,
		.vax = caps->feats & BIT(SMMUX_FEAT_VAX),
		.records_bad_sid = true,
		.stall_model = caps->stall_model,
		.httu = FIELD_GET(IDR0_HTTU, idr0),
		.oas = caps->oas,
		.ssid_bits = caps->ssid_bits,
		.granules = caps->pgsizes & (SZ_4K | SZ_16K | SZ_64K),
	};
}

static bool end_with(struct smmux_walk *w, u8 event, const char *why)
{
	smmux_walk_event(w, event, why);
	return false;
}

static bool read_words(struct smmux_walk_ctx *c, u8 kind, u64 table, u64 at, u64 *words,
		       unsigned int num, u8 event)
{
	struct smmux_walk_step *s;

	if (!c->mem->read(c->mem->ctx, at, words, num)) {
		smmux_walk_note(c->w, SMMUX_WALK_NO_MEMORY, table, at, 0);
		c->w->fetch = at;
		return end_with(c->w, event, "no memory at the table's address");
	}
	s = smmux_walk_note(c->w, kind, table, at, words[0]);
	if (kind == SMMUX_WALK_L1STD)
		s->out = words[0] & L1STD_L2PTR;
	else if (kind == SMMUX_WALK_L1CD)
		s->out = words[0] & L1CD_L2PTR;
	return true;
}

/* --- stream table --- */

static bool ste_in_level2(struct smmux_walk_ctx *c, u64 base, u8 size_log2, u64 *table, u64 *at)
{
	u32 split = FIELD_GET(STRTAB_CFG_SPLIT, c->hw->strtab_cfg), sid = c->q->sid;
	u32 low = sid & (BIT(split) - 1), span;
	u8 bits = max(5, size_log2 - (int)split + 2) + 1;
	u64 word;

	base &= ~(BIT_ULL(bits) - 1);
	if (!read_words(c, SMMUX_WALK_L1STD, base, base + (u64)(sid >> split) * sizeof(u64),
			&word, 1, EVT_F_STE_FETCH))
		return false;
	span = FIELD_GET(L1STD_SPAN, word);
	if (!span || span > split + 1 || low >> (span - 1))
		return end_with(c->w, EVT_C_BAD_STREAMID, !span ?
				"first-level descriptor is empty (Span 0)" :
				span > split + 1 ? "Span is larger than the second level" :
				"beyond the Span of the first-level descriptor");
	*table = word & L1STD_L2PTR & ~(BIT_ULL(5 + span) - 1);
	*at = *table + (u64)low * SMMUX_ENTRY_BYTES;
	return true;
}

static bool find_ste(struct smmux_walk_ctx *c)
{
	u32 cfg = c->hw->strtab_cfg, fmt = FIELD_GET(STRTAB_CFG_FMT, cfg);
	u8 size_log2 = min(FIELD_GET(STRTAB_CFG_LOG2SIZE, cfg), 32U);
	u64 table = c->hw->strtab_base & STRTAB_BASE_ADDR, at;
	struct smmux_walk *w = c->w;

	if ((u64)c->q->sid >> size_log2) {
		w->silent = !c->hw->records_bad_sid;
		return end_with(w, EVT_C_BAD_STREAMID, "beyond the stream table (LOG2SIZE)");
	}
	if (fmt == STRTAB_FMT_LINEAR) {
		table &= ~(BIT_ULL(size_log2 + 6) - 1);
		at = table + (u64)c->q->sid * SMMUX_ENTRY_BYTES;
	} else if (!ste_in_level2(c, table, size_log2, &table, &at)) {
		w->silent = w->event == EVT_C_BAD_STREAMID && !c->hw->records_bad_sid;
		return false;
	}
	w->has_ste = read_words(c, SMMUX_WALK_STE, table, at, w->ste.w, SMMUX_ENTRY_WORDS,
				EVT_F_STE_FETCH);
	return w->has_ste;
}

/* --- contents of an entry --- */

static u8 granule_of(u32 tg)
{
	static const u8 bits[] = { 12, 16, 14, 0 };

	return bits[tg];
}

static u8 oas_of(u32 ps)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 52, 52 };

	return bits[ps];
}

static bool granule_offered(const struct smmux_walk_hw *hw, u8 granule)
{
	return granule && hw->granules & BIT(granule);
}

static bool tsz_allowed(const struct smmux_walk_hw *hw, u8 tsz, u8 granule, bool large)
{
	u8 most = hw->stt ? TSZ_MAX_SMALL - (granule == 16) : TSZ_MAX;

	return tsz >= (large && granule == 16 ? TSZ_MIN_LARGE : TSZ_MIN) && tsz <= most;
}

static bool httu_allowed(const struct smmux_walk_hw *hw, bool ha, bool hd)
{
	if (hd)
		return ha && hw->httu == HTTU_ACCESS_DIRTY;
	return !ha || hw->httu;
}

static bool stall_allowed(const struct smmux_walk_hw *hw, bool stall)
{
	if (hw->stall_model == STALL_MODEL_TERM_ONLY)
		return !stall;
	return stall || hw->stall_model != STALL_MODEL_STALL_ONLY;
}

static const char *bad_s1(const struct smmux_walk_hw *hw, const u64 *w, bool nested)
{
	u32 cdmax = FIELD_GET(STE_W0_S1CDMAX, w[0]), fmt = FIELD_GET(STE_W0_S1FMT, w[0]);
	u32 strw = FIELD_GET(STE_W1_STRW, w[1]);

	if (!hw->s1)
		return "Config: the SMMU has no stage 1";
	if (cdmax > hw->ssid_bits)
		return "S1CDMax is larger than SSIDSIZE";
	if (cdmax && (fmt > S1FMT_2LVL_64K || (fmt && !hw->cdtab_2lvl)))
		return "S1Fmt";
	if (cdmax && FIELD_GET(STE_W1_S1DSS, w[1]) > S1DSS_SSID0)
		return "S1DSS";
	if (w[1] & STE_W1_S1STALLD && hw->stall_model != STALL_MODEL_BOTH)
		return "S1STALLD is 1, but the stall model is fixed";
	if (!nested && (strw & 1 || (strw == STRW_EL2 && !hw->hyp)))
		return "STRW";
	return NULL;
}

static s8 start_of_s2(u8 granule, u32 sl0)
{
	return (granule == 12 ? 2 : 3) - (s8)sl0;
}

static const char *bad_start(const struct smmux_walk_hw *hw, const struct smmux_walk_regime *r,
			     s8 start)
{
	s8 bits;

	if (start < (r->granule == 12 ? 0 : 1))
		return "S2SL0";
	/* An early start level needs a large output address size (DDI 0487, R_SRKBC). */
	if ((r->granule == 12 && !start && hw->oas < 44) ||
	    (r->granule == 14 && start == 1 && hw->oas <= 40) ||
	    (r->granule == 16 && start == 1 && hw->oas <= 42))
		return "S2SL0: start level too early for the output size";
	bits = r->ia_bits - smmux_walk_shift(r, start);
	if (bits < 1 || bits > r->granule - 3 + SMMUX_WALK_CONCAT_BITS)
		return "S2SL0 does not match S2T0SZ";
	return NULL;
}

bool smmux_walk_regime_s2(const struct smmux_walk_hw *hw, const struct smmux_ste *ste,
			  struct smmux_walk_regime *r, const char **why)
{
	const u64 *w = ste->w;
	u8 granule = granule_of(FIELD_GET(STE_W2_S2TG, w[2])), tsz = FIELD_GET(STE_W2_S2T0SZ, w[2]);
	s8 start = start_of_s2(granule, FIELD_GET(STE_W2_S2SL0, w[2]));

	*r = (struct smmux_walk_regime){
		.stage = 2, .granule = granule, .ia_bits = 64 - tsz, .start = start,
		.oa_bits = min(oas_of(FIELD_GET(STE_W2_S2PS, w[2])), hw->oas),
		.oa52 = granule == 16 && hw->oas == 52,
		.ttb = w[3] & STE_W3_S2TTB,
		.affd = w[2] & STE_W2_S2AFFD, .ha = w[2] & STE_W2_S2HA, .hd = w[2] & STE_W2_S2HD,
		.fwb = w[1] & STE_W1_S2FWB, .ptw = w[2] & STE_W2_S2PTW, .xnx = hw->xnx,
		.priv = FIELD_GET(STE_W1_PRIVCFG, w[1]) == PRIVCFG_PRIV,
		.record = w[2] & STE_W2_S2R, .stall = w[2] & STE_W2_S2S,
	};
	*why = NULL;
	if (!hw->s2)
		*why = "Config: the SMMU has no stage 2";
	else if (!(w[2] & STE_W2_S2AA64))
		*why = "S2AA64 is 0";
	else if (!granule_offered(hw, granule))
		*why = "S2TG";
	else if (!tsz_allowed(hw, tsz, granule, hw->oas == 52))
		*why = "S2T0SZ";
	else if (w[2] & STE_W2_S2ENDI)
		*why = "S2ENDI";
	else if (!httu_allowed(hw, r->ha, r->hd))
		*why = "S2HA or S2HD";
	else if (!stall_allowed(hw, r->stall))
		*why = "S2S";
	else
		*why = bad_start(hw, r, start);
	if (!*why && r->ttb >> r->oa_bits)
		*why = "S2TTB is beyond the address size";
	return !*why;
}

static const char *bad_cd(const struct smmux_walk_hw *hw, const u64 *w,
			  const struct smmux_walk_regime *r)
{
	if (!(w[0] & CD_W0_AA64))
		return "AA64 is 0";
	if (!httu_allowed(hw, r->ha, r->hd))
		return "HA or HD";
	if (!(w[0] & CD_W0_A) && hw->term_model)
		return "A is 0";
	if (!stall_allowed(hw, w[0] & CD_W0_S))
		return "S";
	if (r->off)
		return NULL;
	if (!granule_offered(hw, r->granule))
		return "TG0";
	if (!tsz_allowed(hw, 64 - r->ia_bits, r->granule, hw->vax))
		return "T0SZ";
	if (w[0] & CD_W0_ENDI)
		return "ENDI";
	if (r->ttb >> r->oa_bits)
		return "TTB0 is beyond the address size";
	return NULL;
}

bool smmux_walk_regime_s1(const struct smmux_walk_hw *hw, const struct smmux_ste *ste,
			  const struct smmux_cd *cd, struct smmux_walk_regime *r, const char **why)
{
	const u64 *w = cd->w;
	u8 granule = granule_of(FIELD_GET(CD_W0_TG0, w[0]));

	*r = (struct smmux_walk_regime){
		.stage = 1, .granule = granule, .ia_bits = 64 - FIELD_GET(CD_W0_T0SZ, w[0]),
		.oa_bits = min(oas_of(FIELD_GET(CD_W0_IPS, w[0])), hw->oas),
		.oa52 = granule == 16 && hw->oas == 52,
		.ttb = w[1] & CD_W1_TTB0, .mair = w[3],
		.off = w[0] & CD_W0_EPD0, .affd = w[0] & CD_W0_AFFD,
		.ha = w[0] & CD_W0_HA, .hd = w[0] & CD_W0_HD, .wxn = w[0] & CD_W0_WXN,
		.pan = w[0] & CD_W0_PAN, .tbi = FIELD_GET(CD_W0_TBI, w[0]) & 1,
		.el2 = FIELD_GET(STE_W1_STRW, ste->w[1]) == STRW_EL2,
		.priv = FIELD_GET(STE_W1_PRIVCFG, ste->w[1]) == PRIVCFG_PRIV,
		.record = w[0] & CD_W0_R,
		.stall = w[0] & CD_W0_S && !(ste->w[1] & STE_W1_S1STALLD),
	};
	*why = bad_cd(hw, w, r);
	if (!*why && !r->off)
		r->start = SMMUX_WALK_LAST - (r->ia_bits - granule - 1) / (granule - 3);
	return !*why;
}

/* --- context descriptors --- */

/* Addresses of stage 1's own structures are IPAs if there is a stage 2. */
static bool cd_address(struct smmux_walk_ctx *c, u64 *at)
{
	struct smmux_walk_leaf leaf = { .pa = *at };

	if (c->w->s2 && !smmux_walk_stage(c, &c->w->r2, *at, SMMUX_WALK_READ, EVT_CLASS_CD, &leaf))
		return false;
	*at = leaf.pa;
	return true;
}

static bool find_cd(struct smmux_walk_ctx *c, u32 ssid)
{
	const u64 *ste = c->w->ste.w;
	u32 cdmax = FIELD_GET(STE_W0_S1CDMAX, ste[0]);
	u32 fmt = cdmax ? FIELD_GET(STE_W0_S1FMT, ste[0]) : S1FMT_LINEAR;
	u8 bits = fmt == S1FMT_2LVL_4K ? CD_L2_4K_BITS : CD_L2_64K_BITS;
	u64 table = ste[0] & STE_W0_S1CTXPTR, at, word;

	if (fmt != S1FMT_LINEAR) {
		at = table + (u64)(ssid >> bits) * sizeof(u64);
		if (!cd_address(c, &at) ||
		    !read_words(c, SMMUX_WALK_L1CD, table, at, &word, 1, EVT_F_CD_FETCH))
			return false;
		if (!(word & L1CD_V))
			return end_with(c->w, EVT_C_BAD_SUBSTREAMID,
					"first-level descriptor is not valid (V 0)");
		table = word & L1CD_L2PTR;
		ssid &= BIT(bits) - 1;
	}
	at = table + (u64)ssid * SMMUX_ENTRY_BYTES;
	if (!cd_address(c, &at))
		return false;
	c->w->has_cd = read_words(c, SMMUX_WALK_CD, table, at, c->w->cd.w, SMMUX_ENTRY_WORDS,
				  EVT_F_CD_FETCH);
	return c->w->has_cd;
}

static bool use_cd(struct smmux_walk_ctx *c, u32 ssid)
{
	struct smmux_walk *w = c->w;
	const char *why;

	w->cd_ssid = ssid;
	if (!find_cd(c, ssid))
		return false;
	if (!(w->cd.w[0] & CD_W0_V))
		return end_with(w, EVT_C_BAD_CD, "V is 0");
	if (!smmux_walk_regime_s1(c->hw, &w->ste, &w->cd, &w->r1, &why))
		return end_with(w, EVT_C_BAD_CD, why);
	return true;
}

/* Select the CD; S1DSS bypass selects none. */
static bool choose_cd(struct smmux_walk_ctx *c, u32 *ssid)
{
	const u64 *ste = c->w->ste.w;
	u32 cdmax = FIELD_GET(STE_W0_S1CDMAX, ste[0]), dss = FIELD_GET(STE_W1_S1DSS, ste[1]);

	*ssid = c->q->ssv ? c->q->ssid : 0;
	if (c->q->ssv) {
		if (!cdmax || *ssid >> cdmax)
			return end_with(c->w, EVT_C_BAD_SUBSTREAMID, cdmax ?
					"beyond the table (S1CDMax)" :
					"the stream has no SubstreamIDs (S1CDMax 0)");
		if (!*ssid && dss == S1DSS_SSID0)
			return end_with(c->w, EVT_F_STREAM_DISABLED,
					"SubstreamID 0 is for transactions without SubstreamID (S1DSS)");
		return true;
	}
	if (cdmax && dss == S1DSS_TERMINATE)
		return end_with(c->w, EVT_F_STREAM_DISABLED,
				"transactions without SubstreamID are terminated (S1DSS)");
	if (cdmax && dss == S1DSS_BYPASS)
		c->w->s1 = false;
	return true;
}

/* --- the whole walk --- */

static void translate(struct smmux_walk_ctx *c)
{
	struct smmux_walk_leaf one = { .pa = c->q->iova, .bits = 64, .r = true, .w = true, .x = true };
	struct smmux_walk_leaf two = one;
	struct smmux_walk *w = c->w;

	if (w->s1 && !smmux_walk_stage(c, &w->r1, c->q->iova, c->q->access, EVT_CLASS_IN, &one))
		return;
	two.pa = one.pa;
	if (w->s2 && !smmux_walk_stage(c, &w->r2, one.pa, c->q->access, EVT_CLASS_IN, &two))
		return;
	w->pa = two.pa;
	w->bits = min(one.bits, two.bits);
	w->contig_bits = one.contig_bits ?: two.contig_bits;
	w->r = one.r && two.r;
	w->w = one.w && two.w;
	w->x = one.x && two.x;
	w->end = SMMUX_WALK_TRANSLATED;
	w->why = "-";
}

/* Without stages the output address is the input address, if it fits. */
static void bypass(struct smmux_walk_ctx *c, const char *why)
{
	struct smmux_walk *w = c->w;

	if (c->q->iova >> c->hw->oas) {
		end_with(w, EVT_F_ADDR_SIZE, "bypassed, but beyond the output size");
		w->stage = 1;
		w->class = EVT_CLASS_IN;
		return;
	}
	w->end = SMMUX_WALK_BYPASSED;
	w->why = why;
	w->pa = c->q->iova;
	w->bits = 64;
	w->r = w->w = w->x = true;
}

static void begin(struct smmux_walk *w)
{
	w->end = SMMUX_WALK_TRANSLATED;
	w->why = "-";
	w->num_steps = 0;
}

/* Evaluate the stages that the STE enables; false if the walk ends here. */
static bool use_ste(struct smmux_walk_ctx *c)
{
	struct smmux_walk *w = c->w;
	u32 cfg = FIELD_GET(STE_W0_CONFIG, w->ste.w[0]);
	const char *why = NULL;

	if (!(w->ste.w[0] & STE_W0_V))
		return end_with(w, EVT_C_BAD_STE, "V is 0");
	if (cfg < STE_CONFIG_BYPASS) {
		w->end = SMMUX_WALK_ABORTED;
		w->why = "the STE aborts (Config)";
		return false;
	}
	w->s1 = cfg & 1;
	w->s2 = cfg & 2;
	if (w->s1)
		why = bad_s1(c->hw, w->ste.w, w->s2);
	if (!why && w->s1 && w->s2 && !c->hw->nested)
		why = "Config: the SMMU does not nest stages";
	if (why || (w->s2 && !smmux_walk_regime_s2(c->hw, &w->ste, &w->r2, &why)))
		return end_with(w, EVT_C_BAD_STE, why);
	if (!w->s1 && c->q->ssv)
		return end_with(w, EVT_C_BAD_SUBSTREAMID, "SubstreamID without stage 1");
	return true;
}

void smmux_walk(const struct smmux_walk_hw *hw, const struct smmux_walk_mem *mem,
		const struct smmux_walk_query *q, struct smmux_walk *w)
{
	struct smmux_walk_ctx c = { hw, mem, q, w };
	u32 ssid;

	memset(w, 0, sizeof(*w));
	begin(w);
	if (!find_ste(&c) || !use_ste(&c))
		return;
	if (w->s1 && !choose_cd(&c, &ssid))
		return;
	if (w->s1 && !use_cd(&c, ssid))
		return;
	if (w->s1 || w->s2)
		translate(&c);
	else
		bypass(&c, FIELD_GET(STE_W0_CONFIG, w->ste.w[0]) == STE_CONFIG_BYPASS ?
		       "the STE bypasses (Config)" :
		       "transactions without SubstreamID bypass stage 1 (S1DSS)");
}

void smmux_walk_from(const struct smmux_walk_hw *hw, const struct smmux_walk_mem *mem,
		     u8 stage, const struct smmux_walk_query *q, struct smmux_walk *w)
{
	struct smmux_walk_ctx c = { hw, mem, q, w };
	const char *why;

	begin(w);
	w->s1 = stage == 1;
	w->s2 = !w->s1;
	if (w->s1 ? !smmux_walk_regime_s1(hw, &w->ste, &w->cd, &w->r1, &why) :
		    !smmux_walk_regime_s2(hw, &w->ste, &w->r2, &why))
		end_with(w, w->s1 ? EVT_C_BAD_CD : EVT_C_BAD_STE, why);
	else
		translate(&c);
}
