// SPDX-License-Identifier: GPL-2.0
/*
 * walk_test - translation tables: each level of each granule, blocks, attributes.
 *
 * The position and coverage of an entry are computed here from the sizes alone: a table
 * has granule / 8 entries, the first table as many as the input size leaves.
 */
#include "pure/walk.h"

#include <linux/string.h>

#include "walk_fake.h"

static const u8 granules[] = { 12, 14, 16 };

/* A random address below 1 << bits, a multiple of 1 << align. */
static u64 place(struct rng *rng, u8 bits, u8 align)
{
	return rng_next(rng) & ((1ULL << bits) - 1) & ~((1ULL << align) - 1);
}

/* Table addresses of a path, far enough apart that they do not overlap. */
static u64 table_at(u8 n)
{
	return 0x100000000ULL + (u64)n * 0x10000000;
}

/* Descriptor with an address, of 52 bits if the granule is 64K. */
static u64 entry(u8 granule, u64 pa, u64 low)
{
	return (pa & bits_mask(47, 12)) | (granule == 16 ? bits_of(pa, 51, 48) << 12 : 0) | low;
}

/*
 * Writes tables from @first bits of index down to a page or, @up levels earlier, a block;
 * returns the log2 of its size.
 */
static u8 lay(struct kunit *test, struct fake *f, u8 granule, u8 levels, u64 iova, u8 ia,
	      u8 up, u64 pa, u64 low)
{
	u8 stride = granule - 3, n;

	for (n = 0; n < levels; n++) {
		u8 shift = granule + (levels - 1 - n) * stride;
		u64 index = (iova & ((1ULL << ia) - 1)) >> shift;
		bool last = n + 1 + up == levels;

		if (n)
			index &= (1ULL << stride) - 1;
		fake_put(test, f, table_at(n) + index * 8,
			 last ? entry(granule, pa, up ? low & ~2ULL : low) :
				entry(granule, table_at(n + 1), 3));
		if (last)
			return shift;
	}
	return 0;
}

static u8 levels_of(u8 granule, u8 ia)
{
	return DIV_ROUND_UP(ia - granule, granule - 3);
}

/* Every input size, pages at random places: the address, and each table on the way. */
static void sizes_s1(struct kunit *test)
{
	struct rng rng = { smmux_kunit_seed };
	unsigned int g, i;
	u8 ia;

	for (g = 0; g < 3; g++)
		for (ia = 25; ia <= 48; ia++) {
			u8 granule = granules[g], levels = levels_of(granule, ia);
			struct fake *f = fake_new(test);
			u64 pa = place(&rng, 48, granule);
			const struct smmux_walk *w;

			f->q.iova = place(&rng, ia, 0);
			fake_cd(f->w.cd.w, granule, ia, 48, table_at(0));
			lay(test, f, granule, levels, f->q.iova, ia, 0, pa, FAKE_LEAF_RW);
			w = fake_from(f, 1);
			KUNIT_EXPECT_EQ_MSG(test, w->end, SMMUX_WALK_TRANSLATED, "granule %u ia %u: %s",
					    granule, ia, w->why);
			KUNIT_EXPECT_EQ(test, w->pa, pa | (f->q.iova & ((1ULL << granule) - 1)));
			KUNIT_EXPECT_EQ(test, w->bits, granule);
			KUNIT_ASSERT_EQ(test, w->num_steps, levels);
			for (i = 0; i < levels; i++) {
				KUNIT_EXPECT_EQ(test, w->step[i].level, 4 - levels + i);
				KUNIT_EXPECT_EQ(test, w->step[i].table, table_at(i));
				KUNIT_EXPECT_EQ(test, w->step[i].stage, 1);
			}
			/* The first address beyond, and the first of the upper half. */
			f->q.iova = 1ULL << ia;
			w = fake_from(f, 1);
			KUNIT_EXPECT_EQ(test, w->event, EVT_F_TRANSLATION);
			KUNIT_EXPECT_EQ(test, w->num_steps, 0);
			f->q.iova = 0xffff000000000000ULL;
			KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_TRANSLATION);
		}
}

