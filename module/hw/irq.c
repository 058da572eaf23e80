// SPDX-License-Identifier: GPL-2.0
/*
 * irq - the SMMU's interrupts.
 *
 * MSIs are used if SMMU and platform have them, else the combined line if firmware
 * names one, else the line of each source.  A source without interrupt is not fatal:
 * a waiter detects command errors itself, and evtq.c polls the event queue and GERROR.
 * Lines may be shared between sources, between SMMUs, and with other devices.
 *
 * The IRQ_CFG registers of a source may only be written while IRQ_CTRL disables
 * the source.  They lose their content with power, so this file keeps the messages
 * that the MSI layer composed, and every enable writes them again.
 */
#include "hw/irq.h"

#include <linux/interrupt.h>
#include <linux/msi.h>

#include "hw/evtq.h"
#include "hw/gerror.h"
#include "smmux.h"

/* The built-in driver's names: tools that pin interrupts know them. */
static const struct irq_source {
	const char *what, *name;
	u32 ctrl, cfg0, cfg1, cfg2;
} sources[SMMUX_NUM_IRQS] = {
	[SMMUX_IRQ_EVTQ] = {
		"event queue", "arm-smmu-v3-evtq", IRQ_CTRL_EVENTQ,
		SMMUX_EVENTQ_IRQ_CFG0, SMMUX_EVENTQ_IRQ_CFG1, SMMUX_EVENTQ_IRQ_CFG2,
	},
	[SMMUX_IRQ_GERROR] = {
		"global error", "arm-smmu-v3-gerror", IRQ_CTRL_GERROR,
		SMMUX_GERROR_IRQ_CFG0, SMMUX_GERROR_IRQ_CFG1, SMMUX_GERROR_IRQ_CFG2,
	},
};

/*
 * While the SMMU sleeps.  It may have sent one interrupt before that; suspend has
 * handled its cause.  Any other interrupt is from devices that share the line.  If
 * none of them caused it, IRQ_NONE lets the core know.
 */
static irqreturn_t without_power(struct smmux_device *smmu, enum smmux_irq_src src)
{
	return xchg(&smmu->irqs.late[src], false) ? IRQ_HANDLED : IRQ_NONE;
}

static irqreturn_t on_event(int irq, void *data)
{
	struct smmux_device *smmu = data;

	if (!READ_ONCE(smmu->powered))
		return without_power(smmu, SMMUX_IRQ_EVTQ);
	return IRQ_WAKE_THREAD;
}

static irqreturn_t handle_events(int irq, void *data)
{
	return smmux_evtq_drain(data);
}

static irqreturn_t on_gerror(int irq, void *data)
{
	struct smmux_device *smmu = data;

	if (!READ_ONCE(smmu->powered))
		return without_power(smmu, SMMUX_IRQ_GERROR);
	return smmux_gerror_handle(smmu, ~0U) ? IRQ_HANDLED : IRQ_NONE;
}

/* Errors at once, because a waiter may occupy this CPU; events in the thread. */
static irqreturn_t on_combined(int irq, void *data)
{
	smmux_gerror_handle(data, ~0U);
	return on_event(irq, data);
}

static void write_msi(struct smmux_device *smmu, enum smmux_irq_src src)
{
	const struct smmux_msi_msg *msg = &smmu->irqs.msg[src];

	smmux_writeq(smmu, msg->addr & IRQ_CFG0_ADDR, sources[src].cfg0);
	smmux_writel(smmu, msg->data, sources[src].cfg1);
	smmux_writel(smmu, FIELD_PREP(IRQ_CFG2_MEMATTR, MSI_MEMATTR_DEVICE_nGnRE),
		     sources[src].cfg2);
}

/* With interrupts on; disables the source during the write. */
static void renew_msi(struct smmux_device *smmu, enum smmux_irq_src src)
{
	u32 ctrl = smmux_readl(smmu, SMMUX_IRQ_CTRL);

	lockdep_assert_held(&smmu->irqs.lock);
	smmux_write_ack(smmu, ctrl & ~sources[src].ctrl, SMMUX_IRQ_CTRL, SMMUX_IRQ_CTRLACK);
	write_msi(smmu, src);
	smmux_write_ack(smmu, ctrl, SMMUX_IRQ_CTRL, SMMUX_IRQ_CTRLACK);
}

