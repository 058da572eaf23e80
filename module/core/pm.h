/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pm - when the SMMU sleeps, who keeps it awake, and what both cost.
 *
 * States, and who moves them: the callbacks of the PM core, which runs one at a
 * time for a device; @lock is for readers.
 *
 *            sleep (runtime or system)
 *   ON ------------------------------> STOPPING ----------> OFF
 *    ^                                    | cannot              |
 *    |                                    v be drained           | wake
 *    +------------------------------- STARTING <----------------+
 *                                         | the hardware does not follow
 *                                         v
 *                                       FAILED: aborts for good; submissions are
 *                                       refused, or elided as sleep left it
 *
 * Without an answer to the first writes of waking up all stays as it is found: a
 * gate that sleep closed elides on, which is right for as long as nothing is
 * translated, and only a whole reset ends that.  If sleep failed before SMMUEN was
 * off, the SMMU translates on and takes commands.
 *
 * What each party may assume:
 *
 *   submitter    If it finds the gate open it may touch registers till its RCU
 *                section ends.  If it finds it closed nothing is translated, and
 *                nothing stale will be (cmdq_gate.c has the two proofs).
 *   handler      If it finds @powered on it may touch registers till it returns.
 *   debugfs      The same, till its RCU section ends.
 *   sleeping     After the grace period and synchronize_hardirq() it is alone.
 *   waking       It is alone until it sets @powered and opens the gate, in this
 *                order and after CMDQEN is acknowledged; all caches are dropped
 *                after that, and only then is SMMUEN set.
 *   attach, map, unmap, free
 *                never wait for the SMMU to wake up, never fail because it sleeps:
 *                they write memory and submit.
 *
 * Bypass (G4).  From GBPA.ABORT, the first step to sleep, to the loss of power
 * nothing passes.  What passes between the return of power and our first write
 * is for the hardware to say: GBPA resets to an IMPLEMENTATION DEFINED value.  So
 * at probe, before there are clients, power is taken away once, and what GBPA
 * shows after that decides: abort, and the SMMU may sleep; bypass, or no answer
 * since the power stayed (a domain that others use), and it may not.  The module
 * parameter pm=trust has the last case allowed.  System sleep asks nobody: what
 * firmware leaves after it is aborted first thing.
 *
 * Who keeps it awake: each client through its device link, until its first
 * runtime suspend and whenever it is active (so one without runtime PM for ever);
 * and for as long as it is there a client whose commands may not be lost (G3:
 * ATS, stall).
 */
#ifndef SMMUX_PM_H
#define SMMUX_PM_H

#include <linux/pm.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct smmux_device;
struct smmux_master;

enum smmux_pm_state {
	SMMUX_PM_ON, SMMUX_PM_STOPPING, SMMUX_PM_OFF, SMMUX_PM_STARTING, SMMUX_PM_FAILED,
	SMMUX_NUM_PM_STATES
};

enum smmux_pm_cause { SMMUX_PM_RUNTIME, SMMUX_PM_SYSTEM, SMMUX_PM_TRIAL };

#define SMMUX_PM_RING		32	/* transitions kept for readers */
#define SMMUX_PM_BUCKETS	32	/* of durations: log2 of nanoseconds */

struct smmux_pm_latency {
	u64 num, min_ns, max_ns, sum_ns;
	u64 bucket[SMMUX_PM_BUCKETS];
};

struct smmux_pm_rec {
	u64 time_ns;			/* ktime_get_ns() when it began */
	u64 took_ns;
	char step[16];			/* where it failed; empty if it did not */
	enum smmux_pm_cause cause;
	u32 cpu;
	bool wake;
	int ret;
};

/* What readers get of it, in one piece. */
struct smmux_pm_data {
	enum smmux_pm_state state;
	u64 since_ns;			/* in this state; ktime_get_ns() */
	u64 in_state_ns[SMMUX_NUM_PM_STATES]; /* before @since_ns */
	struct smmux_pm_latency sleep, wake;
	u64 sleeps_failed, wakes_failed;
	u32 gbpa;			/* as power brought it, at the last wake-up */
	u64 bypassed;			/* wake-ups that found GBPA not aborting */
	struct smmux_pm_rec ring[SMMUX_PM_RING];
	u64 total;			/* records ever written */
};

struct smmux_pm {
	spinlock_t lock;		/* @d, between the writer and readers */
	struct smmux_pm_data d;
	const char *refused;		/* why it never sleeps by itself; NULL: it may */
	bool enabled;			/* runtime PM is; constant after probe */
	bool held;			/* a usage count is ours, for @refused */
	bool trial, kept;		/* power is being tried; registers were still there */
};

extern const struct dev_pm_ops smmux_pm_ops;

void smmux_pm_init(struct smmux_device *smmu);

/*
 * At the end of probe, with the SMMU running and no client yet: let it sleep if it
 * has a power domain and may.  What speaks against it is logged, and no error.
 * Return: 0 or -ENOMEM.
 */
int smmux_pm_allow(struct smmux_device *smmu);

/* It is woken up, and sleeps no more.  Once, after smmux_pm_allow() did well.  Sleeps. */
void smmux_pm_disallow(struct smmux_device *smmu);

/* Tie a client to its SMMU, and let it go.  Sleep. */
void smmux_pm_link(struct smmux_master *master);
void smmux_pm_unlink(struct smmux_master *master);

struct smmux_pm_client {
	char name[48];			/* of the device */
	const char *status;		/* of its runtime PM */
	const char *holds;		/* why it keeps the SMMU awake; NULL: it does not */
};

/*
 * The clients of @smmu into @list, at most @max; returns how many there are.
 * Sleeps; wakes nobody.
 */
unsigned int smmux_pm_clients(struct smmux_device *smmu, struct smmux_pm_client *list,
			      unsigned int max);

/* True while power may be gone, so that nothing is to be switched off any more. */
bool smmux_pm_asleep(struct smmux_device *smmu);

/* A copy of all of it.  Any context; wakes nobody. */
void smmux_pm_snapshot(struct smmux_device *smmu, struct smmux_pm_data *data);

const char *smmux_pm_state_name(enum smmux_pm_state state);
const char *smmux_pm_cause_name(enum smmux_pm_cause cause);

#endif /* SMMUX_PM_H */
