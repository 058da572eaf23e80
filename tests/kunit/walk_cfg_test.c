// SPDX-License-Identifier: GPL-2.0
/*
 * walk_cfg_test - from StreamID to tables: each event that a walk can end with, and both
 * stages one after the other.
 *
 * In the modelled SMMU StreamID 0x123 leads, through two levels, to a CD and to one
 * block of 1G at level 1; each row of a table damages one field.
 */
#include "pure/walk.h"

#include <linux/string.h>

#include "walk_fake.h"

#define SID	0x123u
#define L1	0x10000ULL		/* stream table, SPLIT 8 */
#define L2	0x20000ULL
#define CDS	0x30000ULL		/* CD table, or its first level */
#define CD_L2	0x40000ULL
#define TTB	0x50000ULL
#define S2TTB	0x60000ULL
#define PA	0x40000000ULL
#define STE_AT	(L2 + (SID & 0xff) * 64)

static void put_entry(struct kunit *test, struct fake *f, u64 at, const u64 w[8])
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		if (w[i])
			fake_put(test, f, at + i * 8, w[i]);
}

/* Config 5 3:1, S1CDMax 63:59; S1DSS 2. */
static struct fake *stage1(struct kunit *test, u8 cdmax)
{
	struct fake *f = fake_new(test);
	u64 ste[8] = { 0xb | CDS | (u64)cdmax << 59, 2 }, cd[8];

	f->hw.strtab_base = L1;
	f->hw.strtab_cfg = 1 << 16 | 8 << 6 | 16;
	f->q.sid = SID;
	f->q.iova = 0x1234;
	fake_cd(cd, 12, 39, 48, TTB);
	fake_put(test, f, L1 + (SID >> 8) * 8, L2 | 9);
	put_entry(test, f, STE_AT, ste);
	put_entry(test, f, CDS, cd);
	fake_put(test, f, TTB, PA | 0x741);
	return f;
}

static void whole(struct kunit *test)
{
	struct fake *f = stage1(test, 0);
	const struct smmux_walk *w = fake_walk(f);

	KUNIT_EXPECT_EQ_MSG(test, w->end, SMMUX_WALK_TRANSLATED, "%s", w->why);
	KUNIT_EXPECT_EQ(test, w->pa, PA | 0x1234);
	KUNIT_EXPECT_EQ(test, w->num_steps, 4);
	KUNIT_EXPECT_EQ(test, w->step[0].at, L1 + 8);
	KUNIT_EXPECT_EQ(test, w->step[0].out, L2);
	KUNIT_EXPECT_EQ(test, w->step[1].at, STE_AT);
	KUNIT_EXPECT_EQ(test, w->step[2].at, CDS);
	KUNIT_EXPECT_EQ(test, w->step[3].at, TTB);
	KUNIT_EXPECT_TRUE(test, w->r && w->w && w->x);
	/* A linear stream table. */
	f->hw.strtab_base = L2 - 0x10000;
	f->hw.strtab_cfg = 9;
	fake_put(test, f, L2 - 0x10000 + SID * 64, 9);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->end, SMMUX_WALK_BYPASSED);
	KUNIT_EXPECT_EQ(test, w->pa, 0x1234);
	KUNIT_EXPECT_EQ(test, w->num_steps, 1);
}

/* Bases and pointers are aligned to their tables: lower bits, and RA 62, are ignored. */
static void low_bits(struct kunit *test)
{
	struct fake *f = stage1(test, 0);

	/* 256 descriptors of 8 bytes; 256 STEs of 64. */
	f->hw.strtab_base = L1 | 0x7c0 | 1ULL << 62;
	fake_put(test, f, L1 + 8, L2 | 0x3fc0 | 9);
	KUNIT_EXPECT_EQ_MSG(test, fake_walk(f)->end, SMMUX_WALK_TRANSLATED, "%s", f->w.why);
	KUNIT_EXPECT_EQ(test, f->w.step[0].at, L1 + 8);
	KUNIT_EXPECT_EQ(test, f->w.step[1].at, STE_AT);
	/* 512 STEs. */
	f->hw.strtab_base = 0x18000 | 0x7fc0 | 1ULL << 62;
	f->hw.strtab_cfg = 9;
	fake_put(test, f, 0x18000 + SID * 64, 9);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->end, SMMUX_WALK_BYPASSED);
	KUNIT_EXPECT_EQ(test, f->w.step[0].at, 0x18000 + SID * 64);
}

