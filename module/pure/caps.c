// SPDX-License-Identifier: GPL-2.0
/*
 * caps - ID registers in, capabilities out.
 *
 * Three steps: check that the values belong to an SMMUv3 that this driver
 * supports, decode them, apply errata and firmware overrides.  The checks come
 * first: an erratum row must not mask a value that they reject.
 *
 * Fields are those of IHI 0070 6.3.1 to 6.3.8.  HTTU 3 counts as 2 (access flag and dirty
 * state), VAX 2 as 1 (52 bits), BBML 3 as less than 2.  Reserved values of other fields are
 * refused.
 */
#include "pure/caps.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "arch/regs.h"

#define IDR(raw, n)	((raw)->r[SMMUX_REG_IDR##n])

#define VA_BITS_BASE	48
#define VA_BITS_VAX	52
#define OAS_VALUES	7

static const u8 oas_bits[OAS_VALUES] = { 32, 36, 40, 42, 44, 48, 52 };

/* --- what is not supported --- */

struct refusal {
	int err;
	const char *why;
};

/*
 * Each check reads one register; the first that fails names the field.
 * -EINVAL: the architecture forbids the value.  -ENODEV: this driver does not support it.
 */
static struct refusal check_idr0(u32 idr0)
{
	u32 endian = FIELD_GET(IDR0_TTENDIAN, idr0);
	u32 ttf = FIELD_GET(IDR0_TTF, idr0);

	if (!(idr0 & (IDR0_S1P | IDR0_S2P)))
		return (struct refusal){ -EINVAL, "IDR0.S1P and IDR0.S2P are 0: no translation stage" };
	if (!ttf)
		return (struct refusal){ -EINVAL, "IDR0.TTF is 0, a reserved value" };
	if (ttf == TTF_AARCH32)
		return (struct refusal){ -ENODEV, "IDR0.TTF offers AArch32 tables only" };
	if (endian == 1)
		return (struct refusal){ -EINVAL, "IDR0.TTENDIAN is 1, a reserved value" };
	if (endian == TTENDIAN_BIG)
		return (struct refusal){ -ENODEV, "IDR0.TTENDIAN offers big-endian table walks only" };
	if (FIELD_GET(IDR0_ST_LEVEL, idr0) > 1)
		return (struct refusal){ -EINVAL, "IDR0.ST_LEVEL has a reserved value" };
	if (FIELD_GET(IDR0_STALL_MODEL, idr0) > STALL_MODEL_STALL_ONLY)
		return (struct refusal){ -EINVAL, "IDR0.STALL_MODEL is 3, a reserved value" };
	if ((idr0 & IDR0_PRI) && !(idr0 & IDR0_ATS))
		return (struct refusal){ -EINVAL, "IDR0.PRI is 1 but IDR0.ATS is 0" };
	if ((idr0 & IDR0_CD2L) && !(idr0 & IDR0_S1P))
		return (struct refusal){ -EINVAL, "IDR0.CD2L is 1 but IDR0.S1P is 0" };
	return (struct refusal){};
}

static struct refusal check_idr1(u32 idr1, u32 idr0)
{
	u32 cmdqs = FIELD_GET(IDR1_CMDQS, idr1);

	if (idr1 & IDR1_TABLES_PRESET)
		return (struct refusal){ -ENODEV, "IDR1.TABLES_PRESET: the stream table is fixed in hardware" };
	if (idr1 & IDR1_QUEUES_PRESET)
		return (struct refusal){ -ENODEV, "IDR1.QUEUES_PRESET: the queues are fixed in hardware" };
	if (idr1 & IDR1_REL)
		return (struct refusal){ -ENODEV, "IDR1.REL: base addresses are relative" };
	if (cmdqs < 1)
		return (struct refusal){ -ENODEV, "IDR1.CMDQS is 0: a command and its SYNC need two entries" };
	if (cmdqs > QUEUE_LOG2_MAX)
		return (struct refusal){ -EINVAL, "IDR1.CMDQS is above 19" };
	if (FIELD_GET(IDR1_EVENTQS, idr1) > QUEUE_LOG2_MAX)
		return (struct refusal){ -EINVAL, "IDR1.EVENTQS is above 19" };
	if ((idr0 & IDR0_PRI) && FIELD_GET(IDR1_PRIQS, idr1) > QUEUE_LOG2_MAX)
		return (struct refusal){ -EINVAL, "IDR1.PRIQS is above 19" };
	if (FIELD_GET(IDR1_SSIDSIZE, idr1) > SSIDSIZE_MAX)
		return (struct refusal){ -EINVAL, "IDR1.SSIDSIZE is above 20" };
	if (FIELD_GET(IDR1_SIDSIZE, idr1) > SIDSIZE_MAX)
		return (struct refusal){ -EINVAL, "IDR1.SIDSIZE is above 32" };
	return (struct refusal){};
}

