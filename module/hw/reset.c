// SPDX-License-Identifier: GPL-2.0
/*
 * reset - the SMMU's state as a whole: from any state to translation, to sleep and
 * back, and to permanent abort.
 *
 * The order of enabling, each step with its reason:
 *
 *  1. Set GBPA to abort, then CR0 to 0: traffic that firmware or a crashed kernel
 *     left running aborts and does not bypass.
 *  2. Write attributes, stream table and queues: these registers may change only
 *     while their user is off.
 *  3. Enable the queues, and invalidate all caches through the command queue: their
 *     content is unknown.
 *  4. Enable interrupts, so that no event of the first transaction is lost.
 *  5. Enable translation.  A stream without a master has an STE that aborts;
 *     one of a reserved memory range (RMR) bypasses.
 *
 * Sleep begins with translation and ends with the command queue, and each step waits for what may be pending:
 *
 *  1. Set GBPA to abort, clear SMMUEN: no transaction passes, no walk reads memory,
 *     no TLB entry is used.  From now on an invalidation is redundant.
 *  2. Handle the events that were written, while handling may still submit commands;
 *     then disable the event queue.
 *  3. Close the gate of the command queue and drain the queue.
 *  4. Disable interrupts; stop drains of events; handle pending bits of GERROR.
 *  5. Clear @powered, and wait for every context that may have seen it set: RCU for
 *     submitters, waiters and snapshots, synchronize_hardirq() for handlers.
 *  6. Set CR0 to 0.  From now on only resume accesses registers.
 *
 * Nothing is saved: all values that resume writes are in memory at all times.
 *
 * Callers exclude each other: probe and remove never run concurrently, and the PM
 * core runs one callback at a time.
 */
#include "hw/reset.h"

#include <linux/crash_dump.h>
#include <linux/rcupdate.h>

#include "hw/cmdq.h"
#include "hw/evtq.h"
#include "hw/gerror.h"
#include "hw/irq.h"
#include "hw/queue.h"
#include "hw/strtab.h"
#include "pure/cmd.h"
#include "smmux.h"

/* Bits that every SMMU acknowledges. */
#define CR0_ENABLES	(CR0_SMMUEN | CR0_EVENTQEN | CR0_CMDQEN)

static int wait_gbpa(struct smmux_device *smmu, u32 *gbpa)
{
	int ret = smmux_poll(smmu, SMMUX_GBPA, GBPA_UPDATE, 0, SMMUX_TIMEOUT_US);

	*gbpa = smmux_readl(smmu, SMMUX_GBPA);
	return ret;
}

int smmux_reset_gbpa_abort(struct smmux_device *smmu)
{
	u32 gbpa;
	int ret;

	/* A write during an update is ignored. */
	ret = wait_gbpa(smmu, &gbpa);
	if (ret || gbpa & GBPA_ABORT)
		return ret;
	smmux_writel(smmu, gbpa | GBPA_ABORT | GBPA_UPDATE, SMMUX_GBPA);
	ret = wait_gbpa(smmu, &gbpa);
	if (ret)
		return ret;
	return gbpa & GBPA_ABORT ? 0 : -EIO;
}

static int set_cr0(struct smmux_device *smmu, u32 cr0)
{
	int ret;

	WRITE_ONCE(smmu->written.cr0, cr0);
	ret = smmux_write_ack(smmu, cr0, SMMUX_CR0, SMMUX_CR0ACK);
	if (ret)
		dev_err(smmu->dev, "CR0 %#x: not acknowledged, CR0ACK %#x\n",
			cr0, smmux_readl(smmu, SMMUX_CR0ACK));
	return ret;
}

/* Step 1.  After a failure nothing was enabled or disabled.  Writes only what it must. */
static int quiesce(struct smmux_device *smmu)
{
	u32 all = smmux_readl(smmu, SMMUX_CR0), cr0 = all & CR0_ENABLES;
	int ret;

	/* Previous software may not have waited for an acknowledgement. */
	ret = smmux_poll(smmu, SMMUX_CR0ACK, CR0_ENABLES, cr0, SMMUX_TIMEOUT_US);
	if (ret) {
		dev_err(smmu->dev, "CR0 %#x: not acknowledged, CR0ACK %#x\n", cr0,
			smmux_readl(smmu, SMMUX_CR0ACK));
		return ret;
	}
	ret = smmux_reset_gbpa_abort(smmu);
	if (ret) {
		dev_err(smmu->dev, "GBPA: ABORT not accepted (%pe)\n", ERR_PTR(ret));
		return ret;
	}
	if (smmux_readl(smmu, SMMUX_IRQ_CTRL) || smmux_readl(smmu, SMMUX_IRQ_CTRLACK))
		ret = smmux_irq_disable(smmu);
	if (ret) {
		dev_err(smmu->dev, "IRQ_CTRL: not acknowledged\n");
		return ret;
	}
	return all ? set_cr0(smmu, 0) : 0;
}

