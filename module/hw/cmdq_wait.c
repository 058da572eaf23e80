// SPDX-License-Identifier: GPL-2.0
/*
 * cmdq_wait - the SMMU's progress, waits for it, and its command errors.
 *
 * Everything before @cons is known to be consumed.  Each reader of the CONS
 * register advances @cons, for all waiters.  The register has only the low bits
 * of a position.  They are combined with the value of @cons from before the
 * read, and the result is stored only if @cons has not moved meanwhile.
 * The result is exact: while @cons stands still, no reservation goes beyond
 * @cons plus the queue's size, so the SMMU cannot be further than that.
 *
 * No waiter depends on an interrupt (Q4).  A waiter without progress reads
 * GERROR itself, so a command error is handled at once, even where its
 * interrupt is bound to this CPU and is off.
 */
#include "hw/cmdq_wait.h"

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/nmi.h>

#include "hw/cmdq.h"
#include "hw/gerror.h"
#include "smmux.h"
#include "trace/inject.h"
#include "trace/stats.h"
#include "trace/trace.h"

#define ERROR_REPEATS	8	/* of the same error at the same position: then give up */
#define SPINS_RELAX	64	/* busy looks before udelay() */
#define SPINS_SHARE	16	/* looks while another CPU reads CONS */
#define SOFT_TIMEOUT	10	/* times SMMUX_TIMEOUT_US: for other CPUs, for devices */

/*
 * Interrupts may be off, and the kernel's watchdogs would report a wait this long
 * as a lockup.  The wait is bounded, and its result is reported.
 */
static void calm_watchdogs(u64 waited_ns)
{
	if (waited_ns >= SMMUX_TIMEOUT_US * 1000ULL)
		touch_nmi_watchdog();
}

static u32 refresh_cons(struct smmux_device *smmu)
{
	smmux_count_hot(smmu, polls);
	return smmux_cmdq_refresh(&smmu->cmdq);
}

/*
 * Continue to wait?  The limit is SMMUX_TIMEOUT_US without progress of the SMMU.
 * It does not apply while the SMMU may itself wait for a device: detecting an
 * unanswered ATC_INV may take longer, and all later commands wait with it.
 * If the SMMU has consumed everything that was published, the wait is for a CPU
 * that holds a reservation or is about to write PROD.  For example a hypervisor
 * may delay that CPU for long.  Do not give up early on it: its commands would
 * be lost with this waiter's.
 */
static bool worth_waiting(struct smmux_cmdq *cq, struct smmux_patience *p)
{
	u64 now = ktime_get_mono_fast_ns(), cons = atomic64_read(&cq->cons);

	if (!p->begun_ns)
		p->begun_ns = p->since_ns = now;
	else if (cons != p->cons || cons == READ_ONCE(cq->published))
		p->since_ns = now;
	p->cons = cons;
	calm_watchdogs(now - p->begun_ns);
	if (now - p->begun_ns >= SOFT_TIMEOUT * SMMUX_TIMEOUT_US * 1000ULL)
		return false;
	return now - p->since_ns < SMMUX_TIMEOUT_US * 1000ULL ||
	       (atomic_read(&cq->slow_devices) && !READ_ONCE(cq->hurry));
}

/* One look at the hardware, and a pause; false when the time is up. */
static bool look(struct smmux_device *smmu, struct smmux_patience *p)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	u32 reg;

	/* If the reader is interrupted, other waiters read CONS after a while. */
	if (smmux_cmdq_try_reader(cq)) {
		reg = refresh_cons(smmu);
		smmux_cmdq_end_reader(cq);
	} else if (p->spins++ % SPINS_SHARE == SPINS_SHARE - 1) {
		reg = refresh_cons(smmu);
	} else {
		cpu_relax();
		return true;
	}

	/* CONS.ERR outlives its error: it only gives a reason to read GERROR. */
	if (FIELD_GET(CMDQ_CONS_ERR, reg) || ++p->spins % SPINS_RELAX == 0)
		smmux_gerror_handle(smmu, GERROR_CMDQ_ERR);

	if (p->spins < SPINS_RELAX)
		cpu_relax();
	else
		udelay(1);
	return worth_waiting(cq, p);
}