static struct refusal check_idr5(u32 idr5)
{
	if (!(idr5 & (IDR5_GRAN4K | IDR5_GRAN16K | IDR5_GRAN64K)))
		return (struct refusal){ -EINVAL, "IDR5 offers no granule (GRAN4K, GRAN16K, GRAN64K)" };
	if (FIELD_GET(IDR5_OAS, idr5) >= OAS_VALUES)
		return (struct refusal){ -EINVAL, "IDR5.OAS is 7, a reserved value" };
	if (FIELD_GET(IDR5_VAX, idr5) > VAX_56)
		return (struct refusal){ -EINVAL, "IDR5.VAX is 3, a reserved value" };
	return (struct refusal){};
}

static struct refusal check(const struct smmux_idregs *raw)
{
	struct refusal no;

	/* No device answers on the bus. */
	if (IDR(raw, 0) == U32_MAX && IDR(raw, 1) == U32_MAX)
		return (struct refusal){ -ENODEV, "IDR0 and IDR1 read all ones: no power or no clock?" };
	if (FIELD_GET(AIDR_ARCH_MAJOR, raw->r[SMMUX_REG_AIDR]))
		return (struct refusal){ -ENODEV, "AIDR.ArchMajorRev is not 0: no SMMUv3" };
	no = check_idr0(IDR(raw, 0));
	if (!no.err)
		no = check_idr1(IDR(raw, 1), IDR(raw, 0));
	if (!no.err)
		no = check_idr5(IDR(raw, 5));
	return no;
}

/* --- decoding --- */

/* One row: the SMMU has the feature if the field has at least this value. */
static const struct {
	enum smmux_feat feat;
	enum smmux_idreg reg;
	u32 mask;
	u32 least;
} feat_rows[] = {
	{ SMMUX_FEAT_S1,	  SMMUX_REG_IDR0, IDR0_S1P, 1 },
	{ SMMUX_FEAT_S2,	  SMMUX_REG_IDR0, IDR0_S2P, 1 },
	{ SMMUX_FEAT_STRTAB_2LVL, SMMUX_REG_IDR0, IDR0_ST_LEVEL, 1 },
	{ SMMUX_FEAT_CDTAB_2LVL,  SMMUX_REG_IDR0, IDR0_CD2L, 1 },
	{ SMMUX_FEAT_COHERENT,	  SMMUX_REG_IDR0, IDR0_COHACC, 1 },
	{ SMMUX_FEAT_MSI,	  SMMUX_REG_IDR0, IDR0_MSI, 1 },
	{ SMMUX_FEAT_SEV,	  SMMUX_REG_IDR0, IDR0_SEV, 1 },
	{ SMMUX_FEAT_ATS,	  SMMUX_REG_IDR0, IDR0_ATS, 1 },
	{ SMMUX_FEAT_PRI,	  SMMUX_REG_IDR0, IDR0_PRI, 1 },
	{ SMMUX_FEAT_HYP,	  SMMUX_REG_IDR0, IDR0_HYP, 1 },
	{ SMMUX_FEAT_HTTU_A,	  SMMUX_REG_IDR0, IDR0_HTTU, HTTU_ACCESS },
	{ SMMUX_FEAT_HTTU_AD,	  SMMUX_REG_IDR0, IDR0_HTTU, HTTU_ACCESS_DIRTY },
	{ SMMUX_FEAT_ATTR_OVR,	  SMMUX_REG_IDR1, IDR1_ATTR_TYPES_OVR, 1 },
	{ SMMUX_FEAT_RIL,	  SMMUX_REG_IDR3, IDR3_RIL, 1 },
	{ SMMUX_FEAT_S2FWB,	  SMMUX_REG_IDR3, IDR3_FWB, 1 },
	{ SMMUX_FEAT_VAX,	  SMMUX_REG_IDR5, IDR5_VAX, VAX_52 },
};

static u32 field(u32 reg, u32 mask)
{
	return (reg & mask) >> __ffs(mask);
}

