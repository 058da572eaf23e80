// SPDX-License-Identifier: GPL-2.0
/*
 * regs - reads the registers and compares them with the driver's values.
 *
 * This room stores nothing.  The room that writes a register knows its expected
 * value, and each comparison asks for it again.  Writers are not delayed.  They note the
 * new value, write the register, and may wait until the SMMU acknowledges it.  A comparison
 * in between finds a difference, and is repeated.
 */
#include "view/regs.h"

#include <linux/delay.h>

#include "hw/irq.h"
#include "smmux.h"

#define LOOKS		4		/* before a difference counts */
#define LOOK_MS		5

/* Only if this SMMU has it: reading a reserved register is harmless, but useless. */
enum has { ALWAYS, PRI, V3_3 };

static const struct {
	const char *name;
	u32 off;
	bool wide;
	enum has has;
} regs[] = {
	{ "IDR0", SMMUX_IDR0 },
	{ "IDR1", SMMUX_IDR1 },
	{ "IDR2", SMMUX_IDR2 },
	{ "IDR3", SMMUX_IDR3 },
	{ "IDR4", SMMUX_IDR4 },
	{ "IDR5", SMMUX_IDR5 },
	{ "IIDR", SMMUX_IIDR },
	{ "AIDR", SMMUX_AIDR },
	{ "CR0", SMMUX_CR0 },
	{ "CR0ACK", SMMUX_CR0ACK },
	{ "CR1", SMMUX_CR1 },
	{ "CR2", SMMUX_CR2 },
	{ "STATUSR", SMMUX_STATUSR },
	{ "GBPA", SMMUX_GBPA },
	{ "AGBPA", SMMUX_AGBPA },
	{ "IRQ_CTRL", SMMUX_IRQ_CTRL },
	{ "IRQ_CTRLACK", SMMUX_IRQ_CTRLACK },
	{ "GERROR", SMMUX_GERROR },
	{ "GERRORN", SMMUX_GERRORN },
	{ "GERROR_IRQ_CFG0", SMMUX_GERROR_IRQ_CFG0, true },
	{ "GERROR_IRQ_CFG1", SMMUX_GERROR_IRQ_CFG1 },
	{ "GERROR_IRQ_CFG2", SMMUX_GERROR_IRQ_CFG2 },
	{ "STRTAB_BASE", SMMUX_STRTAB_BASE, true },
	{ "STRTAB_BASE_CFG", SMMUX_STRTAB_BASE_CFG },
	{ "CMDQ_BASE", SMMUX_CMDQ_BASE, true },
	{ "CMDQ_PROD", SMMUX_CMDQ_PROD },
	{ "CMDQ_CONS", SMMUX_CMDQ_CONS },
	{ "EVENTQ_BASE", SMMUX_EVENTQ_BASE, true },
	{ "EVENTQ_IRQ_CFG0", SMMUX_EVENTQ_IRQ_CFG0, true },
	{ "EVENTQ_IRQ_CFG1", SMMUX_EVENTQ_IRQ_CFG1 },
	{ "EVENTQ_IRQ_CFG2", SMMUX_EVENTQ_IRQ_CFG2 },
	{ "PRIQ_BASE", SMMUX_PRIQ_BASE, true, PRI },
	{ "PRIQ_IRQ_CFG0", SMMUX_PRIQ_IRQ_CFG0, true, PRI },
	{ "PRIQ_IRQ_CFG1", SMMUX_PRIQ_IRQ_CFG1, false, PRI },
	{ "PRIQ_IRQ_CFG2", SMMUX_PRIQ_IRQ_CFG2, false, PRI },
	{ "IDR6", SMMUX_IDR6, false, V3_3 },
	{ "EVENTQ_PROD", SMMUX_EVENTQ_PROD },
	{ "EVENTQ_CONS", SMMUX_EVENTQ_CONS },
	{ "PRIQ_PROD", SMMUX_PRIQ_PROD, false, PRI },
	{ "PRIQ_CONS", SMMUX_PRIQ_CONS, false, PRI },
};
static_assert(ARRAY_SIZE(regs) <= SMMUX_MAX_REGS);

static bool is_here(const struct smmux_device *smmu, enum has has)
{
	switch (has) {
	case PRI:
		return smmu->caps.raw.r[SMMUX_REG_IDR0] & IDR0_PRI;
	case V3_3:
		return smmu->caps.arch_minor >= 3;
	default:
		return true;
	}
}

static void want(struct smmux_reg_snap *r, u64 mask, u64 val)
{
	r->mask = mask;
	r->want = val & mask;
}

