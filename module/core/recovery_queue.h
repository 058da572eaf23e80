/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recovery_queue - devices that were cut off because they did not answer.
 *
 *   healthy --> timed_out --> quarantined <--> resetting --> blocked
 *      ^            (EATS off,      |                           |
 *      |             confirmed)     v                           v
 *      +---- a reset by anybody, and an ATC that answers -------+
 *
 * That may be the reset in state resetting.  The removal of a device ends any state.
 *
 * A device that is not healthy has an entry in its SMMU's queue: one per device, part
 * of struct smmux_master, so that the error path allocates nothing.  The worker (one
 * work item per SMMU, recovery.c) checks the queue as long as it is not empty.
 */
#ifndef SMMUX_RECOVERY_QUEUE_H
#define SMMUX_RECOVERY_QUEUE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct smmux_device;
struct smmux_master;

enum smmux_rec_state {
	SMMUX_REC_HEALTHY, SMMUX_REC_TIMED_OUT, SMMUX_REC_QUARANTINED,
	SMMUX_REC_RESETTING, SMMUX_REC_BLOCKED,
	SMMUX_NUM_REC_STATES
};

/* INHERIT is only for masters: the policy of their SMMU applies. */
enum smmux_rec_policy {
	SMMUX_REC_QUARANTINE, SMMUX_REC_RESET, SMMUX_REC_INHERIT, SMMUX_NUM_REC_POLICIES
};

enum smmux_rec_count {
	SMMUX_RECN_TIMEOUTS,		/* lists of ATC_INVs that were not answered */
	SMMUX_RECN_ASKED_AGAIN,		/* StreamIDs asked alone after a timeout */
	SMMUX_RECN_TRANSIENT,		/* timeouts after which all devices answered */
	SMMUX_RECN_QUARANTINED,		/* incidents: devices cut off */
	SMMUX_RECN_RELAPSES,		/* failures of a device during its recovery */
	SMMUX_RECN_RESETS,		/* attempted by this driver */
	SMMUX_RECN_RESETS_FAILED,	/* of these, the device did not recover */
	SMMUX_RECN_RESETS_SEEN,		/* by others, during quarantine */
	SMMUX_RECN_RECOVERED,		/* incidents that ended with recovery */
	SMMUX_RECN_BLOCKED,		/* devices that were given up */
	SMMUX_RECN_REMOVED,		/* incidents that ended with removal */
	SMMUX_RECN_FAIL_STOPS,		/* SMMUs stopped because cutting off a device failed */
	SMMUX_RECN_INJECTED,		/* timeouts that a user injected */
	SMMUX_NUM_RECNS
};

#define SMMUX_REC_RING	64	/* transitions kept for readers */
#define SMMUX_REC_NAME	32

struct smmux_rec_event {
	u64 time_ns;			/* ktime_get_ns() */
	char dev[SMMUX_REC_NAME];
	u32 sid;
	enum smmux_rec_state from, to;
	char cause[32];
	u32 cpu;
	int ret;
	unsigned int attempt;
};

/**
 * struct smmux_rec - a master's entry; under smmux_recovery.lock unless noted
 * @node:      in the queue, unless healthy
 * @state:     READ_ONCE without the lock
 * @policy:    knob; READ_ONCE, WRITE_ONCE
 * @sid:       StreamID that did not answer
 * @since_ns, @begun_ns: start of this state, start of the incident
 * @cut_ns:    duration of cutting off, from the report on
 * @incidents: total
 * @attempts:  resets attempted in this incident
 * @gone:      its master is being removed
 * @announced, @reset_seen, @busy, @round, @next_ns: the worker's, under its mutex
 */
struct smmux_rec {
	struct list_head node;
	enum smmux_rec_state state;
	enum smmux_rec_policy policy;
	u32 sid;
	u64 since_ns, begun_ns, cut_ns;
	u64 incidents;
	unsigned int attempts;
	bool gone;
	bool announced, reset_seen;
	unsigned int busy;
	u32 round;
	u64 next_ns;

	struct list_head member;	/* of recovery.masters, under recovery.masters_lock */
	bool leaving;			/* no reset any more; under recovery.mutex */
};

struct smmux_recovery {
	spinlock_t lock;		/* inner to ste_lock, see smmux.h */
	struct list_head queue;
	struct smmux_rec_event ring[SMMUX_REC_RING];
	u64 total;			/* events written in total */
	atomic64_t count[SMMUX_NUM_RECNS]; /* never decrease */
	atomic64_t base[SMMUX_NUM_RECNS]; /* @count at the last reset, for readers */
	enum smmux_rec_policy policy;	/* knob; READ_ONCE, WRITE_ONCE */

	/* The worker's. */
	struct mutex mutex;
	struct smmux_master *resetting;	/* written under @mutex; waited for without it */
	wait_queue_head_t reset_done;	/* @resetting is NULL again */
	struct mutex masters_lock;	/* outer to @mutex, which a round of the worker holds */
	struct list_head masters;	/* all masters, under @masters_lock */
	bool stopping;			/* under @mutex: no reset any more */
	struct notifier_block removal;	/* of PCI devices */
	u32 round;			/* under @mutex */
	struct delayed_work work;
};

/*
 * For ats.c, with ste_lock held.  enter: @master was cut off, which took @took_ns,
 * because the ATC_INV to @sid returned @err.  leave: @master has ATS again.
 */
void smmux_recovery_enter(struct smmux_master *master, u32 sid, int err, u64 took_ns);
void smmux_recovery_leave(struct smmux_master *master);

/*
 * For the worker.  move: set @master's state and add an event to the history.  drop:
 * @master is being removed; true if it was in the queue.
 */
void smmux_recovery_move(struct smmux_master *master, enum smmux_rec_state to,
			 const char *cause, int ret);
bool smmux_recovery_drop(struct smmux_master *master);

/* Any context. */
void smmux_recovery_count(struct smmux_device *smmu, enum smmux_rec_count what);
u64 smmux_recovery_counted(struct smmux_device *smmu, enum smmux_rec_count what);
void smmux_recovery_reset_counts(struct smmux_device *smmu);

/* The knobs.  A new policy applies at once, also to devices in the queue. */
void smmux_recovery_set_policy(struct smmux_device *smmu, enum smmux_rec_policy policy);
void smmux_recovery_set_master_policy(struct smmux_master *master,
				      enum smmux_rec_policy policy);
enum smmux_rec_policy smmux_recovery_policy_of(const struct smmux_master *master);

struct smmux_rec_entry {
	char dev[SMMUX_REC_NAME];
	enum smmux_rec_state state;
	enum smmux_rec_policy policy;	/* the policy in effect */
	u32 sid;
	u64 since_ns, begun_ns, cut_ns, incidents;
	unsigned int attempts;
};

/* Copies for readers.  Any context; returns how many exist, copies at most @max. */
unsigned int smmux_recovery_queue(struct smmux_device *smmu, struct smmux_rec_entry *list,
				  unsigned int max);
/* Newest first. */
unsigned int smmux_recovery_history(struct smmux_device *smmu, struct smmux_rec_event *list,
				    unsigned int max);
void smmux_recovery_snapshot(struct smmux_master *master, struct smmux_rec_entry *entry);

extern const char * const smmux_rec_states[SMMUX_NUM_REC_STATES];
extern const char * const smmux_rec_policies[SMMUX_NUM_REC_POLICIES];
extern const char * const smmux_rec_counts[SMMUX_NUM_RECNS];

#endif /* SMMUX_RECOVERY_QUEUE_H */
