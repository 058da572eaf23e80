/* SPDX-License-Identifier: GPL-2.0 */
/*
 * life - samples the lifetime of mappings.
 *
 * One map in 32 writes its address and the time to a small table without locks; the
 * unmap that starts at this address removes it.  Maps overwrite each other, and mappings
 * that were split or joined are not found.  That is sufficient for a sample, which only
 * a histogram uses.  Active only while an SMMU measures (smmux_hist_any()).
 */
#ifndef SMMUX_LIFE_H
#define SMMUX_LIFE_H

#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/types.h>

struct smmux_domain;

#define SMMUX_LIFE_ONE_IN	32
#define SMMUX_LIFE_LOG2		10	/* slots */
#define SMMUX_LIFE_PFN_BITS	40

/* @tag, the key: 40 bits of page number (52 - 12), and above them the domain's id. */
struct smmux_life {
	u64 tag;			/* 0: empty; any CPU, release */
	u64 since;			/* ticks; written before @tag */
};

extern struct smmux_life smmux_lives[1 << SMMUX_LIFE_LOG2];

static __always_inline struct smmux_life *smmux_life_of(unsigned long iova)
{
	return &smmux_lives[hash_32(iova >> 12, SMMUX_LIFE_LOG2)];
}

/* A hash of both, since the same addresses or the same pages are often mapped again. */
static __always_inline bool smmux_life_samples(unsigned long iova, phys_addr_t paddr)
{
	return !hash_32((iova ^ paddr) >> 12, ilog2(SMMUX_LIFE_ONE_IN));
}

/* May the table have an entry for @iova?  Ignores the domain. */
static __always_inline bool smmux_life_is_watched(unsigned long iova)
{
	return !((READ_ONCE(smmux_life_of(iova)->tag) ^ (iova >> 12)) <<
		 (64 - SMMUX_LIFE_PFN_BITS));
}

/* Call only if smmux_hist_any() and: map: _samples(), unmap: _is_watched().  Any context. */
void smmux_life_map(const struct smmux_domain *dom, unsigned long iova);
void smmux_life_unmap(struct smmux_domain *dom, unsigned long iova);

#endif /* SMMUX_LIFE_H */