/* Step 2. */
static void program(struct smmux_device *smmu)
{
	u32 sh, c, cr1, gerror;

	/* The attributes with which the CPU maps memory of dma_alloc_coherent(). */
	if (smmux_has(smmu, SMMUX_FEAT_COHERENT)) {
		sh = SMMUX_SH_INNER;
		c = CR1_CACHE_WB;
	} else {
		sh = SMMUX_SH_OUTER;
		c = CR1_CACHE_NC;
	}
	cr1 = FIELD_PREP(CR1_TABLE_SH, sh) | FIELD_PREP(CR1_TABLE_OC, c) |
	      FIELD_PREP(CR1_TABLE_IC, c) | FIELD_PREP(CR1_QUEUE_SH, sh) |
	      FIELD_PREP(CR1_QUEUE_OC, c) | FIELD_PREP(CR1_QUEUE_IC, c);
	WRITE_ONCE(smmu->written.cr1, cr1);
	smmux_writel(smmu, cr1, SMMUX_CR1);
	/* Ignore TLBIs of the CPUs; record events of unknown StreamIDs. */
	WRITE_ONCE(smmu->written.cr2, CR2_PTM | CR2_RECINVSID);
	smmux_writel(smmu, CR2_PTM | CR2_RECINVSID, SMMUX_CR2);

	smmux_strtab_program(smmu);
	smmux_cmdq_program(smmu);
	smmux_evtq_program(smmu);

	/* An old command error would keep the queue from starting. */
	gerror = smmux_readl(smmu, SMMUX_GERROR);
	if (gerror != smmux_readl(smmu, SMMUX_GERRORN))
		smmux_writel(smmu, gerror, SMMUX_GERRORN);
}

/*
 * If power was lost and restored since step 2, the registers lost what it wrote, and
 * a write to CR0 would make the SMMU walk what they point to.  A power loss after
 * the acknowledgement of CR0 leaves CR0 at 0, so one check is enough.
 */
static int switch_on(struct smmux_device *smmu, u32 cr0)
{
	int ret = set_cr0(smmu, cr0);

	if (ret)
		return ret;
	if (smmux_strtab_is_set(smmu) &&
	    smmux_queue_is_at(&smmu->cmdq.q, smmux_readq(smmu, SMMUX_CMDQ_BASE)) &&
	    smmux_queue_is_at(&smmu->evtq.q, smmux_readq(smmu, SMMUX_EVENTQ_BASE)))
		return 0;
	dev_err(smmu->dev, "reset or power loss during setup\n");
	return -EIO;
}

/* Step 3. */
static int empty_caches(struct smmux_device *smmu)
{
	struct smmux_cmd cmds[3];
	unsigned int num = 0;
	int ret;

	guard(rcu)();
	cmds[num++] = smmux_cmd_cfgi_all();
	/* Tags of EL2: unused now, but firmware may have used them. */
	if (smmux_has(smmu, SMMUX_FEAT_HYP))
		cmds[num++] = smmux_cmd_tlbi_tag(OP_TLBI_EL2_ALL, 0, 0);
	cmds[num++] = smmux_cmd_tlbi_tag(OP_TLBI_NSNH_ALL, 0, 0);
	ret = smmux_cmdq_issue(smmu, cmds, num, SMMUX_ISSUE_SYNC);
	if (ret)
		dev_err(smmu->dev, "cache invalidation: failed (%pe)\n", ERR_PTR(ret));
	return ret;
}