/* Without memory at an address: the event, and the address that could not be read. */
static void not_read(struct kunit *test)
{
	struct fake *f = stage1(test, 0);

#define UNREAD(name, address) do {						\
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_##name);		\
	KUNIT_EXPECT_EQ(test, f->w.fetch, address);				\
	KUNIT_EXPECT_EQ(test, f->w.step[f->w.num_steps - 1].kind, SMMUX_WALK_NO_MEMORY);	\
	KUNIT_EXPECT_EQ(test, f->w.step[f->w.num_steps - 1].at, address);	\
} while (0)
	f->q.ssid = 0x45;
	fake_put(test, f, STE_AT, FAKE_END | 0xb);
	UNREAD(CD_FETCH, FAKE_END);
	f->q.ssv = true;
	fake_put(test, f, STE_AT, FAKE_END | 0x1b | 18ULL << 59);
	UNREAD(CD_FETCH, FAKE_END + 8);
	fake_put(test, f, STE_AT, CDS | 0x1b | 18ULL << 59);
	fake_put(test, f, CDS + 8, FAKE_END | 1);
	UNREAD(CD_FETCH, FAKE_END + 5 * 64);
	KUNIT_EXPECT_EQ(test, f->w.step[2].out, FAKE_END);
	fake_put(test, f, L1 + 8, FAKE_END | 9);
	UNREAD(STE_FETCH, FAKE_END + (SID & 0xff) * 64);
	f->hw.strtab_base = FAKE_END;
	UNREAD(STE_FETCH, FAKE_END + 8);
#undef UNREAD
}

/* One changed word, and the expected result.  @at 0: only hw or query changes. */
struct spoil {
	const char *what;
	u64 at, word;
	u8 event;
	enum smmux_walk_end end;
	void (*more)(struct fake *f);
};

static void small_table(struct fake *f) { f->hw.strtab_cfg = 1 << 16 | 8 << 6 | 8; }
static void no_s1(struct fake *f) { f->hw.s1 = false; }
static void term_model(struct fake *f) { f->hw.term_model = true; }
static void term_only(struct fake *f) { f->hw.stall_model = 1; }
static void stall_only(struct fake *f) { f->hw.stall_model = 2; }
static void no_httu(struct fake *f) { f->hw.httu = 0; }
static void access_only(struct fake *f) { f->hw.httu = 1; }
static void no_4k(struct fake *f) { f->hw.granules = 0x14000; }
static void no_hyp(struct fake *f) { f->hw.hyp = false; }
static void with_ssid(struct fake *f) { f->q.ssv = true; f->q.ssid = 1; }
static void stt(struct fake *f) { f->hw.stt = true; f->q.iova = 0; }

#define CD0(bits)	(0x6200c0000000ULL | 5ULL << 32 | 25 | (bits))
#define STE1(bits)	(2 | (bits))
#define E(event)	EVT_##event, SMMUX_WALK_EVENT

