// SPDX-License-Identifier: GPL-2.0
/*
 * walk - translation tables of both stages, three granules.
 *
 * The SMMU checks in this order, and raises the first fault: EPD0 or input size, no memory,
 * invalid, address size, access flag, permission (IHI 0070 3.12, DDI 0487 D8).  With
 * stage 2, a walk of stage 2 translates the address of each stage 1 table or CD.
 */
#include "pure/walk.h"

#include <linux/kernel.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "pure/walk_priv.h"

#define TTD_LIMITS	(TTD_APTABLE_RO | TTD_APTABLE_NOUSER | TTD_XNTABLE | TTD_PXNTABLE)

/* Permissions of a stage 1 leaf that the tables above it remove. */
struct limits {
	bool no_user, no_write, xn, pxn;
};

void smmux_walk_event(struct smmux_walk *w, u8 event, const char *why)
{
	w->end = SMMUX_WALK_EVENT;
	w->event = event;
	w->why = why;
}

struct smmux_walk_step *smmux_walk_note(struct smmux_walk *w, u8 kind, u64 table, u64 at, u64 desc)
{
	static struct smmux_walk_step nowhere;
	struct smmux_walk_step *s = &w->step[w->num_steps];

	/* No walk has so many steps.  If one had, drop a step; do not overrun the array. */
	if (WARN_ON_ONCE(w->num_steps == SMMUX_WALK_STEPS))
		return &nowhere;
	w->num_steps++;
	*s = (struct smmux_walk_step){ .kind = kind, .table = table, .at = at, .desc = desc };
	return s;
}

/* --- descriptors --- */

static bool block_allowed(const struct smmux_walk_regime *r, u8 level)
{
	switch (r->granule) {
	case 12:
		return level == 1 || level == 2;
	case 14:
		return level == 2;
	default:
		return level == 2 || (level == 1 && r->oa52);
	}
}

enum smmux_walk_kind smmux_walk_kind(const struct smmux_walk_regime *r, u8 level, u64 desc)
{
	if (!(desc & TTD_VALID))
		return SMMUX_WALK_INVALID;
	if (level == SMMUX_WALK_LAST)
		return desc & TTD_TABLE ? SMMUX_WALK_PAGE : SMMUX_WALK_RESERVED;
	if (desc & TTD_TABLE)
		return SMMUX_WALK_TABLE;
	return block_allowed(r, level) ? SMMUX_WALK_BLOCK : SMMUX_WALK_RESERVED;
}

u64 smmux_walk_out(const struct smmux_walk_regime *r, u8 level, u64 desc)
{
	bool table = level < SMMUX_WALK_LAST && desc & TTD_TABLE;
	u8 bits = table ? r->granule : smmux_walk_shift(r, level);
	u64 out = desc & TTD_ADDR;

	if (r->oa52)
		out |= FIELD_GET(TTD_ADDR_HIGH, desc) << 48;
	return out & ~(BIT_ULL(bits) - 1);
}

u8 smmux_walk_contig_bits(const struct smmux_walk_regime *r, u8 level)
{
	u8 more;

	if (r->granule == 12)
		more = 4;
	else if (r->granule == 14)
		more = level == SMMUX_WALK_LAST ? 7 : 5;
	else
		more = 5;
	return smmux_walk_shift(r, level) + more;
}

u64 smmux_walk_root(const struct smmux_walk_regime *r)
{
	u8 bits = max(smmux_walk_index_bits(r, r->start) + 3, 6);

	return r->ttb & ~(BIT_ULL(bits) - 1);
}

/* --- one stage --- */

static void fault(struct smmux_walk *w, const struct smmux_walk_regime *r, u8 event, u8 level,
		  u8 class, u64 in, const char *why)
{
	smmux_walk_event(w, event, why);
	w->stage = r->stage;
	w->level = level;
	w->class = class;
	w->ipa = r->stage == 2 ? in : 0;
	/* An external abort is always recorded, and never stalls. */
	w->silent = event != EVT_F_WALK_EABT && !r->record;
	w->stalls = event != EVT_F_WALK_EABT && r->stall;
}

