/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pm - when the SMMU sleeps, what keeps it awake, and what both cost.
 *
 * States.  The callbacks of the PM core change them; the core runs one callback at
 * a time for a device.  @lock is for readers.
 *
 *            sleep (runtime or system)
 *   ON ------------------------------> STOPPING ------------> OFF
 *    ^                                    | a step fails       |
 *    |                                    v                    | wake
 *    +------------------------------- STARTING <---------------+
 *                                         | the hardware does not respond
 *                                         v
 *                                       FAILED: aborts; submissions are refused,
 *                                       or still elided as during sleep
 *
 * If the hardware does not answer the first writes of resume, resume changes nothing.
 * A gate that sleep closed continues to elide.  That is correct as long as nothing is
 * translated, and only a whole reset ends that state.  Exception: if sleep failed before
 * SMMUEN was off, the SMMU continues to translate and to take commands, also in FAILED.
 *
 * What each party may assume:
 *
 *   submitter    If it finds the gate open, it may access registers until its RCU
 *                section ends.  If it finds the gate closed for sleep (ASLEEP), the SMMU
 *                translates nothing, and will use nothing stale (cmdq_gate.c has both
 *                proofs).
 *   handler      If it finds @powered set, it may access registers until it returns.
 *   debugfs      The same, until its RCU section ends.
 *   suspend      After the grace period and synchronize_hardirq() it has exclusive
 *                access.
 *   resume       It has exclusive access until it sets @powered and opens the gate, in
 *                this order and after CMDQEN is acknowledged.  Then it invalidates all
 *                caches, and only after that it sets SMMUEN.
 *   attach, map, unmap, free
 *                never wait for the SMMU to wake up, never fail because it sleeps:
 *                they write memory and submit.
 *
 * Bypass (G4).  Sleep sets GBPA.ABORT, then clears SMMUEN.  From then on GBPA decides, so
 * all traffic aborts until power is lost.  GBPA also decides between the return of power
 * and the driver's first write, and it resets to an IMPLEMENTATION DEFINED value.  So
 * probe removes power once, before there are clients, and reads GBPA after that.  Runtime
 * PM never suspends the SMMU if
 *
 *   there is no power domain, or the module parameter is pm=off;
 *   firmware reserves memory (RMR) for devices behind the SMMU, which may run at any time;
 *   this first suspend failed;
 *   GBPA then did not abort;
 *   power stayed on (a power domain that others use), so the reset value is unknown; the
 *   module parameter pm=trust allows sleep in this case;
 *   a later runtime resume found that GBPA did not abort.
 *
 * System sleep does not depend on this decision: whatever state firmware leaves, the
 * first step of resume is to abort.
 *
 * What keeps the SMMU awake: each client through its device link, until its first
 * runtime suspend and whenever it is active (so one without runtime PM always).  A
 * client whose commands may not be lost (G3: ATS, stall), or whose device link could not
 * be made, keeps the SMMU awake as long as the client exists.
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
	char step[16];			/* where it failed; empty on success */
	enum smmux_pm_cause cause;
	u32 cpu;
	bool wake;
	int ret;
};

/* A consistent copy for readers. */
struct smmux_pm_data {
	enum smmux_pm_state state;
	u64 since_ns;			/* in this state; ktime_get_ns() */
	u64 in_state_ns[SMMUX_NUM_PM_STATES]; /* before @since_ns */
	struct smmux_pm_latency sleep, wake;
	u64 sleeps_failed, wakes_failed;
	u32 gbpa;			/* at the last wake-up, before the first write */
	u64 bypassed;			/* wake-ups that found GBPA not aborting */
	struct smmux_pm_rec ring[SMMUX_PM_RING];
	u64 total;			/* records ever written */
};

struct smmux_pm {
	spinlock_t lock;		/* @d, between the writer and readers */
	struct smmux_pm_data d;
	const char *refused;		/* why runtime PM never suspends it; NULL: it may */
	bool enabled;			/* runtime PM is; constant after probe */
	bool held;			/* this driver holds a usage count, for @refused */
	bool trial, kept;		/* power trial in progress; registers kept their values */
};

extern const struct dev_pm_ops smmux_pm_ops;

void smmux_pm_init(struct smmux_device *smmu);

/*
 * At the end of probe, with the SMMU running and no client yet: allow runtime suspend
 * if the SMMU has a power domain and nothing prevents it.  A reason against sleep is
 * logged and is not an error.
 * Return: 0 or -ENOMEM.
 */
int smmux_pm_allow(struct smmux_device *smmu);

/* Wake the SMMU and keep it awake.  Once, after smmux_pm_allow() succeeded.  Sleeps. */
void smmux_pm_disallow(struct smmux_device *smmu);

/* Link a client to its SMMU, and unlink it.  Sleep. */
void smmux_pm_link(struct smmux_master *master);
void smmux_pm_unlink(struct smmux_master *master);

struct smmux_pm_client {
	char name[48];			/* of the device */
	const char *status;		/* of its runtime PM */
	const char *holds;		/* why it keeps the SMMU awake; NULL: it does not */
};

/*
 * Copies the clients of @smmu to @list, at most @max; returns how many there are.
 * Sleeps; does not wake the SMMU or a client.
 */
unsigned int smmux_pm_clients(struct smmux_device *smmu, struct smmux_pm_client *list,
			      unsigned int max);

/* While this is true, power may be off, and nothing may be switched off any more. */
bool smmux_pm_asleep(struct smmux_device *smmu);

/* Copies all data.  Any context; does not wake the SMMU. */
void smmux_pm_snapshot(struct smmux_device *smmu, struct smmux_pm_data *data);

const char *smmux_pm_state_name(enum smmux_pm_state state);
const char *smmux_pm_cause_name(enum smmux_pm_cause cause);

#endif /* SMMUX_PM_H */
