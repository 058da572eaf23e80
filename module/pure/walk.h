/* SPDX-License-Identifier: GPL-2.0 */
/*
 * walk - predicts from tables in memory what the SMMU does with a transaction.
 *
 * A walk starts at a StreamID (STE, CD) or at a domain's tables.  It ends at the
 * physical address or at the event that the SMMU would raise, and records each entry.
 * Pure: a callback reads memory.  The contents may be arbitrary: the walk always ends,
 * after at most SMMUX_WALK_STEPS entries.
 *
 * Not considered: the contents of caches, and whether the SMMU is enabled.
 */
#ifndef SMMUX_WALK_H
#define SMMUX_WALK_H

#include <linux/types.h>

#include "arch/evt.h"
#include "pure/caps.h"
#include "pure/cd.h"
#include "pure/ste.h"

#define SMMUX_WALK_LAST		3	/* level of pages */
#define SMMUX_WALK_STEPS	40	/* both stages; stage 2 translates each stage 1 table */

/* Descriptors of both stages, VMSAv8-64. */
#define TTD_VALID		BIT_ULL(0)
#define TTD_TABLE		BIT_ULL(1)	/* at the last level: a page */
#define TTD_S1_ATTRINDX		GENMASK_ULL(4, 2)
#define TTD_S1_USER		BIT_ULL(6)
#define TTD_S1_RO		BIT_ULL(7)
#define TTD_S2_MEMATTR		GENMASK_ULL(5, 2)
#define TTD_S2_READ		BIT_ULL(6)
#define TTD_S2_WRITE		BIT_ULL(7)
#define TTD_SH			GENMASK_ULL(9, 8)
#define TTD_AF			BIT_ULL(10)
#define TTD_NG			BIT_ULL(11)	/* stage 1 */
#define TTD_ADDR		GENMASK_ULL(47, 12)
#define TTD_ADDR_HIGH		GENMASK_ULL(15, 12)	/* 64K pages: bits 51:48 */
#define TTD_DBM			BIT_ULL(51)
#define TTD_CONTIG		BIT_ULL(52)
#define TTD_PXN			BIT_ULL(53)	/* stage 1; stage 2: half of XN */
#define TTD_XN			BIT_ULL(54)	/* stage 1: UXN */
#define TTD_PXNTABLE		BIT_ULL(59)
#define TTD_XNTABLE		BIT_ULL(60)
#define TTD_APTABLE_NOUSER	BIT_ULL(61)
#define TTD_APTABLE_RO		BIT_ULL(62)

/**
 * struct smmux_walk_hw - the properties of the SMMU that a walk depends on
 * @granules: SZ_4K, SZ_16K, SZ_64K
 * @strtab_base, @strtab_cfg: as in the registers
 */
struct smmux_walk_hw {
	bool s1, s2, nested, cdtab_2lvl, hyp, term_model, xnx, stt, vax, records_bad_sid;
	u8 stall_model, httu, oas, ssid_bits;
	unsigned long granules;
	u64 strtab_base;
	u32 strtab_cfg;
};

/* Fills all but the last two members; @records_bad_sid is as the driver sets CR2. */
void smmux_walk_hw(const struct smmux_caps *caps, struct smmux_walk_hw *hw);

/* Reads @num words in memory order; false if there is no memory at @pa. */
struct smmux_walk_mem {
	bool (*read)(void *ctx, u64 pa, u64 *words, unsigned int num);
	void *ctx;
};

enum smmux_walk_access { SMMUX_WALK_READ, SMMUX_WALK_WRITE, SMMUX_WALK_EXEC };

struct smmux_walk_query {
	u32 sid, ssid;
	bool ssv;			/* it has a SubstreamID */
	u64 iova;
	enum smmux_walk_access access;
};

/* One stage of translation. */
struct smmux_walk_regime {
	u8 stage, granule, ia_bits, oa_bits, start;
	u64 ttb, mair;
	bool oa52;			/* descriptors hold 52 bits of address */
	bool off, affd, ha, hd, wxn, pan, tbi, fwb, ptw, xnx, el2, priv;
	bool record, stall;
};

enum smmux_walk_kind {
	SMMUX_WALK_L1STD, SMMUX_WALK_STE, SMMUX_WALK_L1CD, SMMUX_WALK_CD,
	SMMUX_WALK_TABLE, SMMUX_WALK_BLOCK, SMMUX_WALK_PAGE,
	SMMUX_WALK_INVALID,		/* bit 0 is 0 */
	SMMUX_WALK_RESERVED,		/* not allowed at this level */
	SMMUX_WALK_NO_MEMORY,
	SMMUX_NUM_WALK_KINDS
};