static const struct spoil spoils[] = {
	{ "beyond the table", 0, 0, E(C_BAD_STREAMID), small_table },
	{ "Span 0", L1 + 8, L2, E(C_BAD_STREAMID) },
	{ "Span too small", L1 + 8, L2 | 6, E(C_BAD_STREAMID) },
	{ "Span too large", L1 + 8, L2 | 10, E(C_BAD_STREAMID) },
	{ "no second level", L1 + 8, FAKE_END | 9, E(F_STE_FETCH) },
	{ "V 0", STE_AT, CDS | 0xa, E(C_BAD_STE) },
	{ "abort", STE_AT, 1, 0, SMMUX_WALK_ABORTED },
	{ "abort, too", STE_AT, 7, 0, SMMUX_WALK_ABORTED },
	{ "bypass", STE_AT, 9, 0, SMMUX_WALK_BYPASSED },
	{ "bypass with SubstreamID", STE_AT, 9, E(C_BAD_SUBSTREAMID), with_ssid },
	{ "no stage 1", 0, 0, E(C_BAD_STE), no_s1 },
	{ "S1CDMax", STE_AT, CDS | 0xb | 21ULL << 59, E(C_BAD_STE) },
	{ "S1STALLD", STE_AT + 8, STE1(1 << 27), E(C_BAD_STE), term_only },
	{ "STRW 1", STE_AT + 8, STE1(1 << 30), E(C_BAD_STE) },
	{ "STRW 2", STE_AT + 8, STE1(2ULL << 30), E(C_BAD_STE), no_hyp },
	{ "no SubstreamIDs", 0, 0, E(C_BAD_SUBSTREAMID), with_ssid },
	{ "no CD", STE_AT, FAKE_END | 0xb, E(F_CD_FETCH) },
	{ "CD V 0", CDS, CD0(0) & ~0x80000000ULL, E(C_BAD_CD) },
	{ "CD AA64 0", CDS, CD0(0) & ~(1ULL << 41), E(C_BAD_CD) },
	{ "CD TG0 3", CDS, CD0(3 << 6), E(C_BAD_CD) },
	{ "CD TG0 not there", 0, 0, E(C_BAD_CD), no_4k },
	{ "CD T0SZ 15", CDS, CD0(0) - 10, E(C_BAD_CD) },
	{ "CD T0SZ 40", CDS, CD0(0) + 15, E(C_BAD_CD) },
	{ "CD T0SZ 40 with STT", CDS, CD0(0) + 15, 0, SMMUX_WALK_TRANSLATED, stt },
	{ "CD T0SZ 49 with STT", CDS, CD0(0) + 24, E(C_BAD_CD), stt },
	{ "CD ENDI", CDS, CD0(1 << 15), E(C_BAD_CD) },
	{ "CD HA", CDS, CD0(1ULL << 43), E(C_BAD_CD), no_httu },
	{ "CD HD without HA", CDS, CD0(1ULL << 42), E(C_BAD_CD) },
	{ "CD HA alone", CDS, CD0(1ULL << 43), 0, SMMUX_WALK_TRANSLATED, access_only },
	{ "CD HD where there is HA alone", CDS, CD0(3ULL << 42), E(C_BAD_CD), access_only },
	{ "CD HD", CDS, CD0(3ULL << 42), 0, SMMUX_WALK_TRANSLATED },
	{ "CD A 0", CDS, CD0(0) & ~(1ULL << 46), E(C_BAD_CD), term_model },
	{ "CD S", CDS, CD0(1ULL << 44), E(C_BAD_CD), term_only },
	{ "CD S 0", 0, 0, E(C_BAD_CD), stall_only },
	{ "CD TTB0", CDS + 8, 1ULL << 49, E(C_BAD_CD) },
	{ "CD EPD0", CDS, CD0(1 << 14), E(F_TRANSLATION) },
	{ "CD EPD0, T0SZ 63", CDS, CD0(1 << 14) | 63, E(F_TRANSLATION) },
	{ "CD EPD0, TG0 3", CDS, CD0(1 << 14 | 3 << 6), E(F_TRANSLATION) },
	{ "nothing there", TTB, 0, E(F_TRANSLATION) },
	{ "AF", TTB, PA | 0x341, E(F_ACCESS) },
	{ "user", TTB, PA | 0x701, E(F_PERMISSION) },
	{ "size", TTB, PA | 0x741 | 1ULL << 47, 0, SMMUX_WALK_TRANSLATED },
	{ "size, IPS", CDS, CD0(0) & ~(7ULL << 32), 0, SMMUX_WALK_TRANSLATED },
	{ "no table", TTB, 3, E(F_TRANSLATION) },
};