static bool read_desc(struct smmux_walk_ctx *c, const struct smmux_walk_regime *r, u64 table,
		      u64 at, struct smmux_walk_step **step)
{
	struct smmux_walk *w = c->w;
	struct smmux_walk_leaf found = { .pa = at };
	u64 desc = 0;

	if (r->stage == 1 && w->s2 &&
	    !smmux_walk_stage(c, &w->r2, at, SMMUX_WALK_READ, EVT_CLASS_TTD, &found))
		return false;
	if (c->mem->read(c->mem->ctx, found.pa, &desc, 1)) {
		*step = smmux_walk_note(w, SMMUX_WALK_INVALID, table, found.pa, desc);
		return true;
	}
	*step = smmux_walk_note(w, SMMUX_WALK_NO_MEMORY, table, found.pa, 0);
	w->fetch = found.pa;
	return false;
}

static void limit(const struct smmux_walk_regime *r, u64 desc, struct limits *l)
{
	if (r->stage != 1)
		return;
	l->no_user |= !r->el2 && desc & TTD_APTABLE_NOUSER;
	l->no_write |= !!(desc & TTD_APTABLE_RO);
	l->xn |= !!(desc & TTD_XNTABLE);
	l->pxn |= !!(desc & TTD_PXNTABLE);
}

/* If the SMMU manages the dirty state, AP[2] with DBM means writable and clean. */
static void allow_s1(const struct smmux_walk_regime *r, u64 desc, const struct limits *l,
		     struct smmux_walk_leaf *leaf)
{
	bool user = r->el2 || (desc & TTD_S1_USER && !l->no_user);
	bool clean = r->hd && desc & TTD_DBM && desc & TTD_S1_RO;
	bool write = (!(desc & TTD_S1_RO) || clean) && !l->no_write;
	bool xn = desc & TTD_XN || l->xn, pxn = desc & TTD_PXN || l->pxn;

	leaf->dirty = clean && write;
	if (r->priv && !r->el2) {
		leaf->r = !r->pan || !user;
		leaf->w = leaf->r && write;
		leaf->x = !pxn && !(user && write) && !(r->wxn && write);
		return;
	}
	leaf->r = user;
	leaf->w = user && write;
	leaf->x = user && !xn && !(r->wxn && write);
}

static void allow_s2(const struct smmux_walk_regime *r, u64 desc, struct smmux_walk_leaf *leaf)
{
	bool clean = r->hd && desc & TTD_DBM && !(desc & TTD_S2_WRITE);
	bool xn = !!(desc & TTD_XN), half = r->xnx && desc & TTD_PXN;

	leaf->dirty = clean;
	leaf->r = !!(desc & TTD_S2_READ);
	leaf->w = !!(desc & TTD_S2_WRITE) || clean;
	/* 0b01: only unprivileged; 0b10: none; 0b11: only privileged. */
	leaf->x = half ? xn == r->priv : !xn;
	leaf->device = !(FIELD_GET(TTD_S2_MEMATTR, desc) >> 2);
}

void smmux_walk_allows(const struct smmux_walk_regime *r, u64 desc, bool *read, bool *write,
		       bool *exec)
{
	const struct limits none = {};
	struct smmux_walk_leaf leaf = {};

	if (r->stage == 1)
		allow_s1(r, desc, &none, &leaf);
	else
		allow_s2(r, desc, &leaf);
	*read = leaf.r;
	*write = leaf.w;
	*exec = leaf.x;
}

static bool may(const struct smmux_walk_leaf *leaf, enum smmux_walk_access access)
{
	switch (access) {
	case SMMUX_WALK_WRITE:
		return leaf->w;
	case SMMUX_WALK_EXEC:
		return leaf->x;
	default:
		return leaf->r;
	}
}

