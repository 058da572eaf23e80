/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmdq - the command queue: many producers, one ring, no lock to submit.
 *
 * cmdq.c submits, cmdq_wait.c waits and handles errors, cmdq_gate.c opens and closes.
 */
#ifndef SMMUX_CMDQ_H
#define SMMUX_CMDQ_H

#include <linux/atomic.h>
#include <linux/cache.h>

#include "hw/queue.h"
#include "pure/cmd.h"

struct smmux_device;

/* How a waiter detects completion of its SYNC, best last; AUTO is the knob's "best". */
enum smmux_sync_mode {
	SMMUX_SYNC_POLL, SMMUX_SYNC_WFE, SMMUX_SYNC_MSI, SMMUX_SYNC_AUTO, SMMUX_NUM_SYNC_MODES
};

/* Top bits of the reservation word; the rest is the next free position. */
#define SMMUX_RESV_CLOSED	BIT_ULL(63)	/* no reservation */
#define SMMUX_RESV_ASLEEP	BIT_ULL(62)	/* with it: invalidations are elided */
#define SMMUX_RESV_POS		GENMASK_ULL(55, 0)

extern const char * const smmux_sync_modes[SMMUX_NUM_SYNC_MODES];

struct smmux_cmdq {
	/* Set at probe, except the modes; read by all. */
	struct smmux_queue q;
	u64 *stamp;			/* per slot, see cmdq.c */
	u32 *msi;			/* per slot, written by SYNCs; MSI mode only */
	dma_addr_t msi_dma;
	enum smmux_sync_mode mode, wanted_mode; /* knob; the knob's writer, READ_ONCE */
	u32 max_list;			/* commands that one reservation may hold */

	/* Advanced by every submitter (cmpxchg). */
	atomic64_t resv ____cacheline_aligned;

	/* @pub elects the publisher; only the publisher writes @published. */
	atomic_t pub ____cacheline_aligned;
	u64 published;

	/* Advanced by waiters (cmpxchg): all commands before it are consumed. */
	atomic64_t cons ____cacheline_aligned;
	atomic_t cons_reader;		/* hint: some CPU is reading CONS */

	/* Under the GERROR lock. */
	u64 err_pos ____cacheline_aligned; /* last position in error; read by waiters */
	u64 err_seen;			/* position of the previous error... */
	unsigned int err_repeats;	/* ...and how often it repeated */

	bool dead;			/* queue has failed: waiters stop */

	/*
	 * How often an invalidation was lost, and how many of these losses a flush
	 * has covered: see pay() in cmdq.c.  @paid may decrease for a moment, which
	 * costs one redundant flush.
	 */
	atomic_t debts;
	int paid;

	/* For the time limits in cmdq_wait.c; hints, so no memory order is needed. */
	atomic_t slow_devices;		/* masters that may answer an ATC_INV late */
	bool hurry;			/* one of them has used its time; under ste_lock */

	u32 high_water;			/* most slots ever in use; racy on purpose */
};

/* Options of a list of commands. */
#define SMMUX_ISSUE_SYNC	BIT(0)	/* wait for completion */
#define SMMUX_ISSUE_ATC		BIT(1)	/* holds an ATC_INV: split parts sync too (Q3) */

int smmux_cmdq_init(struct smmux_device *smmu);

/*
 * Takes effect with the next SYNC; pending SYNCs keep their mode.  Callers serialize.
 * 0, or -EOPNOTSUPP if this SMMU, the CPU or a parameter does not allow @mode.
 */
int smmux_cmdq_set_mode(struct smmux_device *smmu, enum smmux_sync_mode mode);

/* Write base and indices to the registers; CMDQEN must be 0. */
void smmux_cmdq_program(struct smmux_device *smmu);

/**
 * smmux_cmdq_issue() - submit commands
 * @smmu: the SMMU
 * @cmds: encoded commands, in order
 * @num:  number of commands; 0 with SMMUX_ISSUE_SYNC waits for all commands that
 *        were submitted before
 * @how:  SMMUX_ISSUE_*
 *
 * Call within an RCU read-side section (see cmdq_gate.c); otherwise any context.
 * Bounded time: a wait for room or for a SYNC ends after one second without progress of
 * the SMMU, and in any case after ten.  The limit of one second does not apply while a
 * device with ATS may delay the SMMU.  A list of @max_list commands or more is split into
 * several reservations.
 *
 * Return: 0, also when the SMMU sleeps and the commands are redundant (G2); -EIO
 * when a command of this list was in error (Q5), or lost at a sleeping SMMU (G3);
 * -ETIMEDOUT when the SMMU did not finish in time; -ENODEV when the queue is
 * closed.
 */
