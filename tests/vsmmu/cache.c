// SPDX-License-Identifier: GPL-2.0
/*
 * cache - keeps everything that the SMMU may cache, for as long as it may.
 *
 * An invalidation takes effect when its CMD_SYNC completes, the latest moment that is
 * allowed, and only on entries that were read from memory before the command was, the
 * minimum that is allowed.  Entries that do not translate are cached, too: STEs and CDs
 * with V=0, invalid level 1 descriptors.  Translation faults are not cached; the
 * architecture forbids that.
 */
#include "vsmmu.h"

#include <linux/slab.h>
#include <linux/vmalloc.h>

#define LITTER_ASIDS	4

int vsmmu_cache_init(struct vsmmu *v)
{
	struct vsmmu_cache *c = &v->cache;
	unsigned int i;

	INIT_LIST_HEAD(&c->used);
	INIT_LIST_HEAD(&c->free);
	c->pool = vcalloc(VSMMU_LINES, sizeof(*c->pool));
	c->inv = kcalloc(VSMMU_INVS, sizeof(*c->inv), GFP_KERNEL);
	if (!c->pool || !c->inv) {
		vsmmu_cache_exit(v);
		return -ENOMEM;
	}
	for (i = 0; i < VSMMU_LINES; i++)
		list_add_tail(&c->pool[i].node, &c->free);
	return 0;
}

void vsmmu_cache_exit(struct vsmmu *v)
{
	vfree(v->cache.pool);
	kfree(v->cache.inv);
}

struct vsmmu_line *vsmmu_cache_new(struct vsmmu *v, enum vsmmu_what what)
{
	struct vsmmu_cache *c = &v->cache;
	struct vsmmu_line *line;

	/* A cache may drop any entry: the oldest, when it is full. */
	if (list_empty(&c->free)) {
		line = list_last_entry(&c->used, struct vsmmu_line, node);
		v->counts.evicted++;
	} else {
		line = list_first_entry(&c->free, struct vsmmu_line, node);
	}
	list_del(&line->node);
	memset(line, 0, sizeof(*line));
	line->what = what;
	line->born = v->now;
	list_add(&line->node, &c->used);
	return line;
}

struct vsmmu_line *vsmmu_cache_config(struct vsmmu *v, enum vsmmu_what what, u32 sid, u32 ssid)
{
	struct vsmmu_line *line;

	list_for_each_entry(line, &v->cache.used, node)
		if (line->what == what && line->sid == sid && line->ssid == ssid)
			return line;
	return NULL;
}

static bool same_tag(const struct vsmmu_line *line, const struct vsmmu_tag *tag)
{
	return line->tag.stage == tag->stage && line->tag.el2 == tag->el2 &&
	       line->tag.vmid == tag->vmid && (line->global || line->tag.asid == tag->asid);
}

static bool holds(const struct vsmmu_line *line, u64 addr)
{
	return addr >> line->bits == line->start >> line->bits;
}

struct vsmmu_line *vsmmu_cache_page(struct vsmmu *v, const struct vsmmu_tag *tag, u64 addr)
{
	struct vsmmu_line *line;

	list_for_each_entry(line, &v->cache.used, node)
		if (line->what == LINE_PAGE && same_tag(line, tag) && holds(line, addr))
			return line;
	return NULL;
}

struct vsmmu_line *vsmmu_cache_table(struct vsmmu *v, const struct vsmmu_tag *tag, u64 addr,
				     u8 level)
{
	struct vsmmu_line *line;

	list_for_each_entry(line, &v->cache.used, node)
		if (line->what == LINE_TABLE && line->level == level && same_tag(line, tag) &&
		    holds(line, addr))
			return line;
	return NULL;
}

/* --- the entries that a command names --- */

static bool is_config(const struct vsmmu_line *line)
{
	return line->what <= LINE_CD;
}

static u32 split(const struct vsmmu *v)
{
	return FIELD_GET(STRTAB_CFG_SPLIT, (u32)v->reg[VR_STRTAB_CFG]);
}