static void events(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spoils); i++) {
		const struct spoil *s = &spoils[i];
		struct fake *f = stage1(test, 0);
		const struct smmux_walk *w;

		if (s->at)
			fake_put(test, f, s->at, s->word);
		if (s->more)
			s->more(f);
		w = fake_walk(f);
		KUNIT_EXPECT_EQ_MSG(test, w->end, s->end, "%s: %s", s->what, w->why);
		KUNIT_EXPECT_EQ_MSG(test, w->event, s->event, "%s: %s", s->what, w->why);
		KUNIT_EXPECT_FALSE_MSG(test, w->silent, "%s", s->what);
		KUNIT_EXPECT_NOT_NULL(test, w->why);
	}
}

/* The smallest input sizes: T0SZ 39; with STT 48, or 47 for 64K pages. */
static void small_inputs(struct kunit *test)
{
	static const struct {
		u8 granule;
		bool stt;
		u8 most;
	} rows[] = {
		{ 12, false, 39 }, { 14, false, 39 }, { 16, false, 39 },
		{ 12, true, 48 }, { 14, true, 48 }, { 16, true, 47 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fake *f = fake_new(test);

		f->hw.stt = rows[i].stt;
		fake_cd(f->w.cd.w, rows[i].granule, 64 - rows[i].most, 48, TTB);
		KUNIT_EXPECT_EQ_MSG(test, fake_from(f, 1)->event, EVT_F_TRANSLATION, "row %u: %s",
				    i, f->w.why);
		f->w.cd.w[0]++;
		KUNIT_EXPECT_EQ_MSG(test, fake_from(f, 1)->event, EVT_C_BAD_CD, "row %u", i);
	}
}

/* CD.R, CD.S, S1STALLD, CR2.RECINVSID. */
static void reported(struct kunit *test)
{
	struct fake *f = stage1(test, 0);

	fake_put(test, f, TTB, 0);
	fake_put(test, f, CDS, CD0(0) & ~(1ULL << 45));
	KUNIT_EXPECT_TRUE(test, fake_walk(f)->silent);
	fake_put(test, f, CDS, CD0(1ULL << 44));
	KUNIT_EXPECT_TRUE(test, fake_walk(f)->stalls);
	KUNIT_EXPECT_FALSE(test, f->w.silent);
	fake_put(test, f, STE_AT + 8, STE1(1 << 27));
	KUNIT_EXPECT_FALSE(test, fake_walk(f)->stalls);
	f->hw.records_bad_sid = false;
	fake_put(test, f, L1 + 8, 0);
	KUNIT_EXPECT_TRUE(test, fake_walk(f)->silent);
	KUNIT_EXPECT_EQ(test, f->w.event, EVT_C_BAD_STREAMID);
	/* A table that cannot be read is always reported. */
	fake_put(test, f, L1 + 8, FAKE_END | 9);
	KUNIT_EXPECT_FALSE(test, fake_walk(f)->silent);
	f->q.sid = 1 << 16;
	KUNIT_EXPECT_TRUE(test, fake_walk(f)->silent);
}

/* S2R 58, S2S 57. */
static void reported_s2(struct kunit *test)
{
	struct fake *f = stage1(test, 0);
	const u64 w2 = 1ULL << 51 | 5ULL << 48 | 1ULL << 38 | 25ULL << 32;

	fake_put(test, f, STE_AT, 0xd);
	fake_put(test, f, STE_AT + 24, S2TTB);
	fake_put(test, f, STE_AT + 16, w2);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_TRANSLATION);
	KUNIT_EXPECT_TRUE(test, f->w.silent);
	KUNIT_EXPECT_FALSE(test, f->w.stalls);
	fake_put(test, f, STE_AT + 16, w2 | 1ULL << 58);
	KUNIT_EXPECT_FALSE(test, fake_walk(f)->silent);
	fake_put(test, f, STE_AT + 16, w2 | 1ULL << 57);
	KUNIT_EXPECT_TRUE(test, fake_walk(f)->stalls);
	f->hw.stall_model = 1;
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_C_BAD_STE);
	f->hw.stall_model = 2;
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_TRANSLATION);
	fake_put(test, f, STE_AT + 16, w2);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_C_BAD_STE);
}

