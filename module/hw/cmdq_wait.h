/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmdq_wait - the internal interface of the rooms of the command queue.
 */
#ifndef SMMUX_CMDQ_WAIT_H
#define SMMUX_CMDQ_WAIT_H

#include <linux/io.h>

#include "hw/cmdq.h"

struct smmux_device;

/* Layout of smmux_cmdq.stamp[]: position << SHIFT | (length, or ERROR | code) */
#define SMMUX_STAMP_SHIFT	8
#define SMMUX_STAMP_LEN		0x7f
#define SMMUX_STAMP_ERROR	0x80

/**
 * struct smmux_patience - how long a wait has lasted, and whether the SMMU progresses
 * @begun_ns: start of the wait; 0 before the first look
 * @since_ns: start of the present period without progress of the SMMU
 * @cons:     its position at the last look
 * @spins:    number of looks so far
 * @full:     there was no room at the first look
 */
struct smmux_patience {
	u64 begun_ns, since_ns, cons;
	unsigned int spins;
	bool full;
};

/*
 * Wait until everything before @upto fits into the queue: 0, -ETIMEDOUT, -EIO.
 * @p starts zeroed and is kept for all tries of one submission.  This bounds them
 * together, however often other submitters take the room.
 */
int smmux_cmdq_wait_room(struct smmux_device *smmu, u64 upto,
			 struct smmux_patience *p);

/*
 * Wait for the SYNC at the end of the list [@pos, @pos + @len), which was sent in @mode
 * and was not complete at first look: 0, -EIO, -ETIMEDOUT.
 */
int smmux_cmdq_wait_sync(struct smmux_device *smmu, u64 pos, u32 len,
			 enum smmux_sync_mode mode);

/* Wait until everything before @upto is consumed: 0, -ETIMEDOUT, -EIO. */
int smmux_cmdq_wait_drained(struct smmux_device *smmu, u64 upto);

/* Is an invalidation lost that no flush has covered yet? */
static __always_inline bool smmux_cmdq_in_debt(const struct smmux_cmdq *cq)
{
	return atomic_read(&cq->debts) != READ_ONCE(cq->paid);
}

/* -EIO if a command in [@pos, @pos + @len) was in error, else 0. */
int smmux_cmdq_charge(struct smmux_cmdq *cq, u64 pos, u32 len);

/* Read CONS and advance @cons, see cmdq_wait.c; returns the register. */
static __always_inline u32 smmux_cmdq_refresh(struct smmux_cmdq *cq)
{
	u64 seen = atomic64_read(&cq->cons);
	u32 reg = readl(cq->q.cons);
	u32 ahead = smmux_queue_ahead(&cq->q, seen, reg);

	/*
	 * Ignore a position beyond @published.  Either it is behind @cons (another
	 * CPU was faster, or an MSI overtook the register), or it is invalid, for
	 * example the reset value of an SMMU that lost its power.
	 */
	if (ahead && ahead <= READ_ONCE(cq->published) - seen)
		atomic64_try_cmpxchg_release(&cq->cons, (s64 *)&seen, seen + ahead);
	return reg;
}

/*
 * One reader serves all present waiters: the hint says that some CPU is reading
 * CONS.  It is only a hint; concurrent calls of smmux_cmdq_refresh() are safe.
 */
static __always_inline bool smmux_cmdq_try_reader(struct smmux_cmdq *cq)
{
	return !atomic_xchg_acquire(&cq->cons_reader, 1);
}

static __always_inline void smmux_cmdq_end_reader(struct smmux_cmdq *cq)
{
	atomic_set_release(&cq->cons_reader, 0);
}

#endif /* SMMUX_CMDQ_WAIT_H */
