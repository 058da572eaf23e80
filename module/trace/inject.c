// SPDX-License-Identifier: GPL-2.0
/*
 * inject - see inject.h.  A command that should fail is sent and answered; only the
 * result that the caller sees is injected.  So a rehearsal does not put memory at risk.
 */
#include "trace/inject.h"

#include <linux/atomic.h>
#include <linux/spinlock.h>

DEFINE_STATIC_KEY_FALSE(smmux_inject_key);

static DEFINE_RAW_SPINLOCK(lock);	/* all below */
static struct armed {
	u32 order;			/* of the SMMU; 0: of none */
	u32 sid;			/* of ATC_INVs */
	unsigned int left;
} atc, sync;

static void arm(struct armed *a, u32 order, u32 sid, unsigned int num)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	*a = (struct armed){ .order = order, .sid = sid, .left = num };
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* A copy of @a if it is armed for this SMMU, else zeros. */
static struct armed armed_of(const struct armed *a, u32 order)
{
	struct armed is = {};
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	if (a->order == order)
		is = *a;
	raw_spin_unlock_irqrestore(&lock, flags);
	return is;
}

static bool take(struct armed *a, u32 order, u32 sid)
{
	unsigned long flags;
	bool is;

	raw_spin_lock_irqsave(&lock, flags);
	is = a->left && a->order == order && a->sid == sid;
	if (is)
		a->left--;
	raw_spin_unlock_irqrestore(&lock, flags);
	return is;
}

void smmux_inject_init(bool enable)
{
	if (enable)
		static_branch_enable(&smmux_inject_key);
}

void smmux_inject_set_atc(u32 order, u32 sid, unsigned int num)
{
	arm(&atc, order, sid, num);
}

bool smmux_inject_get_atc(u32 order, u32 *sid, unsigned int *num)
{
	struct armed a = armed_of(&atc, order);

	*sid = a.sid;
	*num = a.left;
	return a.left;
}

bool smmux_inject_atc(u32 order, u32 sid)
{
	return take(&atc, order, sid);
}

void smmux_inject_set_sync(u32 order, unsigned int num)
{
	arm(&sync, order, 0, num);
}

unsigned int smmux_inject_get_sync(u32 order)
{
	return armed_of(&sync, order).left;
}

bool smmux_inject_sync(u32 order)
{
	return take(&sync, order, 0);
}
