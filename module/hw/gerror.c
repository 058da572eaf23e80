// SPDX-License-Identifier: GPL-2.0
/*
 * gerror - global errors: detect, handle, acknowledge, record.
 *
 * The pending bits are GERROR ^ GERRORN; an acknowledgement toggles the bit of
 * GERRORN.  The command queue handles its own error, under this file's lock and
 * before the acknowledgement, because that restarts the queue.
 *
 * Three conditions end an SMMU's service: service failure mode; CMDQEN that is off,
 * because the SMMU was reset or lost its power without the driver; and a device that
 * could not be cut off (ats.c).  If GBPA accepts it, all traffic aborts until reset.c
 * enables the SMMU again, at bind or resume.
 */
#include "hw/gerror.h"

#include <linux/timekeeping.h>

#include "hw/cmdq.h"
#include "smmux.h"
#include "trace/stats.h"
#include "trace/trace.h"

#define FAIL_STOP_US	10000	/* once, with interrupts off; then CR0 stays as it is */

static const struct {
	u32 bit;
	const char *text;
} causes[] = {
	{ GERROR_EVENTQ_ABT,	 "write to the event queue aborted or queue full, events lost" },
	{ GERROR_PRIQ_ABT,	 "write to the PRI queue aborted" },
	{ GERROR_MSI_CMDQ_ABT,	 "MSI write of a CMD_SYNC aborted" },
	{ GERROR_MSI_EVENTQ_ABT, "MSI write of the event queue aborted" },
	{ GERROR_MSI_PRIQ_ABT,	 "MSI write of the PRI queue aborted" },
	{ GERROR_MSI_GERROR_ABT, "MSI write of GERROR aborted" },
	{ GERROR_CMDQP_ERR,	 "error of a command queue control page" },
};

void smmux_gerror_init(struct smmux_device *smmu)
{
	raw_spin_lock_init(&smmu->gerror.lock);
}

/*
 * In service failure mode the SMMU aborts all traffic and reads no queue; after a
 * reset it may let all traffic pass.  Make it abort in both cases, also if it
 * recovers by itself.  All waits for its queue end.
 */
static void fail_stop(struct smmux_device *smmu)
{
	lockdep_assert_held(&smmu->gerror.lock);
	WRITE_ONCE(smmu->gerror.dead, true);
	smmux_cmdq_kill(smmu);
	smmux_writel(smmu, smmux_readl(smmu, SMMUX_GBPA) | GBPA_ABORT | GBPA_UPDATE,
		     SMMUX_GBPA);
	if (!smmux_poll(smmu, SMMUX_GBPA, GBPA_UPDATE, 0, FAIL_STOP_US)) {
		WRITE_ONCE(smmu->written.cr0, 0);
		smmux_writel(smmu, 0, SMMUX_CR0);
	}
}

static void record(struct smmux_gerror *ge, u32 active, u8 cerror)
{
	struct smmux_gerror_rec *rec = &ge->ring[ge->total++ % SMMUX_GERROR_RING];

	rec->time_ns = ktime_get_ns();
	rec->cpu = raw_smp_processor_id();
	rec->active = active;
	rec->cerror = cerror;
}

static void count(struct smmux_device *smmu, u32 active)
{
	unsigned long bits = active;
	unsigned int bit;

	for_each_set_bit(bit, &bits, 32)
		smmux_count(smmu, gerror[bit]);
}

static void tell(struct smmux_device *smmu, u32 active)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(causes); i++)
		if (active & causes[i].bit)
			dev_err_ratelimited(smmu->dev, "global error: %s\n",
					    causes[i].text);
	if (active & ~GERROR_KNOWN)
		dev_err_ratelimited(smmu->dev, "global error: reserved bits %#lx\n",
				    active & ~GERROR_KNOWN);
}

