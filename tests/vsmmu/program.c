// SPDX-License-Identifier: GPL-2.0
/*
 * program - typical work of drivers, with checks of every page: an access lands at the
 * mapped page, and nowhere else, and nowhere after the unmap.
 *
 * With several threads on one device an address may have a new owner as soon as it is
 * free, so only the thread's own page is checked after an unmap.  Each thread of a storm
 * does a number of rounds and continues until all have done theirs, so that all threads
 * work at the same time.  A cycle makes the SMMU suspend and resume, if all its other
 * clients are idle.
 */
#include "client.h"

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define MAX_THREADS	8
#define BURST		12
#define MAX_ORDER_USED	4

struct tally {
	const u32 *ssid;		/* SubstreamID of all accesses; NULL: none */
	u64 rounds, maps;
	unsigned int missed;		/* mapped, and the access did not land */
	unsigned int late;		/* unmapped, and the access landed */
	unsigned int errors;
};

static void report(struct client *c, const struct tally *t)
{
	talk_say(&c->talk, "rounds: %llu\nmaps: %llu\nmissed: %u\nlate: %u\nerrors: %u\n", t->rounds,
		   t->maps, t->missed, t->late, t->errors);
}

static void note_late(const struct client_stream *s, u64 iova, u64 pa)
{
	spin_lock_irq(&s->v->lock);
	vsmmu_bad(s->v, BAD_STREAM, "stream %#x reached %#llx by address %#llx, which is unmapped",
		  s->sid, pa, iova);
	spin_unlock_irq(&s->v->lock);
}

static void note_miss(const struct client_stream *s, u64 iova, u64 pa,
		      const struct vsmmu_answer *ans)
{
	spin_lock_irq(&s->v->lock);
	vsmmu_bad(s->v, BAD_STREAM, "stream %#x: address %#llx is mapped to %#llx, but %s %#llx (event %#x)",
		  s->sid, iova, pa, ans->done ? "went to" : "was refused at", ans->pa, ans->event);
	spin_unlock_irq(&s->v->lock);
}

/* Write and read back through a mapping of @page. */
static void must_land(struct client *c, u64 iova, struct page *page, struct tally *t)
{
	volatile u32 *word = page_address(page);
	u32 val = CLIENT_VALUE;
	struct vsmmu_answer ans;
	struct client_stream *s;

	*word = CLIENT_POISON;
	s = client_access(c, t->ssid, iova, true, &val, &ans);
	if (*word == CLIENT_VALUE && ans.done) {
		val = 0;
		s = client_access(c, t->ssid, iova, false, &val, &ans);
		if (val == CLIENT_VALUE && ans.done)
			return;
	}
	/*
	 * If the client allows its SMMU to suspend, or its device has failed, a refused
	 * access is correct.
	 */
	if (!ans.done && (c->rests || client_failed(c)))
		return;
	t->missed++;
	note_miss(s, iova, page_to_phys(page), &ans);
}

static void must_not_land(struct client *c, u64 iova, struct page *page, struct tally *t)
{
	volatile u32 *word = page_address(page);
	u32 val = CLIENT_VALUE;
	struct vsmmu_answer ans;
	struct client_stream *s;
	unsigned int i;

	*word = CLIENT_POISON;
	/* By every stream: each may have its own stale cache entries. */
	for (i = 0; i < c->num; i++) {
		s = client_access(c, t->ssid, iova, true, &val, &ans);
		if (*word == CLIENT_POISON)
			continue;
		t->late++;
		note_late(s, iova, page_to_phys(page));
		*word = CLIENT_POISON;
	}
}

/* With interrupts off if the test wants that, as in an interrupt handler. */
static void unmap_for_race(struct client *c, dma_addr_t iova)
{
	unsigned long flags;

	if (!READ_ONCE(c->irqs_off)) {
		dma_unmap_page(c->dev, iova, PAGE_SIZE, DMA_BIDIRECTIONAL);
		return;
	}
	local_irq_save(flags);
	dma_unmap_page(c->dev, iova, PAGE_SIZE, DMA_BIDIRECTIONAL);
	local_irq_restore(flags);
}

static void race_once(struct client *c, struct page *page, struct tally *t)
{
	dma_addr_t iova;

	iova = dma_map_page(c->dev, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(c->dev, iova)) {
		t->errors++;
		return;
	}
	must_land(c, iova, page, t);
	unmap_for_race(c, iova);
	must_not_land(c, iova, page, t);
	t->rounds++;
	t->maps++;
}

