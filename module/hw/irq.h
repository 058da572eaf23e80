/* SPDX-License-Identifier: GPL-2.0 */
/*
 * irq - event queue and global error interrupts: MSI, wired or combined.
 *
 * Handlers are registered once, at probe, before the first reset.  They access no register
 * while @powered is off.  smmux_irq_enable() only writes registers, and can be repeated
 * after a reset.
 */
#ifndef SMMUX_IRQ_H
#define SMMUX_IRQ_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct smmux_device;

enum smmux_irq_src { SMMUX_IRQ_EVTQ, SMMUX_IRQ_GERROR, SMMUX_NUM_IRQS };

struct smmux_irqs {
	raw_spinlock_t lock;		/* @msg, @stale, @on, and the registers of all sources */
	bool on;			/* acknowledged: write a new message at once */
	bool stale[SMMUX_NUM_IRQS];	/* the registers do not hold @msg */
	bool late[SMMUX_NUM_IRQS];	/* an earlier one may still arrive; handlers accept it */
	int wired[SMMUX_NUM_IRQS];	/* Linux irq numbers from firmware, 0: none */
	int combined;			/* one line for all, 0: none */
	bool msi;			/* MSIs in use instead */
	int virq[SMMUX_NUM_IRQS];	/* Linux irq numbers that are requested */
	struct smmux_msi_msg {
		u64 addr;
		u32 data;
	} msg[SMMUX_NUM_IRQS];		/* to rewrite after a power cycle */
};

int smmux_irq_setup(struct smmux_device *smmu);
int smmux_irq_enable(struct smmux_device *smmu);	/* -ETIMEDOUT */
int smmux_irq_disable(struct smmux_device *smmu);	/* -ETIMEDOUT */
/* Wait until no running handler accesses registers.  Sleeps. */
void smmux_irq_synchronize(struct smmux_device *smmu);

/*
 * The message written to the SMMU's registers for @src; all zero without MSIs.  False
 * while interrupts are off: then the registers may hold anything.  Any context.
 */
bool smmux_irq_message(struct smmux_device *smmu, enum smmux_irq_src src,
		       struct smmux_msi_msg *msg);

/* "msi", "wired", "combined", "none" */
const char *smmux_irq_mode(const struct smmux_device *smmu);

#endif /* SMMUX_IRQ_H */
