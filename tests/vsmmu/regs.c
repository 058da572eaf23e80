// SPDX-License-Identifier: GPL-2.0
/*
 * regs - the register pages: RAM that the driver may write at any time.  Each poll compares
 * it with the values that the model has stored.
 *
 * A change of a register that must not be written at that time is an error and is undone,
 * since the architecture ignores such writes.
 *
 * CR0 and IRQ_CTRL are read before the registers that they guard are compared, and take
 * effect afterwards: one poll may see a write of STRTAB_BASE and a later one of SMMUEN.
 */
#include "vsmmu.h"

#include <linux/random.h>

#define CR0_QUEUES	(CR0_CMDQEN | CR0_EVENTQEN | CR0_PRIQEN)
#define CR0_KNOWN	(CR0_SMMUEN | CR0_QUEUES | CR0_ATSCHK | CR0_VMW)
#define IRQ_KNOWN	(IRQ_CTRL_EVENTQ | IRQ_CTRL_PRIQ | IRQ_CTRL_GERROR)
#define GBPA_KNOWN	(GENMASK(19, 16) | GENMASK(13, 8) | GENMASK(4, 0) | GBPA_ABORT)
#define CR2_KNOWN	(CR2_PTM | CR2_RECINVSID | CR2_E2H)
#define SEEN_BYTES	0x200	/* of each page: all that a driver may touch */
#define FULL_LOOK	32	/* polls between two comparisons of everything */

enum guard { ALWAYS, BY_CR0, BY_IRQ };

static const struct rule {
	const char *name;
	u32 off;
	bool wide;
	enum guard guard;
	u32 bits;		/* of CR0 or IRQ_CTRL: no writes while one is 1 */
	u64 valid;		/* not reserved */
} rules[NUM_VR] = {
	[VR_IDR0]	 = { "IDR0", SMMUX_IDR0 },
	[VR_IDR1]	 = { "IDR1", SMMUX_IDR1 },
	[VR_IDR2]	 = { "IDR2", SMMUX_IDR2 },
	[VR_IDR3]	 = { "IDR3", SMMUX_IDR3 },
	[VR_IDR4]	 = { "IDR4", SMMUX_IDR4 },
	[VR_IDR5]	 = { "IDR5", SMMUX_IDR5 },
	[VR_IIDR]	 = { "IIDR", SMMUX_IIDR },
	[VR_AIDR]	 = { "AIDR", SMMUX_AIDR },
	[VR_CR0ACK]	 = { "CR0ACK", SMMUX_CR0ACK },
	[VR_IRQ_CTRLACK] = { "IRQ_CTRLACK", SMMUX_IRQ_CTRLACK },
	[VR_STATUSR]	 = { "STATUSR", SMMUX_STATUSR },
	[VR_GERROR]	 = { "GERROR", SMMUX_GERROR },
	[VR_CR1]	 = { "CR1", SMMUX_CR1, false, BY_CR0, CR0_SMMUEN | CR0_QUEUES,
			     GENMASK(11, 0) },
	[VR_CR2]	 = { "CR2", SMMUX_CR2, false, BY_CR0, CR0_SMMUEN, CR2_KNOWN },
	[VR_STRTAB_BASE] = { "STRTAB_BASE", SMMUX_STRTAB_BASE, true, BY_CR0, CR0_SMMUEN,
			     STRTAB_BASE_RA | STRTAB_BASE_ADDR },
	[VR_STRTAB_CFG]	 = { "STRTAB_BASE_CFG", SMMUX_STRTAB_BASE_CFG, false, BY_CR0,
			     CR0_SMMUEN,
			     STRTAB_CFG_FMT | STRTAB_CFG_SPLIT | STRTAB_CFG_LOG2SIZE },
	[VR_CMDQ_BASE]	 = { "CMDQ_BASE", SMMUX_CMDQ_BASE, true, BY_CR0, CR0_CMDQEN,
			     QUEUE_BASE_RWA | QUEUE_BASE_ADDR | QUEUE_BASE_LOG2SIZE },
	[VR_CMDQ_CONS]	 = { "CMDQ_CONS", SMMUX_CMDQ_CONS, false, BY_CR0, CR0_CMDQEN,
			     CMDQ_CONS_ERR | GENMASK(19, 0) },
	[VR_EVENTQ_BASE] = { "EVENTQ_BASE", SMMUX_EVENTQ_BASE, true, BY_CR0, CR0_EVENTQEN,
			     QUEUE_BASE_RWA | QUEUE_BASE_ADDR | QUEUE_BASE_LOG2SIZE },
	[VR_EVENTQ_PROD] = { "EVENTQ_PROD", SMMUX_EVENTQ_PROD, false, BY_CR0, CR0_EVENTQEN,
			     QUEUE_OVFLG | GENMASK(19, 0) },
	[VR_PRIQ_BASE]	 = { "PRIQ_BASE", SMMUX_PRIQ_BASE, true, BY_CR0, CR0_PRIQEN,
			     QUEUE_BASE_RWA | QUEUE_BASE_ADDR | QUEUE_BASE_LOG2SIZE },
	[VR_PRIQ_PROD]	 = { "PRIQ_PROD", SMMUX_PRIQ_PROD, false, BY_CR0, CR0_PRIQEN,
			     QUEUE_OVFLG | GENMASK(19, 0) },
	[VR_GERROR_CFG0] = { "GERROR_IRQ_CFG0", SMMUX_GERROR_IRQ_CFG0, true, BY_IRQ,
			     IRQ_CTRL_GERROR, IRQ_CFG0_ADDR },
	[VR_GERROR_CFG1] = { "GERROR_IRQ_CFG1", SMMUX_GERROR_IRQ_CFG1, false, BY_IRQ,
			     IRQ_CTRL_GERROR, GENMASK(31, 0) },
	[VR_GERROR_CFG2] = { "GERROR_IRQ_CFG2", SMMUX_GERROR_IRQ_CFG2, false, BY_IRQ,
			     IRQ_CTRL_GERROR, IRQ_CFG2_SH | IRQ_CFG2_MEMATTR },
	[VR_EVENTQ_CFG0] = { "EVENTQ_IRQ_CFG0", SMMUX_EVENTQ_IRQ_CFG0, true, BY_IRQ,
			     IRQ_CTRL_EVENTQ, IRQ_CFG0_ADDR },
	[VR_EVENTQ_CFG1] = { "EVENTQ_IRQ_CFG1", SMMUX_EVENTQ_IRQ_CFG1, false, BY_IRQ,
			     IRQ_CTRL_EVENTQ, GENMASK(31, 0) },
	[VR_EVENTQ_CFG2] = { "EVENTQ_IRQ_CFG2", SMMUX_EVENTQ_IRQ_CFG2, false, BY_IRQ,
			     IRQ_CTRL_EVENTQ, IRQ_CFG2_SH | IRQ_CFG2_MEMATTR },
	[VR_PRIQ_CFG0]	 = { "PRIQ_IRQ_CFG0", SMMUX_PRIQ_IRQ_CFG0, true, BY_IRQ,
			     IRQ_CTRL_PRIQ, IRQ_CFG0_ADDR },
	[VR_PRIQ_CFG1]	 = { "PRIQ_IRQ_CFG1", SMMUX_PRIQ_IRQ_CFG1, false, BY_IRQ,
			     IRQ_CTRL_PRIQ, GENMASK(31, 0) },
	[VR_PRIQ_CFG2]	 = { "PRIQ_IRQ_CFG2", SMMUX_PRIQ_IRQ_CFG2, false, BY_IRQ,
			     IRQ_CTRL_PRIQ, PRIQ_IRQ_CFG2_LO | IRQ_CFG2_SH | IRQ_CFG2_MEMATTR },
};

