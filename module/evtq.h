/* SPDX-License-Identifier: GPL-2.0 */
/*
 * evtq - the event queue: drain, decode, count, report, answer.
 */
#ifndef SMMUX_EVTQ_H
#define SMMUX_EVTQ_H

#include <linux/irqreturn.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "evt.h"
#include "queue.h"

struct smmux_device;

#define SMMUX_EVTQ_RING		64	/* recent events kept for readers */

/* Rate limit of log lines for one source of events; under the streams lock. */
struct smmux_evtq_limit {
	u64 until_ns;			/* end of the present window */
	u32 lines, dropped;		/* in it */
};

struct smmux_evt_rec {
	u64 time_ns;			/* ktime_get_ns() */
	u64 raw[4];
	u32 cpu;			/* that took it from the queue */
};

#define SMMUX_STREAM_RING	16

/* The last events that named a StreamID; under smmux_evtq.ring_lock. */
struct smmux_stream_log {
	struct smmux_evt_rec ring[SMMUX_STREAM_RING];
	u64 total;
};

struct smmux_evtq {
	struct smmux_queue q;
	struct mutex drain_lock;	/* one drains at a time; outside of streams_lock */
	u64 cons;			/* under @drain_lock */
	bool ovflg;			/* last PROD.OVFLG seen; under @drain_lock */
	bool stopped;			/* no drain touches registers; under @drain_lock */
	struct delayed_work again;	/* more to drain, or no interrupt to tell */
	struct smmux_evtq_limit strangers; /* events of streams without a master */
	spinlock_t ring_lock;
	struct smmux_evt_rec ring[SMMUX_EVTQ_RING]; /* under @ring_lock */
	u64 total;			/* events ever seen; under @ring_lock */
};

int smmux_evtq_init(struct smmux_device *smmu);

/* Base and indices into the registers; EVENTQEN must be 0. */
void smmux_evtq_program(struct smmux_device *smmu);

/*
 * Threaded interrupt handler; also called to settle the queue.  Sleeps.  Does
 * bounded work and sees to it that what is left is drained later.  IRQ_NONE if
 * there was nothing: the line may be a shared one.
 */
irqreturn_t smmux_evtq_drain(struct smmux_device *smmu);

/**
 * smmux_evtq_settle() - all that the SMMU has written is handled
 * @smmu: whose; if it goes on writing this may not end in time
 * @stop: and nobody drains from now on, until smmux_evtq_program()
 *
 * Also waits for who is draining already, bounded.  Sleeps.  There is nothing to
 * do for a queue that is stopped.  Return: 0 or -EBUSY, and then nothing is stopped.
 */
int smmux_evtq_settle(struct smmux_device *smmu, bool stop);

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

struct smmux_master;

/*
 * The same of the last events that named one of the master's StreamIDs, at most
 * SMMUX_STREAM_RING for each of them.  Sleeps.
 */
unsigned int smmux_evtq_faults(struct smmux_master *master, struct smmux_evt_rec *rec,
			       unsigned int max);

#endif /* SMMUX_EVTQ_H */
