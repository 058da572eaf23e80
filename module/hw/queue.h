/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queue - memory and index arithmetic of the SMMU's ring queues.
 *
 * Positions are 64-bit and only grow; a register holds their low bits (index and
 * wrap bit, adjacent).  So a distance is a subtraction.  Only this file knows about wrap
 * bits, and code that checks or shows registers.  Positions start at two laps, so 0 is
 * never the position of a slot in use.
 */
#ifndef SMMUX_QUEUE_H
#define SMMUX_QUEUE_H

#include <linux/types.h>

#include "arch/regs.h"

struct smmux_device;

struct smmux_queue {
	void *base;			/* coherent memory, 1 << log2 entries */
	dma_addr_t dma;
	u64 base_reg;			/* value for the *_BASE register */
	u32 mask;			/* number of entries - 1 */
	u8 log2;
	u8 words;			/* 64-bit words of an entry */
	void __iomem *prod, *cons;
};

/* Slot of a position. */
static inline u32 smmux_queue_slot(const struct smmux_queue *q, u64 pos)
{
	return (u32)pos & q->mask;
}

/* The value of PROD or CONS at a position. */
static inline u32 smmux_queue_reg(const struct smmux_queue *q, u64 pos)
{
	return (u32)pos & (2 * q->mask + 1);
}

/* Entries between @pos and the position that register value @reg stands for. */
static inline u32 smmux_queue_ahead(const struct smmux_queue *q, u64 pos, u32 reg)
{
	return (reg - (u32)pos) & (2 * q->mask + 1);
}

static inline u64 *smmux_queue_entry(const struct smmux_queue *q, u64 pos)
{
	return (u64 *)q->base + (size_t)smmux_queue_slot(q, pos) * q->words;
}

static inline u64 smmux_queue_start(const struct smmux_queue *q)
{
	return 2ULL * (q->mask + 1);
}

/* Does @base_reg, as read, match the value written to *_BASE?  RWA is only a hint. */
static inline bool smmux_queue_is_at(const struct smmux_queue *q, u64 base_reg)
{
	return !((q->base_reg ^ base_reg) & (QUEUE_BASE_ADDR | QUEUE_BASE_LOG2SIZE));
}

/**
 * smmux_queue_alloc() - memory for a queue (device managed)
 * @smmu:  the SMMU
 * @q:     filled in
 * @name:  for messages
 * @log2:  log2 of the number of entries wanted; halved until memory is found,
 *         but not below one page
 * @words: 64-bit words of an entry
 * @prod:  offset of the PROD register, counted as in arch/regs.h
 * @cons:  offset of the CONS register
 *
 * Sleeps.  Return: 0; -ENOMEM with a message; -EINVAL with a warning if the memory is
 * not aligned to its size.
 */
int smmux_queue_alloc(struct smmux_device *smmu, struct smmux_queue *q,
		      const char *name, u8 log2, u8 words, u32 prod, u32 cons);

#endif /* SMMUX_QUEUE_H */
