// SPDX-License-Identifier: GPL-2.0
/*
 * ste_test - stream table entries as the builders write them.
 *
 * Positions, IHI 0070 5.2.  Word 0: V 0, Config 3:1, S1Fmt 5:4,
 * S1ContextPtr 51:6, S1CDMax 63:59.  Word 1: S1DSS 1:0, S1CIR 3:2, S1COR 5:4,
 * S1CSH 7:6, S1STALLD 27, EATS 29:28, STRW 31:30, SHCFG 45:44.  Word 2:
 * S2VMID 15:0, S2T0SZ 37:32, S2SL0 39:38, S2IR0 41:40, S2OR0 43:42,
 * S2SH0 45:44, S2TG 47:46, S2PS 50:48, S2AA64 51, S2PTW 54, S2S 57, S2R 58.
 * Word 3: S2TTB 51:4.
 */
#include "pure/ste.h"

#include <linux/string.h>

#include "suite.h"

/* Words 4 to 7 are always 0. */
static void expect_words(struct kunit *test, const struct smmux_ste *ste,
			 u64 w0, u64 w1, u64 w2, u64 w3)
{
	const u64 want[8] = { w0, w1, w2, w3 };
	unsigned int i;

	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ_MSG(test, ste->w[i], want[i], "word %u", i);
}

/* Earlier contents of the caller's buffer must not remain. */
static struct smmux_ste dirty(void)
{
	struct smmux_ste ste;

	memset(&ste, 0xff, sizeof(ste));
	return ste;
}

static void abort_bypass(struct kunit *test)
{
	struct smmux_ste ste = dirty();

	smmux_ste_abort(&ste);
	expect_words(test, &ste, 0x1, 0, 0, 0);
	ste = dirty();
	smmux_ste_bypass(&ste, false);		/* Config 4 */
	expect_words(test, &ste, 0x9, 0, 0, 0);
	ste = dirty();
	smmux_ste_bypass(&ste, true);		/* SHCFG 1: incoming */
	expect_words(test, &ste, 0x9, 0x100000000000, 0, 0);
}

/* Always in word 1: S1CIR 1, S1COR 1, S1CSH 3 = 0xd4. */
static void s1(struct kunit *test)
{
	struct smmux_ste ste = dirty();
	struct smmux_ste_s1 s1 = { .cdtab = 0x12345640 };

	smmux_ste_s1(&ste, &s1);		/* Config 5 */
	expect_words(test, &ste, 0x1234564b, 0xd4, 0, 0);

	s1 = (struct smmux_ste_s1){ .cdtab = ~0ULL, .fmt = 3, .cdmax = 31, .dss = 3,
				    .ats = true, .no_stall = true, .attr_ovr = true };
	ste = dirty();
	smmux_ste_s1(&ste, &s1);
	expect_words(test, &ste, 0xf80ffffffffffffb, 0x180000d7, 0, 0);
}

static void s1_each_field(struct kunit *test)
{
	struct smmux_ste_s1 s1;
	struct smmux_ste ste;

#define WITH(w0, w1, ...) do {							\
	s1 = (struct smmux_ste_s1){ __VA_ARGS__ };				\
	ste = dirty();								\
	smmux_ste_s1(&ste, &s1);						\
	expect_words(test, &ste, 0xb | (w0), 0xd4 | (w1), 0, 0);		\
} while (0)
	WITH(0x000fffffffffffc0, 0, .cdtab = 0x000fffffffffffc0);
	WITH(0x0008000000000000, 0, .cdtab = 0xfff800000000003f);
	WITH(0x10, 0, .fmt = 1);
	WITH(0x20, 0, .fmt = 2);
	WITH(0x0800000000000000, 0, .cdmax = 1);
	WITH(0x8000000000000000, 0, .cdmax = 16);
	WITH(0, 1, .dss = 1);
	WITH(0, 2, .dss = 2);
	WITH(0, 0x10000000, .ats = true);
	WITH(0, 0x08000000, .no_stall = true);
	/* The override applies only to traffic that bypasses stage 1. */
	WITH(0, 0x100000000001, .dss = 1, .attr_ovr = true);
	WITH(0, 2, .dss = 2, .attr_ovr = true);
	WITH(0, 0, .attr_ovr = true);
