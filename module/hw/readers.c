// SPDX-License-Identifier: GPL-2.0
/*
 * readers - those who read tables, against those who free them.
 *
 * A reader follows physical addresses from entry to entry, as the SMMU does.  Whoever
 * frees a table has first cleared what led to it, then calls smmux_readers_drain():
 *
 *   who frees                               reader
 *   ---------                               ------
 *   clear the entry that led there          walkers++
 *   smp_mb()                                smp_mb()
 *   walkers is 0: free                      take the lock
 *   else take and drop the lock, free       read from the root on
 *                                           drop the lock, walkers--
 *
 * Either the reader sees the entry cleared, and does not get there, or who frees sees the
 * reader, and waits until it has dropped the lock; the next one begins at a root again.
 * All places where a table is freed or replaced (drivers/iommu/io-pgtable-arm.c of 6.12 and
 * 7.3 alike where they have the same name; the numbers of the callers are all there are):
 *
 *   where a table is freed                  why nobody reads it
 *   ----------------------                  -------------------
 *   __arm_lpae_unmap(), a table entry is    it clears the entry, calls tlb_flush_walk(),
 *   unmapped as a whole (also by            which drains, and then frees that table and all
 *   arm_lpae_init_pte() before a block      below it, which nothing else led to
 *   takes its place)
 *   __arm_lpae_map(), another CPU was       its table was never in an entry
 *   first to install one
 *   arm_lpae_split_blk_unmap() (6.12        as before: the new table was never in an entry;
 *   alone), another CPU was first           the block that is replaced is no table
 *   arm_lpae_free_pgtable(), with the       STE and CD lead elsewhere since detach, the
 *   domain                                  domain's files are gone; free_parts() drains
 *   smmux_cdtab_free(), with the master     all STEs lead elsewhere, also that of a stream
 *                                           which another master goes on using; it drains
 *   STE tables                              live as long as the SMMU, its masters do not
 *
 * The lock is raw, and nothing is taken within: an unmap may come with interrupts off, also
 * on PREEMPT_RT.  A stream of readers does not starve it, it is fair.
 */
#include "hw/readers.h"

#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>

/* Written by readers, atomically; read by who frees. */
static atomic_t walkers = ATOMIC_INIT(0);
static DEFINE_RAW_SPINLOCK(walk_lock);

void smmux_readers_begin(unsigned long *flags)
	__acquires(&walk_lock)
{
	atomic_inc(&walkers);
	/* See the head of the file. */
	smp_mb__after_atomic();
	raw_spin_lock_irqsave(&walk_lock, *flags);
}

void smmux_readers_end(unsigned long flags)
	__releases(&walk_lock)
{
	raw_spin_unlock_irqrestore(&walk_lock, flags);
	/* What was read was so before anyone sees that nobody reads. */
	smp_mb__before_atomic();
	atomic_dec(&walkers);
}

void smmux_readers_drain(void)
{
	unsigned long flags;

	/* See the head of the file. */
	smp_mb();
	if (likely(!atomic_read_acquire(&walkers)))
		return;
	raw_spin_lock_irqsave(&walk_lock, flags);
	raw_spin_unlock_irqrestore(&walk_lock, flags);
}

void smmux_readers_assert_held(void)
{
	lockdep_assert_held(&walk_lock);
}