static u64 fetch(struct vsmmu *v, const struct rule *r)
{
	return r->wide ? readq(v->base + r->off) : readl(v->base + r->off);
}

static void store(struct vsmmu *v, const struct rule *r, u64 val)
{
	if (r->wide)
		writeq(val, v->base + r->off);
	else
		writel(val, v->base + r->off);
}

void vsmmu_put(struct vsmmu *v, enum vsmmu_reg reg, u64 val)
{
	v->reg[reg] = val;
	store(v, &rules[reg], val);
}

/* Without MSIs the IRQ_CFG registers do not exist, and without PRI those of its queue. */
static u64 valid_bits(struct vsmmu *v, enum vsmmu_reg reg)
{
	if (reg >= VR_GERROR_CFG0 && !vsmmu_has(v, IDR0_MSI))
		return 0;
	if (reg >= VR_PRIQ_CFG0 && !vsmmu_has(v, IDR0_PRI))
		return 0;
	return rules[reg].valid;
}

static void compare(struct vsmmu *v, enum vsmmu_reg reg)
{
	const struct rule *r = &rules[reg];
	u32 in_use = r->guard == BY_CR0 ? v->cr0 : v->irq_ctrl;
	u64 now = fetch(v, r), was = v->reg[reg];

	if (now == was)
		return;
	if (r->guard == ALWAYS || in_use & r->bits) {
		vsmmu_bad(v, r->guard == ALWAYS ? BAD_READ_ONLY : BAD_GUARDED,
			  "%s %#llx was written over %#llx (CR0 %#x)", r->name, now, was,
			  v->cr0);
		store(v, r, was);
		return;
	}
	if (now & ~valid_bits(v, reg))
		vsmmu_bad(v, BAD_RESERVED, "%s %#llx", r->name, now);
	v->reg[reg] = now;
}