/*
 * Called by the MSI layer when it (re)composes a message; interrupts are off.
 *
 *   take_msi                          smmux_irq_enable                smmux_irq_disable
 *   --------                          ----------------                -----------------
 *   lock                              lock                            lock
 *   keep the message                  write all, none is @stale       clear @on
 *   @on: write it, else set @stale    unlock                          unlock
 *   unlock                            IRQ_CTRL, and await CTRLACK     IRQ_CTRL, await CTRLACK
 *                                     lock
 *                                     set @on, write all @stale
 *                                     unlock
 *
 * Each message reaches its registers, and none is written after power down.  IRQ_CTRL is
 * written under the lock while @on, otherwise by enable and disable, which never run
 * concurrently.  Their wait for an SMMU that does not answer keeps no interrupt off.
 */
static void take_msi(struct msi_desc *desc, struct msi_msg *msg)
{
	struct smmux_device *smmu = dev_get_drvdata(msi_desc_to_dev(desc));
	enum smmux_irq_src src = desc->msi_index;
	struct smmux_msi_msg *mine;
	unsigned long flags;

	if (src >= SMMUX_NUM_IRQS)
		return;
	mine = &smmu->irqs.msg[src];
	raw_spin_lock_irqsave(&smmu->irqs.lock, flags);
	mine->addr = (u64)msg->address_hi << 32 | msg->address_lo;
	mine->data = msg->data;
	smmu->irqs.stale[src] = !smmu->irqs.on;
	if (smmu->irqs.on)
		renew_msi(smmu, src);
	raw_spin_unlock_irqrestore(&smmu->irqs.lock, flags);
}

static void free_msis(void *data)
{
	platform_device_msi_free_irqs_all(data);
}

static bool setup_msis(struct smmux_device *smmu)
{
	struct device *dev = smmu->dev;
	unsigned int i;
	int ret;

	if (!smmux_has(smmu, SMMUX_FEAT_MSI) || smmu->params.no_msi ||
	    !dev_get_msi_domain(dev))
		return false;

	ret = platform_device_msi_init_and_alloc_irqs(dev, SMMUX_NUM_IRQS, take_msi);
	if (!ret)
		ret = devm_add_action_or_reset(dev, free_msis, dev);
	if (ret) {
		dev_warn(dev, "no MSIs (%pe): falling back to wired interrupts\n",
			 ERR_PTR(ret));
		return false;
	}
	for (i = 0; i < SMMUX_NUM_IRQS; i++)
		smmu->irqs.virq[i] = msi_get_virq(dev, i);
	return true;
}

static int request(struct smmux_device *smmu, enum smmux_irq_src src)
{
	int irq = smmu->irqs.virq[src];
	const char *name = sources[src].name;
	unsigned long flags = smmu->irqs.msi ? 0 : IRQF_SHARED;

	if (!irq) {
		dev_warn(smmu->dev, "no %s interrupt, polling instead\n",
			 sources[src].what);
		return 0;
	}
	if (src == SMMUX_IRQ_EVTQ)
		return devm_request_threaded_irq(smmu->dev, irq, on_event, handle_events,
						 flags, name, smmu);
	return devm_request_irq(smmu->dev, irq, on_gerror, flags, name, smmu);
}

