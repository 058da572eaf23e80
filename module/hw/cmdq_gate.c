// SPDX-License-Identifier: GPL-2.0
/*
 * cmdq_gate - who may not submit, and what becomes of what he brings.
 *
 * The gate is two bits on top of the reservation word, so that to be let in costs
 * a submitter one test of a value that it loads anyway.
 *
 *   CLOSED            refused, with an errno: no SMMU yet, none any more, or dead
 *   CLOSED | ASLEEP   the SMMU translates nothing now, and drops all caches before
 *                     it does so again: an invalidation is done already (elided)
 *
 * The exchange that reserves compares the whole word, so no position is ever
 * given out behind a closed gate, and what smmux_cmdq_stop() finds in the word as
 * it closes is the end of all that will ever be published.
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
 * If the walk could read the old PTE, the PTE was cleared after it, hence after
 * the gate was opened, and the second look at the gate finds it open.  And why
 * memory that an elided unmap gave back is not reached:
 *
 *   unmap                             go to sleep
 *   -----                             -----------
 *   gate closed: done                 SMMUEN = 0, acknowledged
 *   free the page                     gate: closed (full barrier)
 *
 * who sees the gate closed comes after the acknowledgement.
 *
 * Registers against power: who submits or waits is within an RCU read-side
 * section (with interrupts off, or the caller's).  One that began before the
 * gate was closed is waited for before power goes; one that begins later finds
 * it closed before it touches a register.
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
	/* Nothing will make good what is refused from here on. */
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

	/* A full barrier: nobody may see this before SMMUEN is known to be off. */
	upto = atomic64_fetch_or(SMMUX_RESV_CLOSED | SMMUX_RESV_ASLEEP, &cq->resv) &
	       SMMUX_RESV_POS;
	trace_cmdq_gate(dev_name(smmu->dev), "stop", upto, 0, "");
	return smmux_cmdq_wait_drained(smmu, upto);
}

/* Counts what is elided; true if there is something that must not be. */
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
	WARN_ONCE(1, "%s: a device that needs answers let its SMMU sleep: command %s is lost\n",
		  dev_name(smmu->dev), smmux_cmd_name(smmux_cmd_op(&cmds[0])));
	return -EIO;
}