static void compare_all(struct vsmmu *v)
{
	enum vsmmu_reg reg;

	for (reg = 0; reg < NUM_VR; reg++)
		compare(v, reg);
}

/* True when @now, which differs from the value in effect, takes effect. */
static bool settled(struct vsmmu *v, struct vsmmu_hand *hand, const char *name, u32 now)
{
	if (!hand->pending) {
		hand->pending = true;
		hand->seen = now;
		hand->wait = v->inject.lazy_ack + get_random_u32_below(4);
		if (v->inject.no_ack && !--v->inject.no_ack)
			v->inject.mute = true;
	} else if (hand->seen != now) {
		vsmmu_bad(v, BAD_HANDSHAKE, "%s %#x follows %#x, which was not acknowledged",
			  name, now, hand->seen);
		hand->seen = now;
	}
	if (v->inject.mute)
		return false;
	if (hand->wait) {
		hand->wait--;
		return false;
	}
	hand->pending = false;
	return true;
}

static void take_cr0(struct vsmmu *v, u32 cr0)
{
	u32 on = cr0 & ~v->cr0, off = v->cr0 & ~cr0;
	unsigned int strays;

	if (cr0 & ~CR0_KNOWN)
		vsmmu_bad(v, BAD_RESERVED, "CR0 %#x", cr0);
	strays = on & CR0_SMMUEN ? vsmmu_cache_strays(v) : 0;
	if (strays && !v->lost_power)
		vsmmu_bad(v, BAD_ENABLE, "SMMUEN with %u cache entries from reset that were not invalidated",
			  strays);
	v->cr0 = cr0 & CR0_KNOWN;
	/* A driver that has not detected a power loss does not invalidate before this. */
	if (on & CR0_SMMUEN && !strays)
		v->lost_power = false;
	if (off & CR0_SMMUEN) {
		vsmmu_config_look(v);
		vsmmu_stalls_end(v, 0, true);
		vsmmu_event_flood(v, v->inject.parting, 0);
		v->inject.parting = 0;
	}
	if (off & CR0_CMDQEN)
		v->sync_waits = false;
	vsmmu_put(v, VR_CR0ACK, v->cr0);
}

static void take_irq_ctrl(struct vsmmu *v, u32 irq)
{
	if (irq & ~IRQ_KNOWN)
		vsmmu_bad(v, BAD_RESERVED, "IRQ_CTRL %#x", irq);
	v->irq_ctrl = irq & IRQ_KNOWN;
	vsmmu_put(v, VR_IRQ_CTRLACK, v->irq_ctrl);
}

static void look_gbpa(struct vsmmu *v)
{
	u32 now = vsmmu_read(v, SMMUX_GBPA);

	if (now == v->gbpa)
		return;
	if (!(now & GBPA_UPDATE)) {
		vsmmu_bad(v, BAD_HANDSHAKE, "GBPA %#x without UPDATE", now);
		writel(v->gbpa, v->base + SMMUX_GBPA);
		return;
	}
	if (!settled(v, &v->hand_gbpa, "GBPA", now))
		return;
	if (now & ~(GBPA_KNOWN | GBPA_UPDATE))
		vsmmu_bad(v, BAD_RESERVED, "GBPA %#x", now);
	v->gbpa = now & GBPA_KNOWN;
	writel(v->gbpa, v->base + SMMUX_GBPA);
}

static void look_gerrorn(struct vsmmu *v)
{
	u32 now = vsmmu_read(v, SMMUX_GERRORN), acked = now ^ v->gerrorn;
	u32 active = v->reg[VR_GERROR] ^ v->gerrorn;

	if (!acked)
		return;
	if (acked & ~active)
		vsmmu_bad(v, BAD_HANDSHAKE, "GERRORN %#x acknowledges inactive errors (active: %#x)",
			  now, active);
	v->gerrorn = now;
}

/* Any context, without the lock: is there work for vsmmu_regs_poll()? */
bool vsmmu_regs_differ(struct vsmmu *v)
{
	return vsmmu_read(v, SMMUX_CR0) != READ_ONCE(v->cr0) ||
	       vsmmu_read(v, SMMUX_IRQ_CTRL) != READ_ONCE(v->irq_ctrl) ||
	       vsmmu_read(v, SMMUX_GBPA) != READ_ONCE(v->gbpa) ||
	       vsmmu_read(v, SMMUX_GERRORN) != READ_ONCE(v->gerrorn);
}

