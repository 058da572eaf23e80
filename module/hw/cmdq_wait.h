/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmdq_wait - the two halves of the command queue's room between themselves.
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
 * struct smmux_patience - how long a wait has lasted, and on whom
 * @begun_ns: of the wait; 0 before the first look
 * @since_ns: since when the SMMU owes us progress
 * @cons:     how far it was at the last look
 * @spins:    looks so far
 * @full:     there really was no room
 */
struct smmux_patience {
	u64 begun_ns, since_ns, cons;
	unsigned int spins;
	bool full;
};

/*
 * Until all before @upto fits into the queue: 0, -ETIMEDOUT, -EIO.  @p starts
 * zeroed and is kept for all tries of one submission: together they are
 * bounded, however often others take the room away.
 */
int smmux_cmdq_wait_room(struct smmux_device *smmu, u64 upto,
			 struct smmux_patience *p);

/*
 * For the SYNC that ends the list at [@pos, @pos + @len), was sent in @mode and had
 * not come at first look: 0, -EIO, -ETIMEDOUT.
 */
int smmux_cmdq_wait_sync(struct smmux_device *smmu, u64 pos, u32 len,
			 enum smmux_sync_mode mode);

/* Until all before @upto is consumed: 0, -ETIMEDOUT, -EIO. */
int smmux_cmdq_wait_drained(struct smmux_device *smmu, u64 upto);

/* Is some invalidation lost that nobody has made good yet? */
static __always_inline bool smmux_cmdq_in_debt(const struct smmux_cmdq *cq)
{
	return atomic_read(&cq->debts) != READ_ONCE(cq->paid);
}

/* -EIO if a command in [@pos, @pos + @len) was in error, else 0. */
int smmux_cmdq_charge(struct smmux_cmdq *cq, u64 pos, u32 len);

/* Read CONS and move @cons on, see cmdq_wait.c; returns the register. */
static __always_inline u32 smmux_cmdq_refresh(struct smmux_cmdq *cq)
{
	u64 seen = atomic64_read(&cq->cons);
	u32 reg = readl(cq->q.cons);
	u32 ahead = smmux_queue_ahead(&cq->q, seen, reg);

	/*
	 * Beyond what was published is either behind @cons (someone was faster,
	 * or an MSI overtook the register) or nonsense, as of an SMMU that lost
	 * its power and shows what reset left: no news.
	 */
	if (ahead && ahead <= READ_ONCE(cq->published) - seen)
		atomic64_try_cmpxchg_release(&cq->cons, (s64 *)&seen, seen + ahead);
	return reg;
}

/*
 * One reader serves all waiters of the moment: the hint says that somebody is
 * reading CONS just now.  Only a hint, refresh is safe from everywhere at once.
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