/* S1DSS: transactions without a SubstreamID. */
static void substreams(struct kunit *test)
{
	static const struct {
		u8 dss;
		bool ssv;
		u32 ssid;
		u8 event;
		enum smmux_walk_end end;
	} rows[] = {
		{ 0, false, 0, E(F_STREAM_DISABLED) },
		{ 0, true, 0, 0, SMMUX_WALK_TRANSLATED },
		{ 1, false, 0, 0, SMMUX_WALK_BYPASSED },
		{ 1, true, 3, 0, SMMUX_WALK_TRANSLATED },
		{ 2, false, 0, 0, SMMUX_WALK_TRANSLATED },
		{ 2, true, 0, E(F_STREAM_DISABLED) },
		{ 2, true, 3, 0, SMMUX_WALK_TRANSLATED },
		{ 2, true, 4, E(C_BAD_CD) },
		{ 2, true, 15, E(C_BAD_CD) },
		{ 2, true, 16, E(C_BAD_SUBSTREAMID) },
		{ 2, true, 0xfffff, E(C_BAD_SUBSTREAMID) },
		{ 3, true, 3, E(C_BAD_STE) },
	};
	unsigned int i;
	u64 cd[8];

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fake *f = stage1(test, 4);

		fake_cd(cd, 12, 39, 48, TTB);
		put_entry(test, f, CDS + 3 * 64, cd);
		fake_put(test, f, STE_AT + 8, rows[i].dss);
		f->q.ssv = rows[i].ssv;
		f->q.ssid = rows[i].ssid;
		KUNIT_EXPECT_EQ_MSG(test, fake_walk(f)->end, rows[i].end, "row %u: %s", i, f->w.why);
		KUNIT_EXPECT_EQ_MSG(test, f->w.event, rows[i].event, "row %u: %s", i, f->w.why);
		if (f->w.has_cd)
			KUNIT_EXPECT_EQ(test, f->w.cd_ssid, rows[i].ssid);
	}
}

/* CD tables of two levels, of 64 and of 1024 CDs each. */
static void two_levels(struct kunit *test)
{
	static const u32 ssids[] = { 0, 63, 64, 65, 1023, 1024, 2047, 0x3ffff };
	unsigned int fmt, i;

	for (fmt = 1; fmt <= 2; fmt++)
		for (i = 0; i < ARRAY_SIZE(ssids); i++) {
			u8 bits = fmt == 1 ? 6 : 10;
			struct fake *f = stage1(test, 18);
			u64 cd[8], first = 0x900000 + (u64)(ssids[i] >> bits) * 8;

			fake_cd(cd, 12, 39, 48, TTB);
			fake_put(test, f, STE_AT, 0x90000b | fmt << 4 | 18ULL << 59);
			fake_put(test, f, STE_AT + 8, 0);
			fake_put(test, f, first, CD_L2 | 1);
			put_entry(test, f, CD_L2 + (ssids[i] & ((1 << bits) - 1)) * 64, cd);
			f->q.ssv = true;
			f->q.ssid = ssids[i];
			KUNIT_EXPECT_EQ_MSG(test, fake_walk(f)->end, SMMUX_WALK_TRANSLATED,
					    "fmt %u ssid %u: %s", fmt, ssids[i], f->w.why);
			f->q.ssid ^= 1;		/* its neighbour in the same table */
			KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_C_BAD_CD);
			f->q.ssid ^= 1 | 1 << bits;
			KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_C_BAD_SUBSTREAMID);
			f->hw.cdtab_2lvl = false;
			KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_C_BAD_STE);
		}
}

