// SPDX-License-Identifier: GPL-2.0
/*
 * random - random programs: one device maps, unmaps, and changes domains, with and without
 * PASIDs, in an order that a seed determines.
 *
 * A shadow records the contents of each address space.  After each step a few addresses
 * are tried, mapped and unmapped ones: the transaction must land where the shadow says, or
 * nowhere.  The page itself is checked, too, not only the model's answer.
 *
 * Space 0 belongs to the DMA API.  Pages may be mapped and unmapped in it while the device
 * is in another space.
 */
#include "client.h"

#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#define SPACES		4
#define NOWHERE		SPACES
#define SLOTS		24
#define PASIDS		3
#define SLOT_BASE	0x80000000UL
#define SLOT_BYTES	0x800000UL
#define BLOCK_ORDER	(21 - PAGE_SHIFT)	/* 2 MiB: a block, if pages have 4K */
#define PROBES		3
#define MAX_STEPS	10000

struct slot {
	struct page *page;	/* stays after the unmap, until the slot is needed */
	unsigned int order;
	bool live, writable, readable;
	u8 space;
	enum dma_data_direction dir;
	u64 iova;
};

struct plot {
	struct client *c;
	struct rnd_state rnd;
	struct iommu_domain *dom[SPACES];	/* [0] stays NULL */
	u8 rid;					/* the space that the device is in */
	u8 pasid_space[PASIDS];
	struct slot slot[SLOTS];
	u64 steps, maps, probes, landed, attaches;
	const char *wrong;
};

static const u32 pasids[PASIDS] = { 1, 7, 62 };

static u32 dice(struct plot *p, u32 sides)
{
	return prandom_u32_state(&p->rnd) % sides;
}

static struct device *dev_of(struct plot *p)
{
	return p->c->dev;
}

/* --- mapping --- */

static void bury(struct plot *p, struct slot *s)
{
	size_t bytes = PAGE_SIZE << s->order;

	if (!s->live)
		return;
	s->live = false;
	if (!s->space)
		dma_unmap_page(dev_of(p), s->iova, bytes, s->dir);
	else if (iommu_unmap(p->dom[s->space], s->iova, bytes) != bytes)
		p->wrong = "iommu_unmap() took away something else";
}

static void forget(struct slot *s)
{
	if (s->page)
		__free_pages(s->page, s->order);
	memset(s, 0, sizeof(*s));
}

static unsigned int some_order(struct plot *p)
{
	static const u8 orders[] = { 0, 0, 0, 0, 1, 2, 3, 4, 4, 5, BLOCK_ORDER };

	return orders[dice(p, ARRAY_SIZE(orders))];
}

static int map_dma(struct plot *p, struct slot *s)
{
	dma_addr_t iova = dma_map_page(dev_of(p), s->page, 0, PAGE_SIZE << s->order, s->dir);

	if (dma_mapping_error(dev_of(p), iova))
		return -ENOMEM;
	s->iova = iova;
	return 0;
}

static int map_own(struct plot *p, struct slot *s)
{
	u64 bytes = PAGE_SIZE << s->order;
	int prot = (s->readable ? IOMMU_READ : 0) | (s->writable ? IOMMU_WRITE : 0);

	s->iova = SLOT_BASE + (s - p->slot) * SLOT_BYTES +
		  dice(p, SLOT_BYTES / bytes) * bytes;
	return iommu_map(p->dom[s->space], s->iova, page_to_phys(s->page), bytes, prot, GFP_KERNEL);
}

static int step_map(struct plot *p)
{
	static const enum dma_data_direction dirs[] = {
		DMA_BIDIRECTIONAL, DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE,
	};
	struct slot *s = &p->slot[dice(p, SLOTS)];
	u8 space = dice(p, SPACES);
	int ret;

	if (space && !p->dom[space])
		space = 0;
	bury(p, s);
	forget(s);
	s->space = space;
	s->order = some_order(p);
	s->dir = dirs[dice(p, ARRAY_SIZE(dirs))];
	s->readable = s->dir != DMA_FROM_DEVICE;
	s->writable = s->dir != DMA_TO_DEVICE;
	s->page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_ZERO | __GFP_NOWARN, s->order);
	if (!s->page)
		return s->order == BLOCK_ORDER ? 0 : -ENOMEM;
	ret = space ? map_own(p, s) : map_dma(p, s);
	s->live = !ret;
	p->maps += !ret;
	return ret;
}

static int step_unmap(struct plot *p)
{
	bury(p, &p->slot[dice(p, SLOTS)]);
	return 0;
}

/* --- spaces --- */

static bool is_used(struct plot *p, u8 space)
{
	unsigned int i;

	for (i = 0; i < PASIDS; i++)
		if (p->pasid_space[i] == space)
			return true;
	return p->rid == space;
}

/* With its mappings, as some owners do. */
static void drop_space(struct plot *p, u8 space)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		if (p->slot[i].space == space && p->slot[i].live)
			p->slot[i].live = false;
	iommu_domain_free(p->dom[space]);
	p->dom[space] = NULL;
}

