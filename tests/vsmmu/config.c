// SPDX-License-Identifier: GPL-2.0
/*
 * config - from StreamID and SubstreamID to a configuration, chapter 5.
 *
 * Entries are read word by word, starting at a random one, since hardware guarantees no
 * more; so the model sees intermediate states if a driver changes several words of a
 * valid entry.  An entry that is ILLEGAL in the architecture causes an event and is also
 * recorded as an error of the driver.
 */
#include "vsmmu.h"

#include <linux/random.h>

#define L1STD_SPAN_MAX	11
#define LOOK_MAX	4096	/* entries that are read under the lock at a time */

#define STE_W0_KNOWN	(STE_W0_V | STE_W0_CONFIG | STE_W0_S1FMT | STE_W0_S1CTXPTR | STE_W0_S1CDMAX)
#define STE_W3_KNOWN	STE_W3_S2TTB
#define STE_W2_KNOWN	(STE_W2_S2VMID | GENMASK_ULL(58, 32))

static int say(struct vsmmu_fault *fault, u8 id, u64 fetch)
{
	*fault = (struct vsmmu_fault){ .id = id, .fetch = fetch };
	return -EFAULT;
}

static bool read_entry(u64 pa, u64 *word)
{
	unsigned int i, first = get_random_u32_below(SMMUX_ENTRY_WORDS);

	for (i = 0; i < SMMUX_ENTRY_WORDS; i++) {
		unsigned int n = (first + i) % SMMUX_ENTRY_WORDS;

		if (!vsmmu_mem_read(pa + n * sizeof(u64), &word[n], 1))
			return false;
	}
	return true;
}

/* One word of a first level, through the cache. */
static int get_l1(struct vsmmu *v, enum vsmmu_what what, u32 sid, u32 ssid, u8 bits, u64 pa,
		  u8 id, struct vsmmu_line **line, struct vsmmu_fault *fault)
{
	u64 word;

	*line = vsmmu_cache_config(v, what, sid, ssid);
	if (*line)
		return 0;
	if (!vsmmu_mem_read(pa, &word, 1))
		return say(fault, id, pa);
	*line = vsmmu_cache_new(v, what);
	(*line)->sid = sid;
	(*line)->ssid = ssid;
	(*line)->bits = bits;
	(*line)->word[0] = word;
	return 0;
}

static int locate_ste_2lvl(struct vsmmu *v, u32 sid, u64 base, u32 split, u64 *pa, u64 *born,
			   struct vsmmu_fault *fault)
{
	u32 index = sid >> split, low = sid & (BIT(split) - 1), span;
	struct vsmmu_line *l1;
	int ret;

	ret = get_l1(v, LINE_L1STD, index, 0, 0, base + index * sizeof(u64), EVT_F_STE_FETCH,
		     &l1, fault);
	if (ret)
		return ret;
	span = FIELD_GET(L1STD_SPAN, l1->word[0]);
	if (span > L1STD_SPAN_MAX || span > split + 1) {
		vsmmu_bad(v, BAD_TABLE, "L1STD %u: span %u", index, span);
		return say(fault, EVT_C_BAD_STREAMID, 0);
	}
	if (!span || low >= BIT(span - 1))
		return say(fault, EVT_C_BAD_STREAMID, 0);
	*pa = (l1->word[0] & L1STD_L2PTR) + low * SMMUX_ENTRY_BYTES;
	*born = l1->born;
	return 0;
}

/*
 * Until SMMUEN is 0 a transaction of any StreamID may arrive.  The driver sets V in every
 * STE, so an STE without it is in freed memory: the kernel clears memory on free.
 *
 * After a power loss STRTAB_BASE_CFG is random, so the table is not checked.  The size has
 * a limit, since the lock is held: SIDSIZE, as in hardware, and LOOK_MAX first-level
 * entries.
 */