u32 smmux_gerror_handle(struct smmux_device *smmu, u32 only)
{
	struct smmux_gerror *ge = &smmu->gerror;
	u32 gerror, active, ack;
	unsigned long flags;
	bool died;
	u8 cerror = 0;

	raw_spin_lock_irqsave(&ge->lock, flags);
	/* Power that is on here stays on until unlock: this is an RCU section. */
	if (!READ_ONCE(smmu->powered)) {
		raw_spin_unlock_irqrestore(&ge->lock, flags);
		return 0;
	}
	gerror = smmux_readl(smmu, SMMUX_GERROR);
	active = (gerror ^ smmux_readl(smmu, SMMUX_GERRORN)) & only;
	/* All ones is not an error: nothing answers on the bus. */
	if (gerror == U32_MAX || !active) {
		raw_spin_unlock_irqrestore(&ge->lock, flags);
		return 0;
	}

	ack = active;
	if (active & GERROR_CMDQ_ERR) {
		cerror = FIELD_GET(CMDQ_CONS_ERR, smmux_readl(smmu, SMMUX_CMDQ_CONS));
		if (!smmux_cmdq_error(smmu))
			ack &= ~GERROR_CMDQ_ERR;
	}
	died = active & GERROR_SFM_ERR && !READ_ONCE(ge->dead);
	if (active & GERROR_SFM_ERR)
		fail_stop(smmu);
	smmux_writel(smmu, smmux_readl(smmu, SMMUX_GERRORN) ^ ack, SMMUX_GERRORN);
	record(ge, active, cerror);
	raw_spin_unlock_irqrestore(&ge->lock, flags);

	count(smmu, active);
	trace_gerror(dev_name(smmu->dev), active, cerror);
	/* Once, without rate limit: a storm of other errors must not suppress it. */
	if (died)
		dev_err(smmu->dev,
			"global error: service failure mode, all traffic aborted\n");
	tell(smmu, active & ~(u32)(GERROR_CMDQ_ERR | GERROR_SFM_ERR));
	return active;
}

bool smmux_gerror_lost(struct smmux_device *smmu)
{
	struct smmux_gerror *ge = &smmu->gerror;
	unsigned long flags;
	bool lost = false;
	u32 ack = 0;

	raw_spin_lock_irqsave(&ge->lock, flags);
	if (READ_ONCE(smmu->powered) && !ge->dead) {
		ack = smmux_readl(smmu, SMMUX_CR0ACK);
		lost = ack == U32_MAX || !(ack & CR0_CMDQEN);
		if (lost)
			fail_stop(smmu);
	}
	raw_spin_unlock_irqrestore(&ge->lock, flags);

	if (lost)
		dev_err(smmu->dev,
			"reset or power loss (CR0ACK %#x), all traffic aborted; bind the driver again\n",
			ack);
	return READ_ONCE(ge->dead);
}

void smmux_gerror_stop(struct smmux_device *smmu, const char *why)
{
	struct smmux_gerror *ge = &smmu->gerror;
	unsigned long flags;
	bool stop;

	raw_spin_lock_irqsave(&ge->lock, flags);
	stop = READ_ONCE(smmu->powered) && !ge->dead;
	if (stop)
		fail_stop(smmu);
	raw_spin_unlock_irqrestore(&ge->lock, flags);
	if (stop)
		dev_err(smmu->dev,
			"%s, all traffic aborted; bind the driver again\n",
			why);
}

void smmux_gerror_revive(struct smmux_device *smmu)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&smmu->gerror.lock, flags);
	WRITE_ONCE(smmu->gerror.dead, false);
	raw_spin_unlock_irqrestore(&smmu->gerror.lock, flags);
}

unsigned int smmux_gerror_history(struct smmux_device *smmu,
				  struct smmux_gerror_rec *rec, unsigned int max)
{
	struct smmux_gerror *ge = &smmu->gerror;
	unsigned long flags;
	unsigned int num, i;

	raw_spin_lock_irqsave(&ge->lock, flags);
	num = min3(ge->total, (u64)SMMUX_GERROR_RING, (u64)max);
	for (i = 0; i < num; i++)
		rec[i] = ge->ring[(ge->total - 1 - i) % SMMUX_GERROR_RING];
	raw_spin_unlock_irqrestore(&ge->lock, flags);
	return num;
}