int smmux_cmdq_issue(struct smmux_device *smmu, const struct smmux_cmd *cmds,
		     unsigned int num, unsigned int how);

/* One command and its SYNC: nearly all submissions. */
int smmux_cmdq_issue_one(struct smmux_device *smmu, struct smmux_cmd cmd);

/**
 * smmux_cmdq_error() - handle GERROR.CMDQ_ERR
 *
 * Called under the GERROR lock, with the error pending, before it is
 * acknowledged.  Charges the error to the command that caused it and makes the
 * queue ready to continue.  Return: true to acknowledge; false when the queue
 * was closed because the error keeps repeating.
 */
bool smmux_cmdq_error(struct smmux_device *smmu);

/* Refuse reservations from now on; pending lists still complete or time out. */
void smmux_cmdq_close(struct smmux_device *smmu);
/* The same, and pending waits end with an error at their next look. */
void smmux_cmdq_kill(struct smmux_device *smmu);
/* From any of these states; later submissions come after everything that was elided. */
void smmux_cmdq_open(struct smmux_device *smmu);

/**
 * smmux_cmdq_stop() - close the gate for sleep, and drain
 * @smmu: the SMMU; SMMUEN is 0 and acknowledged, CMDQEN is 1
 *
 * Submissions are elided from the start of this call.  A submitter admitted earlier
 * may access registers until the caller has waited for an RCU grace period.
 * Does not sleep; bounded time.  Return: 0 when the SMMU has consumed all that was
 * ever reserved; -ETIMEDOUT or -EIO, and the gate is closed then too.
 */
int smmux_cmdq_stop(struct smmux_device *smmu);

/* Are submissions elided now?  The answer may be stale on return. */
static inline bool smmux_cmdq_is_asleep(const struct smmux_cmdq *cq)
{
	return atomic64_read(&cq->resv) & SMMUX_RESV_ASLEEP;
}

#define SMMUX_ELIDED	1

/*
 * For the submit path: a list that found the gate closed.  SMMUX_ELIDED; -EAGAIN if
 * the gate is open by now; -EIO, -ENODEV as for smmux_cmdq_issue().
 */
int smmux_cmdq_at_gate(struct smmux_device *smmu, const struct smmux_cmd *cmds,
		       u32 num, bool sync);

struct smmux_cmdq_snap {
	u64 resv, published, cons;
	u32 prod_reg, cons_reg;		/* valid if @regs */
	bool closed, asleep, dead, publishing, regs;
	u32 size, high_water;
	enum smmux_sync_mode mode;
};

/* State at one moment; reads registers if the SMMU is powered.  Any context. */
void smmux_cmdq_snapshot(struct smmux_device *smmu, struct smmux_cmdq_snap *snap);

/* Copy the present content of @pos's slot, whichever position it belongs to. */
void smmux_cmdq_peek(struct smmux_device *smmu, u64 pos, struct smmux_cmd *cmd);

/*
 * A batch on the stack: add commands, submit when full, sync at the end.
 * Only @num entries are valid; the array is deliberately not cleared.
 */
#define SMMUX_BATCH_CMDS	32

struct smmux_batch {
	struct smmux_device *smmu;
	unsigned int num;
	unsigned int how;
	unsigned int sent;		/* commands that left the batch; for traces */
	int err;			/* first error of a part already submitted */
	struct smmux_cmd cmd[SMMUX_BATCH_CMDS];
};

static __always_inline void smmux_batch_init(struct smmux_batch *b,
					     struct smmux_device *smmu)
{
	b->smmu = smmu;
	b->num = 0;
	b->how = 0;
	b->sent = 0;
	b->err = 0;
}

void smmux_batch_spill(struct smmux_batch *b);

static __always_inline void smmux_batch_add(struct smmux_batch *b,
					    struct smmux_cmd cmd)
{
	if (b->num == SMMUX_BATCH_CMDS)
		smmux_batch_spill(b);
	b->cmd[b->num++] = cmd;
}

/* Submit the rest and wait, also if the batch is empty.  Empties the batch. */
int smmux_batch_sync(struct smmux_batch *b);

#endif /* SMMUX_CMDQ_H */
