// SPDX-License-Identifier: GPL-2.0
/*
 * walk - translation tables, VMSAv8-64, of both stages and three granules.
 *
 * Pages and tables are cached separately, so that an invalidation with Leaf=1 keeps the
 * tables.  An entry that was found through a cached table is as old as that table.  The
 * stages are cached separately, not combined.
 */
#include "vsmmu.h"

#define DESC_VALID	BIT_ULL(0)
#define DESC_TABLE	BIT_ULL(1)
#define DESC_AF		BIT_ULL(10)
#define DESC_NG		BIT_ULL(11)
#define DESC_USER	BIT_ULL(6)	/* stage 1 */
#define DESC_RO		BIT_ULL(7)
#define DESC_S2_READ	BIT_ULL(6)
#define DESC_S2_WRITE	BIT_ULL(7)
#define DESC_ADDR	GENMASK_ULL(47, 12)
#define LAST_LEVEL	3

struct walk {
	struct vsmmu *v;
	const struct vsmmu_config *cfg;
	const struct vsmmu_regime *r;
	u64 addr, table, born;
	u8 level;
};

static int say(struct walk *w, struct vsmmu_fault *fault, u8 id, u64 fetch)
{
	*fault = (struct vsmmu_fault){
		.id = id,
		.class = EVT_CLASS_IN,
		.s2 = w->r->tag.stage == 2,
		.ipa = w->r->tag.stage == 2 ? w->addr : 0,
		.fetch = fetch,
	};
	return -EFAULT;
}

static u8 shift_of(const struct vsmmu_regime *r, u8 level)
{
	return r->granule + (LAST_LEVEL - level) * (r->granule - 3);
}

static bool block_allowed(const struct vsmmu_regime *r, u8 level)
{
	return level == 2 || (level == 1 && r->granule == 12);
}

static u64 entry_addr(const struct walk *w)
{
	u8 shift = shift_of(w->r, w->level);
	u8 bits = w->level == w->r->start ? w->r->ia_bits - shift : w->r->granule - 3;

	return w->table + ((w->addr >> shift) & (BIT_ULL(bits) - 1)) * sizeof(u64);
}

static int read_entry(struct walk *w, u64 *desc, struct vsmmu_fault *fault)
{
	u64 at = entry_addr(w);
	struct vsmmu_leaf leaf = {};
	int ret;

	if (w->r->tag.stage == 1 && w->cfg->s2) {
		ret = vsmmu_translate_s2(w->v, w->cfg, at, false, EVT_CLASS_TTD, &leaf, fault);
		if (ret)
			return ret;
		at = leaf.pa;
	}
	if (!vsmmu_mem_read(at, desc, 1))
		return say(w, fault, EVT_F_WALK_EABT, at);
	return 0;
}

/* Starts at the deepest cached table. */
static void begin(struct walk *w)
{
	struct vsmmu_line *line;
	u8 level;

	w->level = w->r->start;
	w->table = w->r->ttb;
	w->born = w->v->now;
	for (level = LAST_LEVEL; level > w->r->start; level--) {
		line = vsmmu_cache_table(w->v, &w->r->tag, w->addr, level);
		if (!line)
			continue;
		w->level = level;
		w->table = line->word[0];
		w->born = line->born;
		return;
	}
}

static struct vsmmu_line *keep(struct walk *w, enum vsmmu_what what, u8 level, u8 bits, u64 out)
{
	struct vsmmu_line *line = vsmmu_cache_new(w->v, what);

	line->born = min(w->born, line->born);
	line->tag = w->r->tag;
	line->level = level;
	line->granule = w->r->granule;
	line->bits = bits;
	line->start = w->addr & ~(BIT_ULL(bits) - 1);
	line->word[0] = out;
	return line;
}

static void descend(struct walk *w, u64 desc)
{
	u8 bits = shift_of(w->r, w->level);

	w->table = desc & DESC_ADDR & ~(BIT_ULL(w->r->granule) - 1);
	w->level++;
	keep(w, LINE_TABLE, w->level, bits, w->table);
}

