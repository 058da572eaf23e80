// SPDX-License-Identifier: GPL-2.0
/*
 * stats - per-CPU counters and histograms.
 *
 * All members of struct smmux_counters have 64 bits.  So addition and subtraction are
 * loops over words, and a new counter needs no code here.
 */
#include "trace/stats.h"

#include <linux/slab.h>

#include "smmux.h"
#include "trace/clock.h"

#define NUM_WORDS	(sizeof(struct smmux_counters) / sizeof(u64))
#define FIRST_HIST	(offsetof(struct smmux_counters, hist) / sizeof(u64))

static_assert(sizeof(struct smmux_counters) % sizeof(u64) == 0);
static_assert(sizeof(atomic64_t) == sizeof(u64));
static_assert(FIRST_HIST + SMMUX_NUM_HISTS * (SMMUX_HIST_SLOTS + 1) == NUM_WORDS);

DEFINE_STATIC_KEY_FALSE(smmux_stats_key);
DEFINE_STATIC_KEY_FALSE(smmux_hist_key);

static DEFINE_MUTEX(measuring_lock);
static unsigned int measuring;		/* number of SMMUs; under measuring_lock */
u64 smmux_hist_since;			/* under measuring_lock; READ_ONCE */

static void turn_off(void *data)
{
	smmux_stats_turn(data, false);
	smmux_hist_turn(data, false);
}

int smmux_stats_init(struct smmux_device *smmu)
{
	struct smmux_stats *st = &smmu->stats;

	mutex_init(&st->lock);
	st->pcpu = devm_alloc_percpu(smmu->dev, struct smmux_counters);
	st->sink = devm_alloc_percpu(smmu->dev, struct smmux_counters);
	st->base = devm_kzalloc(smmu->dev, sizeof(*st->base), GFP_KERNEL);
	if (!st->pcpu || !st->sink || !st->base)
		return -ENOMEM;
	st->hot = st->sink;
	smmux_stats_turn(smmu, true);
	return devm_add_action_or_reset(smmu->dev, turn_off, smmu);
}

static void sum_cpus(struct smmux_device *smmu, u64 *to, unsigned int first, unsigned int end)
{
	unsigned int i;
	int cpu;

	memset(to + first, 0, (end - first) * sizeof(u64));
	for_each_possible_cpu(cpu) {
		const u64 *from = (const u64 *)per_cpu_ptr(smmu->stats.pcpu, cpu);

		for (i = first; i < end; i++)
			to[i] += READ_ONCE(from[i]);
	}
}

void smmux_stats_read(struct smmux_device *smmu, struct smmux_counters *sum)
{
	const u64 *base = (const u64 *)smmu->stats.base;
	u64 *to = (u64 *)sum;
	unsigned int i;

	mutex_lock(&smmu->stats.lock);
	sum_cpus(smmu, to, 0, NUM_WORDS);
	for (i = 0; i < NUM_WORDS; i++)
		to[i] -= base[i];
	mutex_unlock(&smmu->stats.lock);
}

void smmux_stats_reset(struct smmux_device *smmu, unsigned int what)
{
	u64 *base = (u64 *)smmu->stats.base;

	mutex_lock(&smmu->stats.lock);
	if (what & SMMUX_RESET_COUNTERS)
		sum_cpus(smmu, base, 0, FIRST_HIST);
	if (what & SMMUX_RESET_HISTS)
		sum_cpus(smmu, base, FIRST_HIST, NUM_WORDS);
	mutex_unlock(&smmu->stats.lock);
}

void smmux_stats_turn(struct smmux_device *smmu, bool on)
{
	struct smmux_stats *st = &smmu->stats;

	guard(mutex)(&st->lock);
	if (st->on == on)
		return;
	WRITE_ONCE(st->on, on);
	/* A CPU that has already read the old pointer counts there once more. */
	WRITE_ONCE(st->hot, on ? st->pcpu : st->sink);
	if (on)
		static_branch_inc(&smmux_stats_key);
	else
		static_branch_dec(&smmux_stats_key);
}

/* Before the key is on, so that maps noted in an earlier period are older than this. */
static void begin_measuring(void)
{
	guard(mutex)(&measuring_lock);
	if (!measuring++)
		WRITE_ONCE(smmux_hist_since, smmux_ticks());
}

static void end_measuring(void)
{
	guard(mutex)(&measuring_lock);
	measuring--;
}

void smmux_hist_turn(struct smmux_device *smmu, bool on)
{
	struct smmux_stats *st = &smmu->stats;

	guard(mutex)(&st->lock);
	if (st->measures == on)
		return;
	WRITE_ONCE(st->measures, on);
	if (on) {
		begin_measuring();
		static_branch_inc(&smmux_hist_key);
	} else {
		static_branch_dec(&smmux_hist_key);
		end_measuring();
	}
}
