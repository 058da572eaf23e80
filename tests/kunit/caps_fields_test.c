// SPDX-License-Identifier: GPL-2.0
/*
 * caps_fields_test - the table of ID register fields that debugfs shows.
 */
#include "pure/caps.h"

#include <linux/string.h>

#include "suite.h"

#define NONE	(-1)

/* IHI 0070 6.3.1 to 6.3.8: name, register in the order of the raw values, bits. */
static const struct {
	const char *name;
	u8 reg, hi, lo;
	int feat;
} fields[] = {
	{ "IDR0.S2P", 0, 0, 0, SMMUX_FEAT_S2 },
	{ "IDR0.S1P", 0, 1, 1, SMMUX_FEAT_S1 },
	{ "IDR0.TTF", 0, 3, 2, NONE },
	{ "IDR0.COHACC", 0, 4, 4, SMMUX_FEAT_COHERENT },
	{ "IDR0.BTM", 0, 5, 5, NONE },
	{ "IDR0.HTTU", 0, 7, 6, SMMUX_FEAT_HTTU_A },
	{ "IDR0.DORMHINT", 0, 8, 8, NONE },
	{ "IDR0.HYP", 0, 9, 9, SMMUX_FEAT_HYP },
	{ "IDR0.ATS", 0, 10, 10, SMMUX_FEAT_ATS },
	{ "IDR0.NS1ATS", 0, 11, 11, NONE },
	{ "IDR0.ASID16", 0, 12, 12, NONE },
	{ "IDR0.MSI", 0, 13, 13, SMMUX_FEAT_MSI },
	{ "IDR0.SEV", 0, 14, 14, SMMUX_FEAT_SEV },
	{ "IDR0.ATOS", 0, 15, 15, NONE },
	{ "IDR0.PRI", 0, 16, 16, SMMUX_FEAT_PRI },
	{ "IDR0.VMW", 0, 17, 17, NONE },
	{ "IDR0.VMID16", 0, 18, 18, NONE },
	{ "IDR0.CD2L", 0, 19, 19, SMMUX_FEAT_CDTAB_2LVL },
	{ "IDR0.VATOS", 0, 20, 20, NONE },
	{ "IDR0.TTENDIAN", 0, 22, 21, NONE },
	{ "IDR0.STALL_MODEL", 0, 25, 24, NONE },
	{ "IDR0.TERM_MODEL", 0, 26, 26, NONE },
	{ "IDR0.ST_LEVEL", 0, 28, 27, SMMUX_FEAT_STRTAB_2LVL },
	{ "IDR1.SIDSIZE", 1, 5, 0, NONE },
	{ "IDR1.SSIDSIZE", 1, 10, 6, NONE },
	{ "IDR1.PRIQS", 1, 15, 11, NONE },
	{ "IDR1.EVENTQS", 1, 20, 16, NONE },
	{ "IDR1.CMDQS", 1, 25, 21, NONE },
	{ "IDR1.ATTR_PERMS_OVR", 1, 26, 26, NONE },
	{ "IDR1.ATTR_TYPES_OVR", 1, 27, 27, SMMUX_FEAT_ATTR_OVR },
	{ "IDR1.REL", 1, 28, 28, NONE },
	{ "IDR1.QUEUES_PRESET", 1, 29, 29, NONE },
	{ "IDR1.TABLES_PRESET", 1, 30, 30, NONE },
	{ "IDR1.ECMDQ", 1, 31, 31, NONE },
	{ "IDR2.BA_VATOS", 2, 9, 0, NONE },
	{ "IDR3.HAD", 3, 2, 2, NONE },
	{ "IDR3.PBHA", 3, 3, 3, NONE },
	{ "IDR3.XNX", 3, 4, 4, NONE },
	{ "IDR3.PPS", 3, 5, 5, NONE },
	{ "IDR3.MPAM", 3, 7, 7, NONE },
	{ "IDR3.FWB", 3, 8, 8, SMMUX_FEAT_S2FWB },
	{ "IDR3.STT", 3, 9, 9, NONE },
	{ "IDR3.RIL", 3, 10, 10, SMMUX_FEAT_RIL },
	{ "IDR3.BBML", 3, 12, 11, SMMUX_FEAT_BBML2 },
	{ "IDR3.E0PD", 3, 13, 13, NONE },
	{ "IDR3.PTWNNC", 3, 14, 14, NONE },
	{ "IDR3.DPT", 3, 15, 15, NONE },
	{ "IDR4.IMPDEF", 4, 31, 0, NONE },
	{ "IDR5.OAS", 5, 2, 0, NONE },
	{ "IDR5.GRAN4K", 5, 4, 4, NONE },
	{ "IDR5.GRAN16K", 5, 5, 5, NONE },
	{ "IDR5.GRAN64K", 5, 6, 6, NONE },
	{ "IDR5.DS", 5, 7, 7, NONE },
	{ "IDR5.VAX", 5, 11, 10, SMMUX_FEAT_VAX },
	{ "IDR5.STALL_MAX", 5, 31, 16, NONE },
	{ "IIDR.IMPLEMENTER", 6, 11, 0, NONE },
	{ "IIDR.REVISION", 6, 15, 12, NONE },
	{ "IIDR.VARIANT", 6, 19, 16, NONE },
	{ "IIDR.PRODUCTID", 6, 31, 20, NONE },
	{ "AIDR.ARCH_MINOR", 7, 3, 0, NONE },
	{ "AIDR.ARCH_MAJOR", 7, 7, 4, NONE },
};

