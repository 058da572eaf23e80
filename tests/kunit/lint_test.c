// SPDX-License-Identifier: GPL-2.0
/*
 * lint_test - a finding for every wrong bit of an entry and for each wrong attachment, and
 * none for correct ones.
 */
#include "pure/lint.h"

#include <linux/string.h>

#include "arch/regs.h"
#include "suite.h"

#define MAX_TOLD	8

struct bench {
	struct smmux_lint lint;
	struct smmux_finding list[MAX_TOLD];
};

/* Memory below 4 GiB, and nothing above. */
static bool low(u64 pa)
{
	return !(pa >> 32);
}

static struct smmux_lint *fresh(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->lint = (struct smmux_lint){ .oas = 40, .is_ram = low, .max = MAX_TOLD, .list = b->list };
	return &b->lint;
}

/* Expects exactly this one finding. */
static void expect(struct kunit *test, const struct bench *b, enum smmux_lint_level level,
		   const char *place, const char *text)
{
	KUNIT_ASSERT_EQ_MSG(test, b->lint.num, 1U, "for '%s'", text);
	KUNIT_EXPECT_EQ_MSG(test, b->list[0].level, (u8)level, "for '%s'", text);
	KUNIT_EXPECT_STREQ(test, b->list[0].place, place);
	KUNIT_EXPECT_STREQ(test, b->list[0].text, text);
}

/* STEs and CDs in the forms that the driver makes, without its builders. */
static const struct smmux_ste ste_s1 = { { 0x44cff00b, 0xd6 } };
static const struct smmux_ste ste_abort = { { 0x1 } }, ste_bypass = { { 0x9 } };
static const struct smmux_ste ste_s2 = { { 0xd, 0x100000000000, 0x05c0000000000001, 0x5000 } };
static const struct smmux_cd cd_of_5 = { { 0x0005e200c0000010, 0x1000, 0, 0xff } };

/*
 * Bits that cause errors if they are wrong (IHI 0070 5.2, 5.4).  The others are reserved,
 * hints (MEV 19, ALLOCCFG 40:37), or belong to the unused half of the addresses (T1SZ
 * 21:16, TTB1).
 */
static const u64 ste_matters[8] = {
	0xf80fffffffffffff, 0x000ff01ffa0000ff, 0x07ffffff0000ffff, 0x000ffffffffffff0,
};
static const u64 cd_matters[8] = {
	0xffffffdfc000ffff, 0x000ffffffffffff0, 0, 0xffffffffffffffff,
};

static u8 level_of(const u64 *matters, unsigned int bit)
{
	return matters[bit / 64] & BIT_ULL(bit % 64) ? SMMUX_LINT_ERROR : SMMUX_LINT_WARNING;
}

/* Each bit of each word, toggled: there is a finding, about that bit. */
static void every_ste_bit(struct kunit *test)
{
	const struct smmux_ste * const forms[] = { &ste_s1, &ste_abort, &ste_bypass, &ste_s2 };
	const struct smmux_lint_owner owner = { .any = true };
	unsigned int f, bit;
	struct bench b;

	for (f = 0; f < ARRAY_SIZE(forms); f++) {
		smmux_lint_ste(fresh(&b), 0x28, &owner, forms[f], forms[f]);
		KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
		for (bit = 0; bit < 512; bit++) {
			struct smmux_ste is = *forms[f];

			is.w[bit / 64] ^= BIT_ULL(bit % 64);
			smmux_lint_ste(fresh(&b), 0x28, &owner, &is, forms[f]);
			KUNIT_EXPECT_EQ_MSG(test, b.lint.num, 1U, "form %u bit %u", f, bit);
			KUNIT_EXPECT_EQ_MSG(test, b.list[0].level, level_of(ste_matters, bit),
					    "form %u bit %u", f, bit);
			KUNIT_EXPECT_STREQ(test, b.list[0].place, "sid 0x28");
			KUNIT_EXPECT_FALSE(test, smmux_lint_ste_good(&owner, &is, forms[f]));
			if (has_failed(test))
				return;
		}
	}
}

