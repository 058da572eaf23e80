/* SPDX-License-Identifier: GPL-2.0 */
/*
 * caps - capabilities of an SMMU, and which of them smmux uses.
 *
 * Pure: ID register values and firmware hints in, one struct out.  Errata (rows
 * of a table) and firmware overrides are applied after decoding, so smmux_has() decides
 * about features.  Some rooms also read @quirks, or ID registers as they are (@raw).
 */
#ifndef SMMUX_CAPS_H
#define SMMUX_CAPS_H

#include <linux/bits.h>
#include <linux/types.h>

/* Raw ID registers, in the order of enum smmux_idreg. */
enum smmux_idreg {
	SMMUX_REG_IDR0, SMMUX_REG_IDR1, SMMUX_REG_IDR2, SMMUX_REG_IDR3,
	SMMUX_REG_IDR4, SMMUX_REG_IDR5, SMMUX_REG_IIDR, SMMUX_REG_AIDR,
	SMMUX_NUM_IDREGS,
};

struct smmux_idregs {
	u32 r[SMMUX_NUM_IDREGS];
};

/* Features as the driver uses them; smmux_has(smmu, FEAT) tests one. */
enum smmux_feat {
	SMMUX_FEAT_S1,			/* stage 1 translation */
	SMMUX_FEAT_S2,			/* stage 2 translation */
	SMMUX_FEAT_NESTED,		/* both, one after the other */
	SMMUX_FEAT_STRTAB_2LVL,
	SMMUX_FEAT_CDTAB_2LVL,
	SMMUX_FEAT_COHERENT,		/* table walks and queues snoop CPU caches */
	SMMUX_FEAT_MSI,
	SMMUX_FEAT_SEV,			/* CMD_SYNC can signal an event (WFE) */
	SMMUX_FEAT_RIL,			/* range invalidation */
	SMMUX_FEAT_BBML2,
	SMMUX_FEAT_ATS,
	SMMUX_FEAT_PRI,
	SMMUX_FEAT_STALL,		/* faults of a master can be configured to stall */
	SMMUX_FEAT_STALL_FORCED,	/* every fault stalls */
	SMMUX_FEAT_HYP,			/* EL2 TLB tags exist: flush them at reset */
	SMMUX_FEAT_VAX,			/* 52-bit input with 64K pages */
	SMMUX_FEAT_ATTR_OVR,		/* STE may override memory attributes */
	SMMUX_FEAT_S2FWB,
	SMMUX_FEAT_HTTU_A,
	SMMUX_FEAT_HTTU_AD,
	SMMUX_NUM_FEATS,
};

/* Deviations of an implementation from the architecture. */
enum smmux_quirk {
	SMMUX_QUIRK_NO_PREFETCH = BIT(0),	/* CMD_PREFETCH_* must not be sent */
	SMMUX_QUIRK_ONE_PAGE	= BIT(1),	/* page 1 registers are in page 0 */
	SMMUX_QUIRK_SYNC_EARLY	= BIT(2),	/* a SYNC at least every 32 commands */
};

/* Hints of firmware about the SMMU; filled by fw.c. */
struct smmux_fw_hints {
	bool coherent;			/* DT dma-coherent / IORT COHACC override */
	bool coherent_override;		/* @coherent overrides IDR0.COHACC */
	u8 httu;			/* IORT HTTU override, HTTU_* */
	bool httu_override;
	u32 quirks;			/* enum smmux_quirk, by DT property or IORT model */
};

struct smmux_caps {
	struct smmux_idregs raw;
	u32 feats;			/* BIT(enum smmux_feat) in use */
	u32 off_erratum;		/* features switched off by an erratum row */
	u32 set_fw;			/* features decided by firmware, not by IDRs */
	u32 quirks;			/* enum smmux_quirk */
	const char *erratum;		/* name of the last erratum row applied, or NULL */
	u8 arch_minor;			/* SMMUv3.<n> */
	u8 cmdq_log2, evtq_log2, priq_log2;	/* as the hardware allows */
	u8 sid_bits, ssid_bits;
	u8 asid_bits, vmid_bits;
	u8 ias, oas;			/* bits; ias is the stage 1 input size */
	u8 stall_model;
	unsigned long pgsizes;		/* io-pgtable page size bitmap */
};

/**
 * smmux_caps_decode() - turn ID registers into capabilities
 * @raw:  register values
 * @fw:   additions and overrides of firmware
 * @caps: filled; undefined after an error
 * @why:  on error, a static text that names the offending field and the reason
 *
 * Pure; any context.  Follows IHI 0070 6.3.1 to 6.3.8.
 *
 * Return: 0, or -EINVAL for contradictory or reserved values, -ENODEV for a
 * valid SMMU that this driver does not support (preset tables, no AArch64
 * tables, big-endian walks...).
 */
int smmux_caps_decode(const struct smmux_idregs *raw,
		      const struct smmux_fw_hints *fw,
		      struct smmux_caps *caps, const char **why);

/**
 * struct smmux_idfield - one field of an ID register, for display
 * @name: "IDR0.S1P"
 * @reg:  the register
 * @mask: bits of the field
 * @feat: the enum smmux_feat that it indicates, or -1
 * @used: smmux uses the field when it is non-zero
 */
struct smmux_idfield {
	const char *name;
	enum smmux_idreg reg;
	u32 mask;
	int feat;
	bool used;
};

extern const struct smmux_idfield smmux_idfields[];
extern const unsigned int smmux_num_idfields;
const char *smmux_feat_name(enum smmux_feat feat);

#endif /* SMMUX_CAPS_H */