/* --- stage 2, and both --- */

#define S2_W2	(1ULL << 51 | 1ULL << 58 | 5ULL << 48 | 1ULL << 38 | 25ULL << 32)

static void bad_s2(struct kunit *test)
{
	static const struct {
		u64 w2, w3;
		u8 event;
	} rows[] = {
		{ S2_W2, S2TTB, EVT_F_TRANSLATION },
		{ S2_W2 & ~(1ULL << 51), S2TTB, EVT_C_BAD_STE },
		{ S2_W2 | 3ULL << 46, S2TTB, EVT_C_BAD_STE },
		{ S2_W2 | 63ULL << 32, S2TTB, EVT_C_BAD_STE },
		{ S2_W2 & ~(16ULL << 32), S2TTB, EVT_C_BAD_STE },
		{ S2_W2 | 1ULL << 52, S2TTB, EVT_C_BAD_STE },
		{ S2_W2 | 1ULL << 55, S2TTB, EVT_C_BAD_STE },
		{ S2_W2 | 1ULL << 56, S2TTB, EVT_F_TRANSLATION },
		{ S2_W2 | 3ULL << 55, S2TTB, EVT_F_TRANSLATION },
		{ S2_W2, 1ULL << 48, EVT_C_BAD_STE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fake *f = stage1(test, 0);

		fake_put(test, f, STE_AT, 0xd);
		fake_put(test, f, STE_AT + 16, rows[i].w2);
		fake_put(test, f, STE_AT + 24, rows[i].w3);
		KUNIT_EXPECT_EQ_MSG(test, fake_walk(f)->event, rows[i].event, "row %u: %s", i, f->w.why);
		f->q.ssv = true;
		KUNIT_EXPECT_EQ(test, fake_walk(f)->event, rows[i].event == EVT_C_BAD_STE ?
				EVT_C_BAD_STE : EVT_C_BAD_SUBSTREAMID);
		f->hw.s2 = false;
		KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_C_BAD_STE);
	}
}

/* Stage 2 maps the first GB to itself and the second to the fourth. */
static struct fake *nested(struct kunit *test)
{
	struct fake *f = stage1(test, 0);

	fake_put(test, f, STE_AT, 0xf | CDS);
	fake_put(test, f, STE_AT + 16, S2_W2);
	fake_put(test, f, STE_AT + 24, S2TTB);
	fake_put(test, f, S2TTB, 0x7fd);
	fake_put(test, f, S2TTB + 8, 0xc0000000 | 0x7fd);
	return f;
}

static void both(struct kunit *test)
{
	struct fake *f = nested(test);
	const struct smmux_walk *w = fake_walk(f);

	KUNIT_EXPECT_EQ_MSG(test, w->end, SMMUX_WALK_TRANSLATED, "%s", w->why);
	KUNIT_EXPECT_EQ(test, w->pa, 0xc0001234);
	/* L1STD STE, (S2) CD, (S2) TTD, S2. */
	KUNIT_EXPECT_EQ(test, w->num_steps, 7);
	/* Not mapped: the page, the tables, the CD. */
	fake_put(test, f, S2TTB + 8, 0);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, w->stage * 16 + w->class, 32 + EVT_CLASS_IN);
	KUNIT_EXPECT_EQ(test, w->ipa, PA | 0x1234);
	fake_put(test, f, CDS + 8, PA);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, w->stage * 16 + w->class, 32 + EVT_CLASS_TTD);
	KUNIT_EXPECT_EQ(test, w->ipa, PA);
	fake_put(test, f, STE_AT, 0xf | 0x80000000);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, w->stage * 16 + w->class, 32 + EVT_CLASS_CD);
	/* A first level of CDs is one of their structures. */
	fake_put(test, f, STE_AT, 0x1f | 0x80000000 | 1ULL << 59);
	fake_put(test, f, STE_AT + 8, 2);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_TRANSLATION);
	KUNIT_EXPECT_EQ(test, w->stage * 16 + w->class, 32 + EVT_CLASS_CD);
	KUNIT_EXPECT_EQ(test, w->ipa, 0x80000000);
	f->hw.nested = false;
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_C_BAD_STE);
}

