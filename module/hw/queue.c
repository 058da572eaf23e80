// SPDX-License-Identifier: GPL-2.0
/*
 * queue - memory for the SMMU's ring queues.
 */
#include "hw/queue.h"

#include <linux/dma-mapping.h>

#include "smmux.h"

int smmux_queue_alloc(struct smmux_device *smmu, struct smmux_queue *q,
		      const char *name, u8 log2, u8 words, u32 prod, u32 cons)
{
	u8 got = log2;
	size_t bytes;

	for (;;) {
		bytes = (size_t)words * sizeof(u64) << got;
		q->base = dmam_alloc_coherent(smmu->dev, bytes, &q->dma,
					      GFP_KERNEL | __GFP_NOWARN);
		if (q->base || bytes <= PAGE_SIZE)
			break;
		got--;
	}
	if (!q->base) {
		dev_err(smmu->dev, "no memory for %zu bytes of %s\n", bytes, name);
		return -ENOMEM;
	}
	if (got != log2)
		dev_warn(smmu->dev, "%s: 2^%u entries instead of 2^%u, memory is short\n",
			 name, got, log2);

	/* The hardware truncates a base that is not aligned to the queue's size. */
	if (WARN_ON_ONCE(q->dma & (max_t(size_t, bytes, 32) - 1) & QUEUE_BASE_ADDR))
		return -EINVAL;

	q->log2 = got;
	q->mask = BIT(got) - 1;
	q->words = words;
	q->prod = smmux_reg(smmu, prod);
	q->cons = smmux_reg(smmu, cons);
	q->base_reg = QUEUE_BASE_RWA | (q->dma & QUEUE_BASE_ADDR) |
		      FIELD_PREP(QUEUE_BASE_LOG2SIZE, got);
	return 0;
}
