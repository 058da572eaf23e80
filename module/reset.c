// SPDX-License-Identifier: GPL-2.0
/*
 * reset - the SMMU's state as a whole: from anything to translating, and to
 * aborting.
 *
 * The order of enabling, each step with its reason:
 *
 *  1. GBPA aborts, then CR0 is 0: what runs on, of firmware or of a kernel that
 *     crashed, is stopped rather than passed.
 *  2. attributes, stream table, queues: these registers may change only while
 *     what uses them is off.
 *  3. the command queue, and through it all caches are emptied: nothing is
 *     known of what they hold.
 *  4. event queue and interrupts, so that no event of the first transaction is
 *     lost.
 *  5. translation.  Every stream without a master meets an STE that aborts.
 *
 * Callers keep everybody else away: probe and remove are alone by nature.
 */
#include "reset.h"

#include <linux/crash_dump.h>

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

	/* A write while an update is under way is not taken. */
	ret = wait_gbpa(smmu, &gbpa);
	if (ret)
		return ret;
	smmux_writel(smmu, gbpa | GBPA_ABORT | GBPA_UPDATE, SMMUX_GBPA);
	ret = wait_gbpa(smmu, &gbpa);
	if (ret)
		return ret;
	return gbpa & GBPA_ABORT ? 0 : -EIO;
}

static int set_cr0(struct smmux_device *smmu, u32 cr0)
{
	int ret = smmux_write_ack(smmu, cr0, SMMUX_CR0, SMMUX_CR0ACK);

	if (ret)
		dev_err(smmu->dev, "CR0 %#x is not acknowledged: CR0ACK %#x\n",
			cr0, smmux_readl(smmu, SMMUX_CR0ACK));
	return ret;
}

/* Step 1.  If it fails nothing was switched on or off. */
static int quiesce(struct smmux_device *smmu)
{
	u32 cr0 = smmux_readl(smmu, SMMUX_CR0) & CR0_ENABLES;
	int ret;

	/* Whoever was here before may have left without waiting for an answer. */
	ret = smmux_poll(smmu, SMMUX_CR0ACK, CR0_ENABLES, cr0, SMMUX_TIMEOUT_US);
	if (ret) {
		dev_err(smmu->dev, "CR0 %#x is not acknowledged: CR0ACK %#x\n", cr0,
			smmux_readl(smmu, SMMUX_CR0ACK));
		return ret;
	}
	if (cr0 & CR0_SMMUEN)
		dev_info(smmu->dev, "found enabled, with tables that are not ours: traffic is aborted while it is reset\n");
	ret = smmux_reset_gbpa_abort(smmu);
	if (ret) {
		dev_err(smmu->dev, "GBPA does not take ABORT: %pe\n", ERR_PTR(ret));
		return ret;
	}
	ret = smmux_irq_disable(smmu);
	if (ret) {
		dev_err(smmu->dev, "IRQ_CTRL is not acknowledged\n");
		return ret;
	}
	return set_cr0(smmu, 0);
}

/* Step 2. */
static void program(struct smmux_device *smmu)
{
	u32 sh, c;

	/* As the CPU maps what dma_alloc_coherent() gives, or they would differ. */
	if (smmux_has(smmu, SMMUX_FEAT_COHERENT)) {
		sh = SMMUX_SH_INNER;
		c = CR1_CACHE_WB;
	} else {
		sh = SMMUX_SH_OUTER;
		c = CR1_CACHE_NC;
	}
	smmux_writel(smmu, FIELD_PREP(CR1_TABLE_SH, sh) |
		     FIELD_PREP(CR1_TABLE_OC, c) | FIELD_PREP(CR1_TABLE_IC, c) |
		     FIELD_PREP(CR1_QUEUE_SH, sh) |
		     FIELD_PREP(CR1_QUEUE_OC, c) | FIELD_PREP(CR1_QUEUE_IC, c),
		     SMMUX_CR1);
	/* No TLBI of a CPU is meant for us; unknown StreamIDs are to be told. */
	smmux_writel(smmu, CR2_PTM | CR2_RECINVSID, SMMUX_CR2);

	smmux_strtab_program(smmu);
	smmux_cmdq_program(smmu);
	smmux_evtq_program(smmu);

	/* A command error from before would keep the queue from starting. */
	smmux_writel(smmu, smmux_readl(smmu, SMMUX_GERROR), SMMUX_GERRORN);
}

/*
 * Power that went and came back since step 2 leaves registers that nobody wrote,
 * and a write to CR0 would have the SMMU walk what they point to.  If it goes
 * after CR0 was acknowledged CR0 is 0 again, so to look once is enough.
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
	dev_err(smmu->dev, "was reset or lost its power while it was set up\n");
	return -EIO;
}

/* Step 3. */
static int empty_caches(struct smmux_device *smmu)
{
	struct smmux_cmd cmds[3];
	unsigned int num = 0;
	int ret;

	cmds[num++] = smmux_cmd_cfgi_all();
	/* Tags of EL2: nobody uses them now, but firmware may have. */
	if (smmux_has(smmu, SMMUX_FEAT_HYP))
		cmds[num++] = smmux_cmd_tlbi_tag(OP_TLBI_EL2_ALL, 0, 0);
	cmds[num++] = smmux_cmd_tlbi_tag(OP_TLBI_NSNH_ALL, 0, 0);
	ret = smmux_cmdq_issue(smmu, cmds, num, SMMUX_ISSUE_SYNC);
	if (ret)
		dev_err(smmu->dev, "caches cannot be emptied: %pe\n", ERR_PTR(ret));
	return ret;
}

static int enable(struct smmux_device *smmu)
{
	u32 cr0 = CR0_CMDQEN;
	int ret;

	ret = switch_on(smmu, cr0);
	if (ret)
		return ret;
	WRITE_ONCE(smmu->powered, true);
	smmux_cmdq_open(smmu);
	ret = empty_caches(smmu);
	if (ret)
		return ret;

	/*
	 * A crash kernel finds devices that still write to memory which is no
	 * longer mapped: their events would be a storm that tells nothing.
	 */
	if (!is_kdump_kernel())
		cr0 |= CR0_EVENTQEN;
	if (smmux_has(smmu, SMMUX_FEAT_ATS))
		cr0 |= CR0_ATSCHK;
	ret = switch_on(smmu, cr0);
	if (ret)
		return ret;
	ret = smmux_irq_enable(smmu);
	if (ret) {
		dev_err(smmu->dev, "IRQ_CTRL is not acknowledged\n");
		return ret;
	}
	return switch_on(smmu, cr0 | CR0_SMMUEN);
}

int smmux_reset_enable(struct smmux_device *smmu)
{
	int ret;

	ret = quiesce(smmu);
	if (ret)
		return ret;
	program(smmu);
	ret = enable(smmu);
	if (ret) {
		smmux_reset_force_off(smmu);
		return ret;
	}
	/* An edge that came before its enable is not repeated. */
	smmux_gerror_handle(smmu, GERROR_KNOWN);
	smmux_evtq_drain(smmu);
	return 0;
}

int smmux_reset_disable(struct smmux_device *smmu)
{
	int ret, err;

	smmux_cmdq_close(smmu);
	ret = smmux_reset_gbpa_abort(smmu);
	if (ret) {
		/* Without SMMUEN what comes would pass untranslated. */
		dev_err(smmu->dev, "GBPA does not take ABORT (%pe): translation stays as it is\n",
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
	if (smmux_reset_disable(smmu))
		smmux_writel(smmu, 0, SMMUX_CR0);
	WRITE_ONCE(smmu->powered, false);
}