void vsmmu_config_look(struct vsmmu *v)
{
	u32 cfg = v->reg[VR_STRTAB_CFG], split = FIELD_GET(STRTAB_CFG_SPLIT, cfg), i, num;
	u32 log2 = min(FIELD_GET(STRTAB_CFG_LOG2SIZE, cfg),
		       FIELD_GET(IDR1_SIDSIZE, v->reg[VR_IDR1]));
	u64 base = v->reg[VR_STRTAB_BASE] & STRTAB_BASE_ADDR, desc, ste;

	if (v->lost_power || FIELD_GET(STRTAB_CFG_FMT, cfg) == STRTAB_FMT_LINEAR || log2 <= split)
		return;
	num = min_t(u64, BIT_ULL(log2 - split), LOOK_MAX);
	for (i = 0; i < num; i++) {
		if (!vsmmu_mem_read(base + i * sizeof(u64), &desc, 1) ||
		    !FIELD_GET(L1STD_SPAN, desc))
			continue;
		if (!vsmmu_mem_read(desc & L1STD_L2PTR, &ste, 1) || !(ste & STE_W0_V))
			vsmmu_bad(v, BAD_TABLE, "L1STD %u led to no STE when SMMUEN went off", i);
	}
}

static int locate_ste(struct vsmmu *v, u32 sid, u64 *pa, u64 *born, struct vsmmu_fault *fault)
{
	u32 cfg = v->reg[VR_STRTAB_CFG], split = FIELD_GET(STRTAB_CFG_SPLIT, cfg);
	u64 base = v->reg[VR_STRTAB_BASE] & STRTAB_BASE_ADDR;

	if ((u64)sid >> FIELD_GET(STRTAB_CFG_LOG2SIZE, cfg))
		return say(fault, EVT_C_BAD_STREAMID, 0);
	*born = v->now;
	if (FIELD_GET(STRTAB_CFG_FMT, cfg) == STRTAB_FMT_LINEAR) {
		*pa = base + (u64)sid * SMMUX_ENTRY_BYTES;
		return 0;
	}
	if (!vsmmu_has(v, FIELD_PREP(IDR0_ST_LEVEL, 1)) ||
	    (split != 6 && split != 8 && split != 10)) {
		vsmmu_bad(v, BAD_RESERVED, "STRTAB_BASE_CFG %#x", cfg);
		return say(fault, EVT_C_BAD_STREAMID, 0);
	}
	return locate_ste_2lvl(v, sid, base, split, pa, born, fault);
}

/* The entry at @pa, through the cache. */
static int get_entry(struct vsmmu *v, enum vsmmu_what what, u32 sid, u32 ssid, u64 pa, u64 born,
		     u8 id, struct vsmmu_line **line, struct vsmmu_fault *fault)
{
	u64 word[SMMUX_ENTRY_WORDS];

	if (!read_entry(pa, word))
		return say(fault, id, pa);
	*line = vsmmu_cache_new(v, what);
	(*line)->born = min(born, v->now);
	(*line)->sid = sid;
	(*line)->ssid = ssid;
	memcpy((*line)->word, word, sizeof(word));
	return 0;
}

static int get_ste(struct vsmmu *v, u32 sid, struct vsmmu_line **line, struct vsmmu_fault *fault)
{
	u64 pa, born;
	int ret;

	*line = vsmmu_cache_config(v, LINE_STE, sid, 0);
	if (*line)
		return 0;
	ret = locate_ste(v, sid, &pa, &born, fault);
	if (ret)
		return ret;
	return get_entry(v, LINE_STE, sid, 0, pa, born, EVT_F_STE_FETCH, line, fault);
}

/* --- STE --- */

static const char *bad_s1(const struct vsmmu *v, const u64 *w)
{
	u32 cdmax = FIELD_GET(STE_W0_S1CDMAX, w[0]), fmt = FIELD_GET(STE_W0_S1FMT, w[0]);
	u32 strw = FIELD_GET(STE_W1_STRW, w[1]);

	if (!vsmmu_has(v, IDR0_S1P))
		return "stage 1, which is not there";
	if (cdmax > FIELD_GET(IDR1_SSIDSIZE, v->reg[VR_IDR1]))
		return "S1CDMax beyond SSIDSIZE";
	if (cdmax && fmt == 3)
		return "S1Fmt 3";
	if (cdmax && fmt && !vsmmu_has(v, IDR0_CD2L))
		return "a 2-level CD table, which is not there";
	if (cdmax && FIELD_GET(STE_W1_S1DSS, w[1]) == 3)
		return "S1DSS 3";
	if (w[1] & STE_W1_S1STALLD && vsmmu_stall_model(v))
		return "S1STALLD without a choice";
	if (strw == 1 || strw == 3 || (strw == STRW_EL2 && !vsmmu_has(v, IDR0_HYP)))
		return "STRW";
	return NULL;
}

