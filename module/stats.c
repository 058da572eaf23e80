// SPDX-License-Identifier: GPL-2.0
/*
 * stats - per-CPU counters.
 *
 * All members of struct smmux_counters are u64, so adding and subtracting are
 * loops over words and a new counter needs no code here.
 */
#include "stats.h"

#include <linux/slab.h>

#include "smmux.h"

#define NUM_WORDS (sizeof(struct smmux_counters) / sizeof(u64))

static_assert(sizeof(struct smmux_counters) % sizeof(u64) == 0);

int smmux_stats_init(struct smmux_device *smmu)
{
	struct smmux_stats *st = &smmu->stats;

	mutex_init(&st->lock);
	st->pcpu = devm_alloc_percpu(smmu->dev, struct smmux_counters);
	st->base = devm_kzalloc(smmu->dev, sizeof(*st->base), GFP_KERNEL);
	return st->pcpu && st->base ? 0 : -ENOMEM;
}

static void sum_cpus(struct smmux_device *smmu, struct smmux_counters *sum)
{
	u64 *to = (u64 *)sum;
	unsigned int i;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const u64 *from = (const u64 *)per_cpu_ptr(smmu->stats.pcpu, cpu);

		for (i = 0; i < NUM_WORDS; i++)
			to[i] += READ_ONCE(from[i]);
	}
}

void smmux_stats_read(struct smmux_device *smmu, struct smmux_counters *sum)
{
	const u64 *base = (const u64 *)smmu->stats.base;
	u64 *to = (u64 *)sum;
	unsigned int i;

	mutex_lock(&smmu->stats.lock);
	sum_cpus(smmu, sum);
	for (i = 0; i < NUM_WORDS; i++)
		to[i] -= base[i];
	mutex_unlock(&smmu->stats.lock);
}

void smmux_stats_reset(struct smmux_device *smmu)
{
	mutex_lock(&smmu->stats.lock);
	sum_cpus(smmu, smmu->stats.base);
	mutex_unlock(&smmu->stats.lock);
}