/* The remaining checks, of a page or block. */
static bool take_leaf(struct smmux_walk_ctx *c, const struct smmux_walk_regime *r,
		      const struct smmux_walk_step *s, u64 in, enum smmux_walk_access access,
		      u8 class, const struct limits *l, struct smmux_walk_leaf *leaf)
{
	struct smmux_walk *w = c->w;

	if (s->out >> r->oa_bits) {
		fault(w, r, EVT_F_ADDR_SIZE, s->level, class, in, "output address too large");
		return false;
	}
	if (!(s->desc & TTD_AF) && !r->ha && !r->affd) {
		fault(w, r, EVT_F_ACCESS, s->level, class, in, "AF is 0");
		return false;
	}
	w->sets_af |= r->ha && !(s->desc & TTD_AF);
	if (r->stage == 1)
		allow_s1(r, s->desc, l, leaf);
	else
		allow_s2(r, s->desc, leaf);
	leaf->bits = s->bits;
	leaf->contig_bits = s->desc & TTD_CONTIG ? smmux_walk_contig_bits(r, s->level) : 0;
	leaf->pa = s->out | (in & (BIT_ULL(s->bits) - 1));
	if (!may(leaf, access)) {
		fault(w, r, EVT_F_PERMISSION, s->level, class, in,
		      "the descriptors do not allow this access");
		return false;
	}
	if (class != EVT_CLASS_IN && r->ptw && leaf->device) {
		fault(w, r, EVT_F_PERMISSION, s->level, class, in,
		      "stage 2 maps this table as Device memory (S2PTW)");
		return false;
	}
	w->sets_dirty |= leaf->dirty && access == SMMUX_WALK_WRITE;
	return true;
}

static bool fits_input(const struct smmux_walk_regime *r, u64 *addr)
{
	if (r->tbi)
		*addr &= GENMASK_ULL(55, 0);
	return !(*addr >> r->ia_bits);
}

bool smmux_walk_stage(struct smmux_walk_ctx *c, const struct smmux_walk_regime *r, u64 addr,
		      enum smmux_walk_access access, u8 class, struct smmux_walk_leaf *leaf)
{
	struct smmux_walk_step *s;
	struct limits l = {};
	u64 table, in = addr;
	u8 level;

	if (r->off || !fits_input(r, &in)) {
		fault(c->w, r, EVT_F_TRANSLATION, 0, class, addr, r->off ?
		      "EPD0 is 1: no table walk" : "beyond the input size (T0SZ)");
		return false;
	}
	table = smmux_walk_root(r);
	for (level = r->start; level <= SMMUX_WALK_LAST; level++) {
		u8 shift = smmux_walk_shift(r, level);
		u64 mask = BIT_ULL(smmux_walk_index_bits(r, level)) - 1;

		if (!read_desc(c, r, table, table + (in >> shift & mask) * sizeof(u64), &s)) {
			/* Otherwise stage 2 has set the event. */
			if (c->w->end != SMMUX_WALK_EVENT)
				fault(c->w, r, EVT_F_WALK_EABT, level, class, addr,
				      "no memory at the table's address");
			return false;
		}
		s->stage = r->stage;
		s->level = level;
		s->bits = shift;
		s->kind = smmux_walk_kind(r, level, s->desc);
		if (s->kind == SMMUX_WALK_INVALID || s->kind == SMMUX_WALK_RESERVED) {
			fault(c->w, r, EVT_F_TRANSLATION, level, class, addr,
			      s->kind == SMMUX_WALK_INVALID ? "not mapped" :
			      "descriptor type is reserved at this level");
			return false;
		}
		s->out = smmux_walk_out(r, level, s->desc);
		if (s->kind != SMMUX_WALK_TABLE)
			return take_leaf(c, r, s, in, access, class, &l, leaf);
		if (s->out >> r->oa_bits) {
			fault(c->w, r, EVT_F_ADDR_SIZE, level, class, addr,
			      "table address too large");
			return false;
		}
		limit(r, s->desc, &l);
		table = s->out;
	}
	return false;	/* not reached: the last level has no tables */
}

/* --- text --- */

const char *smmux_walk_kind_name(enum smmux_walk_kind kind)
{
	static const char * const names[SMMUX_NUM_WALK_KINDS] = {
		[SMMUX_WALK_L1STD] = "L1STD", [SMMUX_WALK_STE] = "STE",
		[SMMUX_WALK_L1CD] = "L1CD", [SMMUX_WALK_CD] = "CD",
		[SMMUX_WALK_TABLE] = "table", [SMMUX_WALK_BLOCK] = "block",
		[SMMUX_WALK_PAGE] = "page", [SMMUX_WALK_INVALID] = "invalid",
		[SMMUX_WALK_RESERVED] = "reserved", [SMMUX_WALK_NO_MEMORY] = "no-memory",
	};

	return names[kind];
}

static int cache_text(u8 nibble, char *buf, size_t len)
{
	static const char * const policy[] = { "WT-transient", "WB-transient", "WT", "WB" };

	if (nibble == 4)
		return scnprintf(buf, len, "NC");
	return scnprintf(buf, len, "%s%s%s%s", policy[nibble >> 2], nibble & 3 ? "-" : "",
			 nibble & 2 ? "Ra" : "", nibble & 1 ? "Wa" : "");
}