static int enable(struct smmux_device *smmu)
{
	u32 cr0 = CR0_CMDQEN;
	int ret;

	/*
	 * In a crash kernel, devices still write to memory that is no longer
	 * mapped: their events would be a storm without information.
	 */
	if (!is_kdump_kernel())
		cr0 |= CR0_EVENTQEN;
	if (smmux_has(smmu, SMMUX_FEAT_ATS))
		cr0 |= CR0_ATSCHK;
	ret = switch_on(smmu, cr0);
	if (ret)
		return ret;
	WRITE_ONCE(smmu->powered, true);
	smmux_cmdq_open(smmu);
	ret = empty_caches(smmu);
	if (ret)
		return ret;

	ret = smmux_irq_enable(smmu);
	if (ret) {
		dev_err(smmu->dev, "IRQ_CTRL: not acknowledged\n");
		return ret;
	}
	return switch_on(smmu, cr0 | CR0_SMMUEN);
}

int smmux_reset_wake(struct smmux_device *smmu)
{
	int ret;

	ret = quiesce(smmu);
	if (ret)
		return ret;
	/* Errors of a failed sleep, which no interrupt reported; else @powered is off. */
	if (!READ_ONCE(smmu->gerror.dead))
		smmux_gerror_handle(smmu, GERROR_KNOWN);
	program(smmu);
	smmux_gerror_revive(smmu);
	ret = enable(smmu);
	if (ret) {
		smmux_reset_force_off(smmu);
		return ret;
	}
	/* An edge before its enable is not repeated. */
	smmux_gerror_handle(smmu, GERROR_KNOWN);
	smmux_evtq_drain(smmu);
	return 0;
}

int smmux_reset_enable(struct smmux_device *smmu)
{
	if (smmux_readl(smmu, SMMUX_CR0) & CR0_SMMUEN)
		dev_info(smmu->dev, "found enabled by previous software, traffic aborted during reset\n");
	return smmux_reset_wake(smmu);
}

/* Steps 1 to 3 of going to sleep. */
static int stop_traffic(struct smmux_device *smmu, const char **step)
{
	u32 queues = smmux_readl(smmu, SMMUX_CR0) & (CR0_CMDQEN | CR0_EVENTQEN);
	int ret;

	*step = "GBPA";
	ret = smmux_reset_gbpa_abort(smmu);
	if (ret)
		return ret;
	*step = "SMMUEN";
	ret = set_cr0(smmu, queues);
	if (ret)
		return ret;
	*step = "events";
	ret = smmux_evtq_settle(smmu, false);
	if (ret)
		return ret;
	*step = "EVENTQEN";
	ret = set_cr0(smmu, queues & CR0_CMDQEN);
	if (ret)
		return ret;
	*step = "commands";
	return smmux_cmdq_stop(smmu);
}

int smmux_reset_sleep(struct smmux_device *smmu, const char **step)
{
	int ret = 0;

	/* Do not enable anything in registers that have lost their content. */
	if (smmux_gerror_lost(smmu))
		smmux_cmdq_stop(smmu);
	else
		ret = stop_traffic(smmu, step);
	if (ret)
		return ret;
	*step = "interrupts";
	ret = smmux_irq_disable(smmu);
	if (ret)
		return ret;
	*step = "handlers";
	ret = smmux_evtq_settle(smmu, true);
	if (ret)
		return ret;
	smmux_gerror_handle(smmu, GERROR_KNOWN);
	WRITE_ONCE(smmu->powered, false);
	synchronize_rcu_expedited();
	smmux_irq_synchronize(smmu);
	*step = "CR0";
	ret = set_cr0(smmu, 0);
	/* Then power stays on, and later errors must be noticed. */
	if (ret)
		WRITE_ONCE(smmu->powered, true);
	return ret;
}

int smmux_reset_disable(struct smmux_device *smmu)
{
	int ret, err;

	smmux_cmdq_close(smmu);
	ret = smmux_reset_gbpa_abort(smmu);
	if (ret) {
		/* Without SMMUEN traffic would pass untranslated. */
		dev_err(smmu->dev, "GBPA: ABORT not accepted (%pe), SMMUEN stays unchanged\n",
			ERR_PTR(ret));
		set_cr0(smmu, smmux_readl(smmu, SMMUX_CR0) & CR0_SMMUEN);
		return ret;
	}
	err = smmux_irq_disable(smmu);
	ret = set_cr0(smmu, 0);
	return ret ?: err;
}

void smmux_reset_force_off(struct smmux_device *smmu)
{
	if (smmux_reset_disable(smmu)) {
		WRITE_ONCE(smmu->written.cr0, 0);
		smmux_writel(smmu, 0, SMMUX_CR0);
	}
	WRITE_ONCE(smmu->powered, false);
}