static void decode_feats(const struct smmux_idregs *raw, struct smmux_caps *caps)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(feat_rows); i++)
		if (field(raw->r[feat_rows[i].reg], feat_rows[i].mask) >=
		    feat_rows[i].least)
			caps->feats |= BIT(feat_rows[i].feat);

	/* These need more than a threshold. */
	if (IDR(raw, 0) & IDR0_S1P && IDR(raw, 0) & IDR0_S2P)
		caps->feats |= BIT(SMMUX_FEAT_NESTED);
	if (FIELD_GET(IDR3_BBML, IDR(raw, 3)) == 2)
		caps->feats |= BIT(SMMUX_FEAT_BBML2);
	caps->stall_model = FIELD_GET(IDR0_STALL_MODEL, IDR(raw, 0));
	if (caps->stall_model != STALL_MODEL_TERM_ONLY)
		caps->feats |= BIT(SMMUX_FEAT_STALL);
	if (caps->stall_model == STALL_MODEL_STALL_ONLY)
		caps->feats |= BIT(SMMUX_FEAT_STALL_FORCED);
	/* 52 bits of input need the 64K granule; other granules need IDR5.DS. */
	if (!(IDR(raw, 5) & IDR5_GRAN64K))
		caps->feats &= ~BIT(SMMUX_FEAT_VAX);
}

static void decode_sizes(const struct smmux_idregs *raw, struct smmux_caps *caps)
{
	u32 idr0 = IDR(raw, 0), idr1 = IDR(raw, 1), idr5 = IDR(raw, 5);

	caps->arch_minor = FIELD_GET(AIDR_ARCH_MINOR, raw->r[SMMUX_REG_AIDR]);
	caps->cmdq_log2 = FIELD_GET(IDR1_CMDQS, idr1);
	caps->evtq_log2 = FIELD_GET(IDR1_EVENTQS, idr1);
	caps->priq_log2 = idr0 & IDR0_PRI ? FIELD_GET(IDR1_PRIQS, idr1) : 0;
	caps->sid_bits = FIELD_GET(IDR1_SIDSIZE, idr1);
	caps->ssid_bits = idr0 & IDR0_S1P ? FIELD_GET(IDR1_SSIDSIZE, idr1) : 0;
	caps->asid_bits = idr0 & IDR0_ASID16 ? 16 : 8;
	caps->vmid_bits = idr0 & IDR0_VMID16 ? 16 : 8;
	caps->oas = oas_bits[FIELD_GET(IDR5_OAS, idr5)];
	caps->ias = caps->feats & BIT(SMMUX_FEAT_VAX) ? VA_BITS_VAX : VA_BITS_BASE;

	if (idr5 & IDR5_GRAN4K)
		caps->pgsizes |= SZ_4K | SZ_2M | SZ_1G;
	if (idr5 & IDR5_GRAN16K)
		caps->pgsizes |= SZ_16K | SZ_32M;
	if (idr5 & IDR5_GRAN64K)
		caps->pgsizes |= SZ_64K | SZ_512M;
	/* Level 1 blocks of 64K tables exist with 52-bit addresses only. */
	if (idr5 & IDR5_GRAN64K && caps->oas == 52)
		caps->pgsizes |= SZ_4T;
}

/* --- errata and firmware --- */

#define ARM		0x43b
#define MMU_600		0x483
#define MMU_700		0x487

#define REV(r, p)	((r) << 4 | (p))

static const struct erratum {
	const char *name;
	u16 implementer, product;
	u8 upto;			/* last revision that has it, REV() */
	u32 off;			/* features not to be used */
	u32 quirks;
} errata[] = {
	{ "MMU-600 1076982", ARM, MMU_600, REV(0, 2), BIT(SMMUX_FEAT_SEV), 0 },
	{ "MMU-600 1209401", ARM, MMU_600, REV(1, 0xf), BIT(SMMUX_FEAT_NESTED), 0 },
	{ "MMU-700 2268618", ARM, MMU_700, REV(0xf, 0xf), BIT(SMMUX_FEAT_NESTED), 0 },
	{ "MMU-700 2812531", ARM, MMU_700, REV(0xf, 0xf), BIT(SMMUX_FEAT_NESTED),
	  SMMUX_QUIRK_SYNC_EARLY },
};

