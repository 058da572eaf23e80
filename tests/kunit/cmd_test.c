// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_test - every encoder, compared with words written by hand.
 *
 * Positions, IHI 0070 chapter 4.  Word 0: opcode 7:0, G 9, SSV 11,
 * SubstreamID 31:12, StreamID 63:32; in TLBI commands NUM 16:12,
 * SCALE 24:20, VMID 47:32, ASID 63:48.  Word 1 is described at each test.
 */
#include "pure/cmd.h"

#include "suite.h"

#define EXPECT_CMD(test, call, w0, w1) do {					\
	struct smmux_cmd got_ = (call);						\
										\
	KUNIT_EXPECT_EQ_MSG(test, got_.w[0], (u64)(w0), "word 0 of " #call);	\
	KUNIT_EXPECT_EQ_MSG(test, got_.w[1], (u64)(w1), "word 1 of " #call);	\
} while (0)

/* Word 1: Leaf 0, Range 4:0. */
static void cfgi(struct kunit *test)
{
	EXPECT_CMD(test, smmux_cmd_cfgi_ste(0, false), 0x03, 0);
	EXPECT_CMD(test, smmux_cmd_cfgi_ste(0, true), 0x03, 1);
	EXPECT_CMD(test, smmux_cmd_cfgi_ste(0x89abcdef, true), 0x89abcdef00000003, 1);
	EXPECT_CMD(test, smmux_cmd_cfgi_ste(0xffffffff, false), 0xffffffff00000003, 0);

	EXPECT_CMD(test, smmux_cmd_cfgi_all(), 0x04, 31);

	EXPECT_CMD(test, smmux_cmd_cfgi_cd(0, 0, false), 0x05, 0);
	EXPECT_CMD(test, smmux_cmd_cfgi_cd(0, 1, true), 0x1005, 1);
	EXPECT_CMD(test, smmux_cmd_cfgi_cd(0x80000001, 0xabcde, true), 0x80000001abcde005, 1);
	EXPECT_CMD(test, smmux_cmd_cfgi_cd(0xffffffff, 0xfffff, false), 0xfffffffffffff005, 0);

	EXPECT_CMD(test, smmux_cmd_cfgi_cd_all(0), 0x06, 0);
	EXPECT_CMD(test, smmux_cmd_cfgi_cd_all(0x12345678), 0x1234567800000006, 0);
	EXPECT_CMD(test, smmux_cmd_cfgi_cd_all(0xffffffff), 0xffffffff00000006, 0);
}

static void tlbi(struct kunit *test)
{
	EXPECT_CMD(test, smmux_cmd_tlbi_tag(0x30, 0, 0), 0x30, 0);
	EXPECT_CMD(test, smmux_cmd_tlbi_tag(0x11, 0x1234, 0xabcd), 0x1234abcd00000011, 0);
	EXPECT_CMD(test, smmux_cmd_tlbi_tag(0x11, 0xffff, 0), 0xffff000000000011, 0);
	EXPECT_CMD(test, smmux_cmd_tlbi_tag(0x28, 0, 0xffff), 0x0000ffff00000028, 0);

	KUNIT_EXPECT_EQ(test, smmux_cmd_tlbi_va_w0(0x12, 0, 0), 0x12ULL);
	KUNIT_EXPECT_EQ(test, smmux_cmd_tlbi_va_w0(0x12, 0x8001, 0x7ffe), 0x80017ffe00000012ULL);
	KUNIT_EXPECT_EQ(test, smmux_cmd_tlbi_va_w0(0x2a, 0, 0xffff), 0x0000ffff0000002aULL);
	KUNIT_EXPECT_EQ(test, smmux_cmd_tlbi_va_w0(0x13, 0xffff, 0), 0xffff000000000013ULL);
}

/* The driver builds ranges itself, so the field names for that are tested. */
static void tlbi_fields(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, TLBI_W0_NUM, bits_mask(16, 12));
	KUNIT_EXPECT_EQ(test, TLBI_W0_SCALE, bits_mask(24, 20));
	KUNIT_EXPECT_EQ(test, TLBI_W1_LEAF, bits_mask(0, 0));
	KUNIT_EXPECT_EQ(test, TLBI_W1_TTL, bits_mask(9, 8));
	KUNIT_EXPECT_EQ(test, TLBI_W1_TG, bits_mask(11, 10));
	KUNIT_EXPECT_EQ(test, TLBI_W1_VA, bits_mask(63, 12));
	KUNIT_EXPECT_EQ(test, TLBI_W1_IPA, bits_mask(55, 12));
	KUNIT_EXPECT_EQ(test, TLBI_TG_4K, 1);
	KUNIT_EXPECT_EQ(test, TLBI_TG_16K, 2);
	KUNIT_EXPECT_EQ(test, TLBI_TG_64K, 3);
}