/* Addresses of 52 bits, with 64K pages and an SMMU that supports them. */
static void large(struct kunit *test)
{
	struct fake *f = fake_new(test);
	u64 pa = 0x000edcba98760000ULL, iova = 0x000f123456789abcULL;
	const struct smmux_walk *w;

	f->hw.oas = 52;
	f->hw.vax = true;
	f->q.iova = iova;
	fake_cd(f->w.cd.w, 16, 52, 52, table_at(0));
	lay(test, f, 16, 3, iova, 52, 0, pa, FAKE_LEAF_RW);
	w = fake_from(f, 1);
	KUNIT_EXPECT_EQ_MSG(test, w->end, SMMUX_WALK_TRANSLATED, "%s", w->why);
	KUNIT_EXPECT_EQ(test, w->pa, pa | 0x9abc);
	/* The same with IPS 48: the address is too large. */
	fake_cd(f->w.cd.w, 16, 52, 48, table_at(0));
	w = fake_from(f, 1);
	KUNIT_EXPECT_EQ(test, w->event, EVT_F_ADDR_SIZE);
	KUNIT_EXPECT_EQ(test, w->level, 3);
	/* And on an SMMU without them, where neither the size nor bits 15:12 exist. */
	f->hw.oas = 48;
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->end, SMMUX_WALK_TRANSLATED);
	KUNIT_EXPECT_EQ(test, f->w.pa, (pa & bits_mask(47, 0)) | 0x9abc);
	f->hw.vax = false;
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_C_BAD_CD);
}

/* A block on each level: its size, or 0 if there is none. */
static void blocks(struct kunit *test)
{
	static const u8 size[3][4] = {
		{ 0, 30, 21, 12 }, { 0, 0, 25, 14 }, { 0, 0, 29, 16 },
	};
	static const u8 contig[3][4] = {
		{ 0, 34, 25, 16 }, { 0, 0, 30, 21 }, { 0, 0, 34, 21 },
	};
	struct rng rng = { smmux_kunit_seed };
	unsigned int g, level;

	for (g = 0; g < 3; g++)
		for (level = 0; level < 4; level++) {
			u8 granule = granules[g], levels = levels_of(granule, 48), want = size[g][level];
			struct fake *f = fake_new(test);
			const struct smmux_walk *w;
			u64 pa;

			if (level < 4 - levels)
				continue;
			f->q.iova = place(&rng, 48, 0);
			pa = place(&rng, 48, want ?: 40);
			fake_cd(f->w.cd.w, granule, 48, 48, table_at(0));
			lay(test, f, granule, levels, f->q.iova, 48, 3 - level, pa,
			    FAKE_LEAF_RW | 1ULL << 52);
			w = fake_from(f, 1);
			KUNIT_EXPECT_EQ(test, w->step[w->num_steps - 1].level, level);
			if (!want) {
				KUNIT_EXPECT_EQ_MSG(test, w->event, EVT_F_TRANSLATION, "granule %u level %u",
						    granule, level);
				KUNIT_EXPECT_EQ(test, w->level, level);
				KUNIT_EXPECT_EQ(test, w->step[level - (4 - levels)].kind,
						SMMUX_WALK_RESERVED);
				continue;
			}
			KUNIT_EXPECT_EQ_MSG(test, w->pa, pa | (f->q.iova & ((1ULL << want) - 1)),
					    "granule %u level %u: %s", granule, level, w->why);
			KUNIT_EXPECT_EQ(test, w->bits, want);
			KUNIT_EXPECT_EQ(test, w->contig_bits, contig[g][level]);
		}
}

/* A block of 4T: 64K pages, level 1, addresses of 52 bits. */
static void largest_block(struct kunit *test)
{
	const u64 pa = 0x000c000000000000ULL, iova = 0x0000654321fedcbaULL;
	struct fake *f = fake_new(test);

	f->hw.oas = 52;
	f->q.iova = iova;
	fake_cd(f->w.cd.w, 16, 48, 52, table_at(0));
	lay(test, f, 16, 3, iova, 48, 2, pa, FAKE_LEAF_RW | 1ULL << 52);
	KUNIT_EXPECT_EQ_MSG(test, fake_from(f, 1)->end, SMMUX_WALK_TRANSLATED, "%s", f->w.why);
	KUNIT_EXPECT_EQ(test, f->w.pa, pa | (iova & bits_mask(41, 0)));
	KUNIT_EXPECT_EQ(test, f->w.bits, 42);
	KUNIT_EXPECT_EQ(test, f->w.contig_bits, 47);
}

