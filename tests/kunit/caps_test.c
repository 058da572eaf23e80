// SPDX-License-Identifier: GPL-2.0
/*
 * caps_test - decoding of valid ID registers (IHI 0070 6.3).
 */
#include "pure/caps.h"

#include <linux/string.h>

#include "caps_regs.h"

#define F(name)	(1U << SMMUX_FEAT_##name)

static struct smmux_caps decode(struct kunit *test, const struct smmux_idregs *regs,
				const struct smmux_fw_hints *hints)
{
	const char *why = "no reason given";
	struct smmux_caps caps;

	/* Nothing of the earlier contents may stay. */
	memset(&caps, 0xff, sizeof(caps));
	KUNIT_ASSERT_EQ_MSG(test, 0, smmux_caps_decode(regs, hints, &caps, &why), "%s", why);
	KUNIT_EXPECT_MEMEQ(test, &caps.raw, regs, sizeof(*regs));
	return caps;
}

/* The values of QEMU's model, in its three forms. */
static void qemu(struct kunit *test)
{
	static const struct {
		u32 idr0, idr3, feats;
	} forms[] = {
		{ 0x0d44101b, 0x1414, F(S1) | F(S2) | F(NESTED) },
		{ 0x0d44101a, 0x1404, F(S1) },
		{ 0x0d441019, 0x1414, F(S2) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		struct smmux_idregs regs = { { forms[i].idr0, 0x02730010, 0, forms[i].idr3,
					       0, 0x74, 0, 1 } };
		struct smmux_caps caps = decode(test, &regs, &no_hints);

		KUNIT_EXPECT_EQ(test, caps.feats, forms[i].feats | F(STRTAB_2LVL) |
				F(COHERENT) | F(RIL) | F(BBML2));
		KUNIT_EXPECT_EQ(test, caps.off_erratum, 0U);
		KUNIT_EXPECT_EQ(test, caps.set_fw, 0U);
		KUNIT_EXPECT_EQ(test, caps.quirks, 0U);
		KUNIT_EXPECT_NULL(test, caps.erratum);
		KUNIT_EXPECT_EQ(test, caps.arch_minor, 1);
		KUNIT_EXPECT_EQ(test, caps.cmdq_log2, 19);
		KUNIT_EXPECT_EQ(test, caps.evtq_log2, 19);
		KUNIT_EXPECT_EQ(test, caps.priq_log2, 0);
		KUNIT_EXPECT_EQ(test, caps.sid_bits, 16);
		KUNIT_EXPECT_EQ(test, caps.ssid_bits, 0);
		KUNIT_EXPECT_EQ(test, caps.asid_bits, 16);
		KUNIT_EXPECT_EQ(test, caps.vmid_bits, 16);
		KUNIT_EXPECT_EQ(test, caps.ias, 48);
		KUNIT_EXPECT_EQ(test, caps.oas, 44);
		KUNIT_EXPECT_EQ(test, caps.stall_model, 1);
		/* 4K 2M 1G, 16K 32M, 64K 512M */
		KUNIT_EXPECT_EQ(test, caps.pgsizes, 0x62215000UL);
	}
}

/* Bits set or cleared in "plain", and the features that result. */
static void one_feature(struct kunit *test)
{
	static const struct {
		u8 reg;
		u32 set, clear, feats;
	} rows[] = {
		{ 0, 0, 0, F(S1) },
		{ 0, 1 << 0, 0, F(S1) | F(S2) | F(NESTED) },
		{ 0, 1 << 0, 1 << 1, F(S2) },
		{ 0, 1 << 4, 0, F(S1) | F(COHERENT) },
		{ 0, 1 << 6, 0, F(S1) | F(HTTU_A) },
		{ 0, 2 << 6, 0, F(S1) | F(HTTU_A) | F(HTTU_AD) },
		{ 0, 3 << 6, 0, F(S1) | F(HTTU_A) | F(HTTU_AD) },
		{ 0, 1 << 9, 0, F(S1) | F(HYP) },
		{ 0, 1 << 10, 0, F(S1) | F(ATS) },
		{ 0, 1 << 13, 0, F(S1) | F(MSI) },
		{ 0, 1 << 14, 0, F(S1) | F(SEV) },
		{ 0, 1 << 16 | 1 << 10, 0, F(S1) | F(ATS) | F(PRI) },
		{ 0, 1 << 19, 0, F(S1) | F(CDTAB_2LVL) },
		{ 0, 0, 1 << 24, F(S1) | F(STALL) },
		{ 0, 2 << 24, 1 << 24, F(S1) | F(STALL) | F(STALL_FORCED) },
		{ 0, 1 << 27, 0, F(S1) | F(STRTAB_2LVL) },
		/* BTM DORMHINT NS1ATS ASID16 ATOS VMW VMID16 VATOS TERM_MODEL */
		{ 0, 0x04169920, 0, F(S1) },
		{ 1, 1 << 27, 0, F(S1) | F(ATTR_OVR) },
		{ 1, 1U << 31 | 1 << 26, 0, F(S1) },
		{ 3, 1 << 10, 0, F(S1) | F(RIL) },
		{ 3, 1 << 8, 0, F(S1) | F(S2FWB) },
		{ 3, 1 << 11, 0, F(S1) },
		{ 3, 2 << 11, 0, F(S1) | F(BBML2) },
		{ 3, 3 << 11, 0, F(S1) },
		{ 3, 0xffffe2ff, 0, F(S1) },
		{ 2, ~0U, 0, F(S1) },
		{ 4, ~0U, 0, F(S1) },
		{ 5, 1 << 10 | 1 << 6, 0, F(S1) | F(VAX) },
		{ 5, 2 << 10 | 1 << 6, 0, F(S1) | F(VAX) },
		{ 5, 1 << 10 | 1 << 5, 0, F(S1) },
		{ 5, 1 << 6, 0, F(S1) },
		{ 5, 0xffff0088, 0, F(S1) },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct smmux_idregs regs = plain;
		struct smmux_caps caps;

		regs.r[rows[i].reg] &= ~rows[i].clear;
		regs.r[rows[i].reg] |= rows[i].set;
		caps = decode(test, &regs, &no_hints);
		KUNIT_EXPECT_EQ_MSG(test, caps.feats, rows[i].feats, "row %u", i);
	}
}

static void sizes(struct kunit *test)
{
	struct smmux_idregs regs = plain;
	struct smmux_caps caps;

	caps = decode(test, &regs, &no_hints);
	KUNIT_EXPECT_EQ(test, caps.asid_bits, 8);
	KUNIT_EXPECT_EQ(test, caps.vmid_bits, 8);
	KUNIT_EXPECT_EQ(test, caps.sid_bits, 8);
	KUNIT_EXPECT_EQ(test, caps.cmdq_log2, 8);
	KUNIT_EXPECT_EQ(test, caps.evtq_log2, 7);
	KUNIT_EXPECT_EQ(test, caps.stall_model, 1);

	regs.r[0] |= 1 << 12;			/* ASID16 */
	regs.r[1] |= 20 << 6 | 5 << 11;		/* SSIDSIZE, PRIQS of no queue */
	regs.r[7] = 0x3;
	caps = decode(test, &regs, &no_hints);
	KUNIT_EXPECT_EQ(test, caps.asid_bits, 16);
	KUNIT_EXPECT_EQ(test, caps.vmid_bits, 8);
	KUNIT_EXPECT_EQ(test, caps.ssid_bits, 20);
	KUNIT_EXPECT_EQ(test, caps.priq_log2, 0);
	KUNIT_EXPECT_EQ(test, caps.arch_minor, 3);

	/* VMID16, PRI with ATS, stage 2 in place of stage 1, stall by choice. */
	regs.r[0] = (regs.r[0] | 1 << 18 | 1 << 16 | 1 << 10 | 1) & ~(1U << 12 | 1U << 1 | 1U << 24);
	caps = decode(test, &regs, &no_hints);
	KUNIT_EXPECT_EQ(test, caps.asid_bits, 8);
	KUNIT_EXPECT_EQ(test, caps.vmid_bits, 16);
	KUNIT_EXPECT_EQ(test, caps.priq_log2, 5);
	KUNIT_EXPECT_EQ(test, caps.stall_model, 0);
	/* Substreams need stage 1. */
	KUNIT_EXPECT_EQ(test, caps.ssid_bits, 0);
}

/* Every set of granules with every output size and input size. */
static void addresses(struct kunit *test)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48, 52 };
	struct smmux_idregs regs = plain;
	unsigned int oas, granules, vax;

	for (oas = 0; oas < 7; oas++)
	for (granules = 1; granules < 8; granules++)
	for (vax = 0; vax < 3; vax++) {
		unsigned long sizes = 0;
		struct smmux_caps caps;

		if (granules & 1)
			sizes |= 0x40201000UL;			/* 4K 2M 1G */
		if (granules & 2)
			sizes |= 0x02004000UL;			/* 16K 32M */
		if (granules & 4)
			sizes |= 0x20010000UL;			/* 64K 512M */
		if (granules & 4 && oas == 6)
			sizes |= 0x40000000000UL;		/* 4T */
		regs.r[5] = oas | granules << 4 | vax << 10;
		caps = decode(test, &regs, &no_hints);
		KUNIT_EXPECT_EQ_MSG(test, caps.oas, bits[oas], "IDR5 %#x", regs.r[5]);
		KUNIT_EXPECT_EQ_MSG(test, caps.ias, granules & 4 && vax ? 52 : 48,
				    "IDR5 %#x", regs.r[5]);
		KUNIT_EXPECT_EQ_MSG(test, caps.pgsizes, sizes, "IDR5 %#x", regs.r[5]);
	}
}

