// SPDX-License-Identifier: GPL-2.0
/*
 * recent - see recent.h.
 *
 *   CPU that records                  reader, anywhere
 *   ----------------                  ----------------
 *   pos = 0                           read pos, not 0 (acquire)
 *   (write barrier)                   read the other members
 *   write the other members           (read barrier)
 *   pos = position + 1 (release)      pos is unchanged: the members belong to it
 */
#include "trace/recent.h"

#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sort.h>

#include "smmux.h"

DEFINE_STATIC_KEY_FALSE(smmux_recent_key);

static void turn_off(void *data)
{
	smmux_recent_turn(data, false);
}

static void free_rings(void *data)
{
	struct smmux_device *smmu = data;

	free_percpu(smmu->recent.pcpu);
}

int smmux_recent_init(struct smmux_device *smmu)
{
	mutex_init(&smmu->recent.lock);
	return devm_add_action(smmu->dev, free_rings, smmu) ?:
	       devm_add_action(smmu->dev, turn_off, smmu);
}

int smmux_recent_turn(struct smmux_device *smmu, bool on)
{
	struct smmux_recent *r = &smmu->recent;
	struct smmux_recent_cpu __percpu *pcpu;

	guard(mutex)(&r->lock);
	if (r->on == on)
		return 0;
	if (!r->pcpu) {
		pcpu = alloc_percpu(struct smmux_recent_cpu);
		if (!pcpu)
			return -ENOMEM;
		/* Readers do not take the lock. */
		smp_store_release(&r->pcpu, pcpu);
	}
	/* Release: a CPU that sees it on sees the rings. */
	smp_store_release(&r->on, on);
	if (on)
		static_branch_inc(&smmux_recent_key);
	else
		static_branch_dec(&smmux_recent_key);
	return 0;
}

static void record(struct smmux_recent_rec *rec, u64 pos, u64 now,
		   const struct smmux_cmd *slot)
{
	WRITE_ONCE(rec->pos, 0);
	smp_wmb();
	rec->time_ns = now;
	rec->cmd = *slot;
	memcpy(rec->comm, current->comm, sizeof(rec->comm));
	rec->pid = current->pid;
	smp_store_release(&rec->pos, pos + 1);
}

void smmux_recent_add(struct smmux_device *smmu, u64 pos, u32 num,
		      const struct smmux_cmd *queue, u32 mask)
{
	struct smmux_recent_cpu *ring = this_cpu_ptr(smmu->recent.pcpu);
	u64 now = ktime_get_mono_fast_ns();
	u32 i;

	lockdep_assert_irqs_disabled();
	for (i = 0; i < num; i++) {
		u32 at = ring->next++ % SMMUX_RECENT_RING;

		record(&ring->rec[at], pos + i, now, &queue[(pos + i) & mask]);
	}
}

/* False if the record was just being written, or was never written. */
static bool copy(struct smmux_recent_rec *to, const struct smmux_recent_rec *from)
{
	u64 pos = smp_load_acquire(&from->pos);

	/* A record that is being written meanwhile is discarded below. */
	data_race(*to = *from);
	smp_rmb();
	to->pos = pos;
	to->comm[sizeof(to->comm) - 1] = '\0';
	return pos && READ_ONCE(from->pos) == pos;
}

static int newer_first(const void *a, const void *b)
{
	u64 x = ((const struct smmux_recent_rec *)a)->pos;
	u64 y = ((const struct smmux_recent_rec *)b)->pos;

	return x < y ? 1 : x > y ? -1 : 0;
}

int smmux_recent_read(struct smmux_device *smmu, struct smmux_recent_rec **list)
{
	struct smmux_recent_cpu __percpu *pcpu = smp_load_acquire(&smmu->recent.pcpu);
	unsigned int i, num = 0;
	int cpu;

	*list = kvcalloc(num_possible_cpus() * SMMUX_RECENT_RING, sizeof(**list), GFP_KERNEL);
	if (!*list)
		return -ENOMEM;
	if (!pcpu)
		return 0;
	for_each_possible_cpu(cpu) {
		const struct smmux_recent_cpu *ring = per_cpu_ptr(pcpu, cpu);

		for (i = 0; i < SMMUX_RECENT_RING; i++) {
			if (!copy(&(*list)[num], &ring->rec[i]))
				continue;
			(*list)[num++].cpu = cpu;
		}
		cond_resched();
	}
	sort(*list, num, sizeof(**list), newer_first, NULL);
	return num;
}