static bool tg_offered(const struct vsmmu *v, u8 granule)
{
	return v->reg[VR_IDR5] & (granule == 12 ? IDR5_GRAN4K :
				  granule == 14 ? IDR5_GRAN16K : IDR5_GRAN64K);
}

static u8 granule_of(u32 tg)
{
	return tg == 0 ? 12 : tg == 1 ? 16 : tg == 2 ? 14 : 0;
}

static const char *bad_s2(const struct vsmmu *v, const u64 *w)
{
	u8 granule = granule_of(FIELD_GET(STE_W2_S2TG, w[2]));
	u32 model = vsmmu_stall_model(v), t0sz = FIELD_GET(STE_W2_S2T0SZ, w[2]);

	if (!vsmmu_has(v, IDR0_S2P))
		return "stage 2, which is not there";
	if (!(w[2] & STE_W2_S2AA64))
		return "S2AA64 is 0";
	if (!granule || !tg_offered(v, granule))
		return "S2TG";
	if (t0sz < 16 || t0sz > 39)
		return "S2T0SZ";
	if (w[2] & STE_W2_S2ENDI)
		return "S2ENDI";
	if (w[2] & (STE_W2_S2HA | STE_W2_S2HD) && !FIELD_GET(IDR0_HTTU, v->reg[VR_IDR0]))
		return "S2HA or S2HD without HTTU";
	if (w[2] & STE_W2_S2S && model == STALL_MODEL_TERM_ONLY)
		return "S2S without stalls";
	if (!(w[2] & STE_W2_S2S) && model == STALL_MODEL_STALL_ONLY)
		return "S2S is 0 where all faults stall";
	return NULL;
}

static const char *bad_ste(const struct vsmmu *v, const u64 *w, bool s1, bool s2)
{
	const char *why = NULL;
	unsigned int i;

	if (s1)
		why = bad_s1(v, w);
	if (!why && s2)
		why = bad_s2(v, w);
	if (!why && w[1] & STE_W1_EATS && !vsmmu_has(v, IDR0_ATS))
		why = "EATS without ATS";
	if (!why && (w[0] & ~STE_W0_KNOWN || w[2] & ~STE_W2_KNOWN || w[3] & ~STE_W3_KNOWN))
		why = "reserved bits";
	for (i = 4; !why && i < SMMUX_ENTRY_WORDS; i++)
		if (w[i])
			why = "reserved words";
	return why;
}

static void regime_s2(struct vsmmu *v, const u64 *w, struct vsmmu_regime *r)
{
	static const u8 oas[] = { 32, 36, 40, 42, 44, 48, 52, 52 };
	u32 sl0 = FIELD_GET(STE_W2_S2SL0, w[2]);

	r->tag = (struct vsmmu_tag){ .stage = 2, .vmid = FIELD_GET(STE_W2_S2VMID, w[2]) };
	r->granule = granule_of(FIELD_GET(STE_W2_S2TG, w[2]));
	r->ia_bits = 64 - FIELD_GET(STE_W2_S2T0SZ, w[2]);
	r->oa_bits = min(oas[FIELD_GET(STE_W2_S2PS, w[2])],
			 oas[FIELD_GET(IDR5_OAS, v->reg[VR_IDR5])]);
	r->start = (r->granule == 12 ? 2 : 3) - min(sl0, r->granule == 12 ? 2U : 3U);
	r->ttb = w[3] & STE_W3_S2TTB;
	r->affd = w[2] & STE_W2_S2AFFD;
}

/* --- CD --- */