/* A first table is as large as needed, at least 64 bytes: lower address bits are ignored. */
static void first_table(struct kunit *test)
{
	static const struct {
		u8 stage, ia;
		u64 low;
	} rows[] = {
		{ 1, 39, 0xff0 }, { 1, 25, 0x70 }, { 1, 28, 0x3f0 }, { 1, 22, 0x30 },
		{ 2, 39, 0xff0 }, { 2, 40, 0x1ff0 }, { 2, 43, 0xfff0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fake *f = fake_new(test);

		f->hw.stt = true;
		fake_cd(f->w.cd.w, 12, rows[i].ia, 48, table_at(0) | rows[i].low);
		fake_ste_s2(f->w.ste.w, 12, rows[i].ia, 1, 48, table_at(0) | rows[i].low);
		KUNIT_EXPECT_EQ(test, fake_from(f, rows[i].stage)->event, EVT_F_TRANSLATION);
		KUNIT_EXPECT_EQ_MSG(test, f->w.step[0].at, table_at(0), "row %u", i);
	}
}

/* With TBI (38: of the lower half) bits 63:56 are ignored. */
static void top_byte(struct kunit *test)
{
	struct fake *f = fake_new(test);
	const u64 low = 0x5678;

	fake_cd(f->w.cd.w, 12, 39, 48, table_at(0));
	lay(test, f, 12, 3, low, 39, 0, 0x1000, FAKE_LEAF_RW);
	f->q.iova = 0xab00000000000000ULL | low;
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_TRANSLATION);
	f->w.cd.w[0] |= 1ULL << 39;
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_TRANSLATION);
	f->w.cd.w[0] |= 1ULL << 38;
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->end, SMMUX_WALK_TRANSLATED);
	KUNIT_EXPECT_EQ(test, f->w.pa, 0x1678);
	f->q.iova |= 1ULL << 55;
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_TRANSLATION);
}

/* Stage 2's contiguous run is reported if stage 1 has none. */
static void contiguous_s2(struct kunit *test)
{
	struct fake *f = fake_new(test);

	fake_ste_s2(f->w.ste.w, 12, 39, 1, 48, table_at(0));
	lay(test, f, 12, 3, 0, 39, 0, 0x1000, 0x7ff | 1ULL << 52);
	KUNIT_EXPECT_EQ(test, fake_from(f, 2)->end, SMMUX_WALK_TRANSLATED);
	KUNIT_EXPECT_EQ(test, f->w.contig_bits, 16);
	KUNIT_EXPECT_EQ(test, f->w.bits, 12);
}

/* At the last level a descriptor with bit 1 clear is not a block. */
static void last_level(struct kunit *test)
{
	struct fake *f = fake_new(test);

	fake_cd(f->w.cd.w, 12, 39, 48, table_at(0));
	lay(test, f, 12, 3, 0x5000, 39, 0, 0x1000, FAKE_LEAF_RW & ~2ULL);
	f->q.iova = 0x5000;
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, f->w.step[2].kind, SMMUX_WALK_RESERVED);
	f->q.iova = 0x6000;
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, f->w.step[2].kind, SMMUX_WALK_INVALID);
	KUNIT_EXPECT_EQ(test, f->w.level, 3);
}

/*
 * Stage 2: the valid first levels for each input size.  The table of level @start has
 * entries for the rest of the input, at least two, at most those of sixteen tables.
 */