/**
 * struct smmux_walk_step - one entry that was read
 * @stage: 1 or 2; 0 for configuration
 * @level: of a translation table
 * @bits:  log2 of the number of addresses that the entry covers
 * @table: address of the table
 * @at:    physical address of the entry
 * @desc:  the entry, or its first word
 * @out:   address of the table or block that it points to
 */
struct smmux_walk_step {
	u8 kind, stage, level, bits;
	u64 table, at, desc, out;
};

enum smmux_walk_end {
	SMMUX_WALK_TRANSLATED, SMMUX_WALK_BYPASSED, SMMUX_WALK_ABORTED, SMMUX_WALK_EVENT,
};

/**
 * struct smmux_walk - the result of a walk
 * @end:      kind of result; ABORTED is without an event
 * @event:    of EVENT, EVT_*; with @stage, @level, @class, where they apply
 * @silent:   CD.R, STE.S2R or CR2.RECINVSID keep it out of the event queue
 * @stalls:   the transaction waits for a CMD_RESUME
 * @why:      the reason as text, never NULL
 * @ipa:      of an event of stage 2
 * @fetch:    address that could not be read
 * @pa, @bits: physical address, and log2 of the smallest block on the way
 * @contig_bits: log2 of the size of the run, if the leaf has the contiguous hint; or 0
 * @r, @w, @x: accesses that are allowed at this address
 * @sets_af, @sets_dirty: the SMMU would update descriptors (HTTU)
 * @has_ste, @has_cd, @s1, @s2: which of the other members are valid
 */
struct smmux_walk {
	enum smmux_walk_end end;
	u8 event, stage, level, class;
	bool silent, stalls;
	const char *why;
	u64 ipa, fetch, pa;
	u8 bits, contig_bits;
	bool r, w, x, sets_af, sets_dirty;
	bool has_ste, has_cd, s1, s2;
	u32 cd_ssid;
	struct smmux_ste ste;
	struct smmux_cd cd;
	struct smmux_walk_regime r1, r2;
	unsigned int num_steps;
	struct smmux_walk_step step[SMMUX_WALK_STEPS];
};

/* The complete walk, from the StreamID. */
void smmux_walk(const struct smmux_walk_hw *hw, const struct smmux_walk_mem *mem,
		const struct smmux_walk_query *q, struct smmux_walk *w);

/* Only the tables of @w->cd (@stage 1) or @w->ste (2); the ids in @q are not used. */
void smmux_walk_from(const struct smmux_walk_hw *hw, const struct smmux_walk_mem *mem,
		     u8 stage, const struct smmux_walk_query *q, struct smmux_walk *w);

/*
 * Fill @r for the stage of @cd or @ste.  False if the entry is illegal: @why then names
 * the field.
 */
bool smmux_walk_regime_s1(const struct smmux_walk_hw *hw, const struct smmux_ste *ste,
			  const struct smmux_cd *cd, struct smmux_walk_regime *r,
			  const char **why);
bool smmux_walk_regime_s2(const struct smmux_walk_hw *hw, const struct smmux_ste *ste,
			  struct smmux_walk_regime *r, const char **why);

/* --- one table, for callers that visit all tables --- */

/* log2 of the number of addresses that an entry of this level covers */
static inline u8 smmux_walk_shift(const struct smmux_walk_regime *r, u8 level)
{
	return r->granule + (SMMUX_WALK_LAST - level) * (r->granule - 3);
}

/* log2 of the number of entries; the first level may be smaller or larger than a page */
static inline u8 smmux_walk_index_bits(const struct smmux_walk_regime *r, u8 level)
{
	return level == r->start ? r->ia_bits - smmux_walk_shift(r, level) : r->granule - 3;
}

enum smmux_walk_kind smmux_walk_kind(const struct smmux_walk_regime *r, u8 level, u64 desc);

/* Address of the table, block or page that @desc points to. */
u64 smmux_walk_out(const struct smmux_walk_regime *r, u8 level, u64 desc);

/* log2 of the size of a contiguous run at this level */
u8 smmux_walk_contig_bits(const struct smmux_walk_regime *r, u8 level);

/* Address of the first table; the SMMU ignores the lowest bits of the TTB. */
u64 smmux_walk_root(const struct smmux_walk_regime *r);

/* Accesses that a page or block allows, without the limits of the tables above it. */
void smmux_walk_allows(const struct smmux_walk_regime *r, u64 desc, bool *read, bool *write,
		       bool *exec);

/* --- text --- */

const char *smmux_walk_kind_name(enum smmux_walk_kind kind);

/* Attributes of a descriptor, one line without newline; returns its length. */
int smmux_walk_attrs(const struct smmux_walk_regime *r, const struct smmux_walk_step *s,
		     char *buf, size_t len);

/* "Normal outer WB-RaWa inner NC", "Device-nGnRE" */
int smmux_walk_mair_text(u8 attr, char *buf, size_t len);

#endif /* SMMUX_WALK_H */