static int locate_cd(struct vsmmu *v, const struct vsmmu_config *cfg, struct vsmmu_line *ste,
		     u32 ssid, u64 *pa, u64 *born, struct vsmmu_fault *fault)
{
	u32 fmt = FIELD_GET(STE_W0_S1FMT, ste->word[0]);
	u8 bits = fmt == S1FMT_2LVL_4K ? 6 : 10;
	u64 base = ste->word[0] & STE_W0_S1CTXPTR;
	struct vsmmu_leaf leaf = { .pa = base };
	struct vsmmu_line *l1;
	u32 sid = ste->sid;
	int ret = 0;

	*born = ste->born;
	if (!FIELD_GET(STE_W0_S1CDMAX, ste->word[0]))
		fmt = S1FMT_LINEAR;
	base += fmt == S1FMT_LINEAR ? (u64)ssid * SMMUX_ENTRY_BYTES :
				      (u64)(ssid >> bits) * sizeof(u64);
	*pa = base;
	if (cfg->s2) {
		ret = vsmmu_translate_s2(v, cfg, base, false, EVT_CLASS_CD, &leaf, fault);
		*pa = leaf.pa;
	}
	if (ret || fmt == S1FMT_LINEAR)
		return ret;
	ret = get_l1(v, LINE_L1CD, sid, ssid >> bits, bits, *pa, EVT_F_CD_FETCH, &l1, fault);
	if (ret)
		return ret;
	if (!(l1->word[0] & L1CD_V))
		return say(fault, EVT_C_BAD_SUBSTREAMID, 0);
	*born = min(*born, l1->born);
	*pa = (l1->word[0] & L1CD_L2PTR) + (ssid & (BIT(bits) - 1)) * SMMUX_ENTRY_BYTES;
	if (cfg->s2)
		ret = vsmmu_translate_s2(v, cfg, *pa, false, EVT_CLASS_CD, &leaf, fault);
	if (cfg->s2)
		*pa = leaf.pa;
	return ret;
}

static const char *bad_cd(const struct vsmmu *v, const u64 *w)
{
	u8 granule = granule_of(FIELD_GET(CD_W0_TG0, w[0]));
	u32 t0sz = FIELD_GET(CD_W0_T0SZ, w[0]), model = vsmmu_stall_model(v);

	if (!(w[0] & CD_W0_AA64))
		return "AA64 is 0";
	if (!(w[0] & CD_W0_EPD0) && (!granule || !tg_offered(v, granule)))
		return "TG0";
	if (!(w[0] & CD_W0_EPD0) && (t0sz < 16 || t0sz > 39))
		return "T0SZ";
	if (w[0] & CD_W0_ENDI)
		return "ENDI";
	if (w[0] & (CD_W0_HA | CD_W0_HD) && !FIELD_GET(IDR0_HTTU, v->reg[VR_IDR0]))
		return "HA or HD without HTTU";
	if (!(w[0] & CD_W0_A) && vsmmu_has(v, IDR0_TERM_MODEL))
		return "A is 0";
	if (w[0] & CD_W0_S && model == STALL_MODEL_TERM_ONLY)
		return "S without stalls";
	if (!(w[0] & CD_W0_S) && model == STALL_MODEL_STALL_ONLY)
		return "S is 0 where all faults stall";
	if (!vsmmu_has(v, IDR0_ASID16) && FIELD_GET(CD_W0_ASID, w[0]) > 0xff)
		return "ASID of 16 bits";
	if (w[1] & ~CD_W1_TTB0 || w[4] || w[5] || w[6] || w[7])
		return "reserved bits";
	return NULL;
}

static void regime_s1(struct vsmmu *v, const u64 *ste, const u64 *cd, struct vsmmu_regime *r)
{
	static const u8 oas[] = { 32, 36, 40, 42, 44, 48, 52, 52 };
	u8 stride;

	r->tag = (struct vsmmu_tag){
		.stage = 1,
		.el2 = FIELD_GET(STE_W1_STRW, ste[1]) == STRW_EL2,
		.asid = FIELD_GET(CD_W0_ASID, cd[0]),
		.vmid = vsmmu_has(v, IDR0_S2P) ? FIELD_GET(STE_W2_S2VMID, ste[2]) : 0,
	};
	r->granule = granule_of(FIELD_GET(CD_W0_TG0, cd[0])) ?: 12;
	r->ia_bits = 64 - FIELD_GET(CD_W0_T0SZ, cd[0]);
	r->oa_bits = min(oas[FIELD_GET(CD_W0_IPS, cd[0])],
			 oas[FIELD_GET(IDR5_OAS, v->reg[VR_IDR5])]);
	stride = r->granule - 3;
	r->start = 3 - (r->ia_bits - r->granule - 1) / stride;
	r->ttb = cd[1] & CD_W1_TTB0;
	r->affd = cd[0] & CD_W0_AFFD;
	r->off = cd[0] & CD_W0_EPD0;
}