static void concatenated(struct kunit *test)
{
	struct rng rng = { smmux_kunit_seed };
	unsigned int g, sl0;
	u8 ia;

	for (g = 0; g < 3; g++)
		for (sl0 = 0; sl0 < 3; sl0++)
			for (ia = 25; ia <= 48; ia++) {
				u8 granule = granules[g], stride = granule - 3;
				u8 levels = granule == 12 ? sl0 + 2 : sl0 + 1;
				int top = ia - (granule + (levels - 1) * stride);
				bool fits = top >= 1 && top <= stride + 4;
				struct fake *f = fake_new(test);
				u64 pa = place(&rng, 48, granule);
				const struct smmux_walk *w;

				f->q.iova = place(&rng, ia, 0) | 1ULL << (ia - 1);
				fake_ste_s2(f->w.ste.w, granule, ia, sl0, 48, table_at(0));
				/* S2AP 7:6, AF, MemAttr 15 */
				lay(test, f, granule, levels, f->q.iova, ia, 0, pa, 0x7ff);
				w = fake_from(f, 2);
				KUNIT_EXPECT_EQ_MSG(test, w->end == SMMUX_WALK_TRANSLATED, fits,
						    "granule %u sl0 %u ia %u: %s", granule, sl0, ia, w->why);
				if (!fits) {
					KUNIT_EXPECT_EQ(test, w->event, EVT_C_BAD_STE);
					continue;
				}
				KUNIT_EXPECT_EQ(test, w->pa, pa | (f->q.iova & ((1ULL << granule) - 1)));
				KUNIT_EXPECT_EQ(test, w->step[0].level, 4 - levels);
				f->q.iova = 1ULL << ia;
				w = fake_from(f, 2);
				KUNIT_EXPECT_EQ(test, w->event, EVT_F_TRANSLATION);
				KUNIT_EXPECT_EQ(test, w->stage, 2);
				KUNIT_EXPECT_EQ(test, w->ipa, 1ULL << ia);
			}
}

/* The first level of small output sizes is not level 0 (1 with larger pages). */
static void early_start(struct kunit *test)
{
	static const struct {
		u8 granule, sl0, ia, oas;
		bool fits;
	} rows[] = {
		{ 12, 2, 40, 40, false }, { 12, 2, 40, 42, false }, { 12, 2, 44, 44, true },
		{ 12, 1, 40, 40, true }, { 12, 1, 42, 42, true },
		{ 14, 2, 40, 40, false }, { 14, 2, 42, 42, true }, { 14, 1, 40, 40, true },
		{ 16, 2, 43, 42, false }, { 16, 2, 44, 44, true }, { 16, 1, 42, 42, true },
		{ 12, 3, 40, 48, false }, { 14, 3, 48, 48, false }, { 16, 3, 48, 48, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fake *f = fake_new(test);

		f->hw.oas = rows[i].oas;
		fake_ste_s2(f->w.ste.w, rows[i].granule, rows[i].ia, rows[i].sl0, rows[i].oas,
			    table_at(0));
		KUNIT_EXPECT_EQ_MSG(test, fake_from(f, 2)->event,
				    rows[i].fits ? EVT_F_TRANSLATION : EVT_C_BAD_STE, "row %u: %s", i,
				    f->w.why);
	}
}

/* --- permissions --- */

static bool lets(struct fake *f, u8 stage, enum smmux_walk_access access)
{
	f->q.access = access;
	return fake_from(f, stage)->end == SMMUX_WALK_TRANSLATED;
}

/* All of AP, XN, and the same in the table above; as a user and privileged. */
static void permissions_s1(struct kunit *test)
{
	unsigned int bits;

	for (bits = 0; bits < 1 << 9 && !has_failed(test); bits++) {
		struct fake *f = fake_new(test);
		bool user = bits & 1, ro = bits & 2, uxn = bits & 4, pxn = bits & 8;
		bool no_user = bits & 16, table_ro = bits & 32, wxn = bits & 64, pan = bits & 128;
		bool priv = bits & 256, r, w, x;
		u64 low = 0x703 | (user ? 1 << 6 : 0) | (ro ? 1 << 7 : 0) |
			  (uxn ? 1ULL << 54 : 0) | (pxn ? 1ULL << 53 : 0);
		u64 above = 3 | (no_user ? 1ULL << 61 : 0) | (table_ro ? 1ULL << 62 : 0);

		user = user && !no_user;
		ro = ro || table_ro;
		r = priv ? !(pan && user) : user;
		w = r && !ro;
		x = priv ? !pxn && !(user && !ro) && !(wxn && !ro) :
			   user && !uxn && !(wxn && !ro);
		fake_cd(f->w.cd.w, 12, 30, 48, table_at(0));
		f->w.cd.w[0] |= (wxn ? 1ULL << 36 : 0) | (pan ? 1ULL << 40 : 0);
		f->w.ste.w[1] = priv ? 3ULL << 48 : 0;
		fake_put(test, f, table_at(0) + 8, table_at(1) | above);
		fake_put(test, f, table_at(1), 0x4000 | low);
		f->q.iova = 0x200000;
		KUNIT_EXPECT_EQ_MSG(test, lets(f, 1, SMMUX_WALK_READ), r, "read, %#x", bits);
		KUNIT_EXPECT_EQ_MSG(test, lets(f, 1, SMMUX_WALK_WRITE), w, "write, %#x", bits);
		if (!w) {
			KUNIT_EXPECT_EQ(test, f->w.event, EVT_F_PERMISSION);
			KUNIT_EXPECT_EQ(test, f->w.level, 3);
		}
		KUNIT_EXPECT_EQ_MSG(test, lets(f, 1, SMMUX_WALK_EXEC), x, "exec, %#x", bits);
		kunit_kfree(test, f);
	}
}

/* XN of tables, and EL2, which has no user accesses. */
static void permissions_more(struct kunit *test)
{
	struct fake *f = fake_new(test);

	fake_cd(f->w.cd.w, 12, 30, 48, table_at(0));
	fake_put(test, f, table_at(0) + 8, table_at(1) | 3 | 1ULL << 60);
	fake_put(test, f, table_at(1), 0x4743);
	f->q.iova = 0x200000;
	KUNIT_EXPECT_FALSE(test, lets(f, 1, SMMUX_WALK_EXEC));
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_READ));
	fake_put(test, f, table_at(0) + 8, table_at(1) | 3 | 1ULL << 59);
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_EXEC));
	f->w.ste.w[1] = 3ULL << 48;
	fake_put(test, f, table_at(1), 0x4783);
	KUNIT_EXPECT_FALSE(test, lets(f, 1, SMMUX_WALK_EXEC));
	f->w.ste.w[1] = 2ULL << 30;
	fake_put(test, f, table_at(1), 0x4703);
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_WRITE));
	/* A writable page stays executable for a privileged access there. */
	f->w.ste.w[1] = 2ULL << 30 | 3ULL << 48;
	fake_put(test, f, table_at(0) + 8, table_at(1) | 3);
	fake_put(test, f, table_at(1), 0x4743);
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_EXEC));
}

