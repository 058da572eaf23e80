/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gerror - global errors.
 *
 * Errors toggle bits of GERROR; software acknowledges by making GERRORN equal.
 * Both the interrupt and a polling waiter may find the same error, so one raw
 * spinlock protects the handling of errors.
 */
#ifndef SMMUX_GERROR_H
#define SMMUX_GERROR_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct smmux_device;

#define SMMUX_GERROR_RING	16

struct smmux_gerror {
	raw_spinlock_t lock;
	struct smmux_gerror_rec {
		u64 time_ns;		/* ktime_get_ns() */
		u32 cpu;		/* that found it: interrupt or waiter */
		u32 active;		/* bits that were pending */
		u8 cerror;		/* CMDQ_CONS.ERR, if CMDQ_ERR is among them */
	} ring[SMMUX_GERROR_RING];	/* under @lock */
	u64 total;			/* records ever written; under @lock */
	bool dead;			/* service has ended, see gerror.c; under @lock */
};

void smmux_gerror_init(struct smmux_device *smmu);

/**
 * smmux_gerror_handle() - look for pending errors and handle them
 * @smmu: the SMMU
 * @only: bits to look at: all for the interrupt, CMDQ_ERR for a waiter
 *
 * Any context, interrupts may be off.  Return: bits that were found pending.
 */
u32 smmux_gerror_handle(struct smmux_device *smmu, u32 only);

/**
 * smmux_gerror_lost() - has the SMMU stopped working?
 * @smmu: the SMMU
 *
 * For callers that see it misbehave: a SYNC that does not complete, an impossible
 * index.  If CR0ACK no longer shows the command queue enabled, the registers are not
 * what was written.  Then traffic is aborted, the queue closed, and this is logged.
 *
 * Any context, interrupts may be off; takes at most 10 ms, once.
 */
bool smmux_gerror_lost(struct smmux_device *smmu);

/*
 * The SMMU is no longer reliable: all its traffic aborts from now on, as after a
 * service failure, until smmux_gerror_revive().  @why is logged.  Any context.
 */
void smmux_gerror_stop(struct smmux_device *smmu, const char *why);

/* Before an SMMU is enabled again, with all lost registers rewritten. */
void smmux_gerror_revive(struct smmux_device *smmu);

/* The last records, newest first; returns how many were copied. */
unsigned int smmux_gerror_history(struct smmux_device *smmu,
				  struct smmux_gerror_rec *rec, unsigned int max);

#endif /* SMMUX_GERROR_H */