static void apply_errata(struct smmux_caps *caps)
{
	u32 iidr = caps->raw.r[SMMUX_REG_IIDR];
	u8 rev = REV(FIELD_GET(IIDR_VARIANT, iidr), FIELD_GET(IIDR_REVISION, iidr));
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errata); i++) {
		const struct erratum *e = &errata[i];

		if (FIELD_GET(IIDR_IMPLEMENTER, iidr) != e->implementer ||
		    FIELD_GET(IIDR_PRODUCTID, iidr) != e->product || rev > e->upto)
			continue;
		caps->off_erratum |= caps->feats & e->off;
		caps->feats &= ~e->off;
		caps->quirks |= e->quirks;
		caps->erratum = e->name;
	}
}

/* A feature counts as decided by firmware only if it differs from the registers. */
static void override(struct smmux_caps *caps, enum smmux_feat feat, bool on)
{
	if (!!(caps->feats & BIT(feat)) == on)
		return;
	caps->feats ^= BIT(feat);
	caps->set_fw |= BIT(feat);
}

static void apply_firmware(const struct smmux_fw_hints *fw, struct smmux_caps *caps)
{
	caps->quirks |= fw->quirks;
	if (fw->coherent_override)
		override(caps, SMMUX_FEAT_COHERENT, fw->coherent);
	if (fw->httu_override) {
		override(caps, SMMUX_FEAT_HTTU_A, fw->httu >= HTTU_ACCESS);
		override(caps, SMMUX_FEAT_HTTU_AD, fw->httu >= HTTU_ACCESS_DIRTY);
	}
}

int smmux_caps_decode(const struct smmux_idregs *raw,
		      const struct smmux_fw_hints *fw,
		      struct smmux_caps *caps, const char **why)
{
	struct refusal no = check(raw);

	if (no.err) {
		*why = no.why;
		return no.err;
	}
	memset(caps, 0, sizeof(*caps));
	caps->raw = *raw;
	decode_feats(raw, caps);
	decode_sizes(raw, caps);
	apply_errata(caps);
	apply_firmware(fw, caps);
	return 0;
}

/* --- for people --- */