static bool sync_done(struct smmux_cmdq *cq, u64 pos, enum smmux_sync_mode mode)
{
	if (mode == SMMUX_SYNC_MSI &&
	    READ_ONCE(cq->msi[smmux_queue_slot(&cq->q, pos)]) == (u32)pos) {
		dma_rmb();
		return true;
	}
	return (u64)atomic64_read_acquire(&cq->cons) > pos;
}

/* Look for error marks in [@pos, @pos + @len); clears nothing, see cmdq.c. */
int smmux_cmdq_charge(struct smmux_cmdq *cq, u64 pos, u32 len)
{
	u64 at;

	for (at = pos; at < pos + len; at++) {
		u64 st = READ_ONCE(cq->stamp[smmux_queue_slot(&cq->q, at)]);

		if (st >> SMMUX_STAMP_SHIFT == at && st & SMMUX_STAMP_ERROR)
			return -EIO;
	}
	return 0;
}

static int timed_out(struct smmux_device *smmu, const char *what, u64 pos)
{
	struct smmux_cmdq *cq = &smmu->cmdq;

	if (smmux_gerror_lost(smmu))
		return -EIO;
	dev_err_ratelimited(smmu->dev,
			    "%s at %#llx: timed out (published %#llx, PROD %#x, CONS %#x, GERROR %#x)\n",
			    what, pos, READ_ONCE(cq->published), readl(cq->q.prod),
			    readl(cq->q.cons), smmux_readl(smmu, SMMUX_GERROR));
	return -ETIMEDOUT;
}

/* Completion may take a while: idle the CPU until the SMMU's event. */
static void rest(enum smmux_sync_mode mode)
{
	if (mode == SMMUX_SYNC_WFE)
		wfe();
}

/* While an MSI is pending, CONS is read only now and then. */
static bool await_msi(struct smmux_cmdq *cq, u64 pos)
{
	unsigned int i;

	for (i = 0; i < SPINS_RELAX; i++) {
		if (sync_done(cq, pos, SMMUX_SYNC_MSI))
			return true;
		cpu_relax();
	}
	return false;
}

static int wait_done(struct smmux_device *smmu, u64 pos, enum smmux_sync_mode mode)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	struct smmux_patience p = {};

	for (;;) {
		if (mode == SMMUX_SYNC_MSI && await_msi(cq, pos))
			return 0;
		if (sync_done(cq, pos, mode))
			return 0;
		if (unlikely(READ_ONCE(cq->dead)))
			return -EIO;
		if (!look(smmu, &p))
			break;
		if (sync_done(cq, pos, mode))
			return 0;
		rest(mode);
	}
	/* A hypervisor may have delayed this CPU since its last read of CONS. */
	refresh_cons(smmu);
	if (sync_done(cq, pos, mode))
		return 0;
	smmux_count(smmu, sync_timeouts);
	return timed_out(smmu, "CMD_SYNC", pos);
}

int smmux_cmdq_wait_sync(struct smmux_device *smmu, u64 pos, u32 len,
			 enum smmux_sync_mode mode)
{
	int ret = wait_done(smmu, pos + len - 1, mode);

	if (smmux_inject_sync_timeout(smmu->order) && !ret) {
		smmux_count(smmu, sync_timeouts);
		ret = timed_out(smmu, "CMD_SYNC (injected)", pos + len - 1);
	}
	return smmux_cmdq_charge(&smmu->cmdq, pos, len) ?: ret;
}

/* Signed: later lists, far beyond @upto, may already be consumed. */
static bool has_room(struct smmux_cmdq *cq, u64 upto)
{
	return (s64)(upto - atomic64_read(&cq->cons)) <= (s64)cq->q.mask + 1;
}

int smmux_cmdq_wait_room(struct smmux_device *smmu, u64 upto,
			 struct smmux_patience *p)
{
	struct smmux_cmdq *cq = &smmu->cmdq;

	/* With MSIs, CONS is not read before room runs out here. */
	refresh_cons(smmu);
	if (!p->begun_ns && !has_room(cq, upto)) {
		p->full = true;
		smmux_count(smmu, full_waits);
	}
	/* Other submitters take room too: the caller retries, within a bound. */
	while (worth_waiting(cq, p)) {
		if (has_room(cq, upto))
			return 0;
		if (unlikely(READ_ONCE(cq->dead)))
			return -EIO;
		look(smmu, p);
	}
	refresh_cons(smmu);
	if (has_room(cq, upto))
		return 0;
	/* The invalidations of these commands are lost: a debt. */
	atomic_inc(&cq->debts);
	smmux_count(smmu, full_timeouts);
	return timed_out(smmu, "queue space", upto);
}

