/* SPDX-License-Identifier: GPL-2.0 */
/*
 * suite - for all suites: repeatable random numbers, and bits by position.
 */
#ifndef SMMUX_KUNIT_SUITE_H
#define SMMUX_KUNIT_SUITE_H

#include <kunit/test.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* Module parameter: the same value gives the same random numbers. */
extern ulong smmux_kunit_seed;

/* Long loops stop after a failure: more failures would push the first out of the log. */
static inline bool has_failed(struct kunit *test)
{
	return READ_ONCE(test->status) == KUNIT_FAILURE;
}

struct rng {
	u64 state;
};

/* splitmix64: any seed is good, also 0 and consecutive ones. */
static inline u64 rng_next(struct rng *r)
{
	u64 z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline u32 rng_below(struct rng *r, u32 limit)
{
	return (u32)rng_next(r) % limit;
}

/* A value of random size, so that small and huge ones are equally likely. */
static inline u64 rng_sized(struct rng *r)
{
	return rng_next(r) >> rng_below(r, 64);
}

/*
 * Fields by the bit numbers of the architecture's figures.  The driver's own masks are
 * under test, so no suite computes an expected value with them.
 */
static inline u64 bits_mask(unsigned int hi, unsigned int lo)
{
	u64 width = hi - lo + 1;

	return (width == 64 ? ~0ULL : (1ULL << width) - 1) << lo;
}

static inline u64 bits_of(u64 word, unsigned int hi, unsigned int lo)
{
	return (word & bits_mask(hi, lo)) >> lo;
}

#endif /* SMMUX_KUNIT_SUITE_H */