static int step_space(struct plot *p)
{
	u8 space = 1 + dice(p, SPACES - 1);
	struct iommu_domain *dom;

	if (p->dom[space]) {
		if (!is_used(p, space) && !dice(p, 3))
			drop_space(p, space);
		return 0;
	}
	dom = iommu_paging_domain_alloc(dev_of(p));
	if (IS_ERR(dom))
		return PTR_ERR(dom);
	p->dom[space] = dom;
	return 0;
}

static void leave(struct plot *p)
{
	if (p->rid)
		client_detach(p->c, NULL, p->dom[p->rid]);
	p->rid = 0;
}

static int step_attach(struct plot *p)
{
	u8 space = dice(p, SPACES);
	int ret;

	leave(p);
	if (!space || !p->dom[space])
		return 0;
	ret = client_attach(p->c, NULL, p->dom[space]);
	if (!ret)
		p->rid = space;
	p->attaches += !ret;
	return ret;
}

static void leave_pasid(struct plot *p, unsigned int n)
{
	if (p->pasid_space[n] != NOWHERE)
		iommu_detach_device_pasid(p->dom[p->pasid_space[n]], dev_of(p), pasids[n]);
	p->pasid_space[n] = NOWHERE;
}

static int step_pasid(struct plot *p)
{
	unsigned int n = dice(p, PASIDS);
	u8 space = 1 + dice(p, SPACES - 1);
	int ret;

	if (!p->c->pasids)
		return step_attach(p);
	leave_pasid(p, n);
	if (!p->dom[space] || !dice(p, 3))
		return 0;
	ret = iommu_attach_device_pasid(p->dom[space], dev_of(p), pasids[n], NULL);
	if (!ret)
		p->pasid_space[n] = space;
	p->attaches += !ret;
	return ret;
}

/* --- checks --- */

static struct slot *find(struct plot *p, u8 space, u64 iova)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		struct slot *s = &p->slot[i];

		if (s->live && s->space == space && iova >= s->iova &&
		    iova - s->iova < PAGE_SIZE << s->order)
			return s;
	}
	return NULL;
}

static void complain(struct plot *p, const struct client_stream *st, const u32 *ssid, u64 iova,
		     bool write, u64 want, const struct vsmmu_answer *ans)
{
	p->wrong = want ? "an access did not land where it should" : "an access landed";
	spin_lock_irq(&st->v->lock);
	vsmmu_bad(st->v, BAD_STREAM,
		  "stream %#x/%d: %s of %#llx: expected %#llx, was %s at %#llx (event %#x)",
		  st->sid, ssid ? (int)*ssid : -1, write ? "write" : "read", iova, want,
		  ans->done ? "done" : "refused", ans->pa, ans->event);
	spin_unlock_irq(&st->v->lock);
}

static volatile u32 *word_of(const struct slot *s, u64 iova)
{
	return page_address(s->page) + (iova - s->iova);
}

/* Stage 1 has no write-only pages: such a page can be read, so it is only written. */
static bool some_direction(struct plot *p, const struct slot *s)
{
	return dice(p, 2) || (s && !s->readable);
}

/* @at: a slot that is or was mapped at @iova. */
static void probe_at(struct plot *p, const u32 *ssid, u8 space, const struct slot *at, u64 iova)
{
	struct client_stream *st = &p->c->stream[dice(p, p->c->num)];
	struct slot *s = space == NOWHERE ? NULL : find(p, space, iova);
	bool write = some_direction(p, s), allowed = s && (write ? s->writable : s->readable);
	u64 want = allowed ? page_to_phys(s->page) + (iova - s->iova) : 0;
	u32 val = write ? prandom_u32_state(&p->rnd) : 0;
	bool asks = dev_is_pci(p->c->dev) && dice(p, 4);
	u32 old = *word_of(at, iova), before = s ? *word_of(s, iova) : 0, after;
	struct vsmmu_answer ans;

	client_transact(st, ssid, asks ? p->c->dev : NULL, iova, write, &val, &ans);
	p->probes++;
	/*
	 * A refused access is correct if the SMMU has lost its power, or if the device has
	 * failed and may be in quarantine.
	 */
	if (!ans.done && (READ_ONCE(st->v->lost_power) || client_failed(p->c)))
		return;
	p->landed += ans.done;
	after = s ? *word_of(s, iova) : 0;
	if (ans.done != allowed || (allowed && ans.pa != want) ||
	    after != (write && allowed ? val : before) || (allowed && !write && val != before) ||
	    (s != at && *word_of(at, iova) != old))
		complain(p, st, ssid, iova, write, want, &ans);
}

/* A live slot of @space or, equally often, any slot: unmapped, or of another space. */
static struct slot *some_slot(struct plot *p, u8 space)
{
	unsigned int first = dice(p, SLOTS), i = dice(p, 2) * SLOTS;

	for (; i < SLOTS; i++) {
		struct slot *s = &p->slot[(first + i) % SLOTS];

		if (s->live && s->space == space)
			return s;
	}
	return &p->slot[first];
}

