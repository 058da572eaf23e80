// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions by the CPU's own counter, which is exact when the emulator counts
 * instructions. The result is the minimum of many rounds: a timer tick or a cache
 * refill can make a round longer, nothing can make it shorter.
 *
 * The driver's own share: the domain's operations are replaced by wrappers that count.
 * The page-table library's share, measured with the same calls on separate tables, is
 * subtracted. The rest is the driver: its calls of the library, its callbacks from
 * there, and its invalidation.
 */
#include "bench.h"

#include <linux/dma-mapping.h>
#include <linux/io-pgtable.h>
#include <linux/iommu.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/perf_event.h>
#include <linux/slab.h>
#include <linux/sort.h>

#define HELD	128	/* mappings at a time, as many addresses are cached for a CPU */

struct call {
	unsigned long iova;
	phys_addr_t paddr;
	size_t pgsize, pgcount;
	int prot;
};

/* Instructions, number and arguments of the domain operations in one pair. */
struct seen {
	u64 map, unmap, sync, flush;
	unsigned int maps, unmaps, syncs, flushes;
	struct call map_call, unmap_call;
};

static struct perf_event *counter;
static u64 overhead;
static const struct iommu_domain_ops *real;
static struct iommu_domain_ops counted;
static struct seen seen;

static u64 now(void)
{
	counter->pmu->read(counter);
	return local64_read(&counter->count);
}

static u64 since(u64 start)
{
	u64 end = now();

	return end - start > overhead ? end - start - overhead : 0;
}

static int counted_map(struct iommu_domain *domain, unsigned long iova, phys_addr_t paddr,
		       size_t pgsize, size_t pgcount, int prot, gfp_t gfp, size_t *mapped)
{
	u64 start = now();
	int ret = real->map_pages(domain, iova, paddr, pgsize, pgcount, prot, gfp, mapped);

	seen.map += since(start);
	seen.maps++;
	seen.map_call = (struct call){ iova, paddr, pgsize, pgcount, prot };
	return ret;
}

static size_t counted_unmap(struct iommu_domain *domain, unsigned long iova, size_t pgsize,
			    size_t pgcount, struct iommu_iotlb_gather *gather)
{
	u64 start = now();
	size_t ret = real->unmap_pages(domain, iova, pgsize, pgcount, gather);

	seen.unmap += since(start);
	seen.unmaps++;
	seen.unmap_call = (struct call){ iova, 0, pgsize, pgcount, 0 };
	return ret;
}

static void counted_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	u64 start = now();

	real->iotlb_sync(domain, gather);
	seen.sync += since(start);
	seen.syncs++;
}

static void counted_flush(struct iommu_domain *domain)
{
	u64 start = now();

	real->flush_iotlb_all(domain);
	seen.flush += since(start);
	seen.flushes++;
}

static int counter_start(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.size = sizeof(attr),
		.pinned = 1,
	};
	unsigned int i;
	u64 start;

	counter = perf_event_create_kernel_counter(&attr, 0, NULL, NULL, NULL);
	if (IS_ERR(counter))
		return PTR_ERR(counter);
	overhead = U64_MAX;
	for (i = 0; i < 100; i++) {
		start = now();
		overhead = min(overhead, now() - start);
	}
	return overhead ? 0 : -EOPNOTSUPP;
}

static void counter_stop(void)
{
	if (!IS_ERR(counter))
		perf_event_release_kernel(counter);
}

