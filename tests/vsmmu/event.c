// SPDX-License-Identifier: GPL-2.0
/*
 * event - the event queue, global errors, and interrupts: messages if the driver has set
 * an address for them, else wires.
 *
 * The event queue's interrupt is raised only when the queue becomes non-empty: a handler
 * that leaves records in the queue gets no further interrupt for them.
 */
#include "vsmmu.h"

#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/platform_device.h>

static const struct source {
	u32 ctrl, aborted;
	u8 addr, data;		/* registers; 0: never by message */
} sources[VSMMU_IRQS] = {
	[VSMMU_IRQ_EVENTQ] = { IRQ_CTRL_EVENTQ, GERROR_MSI_EVENTQ_ABT, VR_EVENTQ_CFG0,
			       VR_EVENTQ_CFG1 },
	[VSMMU_IRQ_GERROR] = { IRQ_CTRL_GERROR, GERROR_MSI_GERROR_ABT, VR_GERROR_CFG0,
			       VR_GERROR_CFG1 },
	[VSMMU_IRQ_PRIQ] = { IRQ_CTRL_PRIQ },
};

void vsmmu_raise(struct vsmmu *v, enum vsmmu_irq irq)
{
	const struct source *s = &sources[irq];
	u64 addr = s->addr && vsmmu_has(v, IDR0_MSI) ? v->reg[s->addr] & IRQ_CFG0_ADDR : 0;

	if (!(v->irq_ctrl & s->ctrl))
		return;
	if (addr) {
		v->counts.messages++;
		if (!vsmmu_mem_write32(addr, v->reg[s->data]))
			vsmmu_gerror(v, s->aborted);
	} else if (v->virq[irq] > 0) {
		v->counts.irqs++;
		irq_set_irqchip_state(v->virq[irq], IRQCHIP_STATE_PENDING, true);
	}
}

void vsmmu_gerror(struct vsmmu *v, u32 bits)
{
	u32 active = v->reg[VR_GERROR] ^ v->gerrorn;

	bits &= ~active;
	if (!bits)
		return;
	if (bits & GERROR_SFM_ERR)
		v->failed = true;
	vsmmu_put(v, VR_GERROR, v->reg[VR_GERROR] ^ bits);
	vsmmu_raise(v, VSMMU_IRQ_GERROR);
}

static u32 log2_of(const struct vsmmu *v)
{
	return min(FIELD_GET(QUEUE_BASE_LOG2SIZE, v->reg[VR_EVENTQ_BASE]),
		   FIELD_GET(IDR1_EVENTQS, v->reg[VR_IDR1]));
}

static bool is_at(struct vsmmu *v, u32 prod)
{
	return !((vsmmu_read(v, SMMUX_EVENTQ_CONS) ^ prod) & ((2U << log2_of(v)) - 1));
}

/*
 * A record was written at @prod: was the queue empty before?  The driver writes CONS and
 * then reads PROD, so this side writes PROD first.  Registers are RAM here, and a load may
 * overtake a store, hence the second check in vsmmu_event_poll(), some time later.
 */
static void announce(struct vsmmu *v, u32 prod)
{
	mb();
	if (v->inject.parting || v->inject.hush)
		return;
	if (is_at(v, prod)) {
		vsmmu_raise(v, VSMMU_IRQ_EVENTQ);
	} else if (!v->announce_again) {
		v->announce_again = true;
		v->announce_prod = prod;
	}
}

/* False if the queue is full; a record that cannot wait is then lost. */
static bool put_record(struct vsmmu *v, const u64 words[4])
{
	u32 size = 1U << log2_of(v), wrap = 2 * size - 1;
	u32 prod = v->reg[VR_EVENTQ_PROD], cons = vsmmu_read(v, SMMUX_EVENTQ_CONS);
	u32 num = (prod - cons) & wrap;
	u64 at = (v->reg[VR_EVENTQ_BASE] & QUEUE_BASE_ADDR) + (prod & (size - 1)) * 32;

	if (num > size)
		vsmmu_bad(v, BAD_QUEUE, "EVENTQ_CONS %#x with PROD %#x and %u entries", cons,
			  prod, size);
	if (num >= size)
		return false;
	if (!vsmmu_mem_write(at, words, 4)) {
		vsmmu_gerror(v, GERROR_EVENTQ_ABT);
		return true;
	}
	v->counts.events++;
	vsmmu_put(v, VR_EVENTQ_PROD, ((prod + 1) & wrap) | (prod & QUEUE_OVFLG));
	announce(v, prod);
	return true;
}

/* The driver's write of CONS may not have been visible when announce() checked. */
void vsmmu_event_poll(struct vsmmu *v)
{
	if (v->announce_again && is_at(v, v->announce_prod))
		announce(v, v->announce_prod);
	v->announce_again = false;
}

static void overflow(struct vsmmu *v)
{
	u32 prod = v->reg[VR_EVENTQ_PROD], cons = vsmmu_read(v, SMMUX_EVENTQ_CONS);

	v->counts.lost_events++;
	/* Once, until the driver acknowledges it. */
	if (!((prod ^ cons) & QUEUE_OVFLG))
		vsmmu_put(v, VR_EVENTQ_PROD, prod ^ QUEUE_OVFLG);
}

/* False: not recorded; a stalled transaction tries again later. */
bool vsmmu_event_post(struct vsmmu *v, const u64 words[4])
{
	bool stall = words[1] & EVT_W1_STALL;

	if (!(v->cr0 & CR0_EVENTQEN))
		return false;
	if (put_record(v, words))
		return true;
	if (!stall)
		overflow(v);
	return false;
}

/* As seen by a driver that reads PROD, drains the queue, and reads PROD again. */
void vsmmu_event_overflow(struct vsmmu *v)
{
	overflow(v);
	vsmmu_raise(v, VSMMU_IRQ_EVENTQ);
}

static void record(struct vsmmu *v, u8 id, u64 addr, u32 sid)
{
	const u64 words[4] = {
		FIELD_PREP(EVT_W0_ID, id) |
		FIELD_PREP(EVT_W0_SID, sid || !v->num_streams ? sid : v->stream[0].sid),
		FIELD_PREP(EVT_W1_CLASS, EVT_CLASS_IN), addr, 0,
	};

	vsmmu_event_post(v, words);
}

void vsmmu_event_record(struct vsmmu *v, u8 id)
{
	record(v, id, 0x1000, 0);
}

void vsmmu_event_flood(struct vsmmu *v, unsigned int num, u32 sid)
{
	while (num--)
		record(v, EVT_F_TRANSLATION, (u64)num << 12, sid);
}