static void atc_word0(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, smmux_cmd_atc_w0(0, false, 0), 0x40ULL);
	KUNIT_EXPECT_EQ(test, smmux_cmd_atc_w0(0, true, 0), 0x840ULL);
	KUNIT_EXPECT_EQ(test, smmux_cmd_atc_w0(0x12345678, true, 1), 0x1234567800001840ULL);
	KUNIT_EXPECT_EQ(test, smmux_cmd_atc_w0(0xffffffff, true, 0xfffff), 0xfffffffffffff840ULL);
	KUNIT_EXPECT_EQ(test, smmux_cmd_atc_w0(0xffffffff, false, 0), 0xffffffff00000040ULL);
	/* Size 52: the whole space, for which the address must be 0 (4.5.1). */
	EXPECT_CMD(test, smmux_cmd_atc_inv_all(0x840), 0x840, 52);
}

/* The smallest size whose block contains both ends. */
static u64 covering_block(u64 first, u64 last)
{
	unsigned int size;

	for (size = 0; size < 52; size++) {
		u64 base = (first >> size >> 12) << size << 12;
		u64 top = base + ((1ULL << size << 12) - 1);

		if (last <= top)
			return base | size;
	}
	return 52;
}

static void expect_covered(struct kunit *test, u64 first, u64 last)
{
	struct smmux_cmd c = smmux_cmd_atc_inv(0x840, first, last);

	if (has_failed(test))
		return;
	KUNIT_EXPECT_EQ(test, c.w[0], 0x840ULL);
	KUNIT_EXPECT_EQ_MSG(test, c.w[1], covering_block(first, last),
			    "range %#llx to %#llx", first, last);
}

/* Word 1 of ATC_INV: Size 5:0, Address 63:12. */
static void atc_by_hand(struct kunit *test)
{
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 0, 0), 0x40, 0);
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 0x1000, 0x1fff), 0x40, 0x1000);
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 0x1fff, 0x2000), 0x40, 0x2);
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 0x8000, 0xffff), 0x40, 0x8003);
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 0x7000, 0x8fff), 0x40, 0x4);
	/* One page on each side of the middle: only "all" contains both. */
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 0x7ffffffffffff000, 0x8000000000000fff), 0x40, 52);
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 0, ~0ULL), 0x40, 52);
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 0, ~0ULL >> 1), 0x40, 51);
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, 1ULL << 63, ~0ULL), 0x40, 0x8000000000000033);
	EXPECT_CMD(test, smmux_cmd_atc_inv(0x40, ~0ULL, ~0ULL), 0x40, 0xfffffffffffff000);
}