int smmux_walk_mair_text(u8 attr, char *buf, size_t len)
{
	static const char * const device[] = { "nGnRnE", "nGnRE", "nGRE", "GRE" };
	int n;

	if (!(attr >> 4))
		return scnprintf(buf, len, attr & 3 ? "reserved" : "Device-%s", device[attr >> 2]);
	if (!(attr & 15))
		return scnprintf(buf, len, "reserved");
	n = scnprintf(buf, len, "Normal outer ");
	n += cache_text(attr >> 4, buf + n, len - n);
	n += scnprintf(buf + n, len - n, " inner ");
	return n + cache_text(attr & 15, buf + n, len - n);
}

static int memattr_text(const struct smmux_walk_regime *r, u8 attr, char *buf, size_t len)
{
	static const char * const device[] = { "nGnRnE", "nGnRE", "nGRE", "GRE" };
	static const char * const cache[] = { "reserved", "NC", "WT", "WB" };

	if (r->fwb && attr >= 4)
		return scnprintf(buf, len, "%s", attr == 6 ? "forced WB" : attr == 7 ? "as stage 1" :
				 attr == 5 ? "NC or Device" : "reserved");
	if (attr < 4)
		return scnprintf(buf, len, "Device-%s", device[attr]);
	return scnprintf(buf, len, "Normal outer %s inner %s", cache[attr >> 2], cache[attr & 3]);
}

static int table_text(const struct smmux_walk_regime *r, u64 desc, char *buf, size_t len)
{
	if (r->stage != 1 || !(desc & TTD_LIMITS))
		return scnprintf(buf, len, "-");
	return scnprintf(buf, len, "removes:%s%s%s%s",
			 desc & TTD_APTABLE_RO ? " write" : "",
			 desc & TTD_APTABLE_NOUSER ? " user" : "",
			 desc & TTD_XNTABLE ? " UX" : "", desc & TTD_PXNTABLE ? " PX" : "");
}

static int leaf_text(const struct smmux_walk_regime *r, u64 desc, char *buf, size_t len)
{
	static const char * const sh[] = { "non", "reserved", "outer", "inner" };
	static const char * const s2ap[] = { "none", "ro", "wo", "rw" };
	u8 index = FIELD_GET(TTD_S1_ATTRINDX, desc), memattr = FIELD_GET(TTD_S2_MEMATTR, desc);
	int n;

	n = scnprintf(buf, len, "AF=%d SH=%s", !!(desc & TTD_AF), sh[FIELD_GET(TTD_SH, desc)]);
	if (r->stage == 1) {
		n += scnprintf(buf + n, len - n, " AP=%s%s%s AttrIndx=%u(",
			       desc & TTD_S1_RO ? "ro" : "rw",
			       desc & TTD_S1_USER ? ",user" : ",priv",
			       desc & TTD_NG ? " nG" : "", index);
		n += smmux_walk_mair_text(r->mair >> index * 8, buf + n, len - n);
		n += scnprintf(buf + n, len - n, ")%s%s", desc & TTD_XN ? " UXN" : "",
			       desc & TTD_PXN ? " PXN" : "");
	} else {
		n += scnprintf(buf + n, len - n, " S2AP=%s MemAttr=0x%x(",
			       s2ap[desc >> 6 & 3], memattr);
		n += memattr_text(r, memattr, buf + n, len - n);
		n += scnprintf(buf + n, len - n, ") XN=%llu", desc >> 53 & 3);
	}
	return n + scnprintf(buf + n, len - n, "%s%s", desc & TTD_DBM ? " DBM" : "",
			     desc & TTD_CONTIG ? " contiguous" : "");
}

int smmux_walk_attrs(const struct smmux_walk_regime *r, const struct smmux_walk_step *s,
		     char *buf, size_t len)
{
	switch (s->kind) {
	case SMMUX_WALK_TABLE:
		return table_text(r, s->desc, buf, len);
	case SMMUX_WALK_BLOCK:
	case SMMUX_WALK_PAGE:
		return leaf_text(r, s->desc, buf, len);
	default:
		return scnprintf(buf, len, "-");
	}
}
