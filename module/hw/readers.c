// SPDX-License-Identifier: GPL-2.0
/*
 * readers - protects readers of tables against CPUs that free tables.
 *
 * A reader follows physical addresses from entry to entry, as the SMMU does.  The CPU that
 * frees a table first clears the entry that refers to it, then calls smmux_readers_drain().
 * @walkers is the number of readers:
 *
 *   freeing CPU                             reader
 *   -----------                             ------
 *   clear the entry for the table           walkers++
 *   smp_mb()                                smp_mb()
 *   walkers is 0: free                      take the lock
 *   else take and drop the lock, free       read from the root on
 *                                           drop the lock, walkers--
 *
 * Either the reader sees the cleared entry, and does not reach the table; or the freeing CPU
 * sees the reader, and waits until it drops the lock.  The next reader starts at a root.
 * These are all places where a table is freed or replaced.  The functions of io-pgtable are
 * in drivers/iommu/io-pgtable-arm.c.  One that 6.12 and 7.3 both have is the same in both.
 *
 *   where a table is freed                  why no reader is in it
 *   ----------------------                  ----------------------
 *   __arm_lpae_unmap(), a table entry is    it clears the entry, calls tlb_flush_walk(),
 *   unmapped as a whole (also by            which drains, and then frees that table and all
 *   arm_lpae_init_pte() before a block      tables below it, to which no other entry refers
 *   takes its place)
 *   __arm_lpae_map(), another CPU was       its table was never in an entry
 *   first to install one
 *   arm_lpae_split_blk_unmap() (6.12        as before: the new table was never in an entry;
 *   only), another CPU was first            the block that is replaced is not a table
 *   arm_lpae_free_pgtable(), with the       STE and CD refer elsewhere since detach, the
 *   domain                                  domain's files are gone; free_parts() drains
 *   smmux_cdtab_free(), with the master     all STEs refer elsewhere, also that of a stream
 *                                           that another master still uses; it drains
 *   STE tables                              live as long as the SMMU, so longer than its
 *                                           masters
 *
 * The lock is raw, and no lock is taken inside it: an unmap may come with interrupts off,
 * also on PREEMPT_RT.  It is fair, so a series of readers does not starve the freeing CPU.
 */
#include "hw/readers.h"

#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>

/* Written by readers, atomically; read by the CPU that frees. */
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
	/* All reads complete before the decrement is visible. */
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