static void every_cd_bit(struct kunit *test)
{
	unsigned int bit;
	struct bench b;

	smmux_lint_cd(fresh(&b), 0x28, 3, &cd_of_5, &cd_of_5);
	KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
	for (bit = 0; bit < 512 && !has_failed(test); bit++) {
		struct smmux_cd is = cd_of_5, none = {};

		is.w[bit / 64] ^= BIT_ULL(bit % 64);
		smmux_lint_cd(fresh(&b), 0x28, 3, &is, &cd_of_5);
		KUNIT_EXPECT_EQ_MSG(test, b.lint.num, 1U, "bit %u", bit);
		KUNIT_EXPECT_EQ_MSG(test, b.list[0].level, level_of(cd_matters, bit), "bit %u",
				    bit);
		KUNIT_EXPECT_STREQ(test, b.list[0].place, "sid 0x28 ssid 0x3");
		none.w[bit / 64] ^= BIT_ULL(bit % 64);
		smmux_lint_cd(fresh(&b), 0x28, 3, &none, NULL);
		KUNIT_EXPECT_EQ_MSG(test, b.lint.num, 1U, "bit %u of nothing", bit);
		KUNIT_EXPECT_EQ_MSG(test, b.list[0].level, (u8)(bit == 31 ? SMMUX_LINT_ERROR :
				    SMMUX_LINT_WARNING), "bit %u of nothing", bit);
	}
}

static void whole_ste(struct kunit *test)
{
	static const struct smmux_ste ste_zero, ste_config2 = { { 0x5 } };
	struct smmux_lint_owner owner = { .any = true }, nobody = { .any = false };
	struct bench b;

	smmux_lint_ste(fresh(&b), 1, &owner, &ste_abort, &ste_s1);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1",
	       "STE: Config is abort, but its master is attached (s1)");
	smmux_lint_ste(fresh(&b), 1, &owner, &ste_s1, &ste_abort);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1", "STE: Config is s1, but its master is blocked");
	smmux_lint_ste(fresh(&b), 1, &owner, &ste_bypass, &ste_s2);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1", "STE: Config is bypass, not s2");
	smmux_lint_ste(fresh(&b), 1, &nobody, &ste_bypass, &ste_abort);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1",
	       "STE: Config is bypass, but the stream has no master");
	nobody.may_bypass = true;
	smmux_lint_ste(fresh(&b), 1, &nobody, &ste_bypass, &ste_abort);
	KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
	smmux_lint_ste(fresh(&b), 1, &nobody, &ste_s1, &ste_abort);
	KUNIT_EXPECT_EQ(test, b.lint.num, 1U);

	smmux_lint_ste(fresh(&b), 1, &owner, &ste_zero, &ste_abort);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1",
	       "STE: V is 0, but the stream has a master");
	smmux_lint_ste(fresh(&b), 1, &nobody, &ste_zero, &ste_abort);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1",
	       "STE: V is 0, but an unused entry must be valid and abort");
	smmux_lint_ste(fresh(&b), 1, &owner, &ste_config2, &ste_s1);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1", "STE: Config is 2, a reserved value");
}

/* EATS and ATS of the device agree; in quarantine EATS is 0. */
static void eats(struct kunit *test)
{
	struct smmux_lint_owner owner = { .any = true };
	struct smmux_ste eats = ste_s1, other = ste_s1;
	struct bench b;

	owner.ats_on = true;
	smmux_lint_ste(fresh(&b), 1, &owner, &ste_s1, &ste_s1);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1", "STE: EATS is 0, but ATS of the device is on");
	owner.cut = true;
	smmux_lint_ste(fresh(&b), 1, &owner, &ste_s1, &ste_s1);
	KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
	eats.w[1] |= BIT_ULL(28);
	smmux_lint_ste(fresh(&b), 1, &owner, &eats, &ste_s1);
	KUNIT_EXPECT_EQ(test, b.lint.num, 2U);
	KUNIT_EXPECT_STREQ(test, b.list[0].text, "STE: EATS is set, but the device is cut off");
	KUNIT_EXPECT_STREQ(test, b.list[1].text, "STE: EATS is 0x1, not 0x0");
	other.w[0] ^= 0x1000;
	smmux_lint_ste(fresh(&b), 1, &owner, &other, &ste_s1);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1",
	       "STE: S1ContextPtr is 0x44cfe000, not 0x44cff000");
	owner.cut = false;
	smmux_lint_ste(fresh(&b), 1, &owner, &eats, &eats);
	KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
}