static int use_cd(struct vsmmu *v, struct vsmmu_line *ste, u32 ssid, struct vsmmu_config *cfg,
		  struct vsmmu_fault *fault)
{
	struct vsmmu_line *cd = vsmmu_cache_config(v, LINE_CD, ste->sid, ssid);
	const char *why;
	u64 pa, born;
	int ret;

	if (!cd) {
		ret = locate_cd(v, cfg, ste, ssid, &pa, &born, fault);
		if (!ret)
			ret = get_entry(v, LINE_CD, ste->sid, ssid, pa, born, EVT_F_CD_FETCH,
					&cd, fault);
		if (ret)
			return ret;
	}
	if (!(cd->word[0] & CD_W0_V))
		return say(fault, EVT_C_BAD_CD, 0);
	why = bad_cd(v, cd->word);
	if (why) {
		vsmmu_bad(v, BAD_TABLE, "CD of %#x/%u %#llx: %s", ste->sid, ssid, cd->word[0], why);
		return say(fault, EVT_C_BAD_CD, 0);
	}
	regime_s1(v, ste->word, cd->word, &cfg->r1);
	cfg->record1 = cd->word[0] & CD_W0_R;
	cfg->stall1 = cd->word[0] & CD_W0_S && !(ste->word[1] & STE_W1_S1STALLD);
	return 0;
}

/* Selects the CD: returns 0 and sets @cfg->s1 if there is one. */
static int choose_cd(struct vsmmu_line *ste, bool ssv, u32 *ssid, struct vsmmu_config *cfg,
		     struct vsmmu_fault *fault)
{
	u32 cdmax = FIELD_GET(STE_W0_S1CDMAX, ste->word[0]);
	u32 dss = FIELD_GET(STE_W1_S1DSS, ste->word[1]);

	if (ssv) {
		if (!cdmax || *ssid >> cdmax)
			return say(fault, EVT_C_BAD_SUBSTREAMID, 0);
		return !*ssid && dss == S1DSS_SSID0 ? say(fault, EVT_F_STREAM_DISABLED, 0) : 0;
	}
	*ssid = 0;
	if (!cdmax || dss == S1DSS_SSID0)
		return 0;
	if (dss == S1DSS_TERMINATE)
		return say(fault, EVT_F_STREAM_DISABLED, 0);
	cfg->s1 = false;
	return 0;
}

int vsmmu_config(struct vsmmu *v, u32 sid, bool ssv, u32 ssid, struct vsmmu_config *cfg,
		 struct vsmmu_fault *fault)
{
	struct vsmmu_line *ste;
	const char *why;
	u32 kind;
	int ret;

	memset(cfg, 0, sizeof(*cfg));
	ret = get_ste(v, sid, &ste, fault);
	if (ret)
		return ret;
	if (!(ste->word[0] & STE_W0_V))
		return say(fault, EVT_C_BAD_STE, 0);
	kind = FIELD_GET(STE_W0_CONFIG, ste->word[0]);
	cfg->abort = kind < STE_CONFIG_BYPASS;
	if (cfg->abort)
		return 0;
	cfg->s1 = kind & 1;
	cfg->s2 = kind & 2;
	cfg->eats = FIELD_GET(STE_W1_EATS, ste->word[1]);
	why = bad_ste(v, ste->word, cfg->s1, cfg->s2);
	if (why) {
		vsmmu_bad(v, BAD_TABLE, "STE %#x %#llx %#llx %#llx: %s", sid, ste->word[0],
			  ste->word[1], ste->word[2], why);
		return say(fault, EVT_C_BAD_STE, 0);
	}
	if (cfg->s2) {
		regime_s2(v, ste->word, &cfg->r2);
		cfg->record2 = ste->word[2] & STE_W2_S2R;
		cfg->stall2 = ste->word[2] & STE_W2_S2S;
	}
	if (!cfg->s1)
		return ssv ? say(fault, EVT_C_BAD_SUBSTREAMID, 0) : 0;
	ret = choose_cd(ste, ssv, &ssid, cfg, fault);
	if (ret || !cfg->s1)
		return ret;
	return use_cd(v, ste, ssid, cfg, fault);
}
