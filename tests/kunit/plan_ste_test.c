// SPDX-License-Identifier: GPL-2.0
/*
 * plan_ste_test - stream table entries change while a walker reads them.
 */
#include "pure/ste.h"

#include "plan.h"

enum what { INVALID, ABORT, BYPASS, S1, S2, NESTED };

/* Circumstances in which a field matters (IHI 0070 5.2). */
#define IN_LIVE		BIT(0)		/* traffic is translated or bypasses */
#define IN_S1		BIT(1)
#define IN_S2		BIT(2)
#define IN_SUBSTREAMS	BIT(3)		/* stage 1 with more than one CD */
#define IN_INCOMING	BIT(4)		/* some traffic bypasses stage 1 */
#define IN_ALL		BIT(5)
#define IN_VALID	BIT(6)

/* EATS (word 1, 29:28) is left out: it may change at any time, see ste.c. */
static const struct field fields[] = {
	{ 0, 0, 0, IN_ALL },			/* V */
	{ 0, 3, 3, IN_VALID },			/* Config: 0b0xx aborts, whatever xx */
	{ 0, 2, 1, IN_LIVE },
	{ 0, 5, 4, IN_SUBSTREAMS },		/* S1Fmt */
	{ 0, 51, 6, IN_S1 },			/* S1ContextPtr */
	{ 0, 63, 59, IN_S1 },			/* S1CDMax */
	{ 1, 1, 0, IN_SUBSTREAMS },		/* S1DSS */
	{ 1, 3, 2, IN_S1 },			/* S1CIR */
	{ 1, 5, 4, IN_S1 },			/* S1COR */
	{ 1, 7, 6, IN_S1 },			/* S1CSH */
	{ 1, 19, 19, IN_S1 | IN_S2 },		/* MEV */
	{ 1, 25, 25, IN_S2 },			/* S2FWB */
	{ 1, 27, 27, IN_S1 },			/* S1STALLD */
	{ 1, 31, 30, IN_S1 },			/* STRW */
	{ 1, 35, 32, IN_INCOMING },		/* MemAttr */
	{ 1, 36, 36, IN_INCOMING },		/* MTCFG */
	{ 1, 40, 37, IN_INCOMING },		/* ALLOCCFG */
	{ 1, 45, 44, IN_INCOMING },		/* SHCFG */
	{ 1, 47, 46, IN_INCOMING },		/* NSCFG */
	{ 1, 49, 48, IN_LIVE },			/* PRIVCFG */
	{ 1, 51, 50, IN_LIVE },			/* INSTCFG */
	{ 2, 15, 0, IN_S1 | IN_S2 },		/* S2VMID: a tag of stage 1 entries too */
	{ 2, 37, 32, IN_S2 },			/* S2T0SZ */
	{ 2, 39, 38, IN_S2 },			/* S2SL0 */
	{ 2, 41, 40, IN_S2 },			/* S2IR0 */
	{ 2, 43, 42, IN_S2 },			/* S2OR0 */
	{ 2, 45, 44, IN_S2 },			/* S2SH0 */
	{ 2, 47, 46, IN_S2 },			/* S2TG */
	{ 2, 50, 48, IN_S2 },			/* S2PS */
	{ 2, 58, 51, IN_S2 },			/* AA64 ENDI AFFD PTW HD HA S R */
	{ 3, 51, 4, IN_S2 },			/* S2TTB */
};

static void read_ste(const u64 *ent, struct meaning *m)
{
	static const u8 what_is[8] = { ABORT, ABORT, ABORT, ABORT, BYPASS, S1, S2, NESTED };
	u8 in = IN_ALL;

	m->what = INVALID;
	if (bits_of(ent[0], 0, 0)) {
		m->what = what_is[bits_of(ent[0], 3, 1)];
		in |= IN_VALID;
	}
	if (m->what >= BYPASS)
		in |= IN_LIVE;
	if (m->what == S1 || m->what == NESTED) {
		in |= IN_S1;
		if (bits_of(ent[0], 63, 59)) {
			in |= IN_SUBSTREAMS;
			if (bits_of(ent[1], 1, 0) == 1)
				in |= IN_INCOMING;
		}
	}
	if (m->what == S2 || m->what == NESTED)
		in |= IN_S2;
	if (m->what == BYPASS || in & IN_S2)
		in |= IN_INCOMING;
	plan_read_fields(fields, ARRAY_SIZE(fields), in, ent, m);
}

static const struct subject ste = {
	.kind = &smmux_ste_kind,
	.read = read_ste,
	.parked = ABORT,
	.loose = 0x30000000,
};