static const struct smmux_idfield *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < smmux_num_idfields; i++)
		if (!strcmp(smmux_idfields[i].name, name))
			return &smmux_idfields[i];
	return NULL;
}

static void as_architected(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, smmux_num_idfields, (unsigned int)ARRAY_SIZE(fields));
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct smmux_idfield *f = find(fields[i].name);

		KUNIT_EXPECT_NOT_NULL_MSG(test, f, "%s", fields[i].name);
		if (!f)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, f->reg, fields[i].reg, "%s", f->name);
		KUNIT_EXPECT_EQ_MSG(test, (u64)f->mask, bits_mask(fields[i].hi, fields[i].lo),
				    "%s", f->name);
		KUNIT_EXPECT_EQ_MSG(test, f->feat, fields[i].feat, "%s", f->name);
	}
}

static void no_overlap(struct kunit *test)
{
	u32 seen[SMMUX_NUM_IDREGS] = {};
	unsigned int i;

	for (i = 0; i < smmux_num_idfields; i++) {
		const struct smmux_idfield *f = &smmux_idfields[i];

		KUNIT_ASSERT_LT(test, f->reg, SMMUX_NUM_IDREGS);
		KUNIT_EXPECT_EQ_MSG(test, seen[f->reg] & f->mask, 0U, "%s", f->name);
		seen[f->reg] |= f->mask;
		KUNIT_EXPECT_TRUE_MSG(test, f->feat >= NONE && f->feat < SMMUX_NUM_FEATS,
				      "%s", f->name);
	}
}

static void feat_names(struct kunit *test)
{
	int i, k;

	for (i = 0; i < SMMUX_NUM_FEATS; i++) {
		KUNIT_ASSERT_NOT_NULL_MSG(test, smmux_feat_name(i), "feature %d", i);
		for (k = 0; k < i; k++)
			KUNIT_EXPECT_STRNEQ(test, smmux_feat_name(i), smmux_feat_name(k));
	}
	KUNIT_EXPECT_STREQ(test, smmux_feat_name(SMMUX_NUM_FEATS), "?");
	KUNIT_EXPECT_STREQ(test, smmux_feat_name(-1), "?");
	KUNIT_EXPECT_STREQ(test, smmux_feat_name(SMMUX_FEAT_RIL), "range invalidation");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(as_architected),
	KUNIT_CASE(no_overlap),
	KUNIT_CASE(feat_names),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_caps_fields",
	.test_cases = cases,
};
kunit_test_suite(suite);