static int smaller_first(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Mean of all but the longest tenth: includes occasional work, excludes timer ticks. */
static u64 usual(u64 *pair, unsigned int rounds)
{
	unsigned int i, num = max(rounds - rounds / 10, 1U);
	u64 sum = 0;

	sort(pair, rounds, sizeof(*pair), smaller_first, NULL);
	for (i = 0; i < num; i++)
		sum += pair[i];
	return div_u64(sum, num);
}

/* Counts one pair: maps the buffer once more, then unmaps the old mapping in @held. */
static int count_pair(struct bench *b, size_t bytes, dma_addr_t *held, u64 *map, u64 *unmap)
{
	dma_addr_t oldest = *held;
	u64 start = now();

	*held = dma_map_single(b->dev, b->buffer, bytes, DMA_BIDIRECTIONAL);
	*map = since(start);
	if (dma_mapping_error(b->dev, *held)) {
		*held = oldest;
		return -EIO;
	}
	start = now();
	dma_unmap_single(b->dev, oldest, bytes, DMA_BIDIRECTIONAL);
	*unmap = since(start);
	return 0;
}

/*
 * The two calls, without wrappers, over many addresses: work that is done for a sample
 * of addresses is included in proportion.
 */
static int count_pairs(struct bench *b, size_t bytes, unsigned int rounds, u64 *pair)
{
	u64 map = U64_MAX, unmap = U64_MAX, took[2];
	static dma_addr_t held[HELD];
	unsigned int i, n;
	int ret = 0;

	for (n = 0; n < HELD && !ret; n++) {
		held[n] = dma_map_single(b->dev, b->buffer, bytes, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(b->dev, held[n]))
			ret = -EIO;
	}
	n -= !!ret;
	for (i = 0; i < rounds && !ret; i++) {
		ret = count_pair(b, bytes, &held[i % HELD], &took[0], &took[1]);
		map = min(map, took[0]);
		unmap = min(unmap, took[1]);
		pair[i] = took[0] + took[1];
	}
	while (n--)
		dma_unmap_single(b->dev, held[n], bytes, DMA_BIDIRECTIONAL);
	if (ret)
		return ret;
	talk_say(&b->talk, "map: %llu\nunmap: %llu\n", map, unmap);
	talk_say(&b->talk, "usual: %llu\n", usual(pair, rounds));
	return 0;
}

/* @least: the minimum of @rounds for each domain operation, and the last calls. */
static int count_ops(struct bench *b, struct iommu_domain *domain, size_t bytes,
		     unsigned int rounds, struct seen *least)
{
	unsigned int i;
	int ret = 0;

	real = domain->ops;
	counted = *real;
	counted.map_pages = counted_map;
	counted.unmap_pages = counted_unmap;
	counted.iotlb_sync = counted_sync;
	counted.flush_iotlb_all = counted_flush;
	domain->ops = &counted;
	for (i = 0; i < rounds && !ret; i++) {
		seen = (struct seen){};
		ret = bench_pair(b, b->buffer, bytes);
		if (i) {
			seen.map = min(seen.map, least->map);
			seen.unmap = min(seen.unmap, least->unmap);
			seen.sync = min(seen.sync, least->sync);
			seen.flush = min(seen.flush, least->flush);
		}
		*least = seen;
	}
	domain->ops = real;
	return ret;
}

static void no_flush_all(void *cookie)
{
}

static void no_flush_walk(unsigned long iova, size_t size, size_t granule, void *cookie)
{
}

/* Without tlb_add_page, which is optional: that callback counts as the driver's. */
static const struct iommu_flush_ops no_flush = {
	.tlb_flush_all = no_flush_all,
	.tlb_flush_walk = no_flush_walk,
};

/* The same two calls of the library, on tables that no SMMU uses. */
static int count_library(struct bench *b, struct iommu_domain *domain,
			 const struct seen *calls, unsigned int rounds, u64 *map, u64 *unmap)
{
	const struct call *m = &calls->map_call, *u = &calls->unmap_call;
	struct io_pgtable_cfg cfg = {
		.pgsize_bitmap = domain->pgsize_bitmap,
		.ias = 48,
		.oas = 44,
		.coherent_walk = true,
		.tlb = &no_flush,
		.iommu_dev = b->dev,
	};
	struct io_pgtable_ops *ops = alloc_io_pgtable_ops(ARM_64_LPAE_S1, &cfg, NULL);
	struct iommu_iotlb_gather gather;
	unsigned int i;
	size_t mapped;
	u64 start;
	int ret = 0;

	if (!ops)
		return -ENOMEM;
	*map = U64_MAX;
	*unmap = U64_MAX;
	for (i = 0; i < rounds && !ret; i++) {
		mapped = 0;
		start = now();
		ret = ops->map_pages(ops, m->iova, m->paddr, m->pgsize, m->pgcount, m->prot,
				     GFP_ATOMIC, &mapped);
		*map = min(*map, since(start));
		iommu_iotlb_gather_init(&gather);
		start = now();
		if (ops->unmap_pages(ops, u->iova, u->pgsize, u->pgcount, &gather) != mapped)
			ret = -EIO;
		*unmap = min(*unmap, since(start));
	}
	free_io_pgtable_ops(ops);
	return ret;
}

static int count_parts(struct bench *b, size_t bytes, unsigned int rounds)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(b->dev);
	struct seen least = {};
	u64 map, unmap;
	int ret;

	if (!domain || domain->type != IOMMU_DOMAIN_DMA)
		return -EOPNOTSUPP;
	ret = count_ops(b, domain, bytes, rounds, &least);
	if (ret)
		return ret;
	/* One call each, or count_library() would not make the same calls. */
	if (least.maps != 1 || least.unmaps != 1 || least.syncs != 1 || least.flushes)
		return -EPROTO;
	ret = count_library(b, domain, &least, rounds, &map, &unmap);
	if (ret)
		return ret;
	talk_say(&b->talk, "ops_map: %llu\nops_unmap: %llu\nops_sync: %llu\n",
		     least.map, least.unmap, least.sync);
	talk_say(&b->talk, "library_map: %llu\nlibrary_unmap: %llu\n", map, unmap);
	talk_say(&b->talk, "own: %lld\n", (s64)(least.map + least.unmap + least.sync - map - unmap));
	return 0;
}

int bench_count(struct bench *b, size_t bytes, unsigned int rounds)
{
	u64 *pair = kvcalloc(rounds, sizeof(*pair), GFP_KERNEL);
	int ret;

	if (!pair)
		return -ENOMEM;
	ret = counter_start();
	if (!ret)
		ret = count_pairs(b, bytes, rounds, pair);
	if (!ret)
		ret = count_parts(b, bytes, rounds);
	counter_stop();
	kvfree(pair);
	return ret;
}