static void permissions_s2(struct kunit *test)
{
	unsigned int bits;

	for (bits = 0; bits < 1 << 6; bits++) {
		struct fake *f = fake_new(test);
		bool r = bits & 1, w = bits & 2, xn1 = bits & 8, xn0 = bits & 4;
		bool xnx = bits & 16, priv = bits & 32, x;

		x = !xnx ? !xn1 : !xn1 && !xn0 ? true : xn1 && !xn0 ? false : xn1 ? priv : !priv;
		f->hw.xnx = xnx;
		fake_ste_s2(f->w.ste.w, 12, 32, 1, 48, table_at(0));
		f->w.ste.w[1] = priv ? 3ULL << 48 : 0;
		fake_put(test, f, table_at(0), 0x40000000 | 0x73d | (bits & 3) << 6 |
			 (u64)(bits >> 2 & 3) << 53);
		KUNIT_EXPECT_EQ_MSG(test, lets(f, 2, SMMUX_WALK_READ), r, "read, %#x", bits);
		KUNIT_EXPECT_EQ_MSG(test, lets(f, 2, SMMUX_WALK_WRITE), w, "write, %#x", bits);
		KUNIT_EXPECT_EQ_MSG(test, lets(f, 2, SMMUX_WALK_EXEC), x, "exec, %#x", bits);
	}
}

/* The permissions of a descriptor without a walk. */
static void permissions_alone(struct kunit *test)
{
	static const struct {
		u8 stage;
		u64 desc;
		bool r, w, x;
	} rows[] = {
		{ 1, 0x743, true, true, true }, { 1, 0x7c3, true, false, true },
		{ 1, 0x703, false, false, false }, { 1, 0x743 | 1ULL << 54, true, true, false },
		{ 2, 0x7ff, true, true, true }, { 2, 0x77f, true, false, true },
		{ 2, 0x7bf, false, true, true }, { 2, 0x73f, false, false, true },
		{ 2, 0x7ff | 1ULL << 54, true, true, false },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct smmux_walk_regime r = { .stage = rows[i].stage, .granule = 12 };
		bool read, write, exec;

		smmux_walk_allows(&r, rows[i].desc, &read, &write, &exec);
		KUNIT_EXPECT_EQ_MSG(test, read, rows[i].r, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, write, rows[i].w, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, exec, rows[i].x, "row %u", i);
	}
}

