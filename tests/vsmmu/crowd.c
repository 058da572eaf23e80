// SPDX-License-Identifier: GPL-2.0
/*
 * crowd - all clients in one domain, of which some do not answer.
 *
 * In each round a page is mapped, every client reads it, so that it is in the ATC of each
 * device that has one, and it is unmapped.  After that no client may reach it, also if
 * some did not answer; before that every client that has not failed must reach it.
 *
 * Reports the duration of the unmaps in microseconds.
 */
#include "client.h"

#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sched.h>

#define CROWD_IOVA	0x50000000UL

static DEFINE_MUTEX(crowd_lock);	/* protects @crowd, and keeps its clients */
static LIST_HEAD(crowd);

struct count {
	unsigned int clients, missed, late;
	u64 longest_us, total_us;
};

void crowd_add(struct client *c)
{
	mutex_lock(&crowd_lock);
	list_add_tail(&c->node, &crowd);
	mutex_unlock(&crowd_lock);
}

void crowd_remove(struct client *c)
{
	mutex_lock(&crowd_lock);
	list_del(&c->node);
	mutex_unlock(&crowd_lock);
}

static void complain(const struct client_stream *s, const char *what, u64 pa)
{
	spin_lock_irq(&s->v->lock);
	vsmmu_bad(s->v, BAD_STREAM, "stream %#x %s %#llx", s->sid, what, pa);
	spin_unlock_irq(&s->v->lock);
}

static void all_reach(struct page *page, struct count *n)
{
	struct vsmmu_answer ans;
	struct client_stream *s;
	struct client *c;
	u32 val;

	list_for_each_entry(c, &crowd, node) {
		val = 0;
		s = client_access(c, NULL, CROWD_IOVA, false, &val, &ans);
		if (ans.done ? val == CLIENT_POISON : client_failed(c))
			continue;
		n->missed++;
		complain(s, "did not reach", page_to_phys(page));
	}
}

static void none_reaches(struct page *page, struct count *n)
{
	volatile u32 *word = page_address(page);
	struct vsmmu_answer ans;
	struct client_stream *s;
	struct client *c;
	u32 val;

	list_for_each_entry(c, &crowd, node) {
		val = CLIENT_VALUE;
		s = client_access(c, NULL, CROWD_IOVA, true, &val, &ans);
		if (*word == CLIENT_POISON)
			continue;
		*word = CLIENT_POISON;
		n->late++;
		complain(s, "reached after its unmap", page_to_phys(page));
	}
}

/* From now on the PCI devices of @mask, in the order of their probe, do not answer. */
static void go_deaf(u32 mask)
{
	struct client *c;
	unsigned int i = 0;

	list_for_each_entry(c, &crowd, node) {
		struct vsmmu *v = c->stream[0].v;

		if (!dev_is_pci(c->dev) || !(mask & BIT(i++)))
			continue;
		spin_lock_irq(&v->lock);
		vsmmu_stream_of(v, c->stream[0].sid)->deaf = 1;
		spin_unlock_irq(&v->lock);
	}
}

static int one_round(struct iommu_domain *dom, struct count *n)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u64 us;
	int ret;

	if (!page)
		return -ENOMEM;
	*(volatile u32 *)page_address(page) = CLIENT_POISON;
	ret = iommu_map(dom, CROWD_IOVA, page_to_phys(page), PAGE_SIZE, IOMMU_READ | IOMMU_WRITE,
			GFP_KERNEL);
	if (!ret) {
		all_reach(page, n);
		us = ktime_to_us(ktime_get());
		if (iommu_unmap(dom, CROWD_IOVA, PAGE_SIZE) != PAGE_SIZE)
			ret = -EIO;
		us = ktime_to_us(ktime_get()) - us;
		n->longest_us = max(n->longest_us, us);
		n->total_us += us;
		none_reaches(page, n);
	}
	__free_page(page);
	return ret;
}

static void all_leave(struct iommu_domain *dom, unsigned int num)
{
	struct client *c;

	list_for_each_entry(c, &crowd, node) {
		if (!num--)
			break;
		client_detach(c, NULL, dom);
	}
}

int program_crowd(struct client *first, unsigned int rounds, u32 deaf)
{
	struct iommu_domain *dom;
	struct count n = {};
	struct client *c;
	int ret = 0;

	dom = iommu_paging_domain_alloc(first->dev);
	if (IS_ERR(dom))
		return PTR_ERR(dom);
	mutex_lock(&crowd_lock);
	list_for_each_entry(c, &crowd, node) {
		ret = client_attach(c, NULL, dom);
		if (ret)
			break;
		n.clients++;
	}
	go_deaf(deaf);
	while (rounds-- && !ret) {
		ret = one_round(dom, &n);
		cond_resched();
	}
	all_leave(dom, n.clients);
	mutex_unlock(&crowd_lock);
	iommu_domain_free(dom);
	talk_say(&first->talk, "clients: %u\nmissed: %u\nlate: %u\nlongest_us: %llu\ntotal_us: %llu\n",
		 n.clients, n.missed, n.late, n.longest_us, n.total_us);
	return ret;
}
