// SPDX-License-Identifier: GPL-2.0
/*
 * plan_cd_test - context descriptors change while a walker reads them.
 */
#include "pure/cd.h"

#include "plan.h"

enum what { INVALID, VALID };

/* Circumstances in which a field matters (IHI 0070 5.4). */
#define IN_ALL		BIT(0)
#define IN_VALID	BIT(1)
#define IN_LOWER	BIT(2)		/* walks from TTB0 are not disabled */
#define IN_UPPER	BIT(3)

static const struct field fields[] = {
	{ 0, 31, 31, IN_ALL },			/* V */
	{ 0, 5, 0, IN_LOWER },			/* T0SZ */
	{ 0, 7, 6, IN_LOWER },			/* TG0 */
	{ 0, 13, 8, IN_LOWER },			/* IR0 OR0 SH0 */
	{ 0, 14, 14, IN_VALID },		/* EPD0 */
	{ 0, 15, 15, IN_VALID },		/* ENDI */
	{ 0, 21, 16, IN_UPPER },		/* T1SZ */
	{ 0, 23, 22, IN_UPPER },		/* TG1 */
	{ 0, 29, 24, IN_UPPER },		/* IR1 OR1 SH1 */
	{ 0, 30, 30, IN_VALID },		/* EPD1 */
	{ 0, 34, 32, IN_VALID },		/* IPS */
	{ 0, 40, 35, IN_VALID },		/* AFFD WXN UWXN TBI0 TBI1 PAN */
	{ 0, 46, 41, IN_VALID },		/* AA64 HD HA S R A */
	{ 0, 47, 47, IN_VALID },		/* ASET */
	{ 0, 63, 48, IN_VALID },		/* ASID */
	{ 1, 51, 4, IN_LOWER },			/* TTB0 */
	{ 2, 51, 4, IN_UPPER },			/* TTB1 */
	/* Counts even if no walk uses it: the cautious reading. */
	{ 3, 63, 0, IN_VALID },			/* MAIR */
};

static void read_cd(const u64 *ent, struct meaning *m)
{
	u8 in = IN_ALL;

	m->what = bits_of(ent[0], 31, 31) ? VALID : INVALID;
	if (m->what == VALID) {
		in |= IN_VALID;
		if (!bits_of(ent[0], 14, 14))
			in |= IN_LOWER;
		if (!bits_of(ent[0], 30, 30))
			in |= IN_UPPER;
	}
	plan_read_fields(fields, ARRAY_SIZE(fields), in, ent, m);
}

/* A CD has no separate "abort" state: V = 0 aborts. */
static const struct subject cd = {
	.kind = &smmux_cd_kind,
	.read = read_cd,
	.parked = INVALID,
};

#define TAG(n)		((u64)(n) << 48)
/* EPD1 V AA64 R A ASET, IPS 5, T0SZ 16 with inner shareable cached walks. */
#define W0		0x0000e205c0003510ULL
#define EPD0		(1ULL << 14)
#define EPD1		(1ULL << 30)
#define TABLES		0x40010000ULL
#define MAIR		0xf404ff44ULL