static void whole_cd(struct kunit *test)
{
	struct smmux_cd invalid = cd_of_5;
	struct bench b;

	invalid.w[0] &= ~BIT_ULL(31);
	smmux_lint_cd(fresh(&b), 1, 0, &invalid, &cd_of_5);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1", "CD: V is 0, but a domain is attached");
	smmux_lint_cd(fresh(&b), 1, 2, &cd_of_5, NULL);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x1 ssid 0x2",
	       "CD: V is 1 (ASID 5, TTB0 0x1000), but no domain is attached");
	smmux_lint_cd(fresh(&b), 1, 2, &invalid, NULL);
	expect(test, &b, SMMUX_LINT_WARNING, "sid 0x1 ssid 0x2",
	       "CD: V is 0, but other fields are set");
}

static void pointers(struct kunit *test)
{
	struct bench b;

	smmux_lint_strtab_l1(fresh(&b), 0x300, 0x45000009, 0x44000009);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x300", "L1STD: L2Ptr is 0x45000000, not 0x44000000");
	smmux_lint_strtab_l1(fresh(&b), 0x300, 0x144000009, 0x44000009);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x300",
	       "L1STD: L2Ptr is 0x144000000, where there is no memory, not 0x44000000");
	smmux_lint_strtab_l1(fresh(&b), 0x300, 0x10044000009, 0x44000009);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x300",
	       "L1STD: L2Ptr is 0x10044000000, beyond the SMMU's output size, not 0x44000000");
	smmux_lint_strtab_l1(fresh(&b), 0x300, 0x44000000, 0x44000009);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x300", "L1STD: Span is 0x0, not 0x9");
	smmux_lint_strtab_l1(fresh(&b), 0x300, 0x44000009, 0);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x300",
	       "L1STD: it is 0x44000009, but there is no table below it");
	smmux_lint_strtab_l1(fresh(&b), 0x300, 0x144000009, 0);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x300",
	       "L1STD: it is 0x144000009, where there is no memory, but there is no table below it");
	/* Neither is checked with 64 output bits and without is_ram(). */
	fresh(&b);
	b.lint.oas = 64;
	b.lint.is_ram = NULL;
	smmux_lint_strtab_l1(&b.lint, 0x300, 0x10044000009, 0x44000009);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x300",
	       "L1STD: L2Ptr is 0x10044000000, not 0x44000000");
	smmux_lint_strtab_l1(fresh(&b), 0x300, 0x44000009, 0x44000009);
	KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
	smmux_lint_cdtab_l1(fresh(&b), 8, 0x400, 0x44000000, 0x44000001);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x8 ssid 0x400", "L1CD: V is 0x0, not 0x1");
	smmux_lint_cdtab_l1(fresh(&b), 8, 0x400, 0x44000003, 0x44000001);
	expect(test, &b, SMMUX_LINT_WARNING, "sid 0x8 ssid 0x400",
	       "L1CD: reserved bits 0x2 of word 0 are set");
}

/* Three correct attachments to two domains, and one error at a time. */
static void attachments(struct kunit *test)
{
	static const struct smmux_lint_use good[3] = {
		{ 0x10, 0, 1, true, 7, 7, 4, 1, 1 },
		{ 0x18, 2, 1, true, 0, 7, 4, 1, 1 },
		{ 0x20, 0, 2, false, 7, 7, 1, 0, 0 },
	};
	struct smmux_lint_use use[3];
	struct bench b;

	smmux_lint_uses(fresh(&b), good, 3);
	KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
#define WRONG(i, field, val, place, text) do {				\
	memcpy(use, good, sizeof(use));					\
	use[i].field = val;						\
	smmux_lint_uses(fresh(&b), use, 3);				\
	expect(test, &b, SMMUX_LINT_ERROR, place, text);		\
} while (0)
	WRONG(1, inv_tag, 0, "sid 0x18 ssid 0x2", "invs: array of domain 1 lacks its ASID");
	WRONG(2, inv_tag, 0, "sid 0x20", "invs: array of domain 2 lacks its VMID");
	WRONG(0, tag, 8, "sid 0x10", "invs: array of domain 1 has ASID 7, its master has 8");
	WRONG(0, inv_atcs, 0, "sid 0x10", "invs: array of domain 1 lacks 1 of 1 ATC entries");
	WRONG(0, inv_users, 5, "domain 1",
	      "invs: entries for this SMMU have 5 users, attachments account for 4");
	WRONG(2, inv_users, 0, "domain 2",
	      "invs: entries for this SMMU have 0 users, attachments account for 1");
	WRONG(2, stage1, true, "sid 0x20", "invs: domains 1 and 2 both have ASID 7");