/* IIDR: ProductID 31:20, Variant 19:16, Revision 15:12, Implementer 11:0. */
static void errata(struct kunit *test)
{
	static const struct {
		u32 iidr, off, quirks;
		const char *name;
	} rows[] = {
		{ 0x4830043b, F(SEV) | F(NESTED), 0, "MMU-600 1209401" },	/* r0p0 */
		{ 0x4830243b, F(SEV) | F(NESTED), 0, "MMU-600 1209401" },	/* r0p2 */
		{ 0x4830343b, F(NESTED), 0, "MMU-600 1209401" },		/* r0p3 */
		{ 0x4831043b, F(NESTED), 0, "MMU-600 1209401" },		/* r1p0 */
		{ 0x4831f43b, F(NESTED), 0, "MMU-600 1209401" },
		{ 0x4832043b, 0, 0, NULL },					/* r2p0 */
		{ 0x4870043b, F(NESTED), SMMUX_QUIRK_SYNC_EARLY, "MMU-700 2812531" },
		{ 0x4871043b, F(NESTED), SMMUX_QUIRK_SYNC_EARLY, "MMU-700 2812531" },
		{ 0x487ff43b, F(NESTED), SMMUX_QUIRK_SYNC_EARLY, "MMU-700 2812531" },
		{ 0x4880043b, 0, 0, NULL },
		{ 0x4830043c, 0, 0, NULL },			/* of another maker */
		{ 0x4870003b, 0, 0, NULL },
		{ 0, 0, 0, NULL },
		{ ~0U, 0, 0, NULL },
	};
	/* With stage 2 and SEV, so that errata have features to disable. */
	struct smmux_idregs regs = plain;
	const u32 all = F(S1) | F(S2) | F(NESTED) | F(SEV);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct smmux_caps caps;

		regs.r[0] = plain.r[0] | 1 << 14 | 1;
		regs.r[6] = rows[i].iidr;
		caps = decode(test, &regs, &no_hints);
		KUNIT_EXPECT_EQ_MSG(test, caps.feats, all & ~rows[i].off, "%#x", regs.r[6]);
		KUNIT_EXPECT_EQ_MSG(test, caps.off_erratum, rows[i].off, "%#x", regs.r[6]);
		KUNIT_EXPECT_EQ_MSG(test, caps.quirks, rows[i].quirks, "%#x", regs.r[6]);
		KUNIT_EXPECT_STREQ(test, caps.erratum ?: "none", rows[i].name ?: "none");

		/* An erratum does not disable a feature that the SMMU does not have. */
		regs.r[0] = plain.r[0];
		caps = decode(test, &regs, &no_hints);
		KUNIT_EXPECT_EQ(test, caps.feats, F(S1));
		KUNIT_EXPECT_EQ(test, caps.off_erratum, 0U);
	}
}