int program_race(struct client *c, unsigned int tries)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct tally t = {};

	if (!page)
		return -ENOMEM;
	while (tries--) {
		race_once(c, page, &t);
		cond_resched();
	}
	__free_page(page);
	report(c, &t);
	return 0;
}

/* --- storm --- */

struct storm {
	struct client *c;
	unsigned int rounds;		/* of each worker, at least */
	atomic_t behind;		/* workers that have not finished these */
};

struct worker {
	struct client *c;
	struct storm *storm;
	struct completion done;
	unsigned int bursts;
	struct page *pages;
	struct tally t;
};

static void burst(struct worker *w)
{
	dma_addr_t iova[BURST];
	size_t bytes[BURST];
	unsigned int i;

	for (i = 0; i < BURST; i++) {
		bytes[i] = PAGE_SIZE << ((w->t.rounds + i) % (MAX_ORDER_USED + 1));
		/* The DMA debug code allows overlapping mappings in this direction. */
		iova[i] = dma_map_page(w->c->dev, w->pages, 0, bytes[i], DMA_TO_DEVICE);
		if (dma_mapping_error(w->c->dev, iova[i]))
			w->t.errors++;
	}
	for (i = 0; i < BURST; i++)
		if (!dma_mapping_error(w->c->dev, iova[i]))
			dma_unmap_page(w->c->dev, iova[i], bytes[i], DMA_TO_DEVICE);
	w->t.maps += BURST;
}

static int work(void *data)
{
	struct worker *w = data;

	/* A low priority, so that others do not wait long for a CPU. */
	set_user_nice(current, MAX_NICE);
	do {
		burst(w);
		race_once(w->c, w->pages, &w->t);
		if (++w->bursts == w->storm->rounds)
			atomic_dec(&w->storm->behind);
		cond_resched();
	} while (atomic_read(&w->storm->behind) > 0);
	complete(&w->done);
	return 0;
}

static int start_worker(struct worker *w, struct storm *storm)
{
	struct task_struct *task;

	init_completion(&w->done);
	w->c = storm->c;
	w->storm = storm;
	w->pages = alloc_pages(GFP_KERNEL | __GFP_COMP, MAX_ORDER_USED);
	if (!w->pages)
		return -ENOMEM;
	task = kthread_run(work, w, "vsmmu-storm");
	if (!IS_ERR(task))
		return 0;
	__free_pages(w->pages, MAX_ORDER_USED);
	return PTR_ERR(task);
}

static void add_up(struct tally *sum, const struct tally *t)
{
	sum->rounds += t->rounds;
	sum->maps += t->maps;
	sum->missed += t->missed;
	sum->late += t->late;
	sum->errors += t->errors;
}