static void atc_covers(struct kunit *test)
{
	struct rng rng = { smmux_kunit_seed };
	u64 first, last;
	unsigned int i;

	/* All ranges of 48 pages at the start and at the end of the space. */
	for (first = 0; first < 48; first++)
		for (last = first; last < 48; last++) {
			expect_covered(test, first << 12, last << 12 | 0xfff);
			expect_covered(test, -((last + 1) << 12), ~(first << 12));
		}
	/* Both sides of every power of two. */
	for (i = 12; i < 64; i++) {
		first = 1ULL << i;
		expect_covered(test, first - 1, first);
		expect_covered(test, first, 2 * first - 1);
		expect_covered(test, 0, first);
		expect_covered(test, first - 4096, 2 * first - 1);
	}
	for (i = 0; i < 20000; i++) {
		first = rng_sized(&rng);
		last = first + rng_sized(&rng);
		if (last < first)
			last = ~0ULL;
		expect_covered(test, first, last);
	}
}

/* Word 0: Ac 12, Ab 13; word 1: STAG 15:0. */
static void resume(struct kunit *test)
{
	EXPECT_CMD(test, smmux_cmd_resume(0, 0, SMMUX_RESUME_TERM), 0x44, 0);
	EXPECT_CMD(test, smmux_cmd_resume(5, 1, SMMUX_RESUME_RETRY), 0x0000000500001044, 1);
	EXPECT_CMD(test, smmux_cmd_resume(5, 1, SMMUX_RESUME_ABORT), 0x0000000500002044, 1);
	EXPECT_CMD(test, smmux_cmd_resume(0xffffffff, 0xffff, SMMUX_RESUME_RETRY),
		   0xffffffff00001044, 0xffff);
}

/* Word 0: CS 13:12, MSH 23:22, MSIAttr 27:24, MSIData 63:32; word 1: MSIAddress 51:2. */
static void sync(struct kunit *test)
{
	EXPECT_CMD(test, smmux_cmd_sync(0), 0x46, 0);
	EXPECT_CMD(test, smmux_cmd_sync(1), 0x1046, 0);
	EXPECT_CMD(test, smmux_cmd_sync(2), 0x2046, 0);
	EXPECT_CMD(test, smmux_cmd_sync_msi(0, 0), 0x0fc01046, 0);
	EXPECT_CMD(test, smmux_cmd_sync_msi(0x000123456789abcc, 0x89abcdef),
		   0x89abcdef0fc01046, 0x000123456789abcc);
	EXPECT_CMD(test, smmux_cmd_sync_msi(~0ULL, 0xffffffff),
		   0xffffffff0fc01046, 0x000ffffffffffffc);
}

static void opcode(struct kunit *test)
{
	unsigned int op;

	for (op = 0; op < 256; op++) {
		struct smmux_cmd c = { { 0xffffffffffffff00 | op, ~0ULL } };

		KUNIT_EXPECT_EQ(test, smmux_cmd_op(&c), op);
	}
}

/* Classes for elision while the SMMU is suspended, by opcode (4.1); the others are owed. */
static void class(struct kunit *test)
{
	unsigned int op;

	for (op = 0; op < 256; op++) {
		enum smmux_cmd_class want = SMMUX_CMD_OWED;

		if (op == 1 || op == 2)
			want = SMMUX_CMD_PREFETCH;
		else if (op >= 3 && op <= 6)
			want = SMMUX_CMD_CFGI;
		else if (op >= 0x10 && op <= 0x30)
			want = SMMUX_CMD_TLBI;
		else if (op == 0x46)
			want = SMMUX_CMD_SYNC;
		KUNIT_EXPECT_EQ_MSG(test, smmux_cmd_class(op), want, "opcode %#x", op);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cfgi),
	KUNIT_CASE(tlbi),
	KUNIT_CASE(tlbi_fields),
	KUNIT_CASE(atc_word0),
	KUNIT_CASE(atc_by_hand),
	KUNIT_CASE(atc_covers),
	KUNIT_CASE(resume),
	KUNIT_CASE(sync),
	KUNIT_CASE(opcode),
	KUNIT_CASE(class),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_cmd",
	.test_cases = cases,
};
kunit_test_suite(suite);