/* AF and DBM, with and without hardware updates. */
static void updates(struct kunit *test)
{
	struct fake *f = fake_new(test);
	const u64 at = table_at(0), clean = 0x40000000 | 0x7c1 | 1ULL << 51;

	fake_cd(f->w.cd.w, 12, 31, 48, at);
	fake_put(test, f, at, 0x40000000 | 0x341);
	KUNIT_EXPECT_FALSE(test, lets(f, 1, SMMUX_WALK_READ));
	KUNIT_EXPECT_EQ(test, f->w.event, EVT_F_ACCESS);
	KUNIT_EXPECT_EQ(test, f->w.level, 1);
	f->w.cd.w[0] |= 1ULL << 35;			/* AFFD */
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_READ));
	KUNIT_EXPECT_FALSE(test, f->w.sets_af);
	f->w.cd.w[0] ^= 1ULL << 35 | 1ULL << 43;	/* HA instead */
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_READ));
	KUNIT_EXPECT_TRUE(test, f->w.sets_af);
	fake_put(test, f, at, clean);
	KUNIT_EXPECT_FALSE(test, lets(f, 1, SMMUX_WALK_WRITE));
	KUNIT_EXPECT_EQ(test, f->w.event, EVT_F_PERMISSION);
	f->w.cd.w[0] |= 1ULL << 42;			/* HD as well */
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_WRITE));
	KUNIT_EXPECT_TRUE(test, f->w.sets_dirty);
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_READ));
	KUNIT_EXPECT_FALSE(test, f->w.sets_dirty);
	fake_put(test, f, at, clean & ~(1ULL << 51));
	KUNIT_EXPECT_FALSE(test, lets(f, 1, SMMUX_WALK_WRITE));
	/* A dirty page is not marked again. */
	fake_put(test, f, at, clean & ~(1ULL << 7));
	KUNIT_EXPECT_TRUE(test, lets(f, 1, SMMUX_WALK_WRITE));
	KUNIT_EXPECT_FALSE(test, f->w.sets_dirty);
	/* A restriction of the table above still applies. */
	fake_put(test, f, at, table_at(1) | 3 | 1ULL << 62);
	fake_put(test, f, table_at(1), clean & ~(1ULL << 30));
	KUNIT_EXPECT_FALSE(test, lets(f, 1, SMMUX_WALK_WRITE));
	KUNIT_EXPECT_EQ(test, f->w.level, 2);
}

/* S2AP of a clean page: read only; S2AFFD 53, S2HD 55, S2HA 56. */
static void updates_s2(struct kunit *test)
{
	struct fake *f = fake_new(test);
	const u64 at = table_at(0), clean = 0x40000000 | 0x77d | 1ULL << 51;

	fake_ste_s2(f->w.ste.w, 12, 32, 1, 48, at);
	fake_put(test, f, at, 0x40000000 | 0x37d);
	KUNIT_EXPECT_FALSE(test, lets(f, 2, SMMUX_WALK_READ));
	KUNIT_EXPECT_EQ(test, f->w.event, EVT_F_ACCESS);
	f->w.ste.w[2] |= 1ULL << 53;
	KUNIT_EXPECT_TRUE(test, lets(f, 2, SMMUX_WALK_READ));
	KUNIT_EXPECT_FALSE(test, f->w.sets_af);
	f->w.ste.w[2] ^= 1ULL << 53 | 1ULL << 56;
	KUNIT_EXPECT_TRUE(test, lets(f, 2, SMMUX_WALK_READ));
	KUNIT_EXPECT_TRUE(test, f->w.sets_af);
	fake_put(test, f, at, clean);
	KUNIT_EXPECT_FALSE(test, lets(f, 2, SMMUX_WALK_WRITE));
	f->w.ste.w[2] |= 1ULL << 55;
	KUNIT_EXPECT_TRUE(test, lets(f, 2, SMMUX_WALK_WRITE));
	KUNIT_EXPECT_TRUE(test, f->w.sets_dirty);
	KUNIT_EXPECT_TRUE(test, lets(f, 2, SMMUX_WALK_READ));
	KUNIT_EXPECT_FALSE(test, f->w.sets_dirty);
	fake_put(test, f, at, clean | 1 << 7);
	KUNIT_EXPECT_TRUE(test, lets(f, 2, SMMUX_WALK_WRITE));
	KUNIT_EXPECT_FALSE(test, f->w.sets_dirty);
	fake_put(test, f, at, clean & ~(1ULL << 51));
	KUNIT_EXPECT_FALSE(test, lets(f, 2, SMMUX_WALK_WRITE));
}