int program_storm(struct client *c, unsigned int threads, unsigned int rounds)
{
	struct storm storm = { .c = c, .rounds = rounds, .behind = ATOMIC_INIT(threads) };
	struct tally sum = {};
	struct worker *w;
	unsigned int i, started;
	int ret = 0;

	if (!threads || threads > MAX_THREADS || !rounds)
		return -EINVAL;
	w = kcalloc(threads, sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	for (started = 0; started < threads; started++) {
		ret = start_worker(&w[started], &storm);
		if (ret)
			break;
	}
	atomic_sub(threads - started, &storm.behind);
	for (i = 0; i < started; i++) {
		/* With a timeout, or a long storm is reported as a hung task. */
		while (!wait_for_completion_timeout(&w[i].done, 30 * HZ))
			;
		__free_pages(w[i].pages, MAX_ORDER_USED);
		add_up(&sum, &w[i].t);
	}
	kfree(w);
	report(c, &sum);
	return ret;
}

/* --- attach --- */

#define ATTACH_IOVA	0x40000000UL

/* Attaches the device to a new domain and back to its own. */
static int attach_once(struct client *c, struct page *page, struct tally *t)
{
	struct iommu_domain *dom = iommu_paging_domain_alloc(c->dev);
	int ret;

	if (IS_ERR(dom))
		return PTR_ERR(dom);
	ret = iommu_map(dom, ATTACH_IOVA, page_to_phys(page), PAGE_SIZE, IOMMU_READ | IOMMU_WRITE,
			GFP_KERNEL);
	if (ret)
		goto free;
	must_not_land(c, ATTACH_IOVA, page, t);
	ret = client_attach(c, t->ssid, dom);
	if (!ret) {
		must_land(c, ATTACH_IOVA, page, t);
		client_detach(c, t->ssid, dom);
		must_not_land(c, ATTACH_IOVA, page, t);
		t->rounds++;
	}
	iommu_unmap(dom, ATTACH_IOVA, PAGE_SIZE);
free:
	iommu_domain_free(dom);
	return ret;
}

int program_attach(struct client *c, unsigned int rounds, const u32 *ssid)
{
	struct page *page[2] = { alloc_page(GFP_KERNEL), alloc_page(GFP_KERNEL) };
	struct tally t = { .ssid = ssid };
	unsigned int i;
	int ret = page[0] && page[1] ? 0 : -ENOMEM;

	for (i = 0; i < rounds && !ret; i++) {
		ret = attach_once(c, page[i & 1], &t);
		cond_resched();
	}
	for (i = 0; i < 2; i++)
		if (page[i])
			__free_page(page[i]);
	report(c, &t);
	return ret;
}

/*
 * Each allocation of the return to the device's own domain fails in turn.  The IOMMU core
 * WARNs if the return fails.
 */
int program_return(struct client *c)
{
#ifdef CONFIG_FAULT_INJECTION
	unsigned int nth = 0, left;
	int ret;

	do {
		struct iommu_domain *dom = iommu_paging_domain_alloc(c->dev);

		if (IS_ERR(dom))
			return PTR_ERR(dom);
		ret = client_attach(c, NULL, dom);
		current->fail_nth = ++nth;
		if (!ret)
			client_detach(c, NULL, dom);
		left = current->fail_nth;
		current->fail_nth = 0;
		iommu_domain_free(dom);
	} while (!ret && !left);
	talk_say(&c->talk, "failures: %u\n", nth - 1);
	return ret;
#else
	return -EOPNOTSUPP;
#endif
}

/* --- pasid --- */

static void take_back(struct client *c)
{
	if (!c->lent)
		return;
	client_detach(c, &c->lent_to, c->lent);
	iommu_domain_free(c->lent);
	c->lent = NULL;
}

static int lend(struct client *c, u32 ssid)
{
	struct iommu_domain *dom;
	int ret;

	if (c->lent && c->lent_to == ssid)
		return 0;
	take_back(c);
	dom = iommu_paging_domain_alloc(c->dev);
	if (IS_ERR(dom))
		return PTR_ERR(dom);
	ret = client_attach(c, &ssid, dom);
	if (ret) {
		iommu_domain_free(dom);
		return ret;
	}
	c->lent_to = ssid;
	c->lent = dom;
	return 0;
}

static int lent_once(struct client *c, struct page *page, struct tally *t)
{
	int ret = iommu_map(c->lent, ATTACH_IOVA, page_to_phys(page), PAGE_SIZE,
			    IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);

	if (ret)
		return ret;
	must_land(c, ATTACH_IOVA, page, t);
	if (iommu_unmap(c->lent, ATTACH_IOVA, PAGE_SIZE) != PAGE_SIZE)
		t->errors++;
	must_not_land(c, ATTACH_IOVA, page, t);
	t->rounds++;
	return 0;
}

int program_pasid(struct client *c, u32 ssid, unsigned int tries)
{
	struct tally t = { .ssid = &ssid };
	struct page *page;
	int ret;

	if (!ssid) {
		take_back(c);
		return 0;
	}
	page = alloc_page(GFP_KERNEL);
	ret = page ? lend(c, ssid) : -ENOMEM;
	while (tries-- && !ret) {
		ret = lent_once(c, page, &t);
		cond_resched();
	}
	if (page)
		__free_page(page);
	report(c, &t);
	return ret;
}

/* --- join --- */

struct churn {
	struct client *c;
	struct iommu_domain *dom;
	struct page *page;
	struct tally t;
};

/*
 * Whether the device is in @dom or has just left it does not matter: in either case it
 * must not reach an unmapped page.
 *
 *   churn                          program_join
 *   -----                          ------------
 *   map, let the device cache it   attach: add the device to @dom's invalidation array
 *   unmap, invalidate              switch the device to @dom
 *   access: must not land          detach: in reverse order
 */
static int churn(void *arg)
{
	struct churn *w = arg;
	struct vsmmu_answer ans;
	unsigned int i;
	u32 val;

	while (!kthread_should_stop()) {
		if (iommu_map(w->dom, ATTACH_IOVA, page_to_phys(w->page), PAGE_SIZE,
			      IOMMU_READ | IOMMU_WRITE, GFP_KERNEL)) {
			w->t.errors++;
			break;
		}
		WRITE_ONCE(w->t.maps, w->t.maps + 1);	/* for have_churned() */
		for (i = 0; i < w->c->num; i++)
			client_access(w->c, w->t.ssid, ATTACH_IOVA, false, &val, &ans);
		if (iommu_unmap(w->dom, ATTACH_IOVA, PAGE_SIZE) != PAGE_SIZE)
			w->t.errors++;
		must_not_land(w->c, ATTACH_IOVA, w->page, &w->t);
		cond_resched();
	}
	/* The task must exist until kthread_stop(). */
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/*
 * Waits for a varying time, and then until the other thread has mapped at least once
 * meanwhile: so each attach and each detach overlaps with it, on any machine.
 */
static int have_churned(struct churn *w)
{
	unsigned long limit = jiffies + HANG_LIMIT, seen = READ_ONCE(w->t.maps);

	do {
		usleep_range(100, 500);
		if (READ_ONCE(w->t.maps) != seen)
			return 0;
	} while (time_before(jiffies, limit));
	return -ETIMEDOUT;
}

static int join_and_leave(struct churn *w, unsigned int rounds)
{
	struct task_struct *task = kthread_run(churn, w, "vsmmu-churn");
	int ret = 0;

	if (IS_ERR(task))
		return PTR_ERR(task);
	for (; rounds && !ret; rounds--) {
		ret = client_attach(w->c, w->t.ssid, w->dom);
		if (ret)
			break;
		ret = have_churned(w);
		client_detach(w->c, w->t.ssid, w->dom);
		ret = ret ?: have_churned(w);
		w->t.rounds++;
	}
	kthread_stop(task);
	return ret;
}

int program_join(struct client *c, unsigned int rounds, const u32 *ssid)
{
	struct churn w = { .c = c, .page = alloc_page(GFP_KERNEL), .t.ssid = ssid };
	int ret;

	if (!w.page)
		return -ENOMEM;
	w.dom = iommu_paging_domain_alloc(c->dev);
	ret = PTR_ERR_OR_ZERO(w.dom);
	if (!ret) {
		ret = join_and_leave(&w, rounds);
		iommu_domain_free(w.dom);
	}
	__free_page(w.page);
	report(c, &w.t);
	return ret;
}

/* --- cycle --- */

/* Waits until the SMMU of @c is without power. */
static bool fell_asleep(struct client *c)
{
	unsigned long limit = jiffies + HANG_LIMIT;

	while (!READ_ONCE(c->stream[0].v->unpowered)) {
		if (time_after(jiffies, limit))
			return false;
		usleep_range(20, 100);
	}
	return true;
}

/* Rest and work in turn; each fourth time without waiting for the suspend. */
int program_cycle(struct client *c, unsigned int cycles)
{
	unsigned int i, slept = 0, awake = 0;
	int ret = 0;

	for (i = 0; i < cycles && !ret; i++) {
		ret = client_rest(c);
		if (ret)
			break;
		if (i & 3) {
			if (fell_asleep(c))
				slept++;
			else
				awake++;
		}
		ret = client_work(c);
		cond_resched();
	}
	talk_say(&c->talk, "cycles: %u\nslept: %u\nstayed_awake: %u\n", i, slept, awake);
	return ret;
}

/* --- slow --- */

static int take_time(struct iommu_domain *dom, struct device *dev, unsigned long iova,
		     int flags, void *data)
{
	struct client *c = data;

	msleep(READ_ONCE(c->slow_ms));
	return 0;
}

static int begin_slow(struct client *c)
{
	struct iommu_domain *dom = iommu_paging_domain_alloc(c->dev);
	int ret;

	if (IS_ERR(dom))
		return PTR_ERR(dom);
	iommu_set_fault_handler(dom, take_time, c);
	ret = client_attach(c, NULL, dom);
	if (ret)
		iommu_domain_free(dom);
	else
		c->slow = dom;
	return ret;
}

int program_slow(struct client *c, unsigned int ms)
{
	WRITE_ONCE(c->slow_ms, ms);
	if (ms)
		return c->slow ? 0 : begin_slow(c);
	if (c->slow) {
		client_detach(c, NULL, c->slow);
		iommu_domain_free(c->slow);
		c->slow = NULL;
	}
	return 0;
}