static void firmware(struct kunit *test)
{
	const u32 settable = F(COHERENT) | F(HTTU_A) | F(HTTU_AD);
	unsigned int cohacc, httu, hint, fw_httu;

	for (cohacc = 0; cohacc < 2; cohacc++)
	for (httu = 0; httu < 3; httu++)
	for (hint = 0; hint < 3; hint++)		/* not set, or HTTU follows */
	for (fw_httu = 0; fw_httu < 4; fw_httu++) {
		struct smmux_fw_hints hints = { .quirks = 1U << hint, .httu = fw_httu % 3,
						.httu_override = fw_httu < 3,
						.coherent = hint == 1,
						.coherent_override = hint > 0 };
		struct smmux_idregs regs = plain;
		struct smmux_caps caps;
		u32 by_regs, by_fw;
		u32 last = fw_httu < 3 ? fw_httu : httu;

		regs.r[0] |= cohacc << 4 | httu << 6;
		by_regs = (cohacc ? F(COHERENT) : 0) | (httu ? F(HTTU_A) : 0) |
			  (httu == 2 ? F(HTTU_AD) : 0);
		by_fw = ((hint ? hint == 1 : cohacc) ? F(COHERENT) : 0) |
			(last ? F(HTTU_A) : 0) | (last == 2 ? F(HTTU_AD) : 0);
		caps = decode(test, &regs, &hints);
		KUNIT_EXPECT_EQ(test, caps.feats & settable, by_fw);
		KUNIT_EXPECT_EQ(test, caps.feats & ~settable, F(S1));
		/* Firmware counts as the source only where the two differ. */
		KUNIT_EXPECT_EQ(test, caps.set_fw, by_regs ^ by_fw);
		KUNIT_EXPECT_EQ(test, caps.quirks, 1U << hint);
	}
}

/* Firmware's quirks and those of an erratum add up. */
static void quirks_add_up(struct kunit *test)
{
	struct smmux_fw_hints hints = { .quirks = SMMUX_QUIRK_ONE_PAGE };
	struct smmux_idregs regs = plain;
	struct smmux_caps caps;

	regs.r[6] = 0x4870043b;
	caps = decode(test, &regs, &hints);
	KUNIT_EXPECT_EQ(test, caps.quirks, SMMUX_QUIRK_ONE_PAGE | SMMUX_QUIRK_SYNC_EARLY);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(qemu),
	KUNIT_CASE(one_feature),
	KUNIT_CASE(sizes),
	KUNIT_CASE(addresses),
	KUNIT_CASE(errata),
	KUNIT_CASE(firmware),
	KUNIT_CASE(quirks_add_up),
	{}
};

static struct kunit_suite suite = {
	.name = "smmux_caps",
	.test_cases = cases,
};
kunit_test_suite(suite);
