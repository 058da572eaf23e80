// SPDX-License-Identifier: GPL-2.0
/*
 * reach - memory as the SMMU sees it, for those who tell what it would do.
 *
 * A reader follows physical addresses from entry to entry, as the SMMU does.  Whoever
 * frees a table has first cleared what led to it, then calls smmux_reach_drain():
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
#include "view/reach.h"

#include <linux/atomic.h>
#include <linux/kasan-checks.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include <asm/memory.h>

#include "smmux.h"

/* Written by readers, atomically; read by who frees. */
static atomic_t walkers = ATOMIC_INIT(0);
static DEFINE_RAW_SPINLOCK(walk_lock);

void smmux_reach_begin(struct smmux_reach *reach)
	__acquires(&walk_lock)
{
	atomic_inc(&walkers);
	/* See the head of the file. */
	smp_mb__after_atomic();
	raw_spin_lock_irqsave(&walk_lock, reach->flags);
}

void smmux_reach_end(struct smmux_reach *reach)
	__releases(&walk_lock)
{
	raw_spin_unlock_irqrestore(&walk_lock, reach->flags);
	/* What was read was so before anyone sees that nobody reads. */
	smp_mb__before_atomic();
	atomic_dec(&walkers);
}

void smmux_reach_drain(void)
{
	unsigned long flags;

	/* See the head of the file. */
	smp_mb();
	if (likely(!atomic_read_acquire(&walkers)))
		return;
	raw_spin_lock_irqsave(&walk_lock, flags);
	raw_spin_unlock_irqrestore(&walk_lock, flags);
}

void smmux_reach_add(struct smmux_reach *reach, const void *virt, size_t bytes)
{
	if (!virt || WARN_ON_ONCE(reach->num_areas == SMMUX_REACH_AREAS))
		return;
	reach->area[reach->num_areas].virt = virt;
	reach->area[reach->num_areas++].bytes = bytes;
}

phys_addr_t smmux_reach_phys(const void *virt)
{
	if (is_vmalloc_addr(virt))
		return page_to_phys(vmalloc_to_page(virt)) + offset_in_page(virt);
	return virt_to_phys(virt);
}

static const void *find(const struct smmux_reach *reach, u64 pa, size_t bytes)
{
	unsigned int i;

	for (i = 0; i < reach->num_areas; i++) {
		u64 at = pa - smmux_reach_phys(reach->area[i].virt);

		if (at < reach->area[i].bytes && bytes <= reach->area[i].bytes - at)
			return reach->area[i].virt + at;
	}
	/* Not a device, not a hole, not memory that firmware keeps for itself. */
	if (pa >> PHYS_MASK_SHIFT || !pfn_is_map_memory(PHYS_PFN(pa)) ||
	    !pfn_is_map_memory(PHYS_PFN(pa + bytes - 1)))
		return NULL;
	return phys_to_virt(pa);
}

bool smmux_reach_read(void *ctx, u64 pa, u64 *words, unsigned int num)
{
	const u64 *at;

	lockdep_assert_held(&walk_lock);
	if (!IS_ALIGNED(pa, sizeof(*words)))
		return false;
	at = find(ctx, pa, num * sizeof(*words));
	if (!at)
		return false;
	/* Memory may have been taken out of the linear map (secretmem, a crash kernel). */
	if (copy_from_kernel_nofault(words, at, num * sizeof(*words)))
		return false;
	/* The copy is not seen by it: a table that was freed too early has to show. */
	kasan_check_read(at, num * sizeof(*words));
	return true;
}

int smmux_reach_walk(struct smmux_master *master, const struct smmux_walk_query *q,
		     struct smmux_walk *w)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_reach reach = {};
	struct smmux_walk_mem mem = { smmux_reach_read, &reach };
	struct smmux_walk_hw hw;
	unsigned int i;

	for (i = 0; i < master->num_streams; i++)
		if (master->streams[i].stream->sid == q->sid)
			break;
	if (i == master->num_streams)
		return -ENOENT;
	smmux_walk_hw(&smmu->caps, &hw);
	hw.strtab_base = smmu->strtab.base_reg;
	hw.strtab_cfg = smmu->strtab.cfg_reg;
	smmux_strtab_reach(smmu, q->sid, &reach);
	smmux_cdtab_reach(&master->cdtab, q->ssid, &reach);
	smmux_reach_begin(&reach);
	smmux_walk(&hw, &mem, q, w);
	smmux_reach_end(&reach);
	return 0;
}