/* An address of 0 selects the wired interrupt; the other two registers are unused then. */
static void want_msi(struct smmux_device *smmu, struct smmux_reg_snap *r,
		     enum smmux_irq_src src, u32 cfg0)
{
	struct smmux_msi_msg msg;
	bool on = smmux_irq_message(smmu, src, &msg);

	if (!(smmu->caps.raw.r[SMMUX_REG_IDR0] & IDR0_MSI) || !on)
		return;
	if (r->off == cfg0)
		want(r, IRQ_CFG0_ADDR, msg.addr);
	else if (smmu->irqs.msi && r->off == cfg0 + 8)
		want(r, IRQ_CFG1_DATA, msg.data);
	else if (smmu->irqs.msi)
		want(r, IRQ_CFG2_SH | IRQ_CFG2_MEMATTR,
		     FIELD_PREP(IRQ_CFG2_MEMATTR, MSI_MEMATTR_DEVICE_nGnRE));
}

/* RA and WA are hints, which hardware may not store; PTM exists only with BTM. */
static void expect(struct smmux_device *smmu, struct smmux_reg_snap *r)
{
	const struct smmux_written *w = &smmu->written;

	r->mask = 0;
	r->want = 0;
	switch (r->off) {
	case SMMUX_CR0:
		return want(r, U32_MAX, READ_ONCE(w->cr0));
	case SMMUX_CR1:
		return want(r, U32_MAX, READ_ONCE(w->cr1));
	case SMMUX_CR2:
		return want(r, smmu->caps.raw.r[SMMUX_REG_IDR0] & IDR0_BTM ?
			    U32_MAX : ~(u32)CR2_PTM, READ_ONCE(w->cr2));
	case SMMUX_GBPA:
		return want(r, GBPA_ABORT, GBPA_ABORT);
	case SMMUX_IRQ_CTRL:
		return want(r, U32_MAX, READ_ONCE(w->irq_ctrl));
	case SMMUX_STRTAB_BASE:
		return want(r, STRTAB_BASE_ADDR, smmu->strtab.base_reg);
	case SMMUX_STRTAB_BASE_CFG:
		return want(r, U32_MAX, smmu->strtab.cfg_reg);
	case SMMUX_CMDQ_BASE:
		return want(r, QUEUE_BASE_ADDR | QUEUE_BASE_LOG2SIZE, smmu->cmdq.q.base_reg);
	case SMMUX_EVENTQ_BASE:
		return want(r, QUEUE_BASE_ADDR | QUEUE_BASE_LOG2SIZE, smmu->evtq.q.base_reg);
	case SMMUX_GERROR_IRQ_CFG0:
	case SMMUX_GERROR_IRQ_CFG1:
	case SMMUX_GERROR_IRQ_CFG2:
		return want_msi(smmu, r, SMMUX_IRQ_GERROR, SMMUX_GERROR_IRQ_CFG0);
	case SMMUX_EVENTQ_IRQ_CFG0:
	case SMMUX_EVENTQ_IRQ_CFG1:
	case SMMUX_EVENTQ_IRQ_CFG2:
		return want_msi(smmu, r, SMMUX_IRQ_EVTQ, SMMUX_EVENTQ_IRQ_CFG0);
	}
}

/* One look; power stays on until the RCU section ends.  True without a difference. */
static bool look(struct smmux_device *smmu, struct smmux_regs_snap *snap)
{
	struct smmux_reg_snap *r;
	bool good = true;
	unsigned int i;

	snap->num = 0;
	for (i = 0; i < ARRAY_SIZE(regs); i++)
		if (is_here(smmu, regs[i].has))
			snap->reg[snap->num++] = (struct smmux_reg_snap){
				regs[i].name, regs[i].off, regs[i].wide };
	guard(rcu)();
	snap->powered = READ_ONCE(smmu->powered);
	/* Last register first: reads CONS of a queue before PROD, so PROD is never behind. */
	for (i = snap->num; snap->powered && i; i--) {
		r = &snap->reg[i - 1];
		r->val = r->wide ? smmux_readq(smmu, r->off) : smmux_readl(smmu, r->off);
		expect(smmu, r);
		good &= !smmux_reg_differs(r);
	}
	return good;
}

void smmux_regs_snapshot(struct smmux_device *smmu, struct smmux_regs_snap *snap)
{
	unsigned int i;

	for (i = 0; i < LOOKS && !look(smmu, snap); i++)
		msleep(LOOK_MS);
}

const struct smmux_reg_snap *smmux_regs_find(const struct smmux_regs_snap *snap, u32 off)
{
	unsigned int i;

	for (i = 0; i < snap->num; i++)
		if (snap->reg[i].off == off)
			return &snap->reg[i];
	return NULL;
}
