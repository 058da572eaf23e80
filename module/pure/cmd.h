/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd - encode command queue entries.
 *
 * Pure and inline: an invalidation is on the unmap path and takes only a few
 * instructions.  Each encoder returns a complete command.  An encoder named ..._w0 returns
 * only the first word; core/tlb.c completes a TLBI by address.  An encoder truncates
 * addresses to the field's granule and checks nothing else.
 */
#ifndef SMMUX_CMD_H
#define SMMUX_CMD_H

#include <linux/bitops.h>
#include <linux/types.h>

#include "arch/cmd.h"

struct smmux_cmd {
	u64 w[2];
};

/*
 * The class decides what happens while the SMMU is suspended (G2, G3).  Resume invalidates
 * all caches, which makes the first classes redundant.  A command of the last, OWED,
 * must not be lost: a device waits for it, or holds translations that it must drop.
 */
enum smmux_cmd_class {
	SMMUX_CMD_TLBI, SMMUX_CMD_CFGI, SMMUX_CMD_PREFETCH, SMMUX_CMD_SYNC,
	SMMUX_CMD_OWED,
	SMMUX_NUM_CMD_CLASSES
};

enum smmux_cmd_class smmux_cmd_class(u8 op);

static inline struct smmux_cmd smmux_cmd_cfgi_ste(u32 sid, bool leaf)
{
	return (struct smmux_cmd){ {
		OP_CFGI_STE | FIELD_PREP(CFGI_W0_SID, sid),
		FIELD_PREP(CFGI_W1_LEAF, leaf) } };
}

static inline struct smmux_cmd smmux_cmd_cfgi_all(void)
{
	return (struct smmux_cmd){ {
		OP_CFGI_STE_RANGE, FIELD_PREP(CFGI_W1_RANGE, CFGI_RANGE_ALL) } };
}

static inline struct smmux_cmd smmux_cmd_cfgi_cd(u32 sid, u32 ssid, bool leaf)
{
	return (struct smmux_cmd){ {
		OP_CFGI_CD | FIELD_PREP(CFGI_W0_SID, sid) |
			FIELD_PREP(CFGI_W0_SSID, ssid),
		FIELD_PREP(CFGI_W1_LEAF, leaf) } };
}

static inline struct smmux_cmd smmux_cmd_cfgi_cd_all(u32 sid)
{
	return (struct smmux_cmd){ {
		OP_CFGI_CD_ALL | FIELD_PREP(CFGI_W0_SID, sid), 0 } };
}

/* A TLBI that names no address: ALL, ASID and VMID kinds. */
static inline struct smmux_cmd smmux_cmd_tlbi_tag(u8 op, u16 asid, u16 vmid)
{
	return (struct smmux_cmd){ {
		op | FIELD_PREP(TLBI_W0_ASID, asid) |
			FIELD_PREP(TLBI_W0_VMID, vmid), 0 } };
}

/* First word of a TLBI by address, without NUM and SCALE. */
static inline u64 smmux_cmd_tlbi_va_w0(u8 op, u16 asid, u16 vmid)
{
	return op | FIELD_PREP(TLBI_W0_ASID, asid) |
	       FIELD_PREP(TLBI_W0_VMID, vmid);
}

/* First word of an ATC_INV; @ssv: the requests carried SubstreamID @ssid. */
static inline u64 smmux_cmd_atc_w0(u32 sid, bool ssv, u32 ssid)
{
	return OP_ATC_INV | FIELD_PREP(ATC_W0_SID, sid) |
	       FIELD_PREP(ATC_W0_SSID, ssid) | FIELD_PREP(CMD_W0_SSV, ssv);
}

/**
 * smmux_cmd_atc_inv() - invalidate a range in a device's ATC
 * @w0:    from smmux_cmd_atc_w0()
 * @first: first byte of the range
 * @last:  last byte of the range
 *
 * ATS can name only naturally aligned powers of two, so the command covers
 * the smallest such block that contains the range (IHI 0070 4.5.1).
 */
static inline struct smmux_cmd smmux_cmd_atc_inv(u64 w0, u64 first, u64 last)
{
	u64 a = first >> 12, z = last >> 12;
	unsigned int log2 = a == z ? 0 : fls64(a ^ z);

	if (log2 >= ATC_SIZE_ALL)
		return (struct smmux_cmd){ { w0, ATC_SIZE_ALL } };
	return (struct smmux_cmd){ { w0, ((a >> log2) << (log2 + 12)) | log2 } };
}

static inline struct smmux_cmd smmux_cmd_atc_inv_all(u64 w0)
{
	return (struct smmux_cmd){ { w0, ATC_SIZE_ALL } };
}

/* Answer to a stalled transaction: retry it, abort it, or drop it silently. */
enum smmux_resume { SMMUX_RESUME_TERM, SMMUX_RESUME_RETRY, SMMUX_RESUME_ABORT };

static inline struct smmux_cmd smmux_cmd_resume(u32 sid, u16 stag,
						enum smmux_resume how)
{
	return (struct smmux_cmd){ {
		OP_RESUME | FIELD_PREP(RESUME_W0_SID, sid) |
			(how == SMMUX_RESUME_RETRY ? RESUME_W0_AC : 0) |
			(how == SMMUX_RESUME_ABORT ? RESUME_W0_AB : 0),
		FIELD_PREP(RESUME_W1_STAG, stag) } };
}

static inline struct smmux_cmd smmux_cmd_sync(u32 cs)
{
	return (struct smmux_cmd){ { OP_SYNC | FIELD_PREP(SYNC_W0_CS, cs), 0 } };
}

/* SYNC that writes @data to @addr (cacheable, inner shareable) when done. */
static inline struct smmux_cmd smmux_cmd_sync_msi(u64 addr, u32 data)
{
	return (struct smmux_cmd){ {
		OP_SYNC | FIELD_PREP(SYNC_W0_CS, SYNC_CS_IRQ) |
			FIELD_PREP(SYNC_W0_MSH, 3) |
			FIELD_PREP(SYNC_W0_MSIATTR, SYNC_MSIATTR_OIWB) |
			FIELD_PREP(SYNC_W0_MSIDATA, data),
		addr & SYNC_W1_MSIADDR } };
}

static inline u8 smmux_cmd_op(const struct smmux_cmd *c)
{
	return c->w[0] & CMD_W0_OP;
}

/* Name of an opcode, "?" for one that the architecture does not have. */
const char *smmux_cmd_name(u8 op);

/* Decode into text ("TLBI_NH_VA asid 3 vmid 0 addr 0x... leaf"); returns length. */
int smmux_cmd_decode(const struct smmux_cmd *c, char *buf, size_t len);

#endif /* SMMUX_CMD_H */