#define NO_FEAT	(-1)
#define FIELD(reg, fld, feat, used) \
	{ #reg "." #fld, SMMUX_REG_##reg, reg##_##fld, feat, used }

const struct smmux_idfield smmux_idfields[] = {
	FIELD(IDR0, S2P, SMMUX_FEAT_S2, true),
	FIELD(IDR0, S1P, SMMUX_FEAT_S1, true),
	FIELD(IDR0, TTF, NO_FEAT, true),
	FIELD(IDR0, COHACC, SMMUX_FEAT_COHERENT, true),
	FIELD(IDR0, BTM, NO_FEAT, false),
	FIELD(IDR0, HTTU, SMMUX_FEAT_HTTU_A, false),
	FIELD(IDR0, DORMHINT, NO_FEAT, false),
	FIELD(IDR0, HYP, SMMUX_FEAT_HYP, true),
	FIELD(IDR0, ATS, SMMUX_FEAT_ATS, true),
	FIELD(IDR0, NS1ATS, NO_FEAT, false),
	FIELD(IDR0, ASID16, NO_FEAT, true),
	FIELD(IDR0, MSI, SMMUX_FEAT_MSI, true),
	FIELD(IDR0, SEV, SMMUX_FEAT_SEV, true),
	FIELD(IDR0, ATOS, NO_FEAT, false),
	FIELD(IDR0, PRI, SMMUX_FEAT_PRI, false),
	FIELD(IDR0, VMW, NO_FEAT, false),
	FIELD(IDR0, VMID16, NO_FEAT, true),
	FIELD(IDR0, CD2L, SMMUX_FEAT_CDTAB_2LVL, true),
	FIELD(IDR0, VATOS, NO_FEAT, false),
	FIELD(IDR0, TTENDIAN, NO_FEAT, true),
	FIELD(IDR0, STALL_MODEL, NO_FEAT, true),
	FIELD(IDR0, TERM_MODEL, NO_FEAT, false),
	FIELD(IDR0, ST_LEVEL, SMMUX_FEAT_STRTAB_2LVL, true),

	FIELD(IDR1, SIDSIZE, NO_FEAT, true),
	FIELD(IDR1, SSIDSIZE, NO_FEAT, true),
	FIELD(IDR1, PRIQS, NO_FEAT, false),
	FIELD(IDR1, EVENTQS, NO_FEAT, true),
	FIELD(IDR1, CMDQS, NO_FEAT, true),
	FIELD(IDR1, ATTR_PERMS_OVR, NO_FEAT, false),
	FIELD(IDR1, ATTR_TYPES_OVR, SMMUX_FEAT_ATTR_OVR, true),
	FIELD(IDR1, REL, NO_FEAT, false),
	FIELD(IDR1, QUEUES_PRESET, NO_FEAT, false),
	FIELD(IDR1, TABLES_PRESET, NO_FEAT, false),
	FIELD(IDR1, ECMDQ, NO_FEAT, false),

	FIELD(IDR2, BA_VATOS, NO_FEAT, false),

	FIELD(IDR3, HAD, NO_FEAT, false),
	FIELD(IDR3, PBHA, NO_FEAT, false),
	FIELD(IDR3, XNX, NO_FEAT, false),
	FIELD(IDR3, PPS, NO_FEAT, false),
	FIELD(IDR3, MPAM, NO_FEAT, false),
	FIELD(IDR3, FWB, SMMUX_FEAT_S2FWB, false),
	FIELD(IDR3, STT, NO_FEAT, false),
	FIELD(IDR3, RIL, SMMUX_FEAT_RIL, true),
	FIELD(IDR3, BBML, SMMUX_FEAT_BBML2, false),
	FIELD(IDR3, E0PD, NO_FEAT, false),
	FIELD(IDR3, PTWNNC, NO_FEAT, false),
	FIELD(IDR3, DPT, NO_FEAT, false),

	{ "IDR4.IMPDEF", SMMUX_REG_IDR4, GENMASK(31, 0), NO_FEAT, false },

	FIELD(IDR5, OAS, NO_FEAT, true),
	FIELD(IDR5, GRAN4K, NO_FEAT, true),
	FIELD(IDR5, GRAN16K, NO_FEAT, true),
	FIELD(IDR5, GRAN64K, NO_FEAT, true),
	FIELD(IDR5, DS, NO_FEAT, false),
	FIELD(IDR5, VAX, SMMUX_FEAT_VAX, true),
	FIELD(IDR5, STALL_MAX, NO_FEAT, true),

	FIELD(IIDR, IMPLEMENTER, NO_FEAT, true),
	FIELD(IIDR, REVISION, NO_FEAT, true),
	FIELD(IIDR, VARIANT, NO_FEAT, true),
	FIELD(IIDR, PRODUCTID, NO_FEAT, true),

	FIELD(AIDR, ARCH_MINOR, NO_FEAT, true),
	FIELD(AIDR, ARCH_MAJOR, NO_FEAT, true),
};

const unsigned int smmux_num_idfields = ARRAY_SIZE(smmux_idfields);

static const char * const feat_names[SMMUX_NUM_FEATS] = {
	[SMMUX_FEAT_S1]		  = "stage 1",
	[SMMUX_FEAT_S2]		  = "stage 2",
	[SMMUX_FEAT_NESTED]	  = "nested stages",
	[SMMUX_FEAT_STRTAB_2LVL]  = "2-level stream table",
	[SMMUX_FEAT_CDTAB_2LVL]	  = "2-level CD tables",
	[SMMUX_FEAT_COHERENT]	  = "coherent walks",
	[SMMUX_FEAT_MSI]	  = "MSI",
	[SMMUX_FEAT_SEV]	  = "SEV",
	[SMMUX_FEAT_RIL]	  = "range invalidation",
	[SMMUX_FEAT_BBML2]	  = "break-before-make level 2",
	[SMMUX_FEAT_ATS]	  = "ATS",
	[SMMUX_FEAT_PRI]	  = "PRI",
	[SMMUX_FEAT_STALL]	  = "stall",
	[SMMUX_FEAT_STALL_FORCED] = "stall always",
	[SMMUX_FEAT_HYP]	  = "EL2 tags",
	[SMMUX_FEAT_VAX]	  = "52-bit input",
	[SMMUX_FEAT_ATTR_OVR]	  = "attribute override",
	[SMMUX_FEAT_S2FWB]	  = "stage 2 forced write-back",
	[SMMUX_FEAT_HTTU_A]	  = "hardware access flag",
	[SMMUX_FEAT_HTTU_AD]	  = "hardware dirty state",
};

const char *smmux_feat_name(enum smmux_feat feat)
{
	return feat < SMMUX_NUM_FEATS ? feat_names[feat] : "?";
}
