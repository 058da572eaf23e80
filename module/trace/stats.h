/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stats - per-CPU counters and histograms of one SMMU.
 *
 * Each CPU writes its own counters; histograms are written atomically, from any CPU.  A
 * reader adds them up.  Counters only grow.  A reset moves a base line instead, and so
 * never loses an increment.
 *
 * Two parts add cost to the submission of each command: the counters of the submit
 * path (default on, knob "stats") and the histograms (default off, knob "latency").
 * Each has a static key, which is on while any SMMU uses it.  An SMMU with counters off
 * counts into a sink while another has them on; for histograms there is a flag.
 */
#ifndef SMMUX_STATS_H
#define SMMUX_STATS_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/jump_label.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "pure/cmd.h"

struct smmux_device;

#define SMMUX_NUM_CERR		4	/* CERROR_* */

enum smmux_hist {
	SMMUX_HIST_SYNC_WAIT,		/* ns, SYNCs of lists without ATC_INV */
	SMMUX_HIST_ATC_WAIT,		/* ns, those with */
	SMMUX_HIST_FULL_WAIT,		/* ns, until a full queue had free slots */
	SMMUX_HIST_LIST,		/* commands, SYNC included */
	SMMUX_HIST_RANGE,		/* bytes invalidated at once, 0: all of a domain */
	SMMUX_HIST_MAP_LIFE,		/* ns from map to unmap, see life.h */
	SMMUX_NUM_HISTS
};

/* Slot n takes values of n significant bits. */
#define SMMUX_HIST_SLOTS	65
#define SMMUX_HIST_SUM		SMMUX_HIST_SLOTS	/* index of the sum of values */

/* Counters of the submit path are marked "hot". */
struct smmux_counters {
	u64 op[256];			/* commands by opcode; hot */
	u64 lists_bare;			/* reservations without a SYNC; hot */
	u64 bells_spared;		/* lists for which another CPU wrote CMDQ_PROD; hot */
	u64 bells_more;			/* writes of CMDQ_PROD only for others' lists; hot */
	u64 polls;			/* reads of CMDQ_CONS after a wait's first one; hot */
	u64 full_waits;			/* times that a submitter found the queue full */
	u64 sync_timeouts;
	u64 full_timeouts;
	u64 cerror[SMMUX_NUM_CERR];	/* command errors by code */
	u64 refused;			/* submissions to a closed queue */
	u64 elided[SMMUX_NUM_CMD_CLASSES]; /* not sent to a suspended SMMU; OWED: lost */
	u64 evt[256];			/* events by id */
	u64 evt_overflow;
	u64 evt_suppressed;		/* not logged because of rate limits */
	u64 stall_answered;
	u64 gerror[32];			/* by bit of SMMU_GERROR */
	u64 ste_hitless, ste_breaking;
	u64 cd_hitless, cd_breaking;
	atomic64_t hist[SMMUX_NUM_HISTS][SMMUX_HIST_SLOTS + 1];
};

/**
 * struct smmux_stats
 * @pcpu: all counters except the hot ones
 * @hot:  the hot ones: @pcpu, or @sink while the knob "stats" is off; READ_ONCE
 * @base: readers subtract it; under @lock
 * @on, @measures: the knobs; written under @lock, READ_ONCE
 */
struct smmux_stats {
	struct smmux_counters __percpu *pcpu, *hot, *sink;
	struct smmux_counters *base;
	bool on, measures;
	struct mutex lock;
};

DECLARE_STATIC_KEY_FALSE(smmux_stats_key);
DECLARE_STATIC_KEY_FALSE(smmux_hist_key);

/* Ticks at which the first SMMU began to measure; READ_ONCE, valid if smmux_hist_any(). */
extern u64 smmux_hist_since;

/* tests/bench builds without both, to measure their cost. */
#ifdef SMMUX_WITHOUT_STATS
#define smmux_stats_any()	false
#define smmux_hist_any()	false
#else
#define smmux_stats_any()	static_branch_likely(&smmux_stats_key)
#define smmux_hist_any()	static_branch_unlikely(&smmux_hist_key)
#endif

#define smmux_hist_on(smmu)	(smmux_hist_any() && READ_ONCE((smmu)->stats.measures))

int smmux_stats_init(struct smmux_device *smmu);

/* Sum of all CPUs since the last reset into @sum.  Sleeps. */
void smmux_stats_read(struct smmux_device *smmu, struct smmux_counters *sum);

/* Parts of a reset. */
#define SMMUX_RESET_COUNTERS	BIT(0)
#define SMMUX_RESET_HISTS	BIT(1)

/* Start counting from 0.  Sleeps. */
void smmux_stats_reset(struct smmux_device *smmu, unsigned int what);

/* The knobs.  Sleep. */
void smmux_stats_turn(struct smmux_device *smmu, bool on);
void smmux_hist_turn(struct smmux_device *smmu, bool on);

/* Any context. */
#define smmux_count(smmu, member) this_cpu_inc((smmu)->stats.pcpu->member)
#define smmux_count_hot(smmu, member)						\
	do {									\
		if (smmux_stats_any())						\
			this_cpu_inc(READ_ONCE((smmu)->stats.hot)->member);	\
	} while (0)

/*
 * For frequent values, of which a sample suffices: one in 16 counts 16 times, the
 * others are left out.  @seed must differ each time.
 */
static __always_inline unsigned int smmux_hist_weight(u32 seed)
{
	return hash_32(seed, 4) ? 0 : 16;
}

/*
 * Call only if smmux_hist_on().  Any context.  Atomic, and so correct on any CPU that the
 * task migrates to; that is cheaper than to disable interrupts.
 */
#define smmux_hist_add(smmu, which, value, weight)				\
	do {									\
		atomic64_t *hist_ = raw_cpu_ptr((smmu)->stats.pcpu)->hist[which]; \
		u64 value_ = (value), weight_ = (weight);			\
										\
		atomic64_add(weight_, &hist_[fls64(value_)]);			\
		atomic64_add(value_ * weight_, &hist_[SMMUX_HIST_SUM]);		\
	} while (0)

#endif /* SMMUX_STATS_H */
