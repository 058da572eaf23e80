/* SPDX-License-Identifier: GPL-2.0 */
/*
 * walk_fake - memory for walks to read: words at chosen addresses, zeroes elsewhere, and
 * no memory above FAKE_END.
 */
#ifndef SMMUX_KUNIT_WALK_FAKE_H
#define SMMUX_KUNIT_WALK_FAKE_H

#include "pure/walk.h"

#include "suite.h"

#define FAKE_WORDS	160
#define FAKE_END	(1ULL << 51)

struct fake {
	unsigned int num, reads;
	struct {
		u64 at, word;
	} put[FAKE_WORDS];
	/* Instead: every read returns random data. */
	struct rng *noise;
	struct smmux_walk_hw hw;
	struct smmux_walk_query q;
	struct smmux_walk w;
};

static inline bool fake_read(void *ctx, u64 pa, u64 *words, unsigned int num)
{
	struct fake *f = ctx;
	unsigned int i;

	f->reads++;
	if (pa >= FAKE_END || pa & 7)
		return false;
	for (; num; num--, pa += 8, words++) {
		*words = f->noise ? rng_next(f->noise) : 0;
		for (i = 0; i < f->num; i++)
			if (f->put[i].at == pa)
				*words = f->put[i].word;
	}
	return true;
}

/* A later word at the same address replaces an earlier one. */
static inline void fake_put(struct kunit *test, struct fake *f, u64 at, u64 word)
{
	KUNIT_ASSERT_LT(test, f->num, FAKE_WORDS);
	f->put[f->num].at = at;
	f->put[f->num++].word = word;
}

/* An SMMU with all features; a test removes those that it does not want. */
static inline struct fake *fake_new(struct kunit *test)
{
	struct fake *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->hw = (struct smmux_walk_hw){
		.s1 = true, .s2 = true, .nested = true, .cdtab_2lvl = true, .hyp = true,
		.xnx = true, .httu = 2, .oas = 48, .ssid_bits = 20, .records_bad_sid = true,
		.granules = 0x15000,
	};
	return f;
}

static inline const struct smmux_walk *fake_walk(struct fake *f)
{
	struct smmux_walk_mem mem = { fake_read, f };

	smmux_walk(&f->hw, &mem, &f->q, &f->w);
	return &f->w;
}

static inline const struct smmux_walk *fake_from(struct fake *f, u8 stage)
{
	struct smmux_walk_mem mem = { fake_read, f };
	struct smmux_ste ste = f->w.ste;
	struct smmux_cd cd = f->w.cd;

	memset(&f->w, 0, sizeof(f->w));
	f->w.ste = ste;
	f->w.cd = cd;
	smmux_walk_from(&f->hw, &mem, stage, &f->q, &f->w);
	return &f->w;
}

/* TG of a CD or STE, IPS, as the figures have them. */
static inline u64 fake_tg(u8 granule)
{
	return granule == 12 ? 0 : granule == 16 ? 1 : 2;
}

static inline u64 fake_ps(u8 bits)
{
	switch (bits) {
	case 32: return 0;
	case 36: return 1;
	case 40: return 2;
	case 42: return 3;
	case 44: return 4;
	case 48: return 5;
	default: return 6;
	}
}

/* V 31, AA64 41, R 45, A 46, EPD1 30; T0SZ 5:0, TG0 7:6, IPS 34:32; TTB0 in word 1. */
static inline void fake_cd(u64 cd[8], u8 granule, u8 ia, u8 oa, u64 ttb)
{
	memset(cd, 0, 64);
	cd[0] = (64 - ia) | fake_tg(granule) << 6 | fake_ps(oa) << 32 | 0x6200c0000000ULL;
	cd[1] = ttb;
	cd[3] = 0xf404ff44;
}

/* S2: V 0, Config 6; T0SZ 37:32, SL0 39:38, TG 47:46, PS 50:48, AA64 51, R 58; TTB in word 3. */
static inline void fake_ste_s2(u64 ste[8], u8 granule, u8 ia, u8 sl0, u8 oa, u64 ttb)
{
	memset(ste, 0, 64);
	ste[0] = 0xd;
	ste[2] = (u64)(64 - ia) << 32 | (u64)sl0 << 38 | fake_tg(granule) << 46 |
		 fake_ps(oa) << 48 | 1ULL << 51 | 1ULL << 58;
	ste[3] = ttb;
}

#define FAKE_LEAF_RW	0x743ULL	/* valid page: AF, SH inner, user, read-write; AttrIndx 0 */

#endif /* SMMUX_KUNIT_WALK_FAKE_H */