/* Stage 1 tables that stage 2 maps as device memory: an error only with S2PTW. */
static void device_tables(struct kunit *test)
{
	struct fake *f = nested(test);

	fake_put(test, f, S2TTB, 0x7c5);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->end, SMMUX_WALK_TRANSLATED);
	fake_put(test, f, STE_AT + 16, S2_W2 | 1ULL << 54);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, f->w.class, EVT_CLASS_CD);
	/* Tables in normal memory, and data in device memory, are allowed. */
	fake_put(test, f, S2TTB, 0x7fd);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->end, SMMUX_WALK_TRANSLATED);
	fake_put(test, f, S2TTB + 8, 0xc0000000 | 0x7c5);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->end, SMMUX_WALK_TRANSLATED);
}

/* The permissions of both stages apply, and the smaller block. */
static void less_of_both(struct kunit *test)
{
	struct fake *f = nested(test);

	fake_put(test, f, S2TTB + 8, 0xc0000000 | 0x77d);
	KUNIT_EXPECT_TRUE(test, fake_walk(f)->r && !f->w.w && f->w.x);
	f->q.access = SMMUX_WALK_WRITE;
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_PERMISSION);
	KUNIT_EXPECT_EQ(test, f->w.stage, 2);
	f->q.access = SMMUX_WALK_READ;
	fake_put(test, f, TTB, 0x55003);
	fake_put(test, f, 0x55000, 0x40200741);
	KUNIT_EXPECT_EQ(test, fake_walk(f)->pa, 0xc0201234);
	KUNIT_EXPECT_EQ(test, f->w.bits, 21);
}

static void too_far(struct kunit *test)
{
	struct fake *f = stage1(test, 0);

	fake_put(test, f, STE_AT, 9);
	f->q.iova = (1ULL << 48) - 1;
	KUNIT_EXPECT_EQ(test, fake_walk(f)->end, SMMUX_WALK_BYPASSED);
	KUNIT_EXPECT_TRUE(test, f->w.r && f->w.w && f->w.x);
	f->q.iova++;
	KUNIT_EXPECT_EQ(test, fake_walk(f)->event, EVT_F_ADDR_SIZE);
	KUNIT_EXPECT_EQ(test, f->w.stage * 16 + f->w.class, 16 + EVT_CLASS_IN);
}