static bool hits_sids(const struct vsmmu *v, const struct vsmmu_line *line, u64 first, u64 last,
		      bool l1)
{
	if (line->what != LINE_L1STD)
		return line->sid >= first && line->sid <= last;
	return l1 && line->sid >= first >> split(v) && line->sid <= last >> split(v);
}

static bool hits_config(const struct vsmmu *v, const struct vsmmu_inv *inv,
			const struct vsmmu_line *line)
{
	u32 sid = FIELD_GET(CFGI_W0_SID, inv->w0), ssid = FIELD_GET(CFGI_W0_SSID, inv->w0);
	u32 range = FIELD_GET(CFGI_W1_RANGE, inv->w1);
	bool leaf = inv->w1 & CFGI_W1_LEAF;
	u64 mask;

	switch (inv->op) {
	case OP_CFGI_STE:
		return hits_sids(v, line, sid, sid, !leaf);
	case OP_CFGI_STE_RANGE:
		mask = (2ULL << range) - 1;
		return hits_sids(v, line, sid & ~mask, sid | mask, true);
	case OP_CFGI_CD:
		if (line->sid != sid)
			return false;
		return (line->what == LINE_CD && line->ssid == ssid) ||
		       (line->what == LINE_L1CD && !leaf && line->ssid == ssid >> line->bits);
	case OP_CFGI_CD_ALL:
		return line->sid == sid && (line->what == LINE_CD || line->what == LINE_L1CD);
	default:
		return false;
	}
}

static bool hits_range(const struct vsmmu_inv *inv, const struct vsmmu_line *line, u64 addr)
{
	u32 tg = FIELD_GET(TLBI_W1_TG, inv->w1), ttl = FIELD_GET(TLBI_W1_TTL, inv->w1);
	u8 granule = 10 + 2 * tg;
	u64 pages = (FIELD_GET(TLBI_W0_NUM, inv->w0) + 1)
		    << FIELD_GET(TLBI_W0_SCALE, inv->w0);
	u64 last;

	if (line->granule != granule)
		return false;
	/* With the hint a leaf of another level may stay. */
	if (ttl && line->what == LINE_PAGE && line->level != ttl)
		return false;
	addr &= ~((1ULL << granule) - 1);
	last = addr + (pages << granule) - 1;
	return line->start <= last && line->start + (1ULL << line->bits) - 1 >= addr;
}

static bool hits_addr(const struct vsmmu_inv *inv, const struct vsmmu_line *line, u64 mask)
{
	u64 addr = inv->w1 & mask;

	if (line->what == LINE_TABLE && inv->w1 & TLBI_W1_LEAF)
		return false;
	if (inv->w1 & TLBI_W1_TG)
		return hits_range(inv, line, addr);
	return holds(line, addr);
}

static bool hits_el1(const struct vsmmu_inv *inv, const struct vsmmu_line *line)
{
	bool s1 = line->tag.stage == 1;
	bool vm = line->tag.vmid == FIELD_GET(TLBI_W0_VMID, inv->w0);
	bool as = line->tag.asid == FIELD_GET(TLBI_W0_ASID, inv->w0);

	switch (inv->op) {
	case OP_TLBI_NSNH_ALL:
		return true;
	case OP_TLBI_S12_VMALL:
		return vm;
	case OP_TLBI_S2_IPA:
		return vm && !s1 && hits_addr(inv, line, TLBI_W1_IPA);
	case OP_TLBI_NH_ALL:
		return vm && s1;
	case OP_TLBI_NH_ASID:
		return vm && s1 && as && !line->global;
	case OP_TLBI_NH_VA:
		return vm && s1 && (as || line->global) && hits_addr(inv, line, TLBI_W1_VA);
	case OP_TLBI_NH_VAA:
		return vm && s1 && hits_addr(inv, line, TLBI_W1_VA);
	default:
		return false;
	}
}

