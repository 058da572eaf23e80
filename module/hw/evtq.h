/* SPDX-License-Identifier: GPL-2.0 */
/*
 * evtq - the event queue: drain, count, report, answer.  pure/evt.c decodes.
 */
#ifndef SMMUX_EVTQ_H
#define SMMUX_EVTQ_H

#include <linux/irqreturn.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "hw/queue.h"
#include "pure/evt.h"
#include "pure/walk.h"

struct smmux_device;
struct smmux_master;

#define EVTQ_WORDS		4
#define SMMUX_EVTQ_RING		64	/* recent events kept for readers */

/* Rate limit of log lines for one source of events; under the streams lock. */
struct smmux_evtq_limit {
	u64 until_ns;			/* end of the present window */
	u32 lines, dropped;		/* in it */
};

struct smmux_evt_rec {
	u64 time_ns;			/* ktime_get_ns() */
	u64 raw[EVTQ_WORDS];
	u32 cpu;			/* that read it from the queue */
};

/**
 * struct smmux_fault_rec - an event of a device, and a walk of the tables for its address
 * @evt:  the event
 * @end:  enum smmux_walk_end of the walk, made right after the event was read
 * @walked: the event has an address, and the fields of the walk are valid
 * @id, @stage, @level: of the event in which the walk ended, see struct smmux_walk
 * @why:  in words; never NULL if @walked
 * @at, @desc: the last entry that the walk read; @at is 0 if it read none
 * @pa:   the walk's result, if it ended without an event
 */
struct smmux_fault_rec {
	struct smmux_evt_rec evt;
	bool walked;
	u8 end, id, stage, level;
	const char *why;
	u64 at, desc, pa;
};

#define SMMUX_STREAM_RING	16

/* The last events that named a StreamID; under smmux_evtq.ring_lock, @total READ_ONCE. */
struct smmux_stream_log {
	struct smmux_fault_rec ring[SMMUX_STREAM_RING];
	u64 total;
};

/* Finds out what the SMMU would do with a transaction; 0, or an errno if it cannot. */
typedef int smmux_evtq_walk(struct smmux_master *master, const struct smmux_walk_query *q,
			    struct smmux_walk *w);

struct smmux_evtq {
	struct smmux_queue q;
	struct mutex drain_lock;	/* one drain at a time; outside of streams_lock */
	u64 cons;			/* under @drain_lock */
	bool ovflg;			/* last PROD.OVFLG seen; under @drain_lock */
	bool stopped;			/* no drain accesses registers; under @drain_lock */
	u64 held_until_ns;		/* injected: no drain before; under @drain_lock */
	struct delayed_work again;	/* more to drain, or no interrupt */
	struct smmux_evtq_limit strangers; /* events of streams without a master */
	smmux_evtq_walk *ask_tables;	/* constant after probe */
	struct smmux_walk walk;		/* of the present event; under @drain_lock */
	spinlock_t ring_lock;
	struct smmux_evt_rec ring[SMMUX_EVTQ_RING]; /* under @ring_lock */
	u64 total;			/* events ever seen; under @ring_lock, READ_ONCE */
};

/* Tasks that sleep until an event of any SMMU; each event wakes them. */
extern wait_queue_head_t smmux_evtq_news;

/* @walk: walks the tables, see smmux_reach_walk(). */
int smmux_evtq_init(struct smmux_device *smmu, smmux_evtq_walk *walk);

/* Write base and indices to the registers; EVENTQEN must be 0. */
void smmux_evtq_program(struct smmux_device *smmu);

/*
 * Threaded interrupt handler; also called by the work item and by resume.  Sleeps.  Does a
 * bounded amount of work, and schedules a later drain for the rest.  IRQ_NONE if
 * there was no event: the line may be shared.
 */
irqreturn_t smmux_evtq_drain(struct smmux_device *smmu);

/**
 * smmux_evtq_settle() - handle all events that the SMMU has written
 * @smmu: the SMMU; if it keeps writing, this may not end in time
 * @stop: also stop all drains from now on, until smmux_evtq_program()
 *
 * Also waits, bounded, for a drain that is running.  Sleeps.  Does nothing for a
 * queue that is stopped.  Return: 0; or -EBUSY, and then nothing is stopped.
 */
int smmux_evtq_settle(struct smmux_device *smmu, bool stop);

/*
 * For inject/.  Stop all drains for @ms, so that the queue fills up; 0 ends that.
 * Sleeps.  0 or -EINTR.
 */
int smmux_evtq_hold(struct smmux_device *smmu, unsigned int ms);
unsigned int smmux_evtq_held_ms(struct smmux_device *smmu);

/*
 * For inject/: handle an event as if the SMMU had written it.  Sleeps.  0; -EINVAL for
 * a stall event, because there is no transaction that a RESUME could name; or -EINTR.
 */
int smmux_evtq_pretend(struct smmux_device *smmu, const u64 raw[EVTQ_WORDS]);

struct smmux_evtq_snap {
	u64 cons, total;
	u32 prod_reg, cons_reg;		/* valid if @regs */
	u32 size;
	bool regs, ovflg;
};

/* State at one moment; reads registers if the SMMU is powered.  Any context. */
void smmux_evtq_snapshot(struct smmux_device *smmu, struct smmux_evtq_snap *snap);

/* The last events, newest first; returns how many were copied. */
unsigned int smmux_evtq_recent(struct smmux_device *smmu,
			       struct smmux_evt_rec *rec, unsigned int max);

/*
 * The same for the last events that named one of the master's StreamIDs, at most
 * SMMUX_STREAM_RING for each StreamID.  Sleeps.
 */
unsigned int smmux_evtq_faults(struct smmux_master *master, struct smmux_fault_rec *rec,
			       unsigned int max);

/* Events so far: all, and those that named the master.  Any context. */
u64 smmux_evtq_total(struct smmux_device *smmu);
u64 smmux_evtq_fault_total(struct smmux_master *master);

#endif /* SMMUX_EVTQ_H */