/* A walk ends with any memory contents and any query. */
static void noise(struct kunit *test)
{
	struct rng rng = { smmux_kunit_seed };
	unsigned int i, seen[4] = {};
	struct fake *f = fake_new(test);

	f->noise = &rng;
	for (i = 0; i < 200000 && !has_failed(test); i++) {
		struct smmux_walk_hw *hw = &f->hw;

		hw->oas = 32 + 4 * rng_below(&rng, 6);
		hw->strtab_base = rng_next(&rng);
		hw->strtab_cfg = rng_next(&rng);
		if (i % 4) {
			hw->strtab_cfg = 1 << 16 | 8 << 6 | 32;
			f->num = 0;
			fake_put(test, f, hw->strtab_base & bits_mask(51, 33), 0);
		}
		f->q.sid = rng_sized(&rng);
		f->q.ssid = rng_sized(&rng) & 0xfffff;
		f->q.ssv = rng_below(&rng, 2);
		f->q.iova = rng_sized(&rng);
		f->q.access = rng_below(&rng, 3);
		f->reads = 0;
		fake_walk(f);
		KUNIT_EXPECT_LE(test, f->reads, SMMUX_WALK_STEPS);
		KUNIT_EXPECT_LE(test, f->w.num_steps, SMMUX_WALK_STEPS);
		KUNIT_EXPECT_NOT_NULL(test, f->w.why);
		KUNIT_EXPECT_EQ(test, f->w.end == SMMUX_WALK_EVENT, !!f->w.event);
		seen[f->w.end]++;
		/* Only the tables, from a valid CD with a random TTB. */
		fake_cd(f->w.cd.w, 12 + 2 * rng_below(&rng, 3), 25 + rng_below(&rng, 24), 48,
			rng_next(&rng) & bits_mask(47, 4));
		fake_from(f, 1);
		seen[f->w.end]++;
	}
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_GT_MSG(test, seen[i], 0, "no walk ended with %u", i);
}

static void hw_of_caps(struct kunit *test)
{
	struct smmux_caps caps = { .oas = 44, .ssid_bits = 5, .stall_model = 1, .pgsizes = 0x40211000 };
	struct smmux_walk_hw hw;

	caps.raw.r[SMMUX_REG_IDR0] = 0x3 | 1 << 19 | 2 << 6 | 1 << 26;
	caps.raw.r[SMMUX_REG_IDR3] = 1 << 4;
	caps.feats = BIT(SMMUX_FEAT_S1);
	smmux_walk_hw(&caps, &hw);
	KUNIT_EXPECT_TRUE(test, hw.s1 && !hw.s2 && hw.nested && hw.cdtab_2lvl && !hw.hyp);
	KUNIT_EXPECT_TRUE(test, hw.term_model && hw.xnx && !hw.stt && !hw.vax);
	KUNIT_EXPECT_EQ(test, hw.httu, 2);
	KUNIT_EXPECT_EQ(test, hw.oas, 44);
	KUNIT_EXPECT_EQ(test, hw.granules, 0x11000);
	KUNIT_EXPECT_EQ(test, hw.ssid_bits, 5);
	KUNIT_EXPECT_EQ(test, hw.stall_model, 1);
	KUNIT_EXPECT_TRUE(test, hw.records_bad_sid);
	/* All inverted: HYP, STT, 52-bit input. */
	caps.raw.r[SMMUX_REG_IDR0] = 0x1 | 1 << 9;
	caps.raw.r[SMMUX_REG_IDR3] = 1 << 9;
	caps.feats = BIT(SMMUX_FEAT_S2) | BIT(SMMUX_FEAT_VAX);
	smmux_walk_hw(&caps, &hw);
	KUNIT_EXPECT_TRUE(test, !hw.s1 && hw.s2 && !hw.nested && !hw.cdtab_2lvl && hw.hyp);
	KUNIT_EXPECT_TRUE(test, !hw.term_model && !hw.xnx && hw.stt && hw.vax);
	KUNIT_EXPECT_EQ(test, hw.httu, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(whole),
	KUNIT_CASE(low_bits),
	KUNIT_CASE(not_read),
	KUNIT_CASE(events),
	KUNIT_CASE(small_inputs),
	KUNIT_CASE(reported),
	KUNIT_CASE(reported_s2),
	KUNIT_CASE(substreams),
	KUNIT_CASE(two_levels),
	KUNIT_CASE(bad_s2),
	KUNIT_CASE(both),
	KUNIT_CASE(device_tables),
	KUNIT_CASE(less_of_both),
	KUNIT_CASE(too_far),
	KUNIT_CASE_SLOW(noise),
	KUNIT_CASE(hw_of_caps),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_walk_cfg",
	.test_cases = cases,
};
kunit_test_suite(suite);
