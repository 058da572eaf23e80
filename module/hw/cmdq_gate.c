// SPDX-License-Identifier: GPL-2.0
/*
 * cmdq_gate - admission control.  While the SMMU sleeps, invalidations are elided.
 *
 * The gate is two bits at the top of the reservation word.  Admission costs a submitter
 * one test of a value that it loads anyway.
 *
 *   CLOSED            refused with -ENODEV: the SMMU is disabled, or its queue is dead
 *   CLOSED | ASLEEP   the SMMU sleeps, or was not enabled yet.  It does not translate,
 *                     and all caches are invalidated before it translates again.  So
 *                     invalidations are redundant: they are counted and not sent
 *
 * A command that a device waits for (ATC_INV, RESUME) is not redundant.  At a sleeping
 * SMMU it is lost, with -EIO and a warning.  So a device that needs such commands keeps
 * its SMMU awake (pm.h).
 *
 * The exchange that reserves compares the whole word, so no position is ever
 * reserved behind a closed gate.  The position that smmux_cmdq_stop() reads when it
 * closes the gate is the end of everything that will be published.
 *
 * Why an elided invalidation is not missed:
 *
 *   unmap                             wake up
 *   -----                             -------
 *   clear PTE                         gate: open
 *   mb()                              smp_mb__after_atomic()
 *   gate closed still?                drop all caches, SYNC
 *     yes: done                       SMMUEN
 *     no: submit                      walk: reads the PTE
 *
 * If the walk reads the old PTE, the PTE was cleared after the walk, hence after
 * the gate was opened, and the second check finds the gate open.  Why the SMMU
 * does not reach memory that an elided unmap has freed:
 *
 *   unmap                             go to sleep
 *   -----                             -----------
 *   gate closed: done                 SMMUEN = 0, acknowledged
 *   free the page                     gate: closed (full barrier)
 *
 * A submitter that sees the gate closed runs after the acknowledgement.
 *
 * Registers and power: submitters and waiters run within an RCU read-side
 * section of the caller.  Power down waits for a section
 * that began before the gate was closed.  A section that begins later finds the
 * gate closed before it accesses a register.
 */
#include "hw/cmdq.h"

#include <linux/rcupdate.h>

#include "hw/cmdq_wait.h"
#include "smmux.h"
#include "trace/stats.h"
#include "trace/trace.h"

void smmux_cmdq_close(struct smmux_device *smmu)
{
	atomic64_or(SMMUX_RESV_CLOSED, &smmu->cmdq.resv);
	/* Nothing replaces the commands that are refused from now on. */
	atomic64_andnot(SMMUX_RESV_ASLEEP, &smmu->cmdq.resv);
}

void smmux_cmdq_kill(struct smmux_device *smmu)
{
	smmux_cmdq_close(smmu);
	WRITE_ONCE(smmu->cmdq.dead, true);
}

void smmux_cmdq_open(struct smmux_device *smmu)
{
	struct smmux_cmdq *cq = &smmu->cmdq;

	WRITE_ONCE(cq->dead, false);
	cq->err_repeats = 0;
	atomic64_andnot(SMMUX_RESV_CLOSED | SMMUX_RESV_ASLEEP, &cq->resv);
	/* See the head of the file: before any cache is filled again. */
	smp_mb__after_atomic();
	trace_cmdq_gate(dev_name(smmu->dev), "open",
			atomic64_read(&cq->resv) & SMMUX_RESV_POS, 0, "");
}

int smmux_cmdq_stop(struct smmux_device *smmu)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	u64 upto;

	/* A full barrier: this must not be visible before SMMUEN is known to be off. */
	upto = atomic64_fetch_or(SMMUX_RESV_CLOSED | SMMUX_RESV_ASLEEP, &cq->resv) &
	       SMMUX_RESV_POS;
	trace_cmdq_gate(dev_name(smmu->dev), "stop", upto, 0, "");
	return smmux_cmdq_wait_drained(smmu, upto);
}

/* Count the elided commands; true if one of them must not be elided. */
static bool count_classes(struct smmux_device *smmu, const struct smmux_cmd *cmds,
			  u32 num, bool sync)
{
	bool owed = false;
	u32 i;

	for (i = 0; i < num; i++) {
		enum smmux_cmd_class class = smmux_cmd_class(smmux_cmd_op(&cmds[i]));

		smmux_count(smmu, elided[class]);
		owed |= class == SMMUX_CMD_OWED;
	}
	if (sync)
		smmux_count(smmu, elided[SMMUX_CMD_SYNC]);
	return owed;
}

int smmux_cmdq_at_gate(struct smmux_device *smmu, const struct smmux_cmd *cmds,
		       u32 num, bool sync)
{
	struct smmux_cmdq *cq = &smmu->cmdq;
	u64 at;

	/* See the head of the file. */
	mb();
	at = atomic64_read(&cq->resv);
	if (!(at & SMMUX_RESV_CLOSED))
		return -EAGAIN;
	if (!(at & SMMUX_RESV_ASLEEP)) {
		smmux_count(smmu, refused);
		return -ENODEV;
	}
	trace_cmdq_gate(dev_name(smmu->dev), "elide", at & SMMUX_RESV_POS, num + sync,
			smmux_cmd_name(smmux_cmd_op(&cmds[0])));
	if (!count_classes(smmu, cmds, num, sync))
		return SMMUX_ELIDED;
	WARN_ONCE(1, "%s: command %s is lost: the SMMU was suspended while a device needed it\n",
		  dev_name(smmu->dev), smmux_cmd_name(smmux_cmd_op(&cmds[0])));
	return -EIO;
}