void vsmmu_regs_poll(struct vsmmu *v)
{
	u32 cr0 = vsmmu_read(v, SMMUX_CR0), irq = vsmmu_read(v, SMMUX_IRQ_CTRL);
	bool new_cr0 = cr0 != v->cr0, new_irq = irq != v->irq_ctrl;

	if ((new_cr0 || new_irq) && vsmmu_power_fails(v))
		return;
	if (new_cr0 && !v->hand_cr0.pending && v->inject.unready && !--v->inject.unready) {
		vsmmu_regs_lose_power(v);
		writel(cr0, v->base + SMMUX_CR0);
	}
	if (new_cr0 || new_irq || !(v->turns++ % FULL_LOOK))
		compare_all(v);
	look_gbpa(v);
	look_gerrorn(v);
	if (new_cr0 && settled(v, &v->hand_cr0, "CR0", cr0))
		take_cr0(v, cr0);
	if (new_irq && settled(v, &v->hand_irq, "IRQ_CTRL", irq))
		take_irq_ctrl(v, irq);
}

/*
 * The worst state that reset may leave: GBPA bypasses, registers without a reset value are
 * random, and the caches are full.
 *
 * A concurrent reader must see one event, as in hardware: a driver reads CR0ACK to decide
 * whether other registers are valid.  So CR0ACK must neither show "enabled" together with
 * a random CONS, nor "all disabled" before everything is written.
 */
static void reset(struct vsmmu *v)
{
	enum vsmmu_reg reg;

	vsmmu_put(v, VR_CR0ACK, U32_MAX);
	for (reg = VR_CR1; reg < NUM_VR; reg++)
		vsmmu_put(v, reg, get_random_u64() & valid_bits(v, reg) &
			  (rules[reg].wide ? U64_MAX : U32_MAX));
	for (reg = VR_CR0ACK + 1; reg < VR_CR1; reg++)
		vsmmu_put(v, reg, 0);
	v->cr0 = v->irq_ctrl = v->gerrorn = 0;
	v->hand_cr0.pending = v->hand_irq.pending = v->hand_gbpa.pending = false;
	v->gbpa = get_random_u32() & GBPA_KNOWN & ~GBPA_ABORT;
	if (v->model.aborts)
		v->gbpa |= GBPA_ABORT;
	v->sync_waits = v->atc_failed = v->failed = false;
	writel(0, v->base + SMMUX_CR0);
	writel(0, v->base + SMMUX_IRQ_CTRL);
	writel(0, v->base + SMMUX_GERRORN);
	writel(v->gbpa, v->base + SMMUX_GBPA);
	writel(get_random_u32() & GENMASK(19, 0), v->base + SMMUX_CMDQ_PROD);
	writel(get_random_u32() & GENMASK(19, 0), v->base + SMMUX_EVENTQ_CONS);
	writel(get_random_u32() & GENMASK(19, 0), v->base + SMMUX_PRIQ_CONS);
	vsmmu_stalls_end(v, 0, true);
	vsmmu_cache_litter(v);
	vsmmu_put(v, VR_CR0ACK, 0);
}

void vsmmu_regs_power_on(struct vsmmu *v)
{
	const struct vsmmu_model *model = &v->model;
	unsigned int i;

	memset_io(v->base, 0, SEEN_BYTES);
	memset_io(v->base + SMMUX_PAGE1, 0, SEEN_BYTES);
	for (i = 0; i < ARRAY_SIZE(model->idr); i++)
		vsmmu_put(v, VR_IDR0 + i, model->idr[i]);
	vsmmu_put(v, VR_IIDR, model->iidr);
	vsmmu_put(v, VR_AIDR, model->aidr);
	reset(v);
}

/* Without power all registers read as ones.  Their contents are lost. */
void vsmmu_regs_power_off(struct vsmmu *v)
{
	reset(v);
	memset_io(v->base, 0xff, SEEN_BYTES);
	memset_io(v->base + SMMUX_PAGE1, 0xff, SEEN_BYTES);
}

void vsmmu_regs_check_untouched(struct vsmmu *v)
{
	unsigned int off;

	for (off = 0; off < SEEN_BYTES; off += sizeof(u32)) {
		if (readl(v->base + off) != U32_MAX)
			vsmmu_bad(v, BAD_POWER, "offset %#x was written without power", off);
		if (readl(v->base + SMMUX_PAGE1 + off) != U32_MAX)
			vsmmu_bad(v, BAD_POWER, "offset %#x of page 1 was written without power",
				  off);
	}
}

void vsmmu_regs_lose_power(struct vsmmu *v)
{
	v->lost_power = true;
	reset(v);
}

/* Called before each command, transaction and poll of a changed register. */
bool vsmmu_power_fails(struct vsmmu *v)
{
	if (v->unpowered)
		return true;
	if (!v->inject.loss || --v->inject.loss)
		return false;
	vsmmu_regs_lose_power(v);
	return true;
}
