// SPDX-License-Identifier: GPL-2.0
/*
 * Maps and unmaps as fast as possible on all CPUs, with sizes from one page to two
 * megabytes, so that the command queue wraps and fills. Every 64th round a thread
 * makes the device write to a mapped page (must land) and again after the unmap
 * (must not): a lost command shows as a write that lands.
 *
 * Another thread may get the address as soon as it is free, so a late write may
 * correctly land in that thread's memory; each thread checks only its own page.
 *
 * Each thread does a number of rounds and continues until all have done theirs: so each
 * thread works in parallel with all others, however the CPUs are shared.
 */
#include "client.h"

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/dma-mapping.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>

#define MAX_THREADS 16
#define MAX_ORDER_USED 9
#define BURST 16
#define ACCESS_EVERY 64

struct storm {
	struct client *client;
	unsigned int rounds;	/* of each thread, at least */
	atomic_t behind;	/* threads that have not finished these */
};

struct storm_thread {
	struct client *client;
	struct storm *storm;
	struct completion done;
	u64 rounds;
	struct page *pages;
	unsigned int order;
	u64 maps;
	u64 max_unmap_ns;
	unsigned int map_errors;
	unsigned int accesses;
	unsigned int not_landed;
	unsigned int landed_late;
};

static void device_write(struct storm_thread *t, dma_addr_t iova, struct page *page)
{
	mb();
	mutex_lock(&t->client->device);
	t->client->ops->write(t->client, iova, page_to_phys(page));
	mutex_unlock(&t->client->device);
	mb();
}

static void timed_unmap(struct storm_thread *t, dma_addr_t iova, size_t bytes,
			enum dma_data_direction dir)
{
	u64 start = ktime_get_ns();
	u64 ns;

	dma_unmap_page(&t->client->pdev->dev, iova, bytes, dir);
	ns = ktime_get_ns() - start;
	if (ns > t->max_unmap_ns)
		t->max_unmap_ns = ns;
}

static size_t burst_bytes(struct storm_thread *t, unsigned int i)
{
	return PAGE_SIZE << ((t->maps + i) % (t->order + 1));
}

/*
 * Several mappings at once, so that unmaps come in bursts.  None is accessed; in this
 * direction DMA API debugging allows a page that is mapped many times.
 */
static void storm_burst(struct storm_thread *t)
{
	struct device *dev = &t->client->pdev->dev;
	dma_addr_t iova[BURST];
	unsigned int i;

	for (i = 0; i < BURST; i++) {
		iova[i] = dma_map_page(dev, t->pages, 0, burst_bytes(t, i), DMA_TO_DEVICE);
		if (dma_mapping_error(dev, iova[i]))
			t->map_errors++;
	}
	for (i = 0; i < BURST; i++)
		if (!dma_mapping_error(dev, iova[i]))
			timed_unmap(t, iova[i], burst_bytes(t, i), DMA_TO_DEVICE);
	t->maps += BURST;
}

static void storm_access(struct storm_thread *t)
{
	struct device *dev = &t->client->pdev->dev;
	volatile u32 *word = page_address(t->pages);
	dma_addr_t iova;

	*word = POISON;
	iova = dma_map_page(dev, t->pages, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, iova)) {
		t->map_errors++;
		return;
	}
	device_write(t, iova, t->pages);
	if (*word != t->client->ops->value(t->client))
		t->not_landed++;
	timed_unmap(t, iova, PAGE_SIZE, DMA_FROM_DEVICE);
	*word = POISON;
	device_write(t, iova, t->pages);
	if (*word != POISON)
		t->landed_late++;
	t->accesses++;
	t->maps++;
}

static int storm_thread(void *data)
{
	struct storm_thread *t = data;

	do {
		storm_burst(t);
		if (++t->rounds % ACCESS_EVERY == 0)
			storm_access(t);
		if (t->rounds == t->storm->rounds)
			atomic_dec(&t->storm->behind);
		cond_resched();
	} while (atomic_read(&t->storm->behind) > 0);
	complete(&t->done);
	return 0;
}

static struct page *storm_pages(unsigned int *order)
{
	struct page *pages = NULL;

	for (*order = MAX_ORDER_USED; !pages; (*order)--) {
		pages = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN, *order);
		if (pages || !*order)
			break;
	}
	return pages;
}

static int storm_start(struct storm_thread *t, struct storm *storm, unsigned int n)
{
	struct task_struct *task;

	init_completion(&t->done);
	t->client = storm->client;
	t->storm = storm;
	t->pages = storm_pages(&t->order);
	if (!t->pages)
		return -ENOMEM;
	task = kthread_create(storm_thread, t, "storm/%u", n);
	if (IS_ERR(task)) {
		__free_pages(t->pages, t->order);
		return PTR_ERR(task);
	}
	kthread_bind(task, cpumask_nth(n % num_online_cpus(), cpu_online_mask));
	wake_up_process(task);
	return 0;
}

static void storm_report(struct client *client, const struct storm_thread *threads,
			 unsigned int count)
{
	struct storm_thread sum = {};
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct storm_thread *t = &threads[i];

		sum.rounds += t->rounds;
		sum.maps += t->maps;
		sum.map_errors += t->map_errors;
		sum.accesses += t->accesses;
		sum.not_landed += t->not_landed;
		sum.landed_late += t->landed_late;
		sum.max_unmap_ns = max(sum.max_unmap_ns, t->max_unmap_ns);
	}
	talk_say(&client->talk, "threads: %u\n", count);
	talk_say(&client->talk, "rounds: %llu\n", sum.rounds);
	talk_say(&client->talk, "maps: %llu\n", sum.maps);
	talk_say(&client->talk, "map_errors: %u\n", sum.map_errors);
	talk_say(&client->talk, "accesses: %u\n", sum.accesses);
	talk_say(&client->talk, "mapped_not_landed: %u\n", sum.not_landed);
	talk_say(&client->talk, "unmapped_landed: %u\n", sum.landed_late);
	talk_say(&client->talk, "max_unmap_ns: %llu\n", sum.max_unmap_ns);
}

int storm_run(struct client *client, unsigned int count, unsigned int rounds)
{
	struct storm storm = { .client = client, .rounds = rounds, .behind = ATOMIC_INIT(count) };
	struct storm_thread *threads;
	unsigned int i, started;
	int ret = 0;

	if (!count || count > MAX_THREADS || !rounds || client->ops->write_start)
		return -EINVAL;
	threads = kcalloc(count, sizeof(*threads), GFP_KERNEL);
	if (!threads)
		return -ENOMEM;
	for (started = 0; started < count; started++) {
		ret = storm_start(&threads[started], &storm, started);
		if (ret)
			break;
	}
	atomic_sub(count - started, &storm.behind);
	for (i = 0; i < started; i++) {
		/* With a timeout, or a long storm is reported as a hung task. */
		while (!wait_for_completion_timeout(&threads[i].done, 30 * HZ))
			;
		__free_pages(threads[i].pages, threads[i].order);
	}
	storm_report(client, threads, started);
	kfree(threads);
	return ret;
}