static int finish(struct walk *w, u64 desc, struct vsmmu_line **line, struct vsmmu_fault *fault)
{
	u8 bits = shift_of(w->r, w->level);
	u64 out = desc & DESC_ADDR & ~(BIT_ULL(bits) - 1);
	bool s1 = w->r->tag.stage == 1;
	u64 perms = 0;

	if (out >> w->r->oa_bits)
		return say(w, fault, EVT_F_ADDR_SIZE, 0);
	if (!(desc & DESC_AF) && !w->r->affd)
		return say(w, fault, EVT_F_ACCESS, 0);
	if (s1 || desc & DESC_S2_READ)
		perms |= PAGE_READ;
	if (s1 ? !(desc & DESC_RO) : !!(desc & DESC_S2_WRITE))
		perms |= PAGE_WRITE;
	if (!s1 || desc & DESC_USER)
		perms |= PAGE_USER;
	*line = keep(w, LINE_PAGE, w->level, bits, out);
	(*line)->global = s1 && !(desc & DESC_NG);
	(*line)->word[1] = perms;
	return 0;
}

static int walk(struct walk *w, struct vsmmu_line **line, struct vsmmu_fault *fault)
{
	u64 desc;
	int ret;

	if (w->r->off || w->addr >> w->r->ia_bits)
		return say(w, fault, EVT_F_TRANSLATION, 0);
	w->v->counts.walks++;
	for (begin(w);; descend(w, desc)) {
		if (w->table >> w->r->oa_bits)
			return say(w, fault, EVT_F_ADDR_SIZE, 0);
		ret = read_entry(w, &desc, fault);
		if (ret)
			return ret;
		if (!(desc & DESC_VALID))
			return say(w, fault, EVT_F_TRANSLATION, 0);
		if (w->level == LAST_LEVEL ? !!(desc & DESC_TABLE) :
		    !(desc & DESC_TABLE) && block_allowed(w->r, w->level))
			return finish(w, desc, line, fault);
		if (w->level == LAST_LEVEL || !(desc & DESC_TABLE))
			return say(w, fault, EVT_F_TRANSLATION, 0);
	}
}

/* One stage. */
static int look_up(struct vsmmu *v, const struct vsmmu_config *cfg, const struct vsmmu_regime *r,
		   u64 addr, bool write, struct vsmmu_leaf *leaf, struct vsmmu_fault *fault)
{
	struct walk w = { .v = v, .cfg = cfg, .r = r, .addr = addr };
	struct vsmmu_line *line = vsmmu_cache_page(v, &r->tag, addr);
	int ret;

	if (line) {
		v->counts.hits++;
	} else {
		ret = walk(&w, &line, fault);
		if (ret)
			return ret;
	}
	leaf->bits = min(leaf->bits, line->bits);
	leaf->write &= !!(line->word[1] & PAGE_WRITE);
	leaf->pa = line->word[0] | (addr & (BIT_ULL(line->bits) - 1));
	if (!(line->word[1] & PAGE_USER) || !(line->word[1] & (write ? PAGE_WRITE : PAGE_READ)))
		return say(&w, fault, EVT_F_PERMISSION, 0);
	return 0;
}

int vsmmu_translate_s2(struct vsmmu *v, const struct vsmmu_config *cfg, u64 ipa, bool write,
		       u8 class, struct vsmmu_leaf *leaf, struct vsmmu_fault *fault)
{
	int ret = look_up(v, cfg, &cfg->r2, ipa, write, leaf, fault);

	if (ret) {
		fault->class = class;
		fault->stall = cfg->stall2;
		if (!cfg->record2 && fault->id != EVT_F_WALK_EABT)
			fault->id = 0;
	}
	return ret;
}

int vsmmu_translate(struct vsmmu *v, const struct vsmmu_config *cfg, u64 iova, bool write,
		    struct vsmmu_leaf *leaf, struct vsmmu_fault *fault)
{
	int ret;

	*leaf = (struct vsmmu_leaf){ .pa = iova, .write = true, .bits = 64 };
	if (cfg->s1) {
		ret = look_up(v, cfg, &cfg->r1, iova, write, leaf, fault);
		if (ret) {
			/* A stage 2 fault of the walk has already set these. */
			if (!fault->s2)
				fault->stall = cfg->stall1;
			if (!fault->s2 && !cfg->record1 && fault->id != EVT_F_WALK_EABT)
				fault->id = 0;
			return ret;
		}
	}
	if (!cfg->s2)
		return 0;
	return vsmmu_translate_s2(v, cfg, leaf->pa, write, EVT_CLASS_IN, leaf, fault);
}