/* Words by hand: V, Config and the stage 1 fields of word 0. */
#define W0_S1(table, fmt, cdmax)	(0xbULL | (table) | (fmt) << 4 | (u64)(cdmax) << 59)
#define W0_S2				0xdULL
#define W0_NESTED(table, fmt, cdmax)	(W0_S1(table, fmt, cdmax) | 0x4)
#define CACHED				0xd4ULL		/* S1CIR, S1COR, S1CSH */
#define ATS				(1ULL << 28)
#define SPLIT_ATS			(2ULL << 28)
#define STALLD				(1ULL << 27)
#define INCOMING			(1ULL << 44)	/* SHCFG */
#define GEOMETRY			0x0449600500000000ULL
#define STALL2				(1ULL << 57)
#define VTTBR				0x00000000abcd0000ULL

static const struct variant variants[] = {
	{ "all zero", { 0 } },
	{ "invalid with leftovers", { ~1ULL, ~0ULL, ~0ULL, ~0ULL } },
	{ "invalid, was s1", { W0_S1(0x1000, 0, 0) & ~1ULL, CACHED } },
	{ "abort", { 1 } },
	{ "abort of another code", { 0x3 } },
	{ "abort with leftovers", { 0xf80ffffffffffff1, ~0ULL, ~0ULL, ~0ULL } },
	{ "bypass", { 0x9 } },
	{ "bypass, attributes as they come", { 0x9, INCOMING } },
	{ "bypass, outer shareable", { 0x9, 2ULL << 44 } },
	{ "bypass, a memory type", { 0x9, INCOMING | 0x15ULL << 32 } },
	{ "bypass, allocation hints", { 0x9, 0xfULL << 37 } },
	{ "bypass, privileged", { 0x9, INCOMING | 3ULL << 48 } },
	{ "bypass, as data", { 0x9, INCOMING | 2ULL << 50 } },
	{ "bypass with leftovers", { W0_S1(0x5000, 2, 9) ^ 0x2, CACHED, 7, VTTBR } },
	{ "s1", { W0_S1(0x1000, 0, 0), CACHED } },
	{ "s1, another table", { W0_S1(0xf2000, 0, 0), CACHED } },
	{ "s1, dss that does not count", { W0_S1(0x1000, 0, 0), CACHED | 1 } },
	{ "s1, another vmid", { W0_S1(0x1000, 0, 0), CACHED, 3 } },
	{ "s1, vmid and table", { W0_S1(0x3000, 0, 0), CACHED, 5 } },
	{ "s1, ats", { W0_S1(0x1000, 0, 0), CACHED | ATS } },
	{ "s1, ats, another table", { W0_S1(0xf2000, 0, 0), CACHED | ATS } },
	{ "s1, no stall", { W0_S1(0x1000, 0, 0), CACHED | STALLD } },
	{ "s1, no stall, another table", { W0_S1(0xf2000, 0, 0), CACHED | STALLD } },
	{ "s1, not cached", { W0_S1(0x1000, 0, 0), 0 } },
	{ "s1, events merged", { W0_S1(0x1000, 0, 0), CACHED | 1ULL << 19 } },
	{ "s1, el2", { W0_S1(0x1000, 0, 0), CACHED | 2ULL << 30 } },
	{ "s1, unprivileged", { W0_S1(0x1000, 0, 0), CACHED | 2ULL << 48 } },
	{ "s1, 4 cds, ssid 0", { W0_S1(0x1000, 0, 2), CACHED | 2 } },
	{ "s1, 4 cds, terminate", { W0_S1(0x1000, 0, 2), CACHED } },
	{ "s1, 4 cds, around", { W0_S1(0x1000, 0, 2), CACHED | 1 } },
	{ "s1, 4 cds, around as it comes", { W0_S1(0x1000, 0, 2), CACHED | 1 | INCOMING } },
	{ "s1, 2 levels", { W0_S1(0x8000, 1, 10), CACHED | 2 } },
	{ "s1, 2 levels of 64K", { W0_S1(0x8000, 2, 20), CACHED | 2 } },
	{ "s1, 2 levels, ats", { W0_S1(0x8000, 1, 10), CACHED | 2 | ATS } },
	{ "s1, 2 levels, around, split ats", { W0_S1(0x8000, 1, 10),
					       CACHED | 1 | INCOMING | SPLIT_ATS } },
	{ "s2", { W0_S2, INCOMING, GEOMETRY | 1, VTTBR } },
	{ "s2, another vmid", { W0_S2, INCOMING, GEOMETRY | 2, VTTBR } },
	{ "s2, other tables", { W0_S2, INCOMING, GEOMETRY | 1, VTTBR + 0x10000 } },
	{ "s2, both", { W0_S2, INCOMING, GEOMETRY | 2, VTTBR + 0x10000 } },
	{ "s2, another size", { W0_S2, INCOMING, GEOMETRY ^ 0x1f00000000, VTTBR } },
	{ "s2, another level", { W0_S2, INCOMING, GEOMETRY ^ 0xc000000000, VTTBR } },
	{ "s2, another granule", { W0_S2, INCOMING, GEOMETRY ^ 0xc00000000000, VTTBR } },
	{ "s2, another output size", { W0_S2, INCOMING, GEOMETRY ^ 0x7000000000000, VTTBR } },
	{ "s2, other walks", { W0_S2, INCOMING, GEOMETRY ^ 0x3f0000000000, VTTBR } },
	{ "s2, updates", { W0_S2, INCOMING, GEOMETRY | 3ULL << 55, VTTBR } },
	{ "s2, stall", { W0_S2, INCOMING, GEOMETRY | 1 | STALL2, VTTBR } },
	{ "s2, ats", { W0_S2, INCOMING | ATS, GEOMETRY | 1, VTTBR } },
	{ "s2, ats and stall", { W0_S2, INCOMING | ATS, GEOMETRY | 1 | STALL2, VTTBR } },
	{ "s2, write-back", { W0_S2, INCOMING | 1ULL << 25, GEOMETRY | 1, VTTBR } },
	{ "s2, other attributes", { W0_S2, 2ULL << 44, GEOMETRY | 1, VTTBR } },
	{ "s2, leftovers of s1", { W0_S1(0x1000, 0, 2) ^ 0x6, CACHED | INCOMING | 2,
				   GEOMETRY | 1, VTTBR } },
	{ "nested", { W0_NESTED(0x1000, 0, 0), CACHED | INCOMING, GEOMETRY | 1, VTTBR } },
	{ "nested, another cd table", { W0_NESTED(0x2000, 0, 0), CACHED | INCOMING,
					GEOMETRY | 1, VTTBR } },
	{ "nested, another vmid", { W0_NESTED(0x1000, 0, 0), CACHED | INCOMING,
				    GEOMETRY | 2, VTTBR } },
	{ "nested, 4 cds, around", { W0_NESTED(0x1000, 0, 2), CACHED | INCOMING | 1,
				     GEOMETRY | 1, VTTBR } },
	{ "nested, ats", { W0_NESTED(0x1000, 0, 0), CACHED | INCOMING | ATS,
			   GEOMETRY | 1, VTTBR } },
};