/* An output address that is one bit too large, in a table and in a block descriptor. */
static void address_size(struct kunit *test)
{
	static const u8 sizes[] = { 32, 36, 40, 42, 44 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct fake *f = fake_new(test);
		u64 over = 1ULL << sizes[i];

		fake_cd(f->w.cd.w, 12, 39, sizes[i], 0x10000);
		fake_put(test, f, 0x10000, (over - (1 << 30)) | 0x741);
		fake_put(test, f, 0x10008, over | 0x741);
		fake_put(test, f, 0x10010, over | 3);
		KUNIT_EXPECT_EQ(test, fake_from(f, 1)->pa, over - (1 << 30));
		f->q.iova = 1ULL << 30;
		KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_ADDR_SIZE);
		KUNIT_EXPECT_EQ(test, f->w.level, 1);
		f->q.iova = 2ULL << 30;
		KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_ADDR_SIZE);
		/* The SMMU's output size is the limit, whatever IPS says. */
		fake_cd(f->w.cd.w, 12, 39, 48, 0x10000);
		f->hw.oas = sizes[i];
		KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_ADDR_SIZE);
		/* The same for the address of the first table. */
		fake_cd(f->w.cd.w, 12, 39, 48, over);
		KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_C_BAD_CD);
	}
}

static void no_memory(struct kunit *test)
{
	struct fake *f = fake_new(test);

	f->hw.oas = 52;
	f->hw.vax = true;
	fake_cd(f->w.cd.w, 16, 42, 52, table_at(0));
	fake_put(test, f, table_at(0), entry(16, FAKE_END, 3));
	KUNIT_EXPECT_EQ(test, fake_from(f, 1)->event, EVT_F_WALK_EABT);
	KUNIT_EXPECT_EQ(test, f->w.fetch, FAKE_END);
	KUNIT_EXPECT_EQ(test, f->w.step[1].kind, SMMUX_WALK_NO_MEMORY);
	KUNIT_EXPECT_FALSE(test, f->w.silent);
}

/* --- words --- */

static void text(struct kunit *test)
{
	static const struct {
		u8 attr;
		const char *text;
	} mair[] = {
		{ 0x00, "Device-nGnRnE" }, { 0x04, "Device-nGnRE" }, { 0x0c, "Device-GRE" },
		{ 0x44, "Normal outer NC inner NC" }, { 0xff, "Normal outer WB-RaWa inner WB-RaWa" },
		{ 0xf4, "Normal outer WB-RaWa inner NC" }, { 0xa1, "Normal outer WT-Ra inner WT-transient-Wa" },
		{ 0xf0, "reserved" }, { 0x03, "reserved" },
	};
	struct smmux_walk_regime r = { .stage = 1, .granule = 12, .mair = 0xf404ff44 };
	struct smmux_walk_step s = { .kind = SMMUX_WALK_PAGE };
	struct rng rng = { smmux_kunit_seed };
	char buf[160];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mair); i++) {
		smmux_walk_mair_text(mair[i].attr, buf, sizeof(buf));
		KUNIT_EXPECT_STREQ(test, buf, mair[i].text);
	}
	s.desc = 0x60000000001747ULL;
	smmux_walk_attrs(&r, &s, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "AF=1 SH=inner AP=rw,user AttrIndx=1(Normal outer WB-RaWa inner WB-RaWa) UXN PXN");
	r.stage = 2;
	s.desc = 0x7ff;
	smmux_walk_attrs(&r, &s, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "AF=1 SH=inner S2AP=rw MemAttr=0xf(Normal outer WB inner WB) XN=0");
	for (i = 0; i < 20000 && !has_failed(test); i++) {
		r.stage = 1 + rng_below(&rng, 2);
		r.fwb = rng_below(&rng, 2);
		r.mair = rng_next(&rng);
		s.kind = rng_below(&rng, SMMUX_NUM_WALK_KINDS);
		s.desc = rng_next(&rng);
		KUNIT_EXPECT_LT(test, smmux_walk_attrs(&r, &s, buf, sizeof(buf)), sizeof(buf) - 1);
		KUNIT_EXPECT_GT(test, strlen(buf), 0);
		KUNIT_EXPECT_NOT_NULL(test, smmux_walk_kind_name(s.kind));
	}
}