static void probe(struct plot *p)
{
	unsigned int n = p->c->pasids ? dice(p, PASIDS + 1) : PASIDS;
	u8 space = n < PASIDS ? p->pasid_space[n] : p->rid;
	struct slot *s = some_slot(p, space);

	if (s->page)
		probe_at(p, n < PASIDS ? &pasids[n] : NULL, space, s,
			 s->iova + dice(p, (PAGE_SIZE << s->order) / 4) * 4);
}

/* --- one program --- */

static int step(struct plot *p)
{
	u32 n = dice(p, 100);

	if (n < 40)
		return step_map(p);
	if (n < 70)
		return step_unmap(p);
	if (n < 80)
		return step_space(p);
	return n < 90 ? step_attach(p) : step_pasid(p);
}

static void end_plot(struct plot *p)
{
	unsigned int i;

	for (i = 0; i < PASIDS; i++)
		leave_pasid(p, i);
	leave(p);
	for (i = 0; i < SLOTS; i++) {
		bury(p, &p->slot[i]);
		forget(&p->slot[i]);
	}
	for (i = 1; i < SPACES; i++)
		if (p->dom[i])
			drop_space(p, i);
}

static void begin_plot(struct plot *p, unsigned int seed)
{
	prandom_seed_state(&p->rnd, seed);
	p->rid = 0;
	memset(p->pasid_space, NOWHERE, sizeof(p->pasid_space));
}

static int run_plot(struct plot *p, unsigned int seed, unsigned int steps)
{
	unsigned int i, look;
	int ret = 0;

	begin_plot(p, seed);
	for (i = 0; i < steps && !ret && !p->wrong; i++) {
		ret = step(p);
		for (look = 0; look < PROBES; look++)
			probe(p);
		p->steps++;
		cond_resched();
	}
	end_plot(p);
	return ret;
}

int program_random(struct client *c, unsigned int seed, unsigned int programs, unsigned int steps)
{
	struct plot *p;
	unsigned int n = 0;
	int ret = 0;

	if (!programs || !steps || steps > MAX_STEPS)
		return -EINVAL;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	p->c = c;
	while (n < programs && !ret && !p->wrong)
		ret = run_plot(p, seed + n++, steps);
	talk_say(&c->talk, "programs: %u\nsteps: %llu\nmaps: %llu\nattaches: %llu\nprobes: %llu\nlanded: %llu\n",
		   n, p->steps, p->maps, p->attaches, p->probes, p->landed);
	if (p->wrong)
		talk_say(&c->talk, "wrong: seed %u: %s\n", seed + n - 1, p->wrong);
	kfree(p);
	return ret;
}

/* --- mappings that stay, for other checks --- */

static void say_slot(struct plot *p, const struct slot *s)
{
	u64 bytes = PAGE_SIZE << s->order;
	unsigned int i, users = 0;

	for (i = 0; i < PASIDS; i++) {
		if (p->pasid_space[i] != s->space)
			continue;
		talk_say(&p->c->talk, "at: %u %#llx %#llx\n", pasids[i], s->iova, bytes);
		users++;
	}
	if (p->rid == s->space || !users)
		talk_say(&p->c->talk, "%s: -1 %#llx %#llx\n", p->rid == s->space ? "at" : "other",
			 s->iova, bytes);
}

int program_keep(struct client *c, unsigned int seed, unsigned int steps)
{
	struct plot *p = c->kept;
	unsigned int i;
	int ret = 0;

	if (p)
		end_plot(p);
	kfree(p);
	c->kept = NULL;
	if (!steps || steps > MAX_STEPS)
		return steps ? -EINVAL : 0;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	p->c = c;
	c->kept = p;
	begin_plot(p, seed);
	for (i = 0; i < steps && !ret && !p->wrong; i++)
		ret = step(p);
	/* Fills most of the slots; their earlier mappings are unmapped. */
	for (i = 0; i < SLOTS && !ret && !p->wrong; i++)
		ret = step_map(p);
	for (i = 0; i < SLOTS; i++)
		if (p->slot[i].live)
			say_slot(p, &p->slot[i]);
	talk_say(&c->talk, "maps: %llu\nwrong: %s\n", p->maps, p->wrong ?: "-");
	return ret;
}

/*
 * Uses 4K pages only: the physical address, which is not memory, is not aligned like the
 * virtual one.  One page in each SLOT_BYTES is left out.
 */
int program_fill(struct client *c, unsigned int pages)
{
	unsigned long iova = 0, end = (u64)pages * SZ_4K, bytes;
	int ret = 0;

	if (c->full)
		iommu_domain_free(c->full);
	c->full = NULL;
	if (!pages)
		return 0;
	c->full = iommu_paging_domain_alloc(c->dev);
	if (IS_ERR(c->full)) {
		ret = PTR_ERR(c->full);
		c->full = NULL;
		return ret;
	}
	for (; iova < end && !ret; iova += SLOT_BYTES) {
		bytes = min(SLOT_BYTES, end - iova);
		ret = iommu_map(c->full, iova, 0x100000000 + SZ_4K + iova, bytes - SZ_4K,
				IOMMU_READ, GFP_KERNEL);
		cond_resched();
	}
	return ret;
}