static void every_pair(struct kunit *test)
{
	BUILD_BUG_ON(ARRAY_SIZE(variants) < 40);
	plan_check_all(test, &ste, variants, ARRAY_SIZE(variants));
}

/* Nearly always valid, rarely aborting, often with few CDs. */
static void shape(struct rng *rng, u64 *ent)
{
	if (rng_below(rng, 8))
		ent[0] |= 1;
	if (rng_below(rng, 8))
		ent[0] |= 0x8;
	if (!rng_below(rng, 3))
		ent[0] &= ~bits_mask(63, 59);
}

static void random_pairs(struct kunit *test)
{
	plan_check_random(test, &ste, 20000, shape);
}

/* The usual changes of streams, with the expected phases. */
static void known_plans(struct kunit *test)
{
	struct smmux_ste abort, bypass, s1, other, s2;
	struct smmux_entry_plan plan;

	smmux_ste_abort(&abort);
	smmux_ste_bypass(&bypass, true);
	smmux_ste_s1(&s1, &(struct smmux_ste_s1){ .cdtab = 0x1000 });
	smmux_ste_s1(&other, &(struct smmux_ste_s1){ .cdtab = 0x1000, .no_stall = true });
	smmux_ste_s2(&s2, &(struct smmux_ste_s2){ .vttbr = 0x4000, .vmid = 1 });

#define EXPECT_PLAN(from, to, num, breaks) do {					\
	smmux_entry_plan(&smmux_ste_kind, (from).w, (to).w, &plan);		\
	KUNIT_EXPECT_EQ_MSG(test, plan.phases, num, #from " to " #to);		\
	KUNIT_EXPECT_EQ_MSG(test, plan.breaking, breaks, #from " to " #to);	\
} while (0)
	EXPECT_PLAN(abort, abort, 0, false);
	EXPECT_PLAN(abort, s1, 2, false);
	EXPECT_PLAN(s1, abort, 2, false);
	EXPECT_PLAN(abort, s2, 2, false);
	EXPECT_PLAN(s1, other, 1, false);
	EXPECT_PLAN(bypass, s1, 3, false);
	/* Both use VMID, one of them only as a tag. */
	EXPECT_PLAN(s1, s2, 3, true);
	EXPECT_PLAN(s2, s1, 3, true);
#undef EXPECT_PLAN
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_pair),
	KUNIT_CASE_SLOW(random_pairs),
	KUNIT_CASE(known_plans),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_plan_ste",
	.test_cases = cases,
};
kunit_test_suite(suite);