static void mark(struct smmux_cmdq *cq, u64 at, u32 cerror)
{
	WRITE_ONCE(cq->stamp[smmux_queue_slot(&cq->q, at)],
		   at << SMMUX_STAMP_SHIFT | SMMUX_STAMP_ERROR | cerror);
	/* After the mark: a reader that sees the position finds the mark. */
	smp_store_release(&cq->err_pos, at);
}

/* There is no NOP: a SYNC without a signal replaces the bad command. */
static void defuse(struct smmux_cmdq *cq, u64 at)
{
	u64 *slot = smmux_queue_entry(&cq->q, at);
	struct smmux_cmd nop = smmux_cmd_sync(SYNC_CS_NONE);

	WRITE_ONCE(slot[1], nop.w[1]);
	WRITE_ONCE(slot[0], nop.w[0]);
}

static bool give_up(struct smmux_device *smmu, u64 at, u32 cerror)
{
	struct smmux_cmdq *cq = &smmu->cmdq;

	mark(cq, at, cerror);
	smmux_cmdq_kill(smmu);
	dev_err(smmu->dev,
		"command queue: error %u at %#llx repeated %u times, queue closed; bind the driver again\n",
		cerror, at, cq->err_repeats);
	return false;
}

bool smmux_cmdq_error(struct smmux_device *smmu)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	u64 seen = atomic64_read(&cq->cons);
	u32 reg = readl(cq->q.cons);
	u32 cerror = FIELD_GET(CMDQ_CONS_ERR, reg);
	u64 at = seen + smmux_queue_ahead(&cq->q, seen, reg);
	struct smmux_cmd cmd;

	lockdep_assert_held(&smmu->gerror.lock);
	smmux_count(smmu, cerror[min_t(u32, cerror, SMMUX_NUM_CERR - 1)]);

	/* The queue stands still; an error with nothing to read belongs to no list. */
	if (cq->dead || at >= READ_ONCE(cq->published))
		return !cq->dead;

	smmux_cmdq_peek(smmu, at, &cmd);
	trace_cmdq_error(dev_name(smmu->dev), at, cerror, cmd.w[0], cmd.w[1]);
	if (at == cq->err_seen && ++cq->err_repeats >= ERROR_REPEATS)
		return give_up(smmu, at, cerror);
	if (at != cq->err_seen)
		cq->err_repeats = 0;
	cq->err_seen = at;

	/* A device that does not answer is logged once, see recovery.c. */
	if (cerror != CERROR_ATC_INV_SYNC)
		dev_err_ratelimited(smmu->dev, "command error %u at %#llx: %s %#018llx %#018llx\n",
				    cerror, at, smmux_cmd_name(smmux_cmd_op(&cmd)),
				    cmd.w[0], cmd.w[1]);
	switch (cerror) {
	case CERROR_ILL:
		/* Its invalidation did not happen; a SYNC has none. */
		if (smmux_cmd_op(&cmd) != OP_SYNC)
			atomic_inc(&cq->debts);
		mark(cq, at, cerror);
		defuse(cq, at);
		break;
	case CERROR_ATC_INV_SYNC:
		/* @at is the SYNC of the list that timed out; it will complete. */
		mark(cq, at, cerror);
		break;
	default:
		/* NONE and ABT: acknowledge, and the SMMU fetches it again. */
		break;
	}
	return true;
}

/* @cons alone may be old: no waiter reads CONS for commands without a SYNC. */
int smmux_cmdq_wait_drained(struct smmux_device *smmu, u64 upto)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	struct smmux_patience p = {};

	while ((u64)atomic64_read_acquire(&cq->cons) < upto) {
		if (unlikely(READ_ONCE(cq->dead)))
			return -EIO;
		if (look(smmu, &p))
			continue;
		refresh_cons(smmu);
		if ((u64)atomic64_read_acquire(&cq->cons) >= upto)
			break;
		return timed_out(smmu, "queue drain", upto);
	}
	return 0;
}