#undef WITH
}

/* Always in word 2: S2AA64, S2PTW, S2R; in word 1 SHCFG 1. */
static void s2_each_field(struct kunit *test)
{
	struct smmux_ste_s2 s2;
	struct smmux_ste ste;

#define WITH(w1, w2, w3, ...) do {						\
	s2 = (struct smmux_ste_s2){ __VA_ARGS__ };				\
	ste = dirty();								\
	smmux_ste_s2(&ste, &s2);						\
	expect_words(test, &ste, 0xd, 0x100000000000 | (w1),			\
		     0x0448000000000000 | (w2), w3);				\
} while (0)
	WITH(0, 0, 0, .vmid = 0);
	WITH(0, 0xffff, 0, .vmid = 0xffff);
	WITH(0, 0x1900000000, 0, .t0sz = 25);
	WITH(0, 0x3f00000000, 0, .t0sz = 63);
	WITH(0, 0xc000000000, 0, .sl0 = 3);
	WITH(0, 0x10000000000, 0, .ir0 = 1);
	WITH(0, 0x30000000000, 0, .ir0 = 3);
	WITH(0, 0xc0000000000, 0, .or0 = 3);
	WITH(0, 0x300000000000, 0, .sh0 = 3);
	WITH(0, 0x400000000000, 0, .tg = 1);
	WITH(0, 0xc00000000000, 0, .tg = 3);
	WITH(0, 0x1000000000000, 0, .ps = 1);
	WITH(0, 0x7000000000000, 0, .ps = 7);
	WITH(0, 0x0200000000000000, 0, .stall = true);
	WITH(0x10000000, 0, 0, .ats = true);
	WITH(0, 0, 0x000ffffffffffff0, .vttbr = ~0ULL);
	WITH(0, 0, 0x12345670, .vttbr = 0x12345670);
#undef WITH
}

static void names(struct kunit *test)
{
	static const char * const of_config[] = {
		"abort", "abort", "abort", "abort", "bypass", "s1", "s2", "nested",
	};
	struct smmux_ste ste = dirty();
	u64 config;

	for (config = 0; config < 8; config++) {
		ste.w[0] = ~0ULL << 4 | config << 1 | 1;
		KUNIT_EXPECT_STREQ(test, smmux_ste_name(&ste), of_config[config]);
		ste.w[0] &= ~1ULL;
		KUNIT_EXPECT_STREQ(test, smmux_ste_name(&ste), "invalid");
	}
}

/* Only EATS changes: 1 in an entry that translates (Config 5 to 7), else 0. */
static void eats(struct kunit *test)
{
	const u64 others = ~bits_mask(29, 28);
	unsigned int config, valid, before, on;

	for (config = 0; config < 8; config++)
	for (valid = 0; valid < 2; valid++)
	for (before = 0; before < 4; before++)
	for (on = 0; on < 2; on++) {
		bool want = on && valid && config >= 5;
		u64 w0 = ~0ULL << 4 | config << 1 | valid;
		struct smmux_ste ste = dirty();

		ste.w[0] = w0;
		ste.w[1] = others | (u64)before << 28;
		KUNIT_EXPECT_EQ(test, smmux_ste_eats(&ste), before != 0);
		smmux_ste_set_eats(&ste, on);
		KUNIT_EXPECT_EQ_MSG(test, ste.w[1], others | (want ? 1ULL << 28 : 0),
				    "Config %u V %u EATS %u %s", config, valid, before,
				    on ? "on" : "off");
		KUNIT_EXPECT_EQ(test, ste.w[0], w0);
		KUNIT_EXPECT_EQ(test, smmux_ste_eats(&ste), want);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(abort_bypass),
	KUNIT_CASE(s1),
	KUNIT_CASE(s1_each_field),
	KUNIT_CASE(s2_each_field),
	KUNIT_CASE(eats),
	KUNIT_CASE(names),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_ste",
	.test_cases = cases,
};
kunit_test_suite(suite);