int smmux_irq_setup(struct smmux_device *smmu)
{
	struct smmux_irqs *irqs = &smmu->irqs;
	unsigned int i;
	int ret;

	raw_spin_lock_init(&irqs->lock);
	irqs->msi = setup_msis(smmu);
	if (!irqs->msi && irqs->combined) {
		for (i = 0; i < SMMUX_NUM_IRQS; i++)
			irqs->virq[i] = irqs->combined;
		ret = devm_request_threaded_irq(smmu->dev, irqs->combined,
						on_combined, handle_events, IRQF_SHARED,
						"arm-smmu-v3-combined-irq", smmu);
		if (ret)
			dev_err(smmu->dev, "combined interrupt %d: request failed (%pe)\n",
				irqs->combined, ERR_PTR(ret));
		return ret;
	}
	for (i = 0; i < SMMUX_NUM_IRQS; i++) {
		if (!irqs->msi)
			irqs->virq[i] = irqs->wired[i];
		ret = request(smmu, i);
		if (ret) {
			dev_err(smmu->dev, "%s interrupt %d: request failed (%pe)\n",
				sources[i].what, irqs->virq[i], ERR_PTR(ret));
			return ret;
		}
	}
	return 0;
}

int smmux_irq_enable(struct smmux_device *smmu)
{
	bool hw_msi = smmu->caps.raw.r[SMMUX_REG_IDR0] & IDR0_MSI;
	unsigned long flags;
	u32 ctrl = 0;
	unsigned int i;
	int ret;

	raw_spin_lock_irqsave(&smmu->irqs.lock, flags);
	for (i = 0; i < SMMUX_NUM_IRQS; i++) {
		smmu->irqs.stale[i] = false;
		if (smmu->irqs.msi)
			write_msi(smmu, i);
		else if (hw_msi)	/* address 0 selects the wire */
			smmux_writeq(smmu, 0, sources[i].cfg0);
		if (smmu->irqs.virq[i])
			ctrl |= sources[i].ctrl;
	}
	/* Clear what firmware or reset left: a PRI queue without owner must send nothing. */
	if (hw_msi && smmux_has(smmu, SMMUX_FEAT_PRI))
		smmux_writeq(smmu, 0, SMMUX_PRIQ_IRQ_CFG0);
	raw_spin_unlock_irqrestore(&smmu->irqs.lock, flags);
	WRITE_ONCE(smmu->written.irq_ctrl, ctrl);
	ret = smmux_write_ack(smmu, ctrl, SMMUX_IRQ_CTRL, SMMUX_IRQ_CTRLACK);
	if (ret)
		return ret;
	raw_spin_lock_irqsave(&smmu->irqs.lock, flags);
	smmu->irqs.on = true;
	for (i = 0; i < SMMUX_NUM_IRQS; i++)
		if (smmu->irqs.msi && smmu->irqs.stale[i])
			renew_msi(smmu, i);
	raw_spin_unlock_irqrestore(&smmu->irqs.lock, flags);
	return 0;
}

int smmux_irq_disable(struct smmux_device *smmu)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&smmu->irqs.lock, flags);
	smmu->irqs.on = false;
	for (i = 0; i < SMMUX_NUM_IRQS; i++)
		WRITE_ONCE(smmu->irqs.late[i], true);
	raw_spin_unlock_irqrestore(&smmu->irqs.lock, flags);
	WRITE_ONCE(smmu->written.irq_ctrl, 0);
	return smmux_write_ack(smmu, 0, SMMUX_IRQ_CTRL, SMMUX_IRQ_CTRLACK);
}

void smmux_irq_synchronize(struct smmux_device *smmu)
{
	unsigned int i;

	for (i = 0; i < SMMUX_NUM_IRQS; i++)
		if (smmu->irqs.virq[i])
			synchronize_hardirq(smmu->irqs.virq[i]);
}

bool smmux_irq_message(struct smmux_device *smmu, enum smmux_irq_src src,
		       struct smmux_msi_msg *msg)
{
	unsigned long flags;
	bool on;

	raw_spin_lock_irqsave(&smmu->irqs.lock, flags);
	*msg = smmu->irqs.msg[src];
	on = smmu->irqs.on;
	raw_spin_unlock_irqrestore(&smmu->irqs.lock, flags);
	return on;
}

const char *smmux_irq_mode(const struct smmux_device *smmu)
{
	const struct smmux_irqs *irqs = &smmu->irqs;

	if (irqs->msi)
		return "msi";
	if (irqs->combined)
		return "combined";
	return irqs->wired[SMMUX_IRQ_EVTQ] || irqs->wired[SMMUX_IRQ_GERROR] ?
	       "wired" : "none";
}