static void text_of_tables(struct kunit *test)
{
	static const struct {
		u8 stage, kind;
		bool fwb;
		u64 desc;
		const char *text;
	} rows[] = {
		{ 1, SMMUX_WALK_TABLE, false, 3, "-" },
		{ 1, SMMUX_WALK_TABLE, false, 3 | 1ULL << 62, "removes: write" },
		{ 1, SMMUX_WALK_TABLE, false, 3 | 1ULL << 61, "removes: user" },
		{ 1, SMMUX_WALK_TABLE, false, 3 | 1ULL << 60, "removes: UX" },
		{ 1, SMMUX_WALK_TABLE, false, 3 | 1ULL << 59, "removes: PX" },
		{ 1, SMMUX_WALK_TABLE, false, ~0ULL, "removes: write user UX PX" },
		{ 2, SMMUX_WALK_TABLE, false, ~0ULL, "-" },
		{ 1, SMMUX_WALK_INVALID, false, ~0ULL, "-" },
		{ 2, SMMUX_WALK_BLOCK, false, 1,
		  "AF=0 SH=non S2AP=none MemAttr=0x0(Device-nGnRnE) XN=0" },
		{ 2, SMMUX_WALK_PAGE, false, 0x297 | 3ULL << 51 | 1ULL << 54,
		  "AF=0 SH=outer S2AP=wo MemAttr=0x5(Normal outer NC inner NC) XN=2 DBM contiguous" },
		{ 2, SMMUX_WALK_PAGE, true, 0x45b, "AF=1 SH=non S2AP=ro MemAttr=0x6(forced WB) XN=0" },
		{ 2, SMMUX_WALK_PAGE, true, 0x45f, "AF=1 SH=non S2AP=ro MemAttr=0x7(as stage 1) XN=0" },
		{ 2, SMMUX_WALK_PAGE, true, 0x457, "AF=1 SH=non S2AP=ro MemAttr=0x5(NC or Device) XN=0" },
		{ 2, SMMUX_WALK_PAGE, true, 0x453, "AF=1 SH=non S2AP=ro MemAttr=0x4(reserved) XN=0" },
		{ 2, SMMUX_WALK_PAGE, true, 0x447, "AF=1 SH=non S2AP=ro MemAttr=0x1(Device-nGnRE) XN=0" },
	};
	static const char * const kinds[] = {
		"L1STD", "STE", "L1CD", "CD", "table", "block", "page", "invalid", "reserved",
		"no-memory",
	};
	unsigned int i;
	char buf[160];

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct smmux_walk_regime r = { .stage = rows[i].stage, .granule = 12,
						     .fwb = rows[i].fwb };
		const struct smmux_walk_step s = { .kind = rows[i].kind, .desc = rows[i].desc };

		KUNIT_EXPECT_EQ(test, smmux_walk_attrs(&r, &s, buf, sizeof(buf)),
				(int)strlen(rows[i].text));
		KUNIT_EXPECT_STREQ(test, buf, rows[i].text);
	}
	KUNIT_EXPECT_EQ(test, SMMUX_NUM_WALK_KINDS, (int)ARRAY_SIZE(kinds));
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		KUNIT_EXPECT_STREQ(test, smmux_walk_kind_name(i), kinds[i]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sizes_s1),
	KUNIT_CASE(large),
	KUNIT_CASE(blocks),
	KUNIT_CASE(largest_block),
	KUNIT_CASE(first_table),
	KUNIT_CASE(top_byte),
	KUNIT_CASE(contiguous_s2),
	KUNIT_CASE(last_level),
	KUNIT_CASE(concatenated),
	KUNIT_CASE(early_start),
	KUNIT_CASE(permissions_s1),
	KUNIT_CASE(permissions_more),
	KUNIT_CASE(permissions_s2),
	KUNIT_CASE(permissions_alone),
	KUNIT_CASE(updates),
	KUNIT_CASE(updates_s2),
	KUNIT_CASE(address_size),
	KUNIT_CASE(no_memory),
	KUNIT_CASE(text),
	KUNIT_CASE(text_of_tables),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_walk",
	.test_cases = cases,
};
kunit_test_suite(suite);
