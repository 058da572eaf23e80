// SPDX-License-Identifier: GPL-2.0
/*
 * caps_refuse_test - ID registers that are invalid, or that this driver does not support.
 */
#include "pure/caps.h"

#include <linux/errno.h>
#include <linux/string.h>

#include "caps_regs.h"

/* Numbers of registers in rows: 0 to 5 are IDR0 to IDR5, then IIDR and AIDR. */
struct change {
	u8 reg;
	u32 mask, value;
};

/* A changed field of "plain" (or two, if only both are an error), and a word of the reason. */
static const struct {
	struct change a, b;
	int err;
	const char *word;
} rows[] = {
	{ { 0, 0x2, 0 }, {}, -EINVAL, "S1P" },
	{ { 0, 0xc, 0x0 }, {}, -EINVAL, "IDR0.TTF" },
	{ { 0, 0xc, 0x4 }, {}, -ENODEV, "IDR0.TTF" },
	{ { 0, 0xc, 0x8 }, {}, 0, NULL },
	{ { 0, 0xc, 0xc }, {}, 0, NULL },
	{ { 0, 0x600000, 0 }, {}, 0, NULL },
	{ { 0, 0x600000, 0x200000 }, {}, -EINVAL, "IDR0.TTENDIAN" },
	{ { 0, 0x600000, 0x600000 }, {}, -ENODEV, "IDR0.TTENDIAN" },
	{ { 0, 0x18000000, 0x08000000 }, {}, 0, NULL },
	{ { 0, 0x18000000, 0x10000000 }, {}, -EINVAL, "IDR0.ST_LEVEL" },
	{ { 0, 0x18000000, 0x18000000 }, {}, -EINVAL, "IDR0.ST_LEVEL" },
	{ { 0, 0x03000000, 0 }, {}, 0, NULL },
	{ { 0, 0x03000000, 0x02000000 }, {}, 0, NULL },
	{ { 0, 0x03000000, 0x03000000 }, {}, -EINVAL, "IDR0.STALL_MODEL" },
	{ { 0, 0x10000, 0x10000 }, {}, -EINVAL, "IDR0.PRI" },
	{ { 0, 0x10400, 0x10400 }, {}, 0, NULL },
	/* Two-level CD tables without stage 1. */
	{ { 0, 0x80003, 0x80001 }, {}, -EINVAL, "IDR0.CD2L" },
	{ { 0, 0x80003, 0x80003 }, {}, 0, NULL },
	{ { 0, 0x80003, 0x00001 }, {}, 0, NULL },
	{ { 1, 0x40000000, 0x40000000 }, {}, -ENODEV, "IDR1.TABLES_PRESET" },
	{ { 1, 0x20000000, 0x20000000 }, {}, -ENODEV, "IDR1.QUEUES_PRESET" },
	{ { 1, 0x10000000, 0x10000000 }, {}, -ENODEV, "IDR1.REL" },
	{ { 1, 0x03e00000, 0 }, {}, -ENODEV, "IDR1.CMDQS" },
	{ { 1, 0x03e00000, 1 << 21 }, {}, 0, NULL },
	{ { 1, 0x03e00000, 19 << 21 }, {}, 0, NULL },
	{ { 1, 0x03e00000, 20 << 21 }, {}, -EINVAL, "IDR1.CMDQS" },
	{ { 1, 0x001f0000, 0 }, {}, 0, NULL },
	{ { 1, 0x001f0000, 19 << 16 }, {}, 0, NULL },
	{ { 1, 0x001f0000, 20 << 16 }, {}, -EINVAL, "IDR1.EVENTQS" },
	/* The size of a queue that does not exist is ignored. */
	{ { 1, 0xf800, 20 << 11 }, {}, 0, NULL },
	{ { 1, 0xf800, 20 << 11 }, { 0, 0x10400, 0x10400 }, -EINVAL, "IDR1.PRIQS" },
	{ { 1, 0xf800, 19 << 11 }, { 0, 0x10400, 0x10400 }, 0, NULL },
	{ { 1, 0x7c0, 20 << 6 }, {}, 0, NULL },
	{ { 1, 0x7c0, 21 << 6 }, {}, -EINVAL, "IDR1.SSIDSIZE" },
	{ { 1, 0x3f, 0 }, {}, 0, NULL },
	{ { 1, 0x3f, 32 }, {}, 0, NULL },
	{ { 1, 0x3f, 33 }, {}, -EINVAL, "IDR1.SIDSIZE" },
	{ { 5, 0x70, 0 }, {}, -EINVAL, "IDR5" },
	{ { 5, 0x7, 6 }, {}, 0, NULL },
	{ { 5, 0x7, 7 }, {}, -EINVAL, "IDR5.OAS" },
	{ { 5, 0xc00, 0x800 }, {}, 0, NULL },
	{ { 5, 0xc00, 0xc00 }, {}, -EINVAL, "IDR5.VAX" },
	{ { 7, 0xff, 0x0f }, {}, 0, NULL },
	{ { 7, 0xf0, 0x10 }, {}, -ENODEV, "AIDR" },
	{ { 7, 0xf0, 0x80 }, {}, -ENODEV, "AIDR" },
	{ { 0, ~0U, ~0U }, { 1, ~0U, ~0U }, -ENODEV, "all ones" },
	/* All ones in only one of the two means an odd SMMU, not a dead bus. */
	{ { 0, ~0U, ~0U }, {}, -ENODEV, "IDR0.TTENDIAN" },
	{ { 1, ~0U, ~0U }, {}, -ENODEV, "IDR1.TABLES_PRESET" },
	{ { 0, ~0U, 0 }, { 1, ~0U, 0 }, -EINVAL, "S1P" },
};

static void apply(struct smmux_idregs *regs, const struct change *c)
{
	regs->r[c->reg] = (regs->r[c->reg] & ~c->mask) | c->value;
}

static void one_field(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct smmux_idregs regs = plain;
		struct smmux_caps caps;
		const char *why = NULL;
		int err;

		apply(&regs, &rows[i].a);
		apply(&regs, &rows[i].b);
		err = smmux_caps_decode(&regs, &no_hints, &caps, &why);
		KUNIT_EXPECT_EQ_MSG(test, err, rows[i].err, "row %u: %s", i, why ?: "taken");
		if (!rows[i].err)
			continue;
		KUNIT_ASSERT_NOT_NULL_MSG(test, why, "row %u", i);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(why, rows[i].word), "row %u: %s", i, why);
	}
}

/* Neither an erratum nor firmware may make a refused value acceptable. */
static void refusal_comes_first(struct kunit *test)
{
	static const struct smmux_fw_hints hints = {
		.coherent = true, .coherent_override = true, .httu = 2, .httu_override = true,
	};
	struct smmux_idregs regs = plain;
	struct smmux_caps caps;
	const char *why = NULL;

	regs.r[0] |= 3 << 27;
	regs.r[6] = 0x4830043b;
	KUNIT_EXPECT_EQ(test, smmux_caps_decode(&regs, &hints, &caps, &why), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(why ?: "", "ST_LEVEL"));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(one_field),
	KUNIT_CASE(refusal_comes_first),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_caps_refuse",
	.test_cases = cases,
};
kunit_test_suite(suite);