static bool hits_el2(const struct vsmmu_inv *inv, const struct vsmmu_line *line)
{
	bool as = line->tag.asid == FIELD_GET(TLBI_W0_ASID, inv->w0);

	switch (inv->op) {
	case OP_TLBI_EL2_ALL:
		return true;
	case OP_TLBI_EL2_ASID:
		return as && !line->global;
	case OP_TLBI_EL2_VA:
		return (as || line->global) && hits_addr(inv, line, TLBI_W1_VA);
	case OP_TLBI_EL2_VAA:
		return hits_addr(inv, line, TLBI_W1_VA);
	default:
		return false;
	}
}

static bool hits(const struct vsmmu *v, const struct vsmmu_inv *inv,
		 const struct vsmmu_line *line)
{
	if (line->born > inv->read_at)
		return false;
	if (is_config(line))
		return hits_config(v, inv, line);
	return line->tag.el2 ? hits_el2(inv, line) : hits_el1(inv, line);
}

static void apply(struct vsmmu *v, const struct vsmmu_inv *inv)
{
	struct vsmmu_cache *c = &v->cache;
	struct vsmmu_line *line, *next;

	list_for_each_entry_safe(line, next, &c->used, node) {
		if (!hits(v, inv, line))
			continue;
		list_move(&line->node, &c->free);
		v->counts.dropped++;
	}
}

/* The ATCs first: their new requests may still hit entries that are dropped next. */
void vsmmu_cache_settle(struct vsmmu *v)
{
	struct vsmmu_cache *c = &v->cache;
	bool others = false;
	unsigned int i;

	for (i = 0; i < c->num_inv; i++)
		others |= c->inv[i].op != OP_ATC_INV;
	for (i = 0; i < c->num_inv; i++)
		if (c->inv[i].op == OP_ATC_INV)
			vsmmu_ats_drop(v, &c->inv[i], others);
	for (i = 0; i < c->num_inv; i++)
		if (c->inv[i].op != OP_ATC_INV)
			apply(v, &c->inv[i]);
	c->num_inv = 0;
}

void vsmmu_cache_defer(struct vsmmu *v, u8 op, u64 w0, u64 w1)
{
	struct vsmmu_cache *c = &v->cache;

	if (c->num_inv == VSMMU_INVS)
		vsmmu_cache_settle(v);
	c->inv[c->num_inv++] = (struct vsmmu_inv){ op, w0, w1, v->now++ };
}

/* --- cache contents after reset --- */

static void litter_stream(struct vsmmu *v, u32 sid)
{
	struct vsmmu_line *line = vsmmu_cache_new(v, LINE_STE);

	line->sid = sid;
	line->stray = true;
	line->word[0] = STE_W0_V | FIELD_PREP(STE_W0_CONFIG, STE_CONFIG_BYPASS);
}

static void litter_page(struct vsmmu *v, u8 stage, u16 asid, u16 vmid)
{
	struct vsmmu_line *line = vsmmu_cache_new(v, LINE_PAGE);

	line->stray = true;
	line->tag = (struct vsmmu_tag){ .stage = stage, .asid = asid, .vmid = vmid };
	line->level = 1;
	line->granule = 12;
	line->bits = 48;	/* one page for all of memory */
	line->word[0] = 0;	/* maps each address to itself */
	line->word[1] = PAGE_READ | PAGE_WRITE | PAGE_USER;
}

void vsmmu_cache_litter(struct vsmmu *v)
{
	struct vsmmu_cache *c = &v->cache;
	unsigned int i;

	c->num_inv = 0;
	list_splice_init(&c->used, &c->free);
	v->now++;
	for (i = 0; i < v->num_streams; i++)
		litter_stream(v, v->stream[i].sid);
	for (i = 0; i < LITTER_ASIDS; i++) {
		litter_page(v, 1, i, 0);
		litter_page(v, 2, 0, i);
	}
}

unsigned int vsmmu_cache_strays(struct vsmmu *v)
{
	struct vsmmu_line *line;
	unsigned int num = 0;

	list_for_each_entry(line, &v->cache.used, node)
		num += line->stray;
	return num;
}
