/* SPDX-License-Identifier: GPL-2.0 */
/*
 * irq - event queue and global error interrupts: MSI, wired or combined.
 *
 * Handlers are registered once, at probe, with the SMMU's own enables off;
 * smmux_irq_enable() is register work only, and can be repeated after a reset.
 */
#ifndef SMMUX_IRQ_H
#define SMMUX_IRQ_H

#include <linux/spinlock.h>
#include <linux/types.h>

struct smmux_device;

enum smmux_irq_src { SMMUX_IRQ_EVTQ, SMMUX_IRQ_GERROR, SMMUX_NUM_IRQS };

struct smmux_irqs {
	raw_spinlock_t lock;		/* @msg, @stale, @on, and the registers of all */
	bool on;			/* acknowledged: a new message is to be written at once */
	bool stale[SMMUX_NUM_IRQS];	/* the registers have not got @msg */
	bool late[SMMUX_NUM_IRQS];	/* one of before may still come; handlers take it */
	int wired[SMMUX_NUM_IRQS];	/* Linux irq numbers from firmware, 0: none */
	int combined;			/* one line for all, 0: none */
	bool msi;			/* MSIs in use instead */
	int virq[SMMUX_NUM_IRQS];	/* what is requested */
	struct smmux_msi_msg {
		u64 addr;
		u32 data;
	} msg[SMMUX_NUM_IRQS];		/* to rewrite after a power cycle */
};

int smmux_irq_setup(struct smmux_device *smmu);
int smmux_irq_enable(struct smmux_device *smmu);	/* -ETIMEDOUT */
int smmux_irq_disable(struct smmux_device *smmu);	/* -ETIMEDOUT */
/* Until no handler that has begun is at registers.  Sleeps. */
void smmux_irq_synchronize(struct smmux_device *smmu);

/*
 * What the SMMU's registers were given for @src: all zero without MSIs.  False while
 * interrupts are off, and the registers hold what they like.  Any context.
 */
bool smmux_irq_message(struct smmux_device *smmu, enum smmux_irq_src src,
		       struct smmux_msi_msg *msg);

/* "msi", "wired", "combined", "none" */
const char *smmux_irq_mode(const struct smmux_device *smmu);

#endif /* SMMUX_IRQ_H */