#undef WRONG
}

/* Two domains with the same VMID: one finding; two domains without: no shared VMID. */
static void tags_of_two(struct kunit *test)
{
	struct smmux_lint_use use[2] = {
		{ 0x10, 0, 1, false, 7, 7, 1, 0, 0 },
		{ 0x20, 0, 2, false, 7, 7, 1, 0, 0 },
	};
	struct bench b;

	smmux_lint_uses(fresh(&b), use, 2);
	expect(test, &b, SMMUX_LINT_ERROR, "sid 0x20", "invs: domains 1 and 2 both have VMID 7");
	use[0].inv_tag = use[1].inv_tag = 0;
	smmux_lint_uses(fresh(&b), use, 2);
	KUNIT_EXPECT_EQ(test, b.lint.num, 2U);
	KUNIT_EXPECT_STREQ(test, b.list[0].text, "invs: array of domain 1 lacks its VMID");
	KUNIT_EXPECT_STREQ(test, b.list[1].text, "invs: array of domain 2 lacks its VMID");
}

static void registers(struct kunit *test)
{
	struct bench b;

	smmux_lint_reg(fresh(&b), "CR2", 0xf0, 0x0f, 0x00);
	KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
	smmux_lint_reg(fresh(&b), "CR2", 0xf1, 0x0f, 0x02);
	expect(test, &b, SMMUX_LINT_ERROR, "CR2", "register: value is 0xf1, driver wrote 0xf2");
	/* Eight entries: empty, full, over the wrap, one too many. */
	smmux_lint_queue(fresh(&b), "CMDQ", 5, 5, 3);
	smmux_lint_queue(&b.lint, "CMDQ", 5, 13, 3);
	smmux_lint_queue(&b.lint, "CMDQ", 13, 5, 3);
	smmux_lint_queue(&b.lint, "CMDQ", 15, 0, 3);
	smmux_lint_queue(&b.lint, "CMDQ", 0x03000005, 6, 3);
	KUNIT_EXPECT_EQ(test, b.lint.num, 0U);
	smmux_lint_queue(fresh(&b), "CMDQ", 5, 14, 3);
	expect(test, &b, SMMUX_LINT_ERROR, "CMDQ",
	       "register: CONS 0x5 and PROD 0xe are more than 8 entries apart");
	smmux_lint_queue(fresh(&b), "CMDQ", 0x15, 0x15, 3);
	KUNIT_EXPECT_EQ(test, b.lint.num, 1U);
	smmux_lint_queue(fresh(&b), "CMDQ", 0x15, 5, 3);
	KUNIT_EXPECT_EQ(test, b.lint.num, 1U);
	smmux_lint_queue(fresh(&b), "CMDQ", 5, 0x15, 3);
	KUNIT_EXPECT_EQ(test, b.lint.num, 1U);
}

static void more_than_fit(struct kunit *test)
{
	struct bench b;
	unsigned int i;

	fresh(&b);
	b.lint.max = 2;
	for (i = 0; i < 5; i++)
		smmux_lint_say(&b.lint, SMMUX_LINT_ERROR, "here", "number %u", i);
	KUNIT_EXPECT_EQ(test, b.lint.num, 5U);
	KUNIT_EXPECT_STREQ(test, b.list[1].text, "number 1");
	KUNIT_EXPECT_EQ(test, (int)b.list[2].text[0], 0);
	b.lint = (struct smmux_lint){};
	smmux_lint_say(&b.lint, SMMUX_LINT_ERROR, "here", "nowhere to go");
	KUNIT_EXPECT_EQ(test, b.lint.num, 1U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_ste_bit),
	KUNIT_CASE(every_cd_bit),
	KUNIT_CASE(whole_ste),
	KUNIT_CASE(eats),
	KUNIT_CASE(whole_cd),
	KUNIT_CASE(pointers),
	KUNIT_CASE(attachments),
	KUNIT_CASE(tags_of_two),
	KUNIT_CASE(registers),
	KUNIT_CASE(more_than_fit),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_lint",
	.test_cases = cases,
};
kunit_test_suite(suite);
