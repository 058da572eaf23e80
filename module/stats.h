/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stats - per-CPU counters of one SMMU.
 *
 * Each CPU writes its own; a reader sums them all.  Counters only grow, except
 * at a reset, which moves a base line and so never loses an increment.
 */
#ifndef SMMUX_STATS_H
#define SMMUX_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "cmd.h"

struct smmux_device;

#define SMMUX_NUM_OPS		0x50	/* opcodes counted one by one; 0 takes the rest */
#define SMMUX_NUM_CERR		4	/* CERROR_* */

struct smmux_counters {
	u64 op[SMMUX_NUM_OPS];		/* commands by opcode */
	u64 lists;			/* reservations */
	u64 doorbells;			/* writes of CMDQ_PROD */
	u64 syncs;			/* lists that end with a SYNC and are waited for */
	u64 polls;			/* reads of CMDQ_CONS after a wait's first look */
	u64 full_waits;			/* times a submitter met a full queue */
	u64 sync_timeouts;
	u64 full_timeouts;
	u64 cerror[SMMUX_NUM_CERR];	/* command errors by code */
	u64 refused;			/* submissions to a queue that is closed */
	u64 elided[SMMUX_NUM_CMD_CLASSES]; /* commands that met a sleeping SMMU; OWED: lost */
	u64 evt[256];			/* events by id */
	u64 evt_overflow;
	u64 evt_suppressed;		/* not logged for rate limits */
	u64 stall_answered;
	u64 gerror[32];			/* by bit of SMMU_GERROR */
	u64 ste_hitless, ste_breaking;
	u64 cd_hitless, cd_breaking;
};

struct smmux_stats {
	struct smmux_counters __percpu *pcpu;
	struct smmux_counters *base;	/* subtracted by readers; under @lock */
	struct mutex lock;
};

int smmux_stats_init(struct smmux_device *smmu);

/* Sum of all CPUs since the last reset into @sum.  Sleeps. */
void smmux_stats_read(struct smmux_device *smmu, struct smmux_counters *sum);

/* Start counting from 0.  Sleeps. */
void smmux_stats_reset(struct smmux_device *smmu);

/* Any context. */
#define smmux_count(smmu, member) this_cpu_inc((smmu)->stats.pcpu->member)

#endif /* SMMUX_STATS_H */