static const struct variant variants[] = {
	{ "all zero", { 0 } },
	{ "invalid with leftovers", { ~(1ULL << 31), ~0ULL, ~0ULL, ~0ULL } },
	{ "invalid, was a", { (W0 | TAG(1)) & ~(1ULL << 31), TABLES, 0, MAIR } },
	{ "a", { W0 | TAG(1), TABLES, 0, MAIR } },
	{ "a, another asid", { W0 | TAG(2), TABLES, 0, MAIR } },
	{ "a, other tables", { W0 | TAG(1), TABLES + 0x1000, 0, MAIR } },
	{ "a, both", { W0 | TAG(2), TABLES + 0x1000, 0, MAIR } },
	{ "a, other types", { W0 | TAG(1), TABLES, 0, MAIR ^ 0xff00 } },
	{ "a, tables and types", { W0 | TAG(1), TABLES + 0x1000, 0, MAIR ^ 0xff00 } },
	{ "a, all three", { W0 | TAG(3), TABLES + 0x2000, 0, MAIR ^ 0xff } },
	{ "a, smaller", { (W0 | TAG(1)) ^ 0x35, TABLES, 0, MAIR } },
	{ "a, 64K", { W0 | TAG(1) | 0x40, TABLES, 0, MAIR } },
	{ "a, not cached", { (W0 | TAG(1)) & ~0x3f00ULL, TABLES, 0, MAIR } },
	{ "a, another output size", { (W0 | TAG(1)) ^ 7ULL << 32, TABLES, 0, MAIR } },
	{ "a, stall", { W0 | TAG(1) | 1ULL << 44, TABLES, 0, MAIR } },
	{ "a, updates", { W0 | TAG(1) | 3ULL << 42, TABLES, 0, MAIR } },
	{ "a, shared asid", { (W0 | TAG(1)) & ~(1ULL << 47), TABLES, 0, MAIR } },
	{ "a, big-endian", { W0 | TAG(1) | 1ULL << 15, TABLES, 0, MAIR } },
	{ "a, leftovers in ttb1", { W0 | TAG(1) | 0x3fff0000, TABLES, ~0ULL, MAIR } },
	{ "no walks", { W0 | TAG(1) | EPD0, 0, 0, MAIR } },
	{ "no walks, other types", { W0 | TAG(1) | EPD0, 0, 0, MAIR + 1 } },
	{ "no walks, leftovers", { W0 | TAG(1) | EPD0, TABLES + 0x7000, ~0ULL, MAIR } },
	{ "no walks, another asid", { W0 | TAG(9) | EPD0, TABLES, 0, MAIR } },
	{ "upper only", { ((W0 | TAG(1)) ^ EPD1) | EPD0 | 0x35100000, 0, TABLES, MAIR } },
	{ "upper only, other tables", { ((W0 | TAG(1)) ^ EPD1) | EPD0 | 0x35100000, 0,
					TABLES + 0x4000, MAIR } },
	{ "both halves", { (W0 | TAG(1)) ^ EPD1, TABLES, TABLES + 0x8000, MAIR } },
	{ "both halves, swapped", { (W0 | TAG(1)) ^ EPD1, TABLES + 0x8000, TABLES, MAIR } },
};

static void every_pair(struct kunit *test)
{
	BUILD_BUG_ON(ARRAY_SIZE(variants) < 20);
	plan_check_all(test, &cd, variants, ARRAY_SIZE(variants));
}

static void shape(struct rng *rng, u64 *ent)
{
	if (rng_below(rng, 8))
		ent[0] |= 1ULL << 31;
}

static void random_pairs(struct kunit *test)
{
	plan_check_random(test, &cd, 20000, shape);
}

/* The usual changes of address spaces, and whether each is hitless. */
static void known_plans(struct kunit *test)
{
	struct smmux_cd_s1 s1 = { .ttbr = TABLES, .mair = MAIR, .asid = 1, .tsz = 16 };
	struct smmux_cd none = {}, a, asid, tables, both;
	struct smmux_entry_plan plan;

	smmux_cd_s1(&a, &s1);
	s1.asid = 2;
	smmux_cd_s1(&asid, &s1);
	s1.ttbr += 0x1000;
	smmux_cd_s1(&both, &s1);
	s1.asid = 1;
	smmux_cd_s1(&tables, &s1);

#define EXPECT_PLAN(from, to, num, breaks) do {					\
	smmux_entry_plan(&smmux_cd_kind, (from).w, (to).w, &plan);		\
	KUNIT_EXPECT_EQ_MSG(test, plan.phases, num, #from " to " #to);		\
	KUNIT_EXPECT_EQ_MSG(test, plan.breaking, breaks, #from " to " #to);	\
} while (0)
	EXPECT_PLAN(a, a, 0, false);
	EXPECT_PLAN(none, a, 2, false);
	EXPECT_PLAN(a, none, 2, false);
	EXPECT_PLAN(a, asid, 1, false);
	EXPECT_PLAN(a, tables, 1, false);
	EXPECT_PLAN(a, both, 3, true);
#undef EXPECT_PLAN
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_pair),
	KUNIT_CASE_SLOW(random_pairs),
	KUNIT_CASE(known_plans),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_plan_cd",
	.test_cases = cases,
};
kunit_test_suite(suite);
