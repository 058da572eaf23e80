// SPDX-License-Identifier: GPL-2.0
/*
 * inject - see inject.h.  What invalidates is sent and answered, and only the answer is
 * made up; what is illegal asks for nothing.  So a rehearsal puts nobody's memory at
 * risk.
 */
#include "trace/inject.h"

#include <linux/atomic.h>
#include <linux/pm_runtime.h>
#include <linux/spinlock.h>

#include "smmux.h"

DEFINE_STATIC_KEY_FALSE(smmux_inject_key);

static DEFINE_RAW_SPINLOCK(lock);	/* all below */
static struct armed {
	u32 order;			/* of the SMMU; 0: of none */
	u32 sid;			/* of ATC_INVs */
	unsigned int left;
} atc, sync;

static void arm(struct armed *a, const struct smmux_device *smmu, u32 sid, unsigned int num)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	*a = (struct armed){ .order = smmu->order, .sid = sid, .left = num };
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* What is armed of this SMMU. */
static struct armed armed_of(const struct armed *a, const struct smmux_device *smmu)
{
	struct armed is = {};
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	if (a->order == smmu->order)
		is = *a;
	raw_spin_unlock_irqrestore(&lock, flags);
	return is;
}

static bool take(struct armed *a, const struct smmux_device *smmu, u32 sid)
{
	unsigned long flags;
	bool is;

	raw_spin_lock_irqsave(&lock, flags);
	is = a->left && a->order == smmu->order && a->sid == sid;
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

void smmux_inject_set_atc(struct smmux_device *smmu, u32 sid, unsigned int num)
{
	arm(&atc, smmu, sid, num);
}

bool smmux_inject_get_atc(struct smmux_device *smmu, u32 *sid, unsigned int *num)
{
	struct armed a = armed_of(&atc, smmu);

	*sid = a.sid;
	*num = a.left;
	return a.left;
}

bool smmux_inject_atc(struct smmux_device *smmu, u32 sid)
{
	bool fails = take(&atc, smmu, sid);

	if (fails)
		smmux_recovery_count(smmu, SMMUX_RECN_INJECTED);
	return fails;
}

int smmux_inject_atc_walk(const struct smmux_invs *invs, struct smmux_device *smmu)
{
	bool fails = false;
	u32 i;

	for (i = 0; i < invs->num; i++) {
		const struct smmux_inv *inv = &invs->inv[i];

		if (inv->smmu == smmu && smmux_inv_is_atc(inv) && READ_ONCE(inv->users))
			fails |= smmux_inject_atc(smmu, inv->id);
	}
	return fails ? -EIO : 0;
}

void smmux_inject_set_sync(struct smmux_device *smmu, unsigned int num)
{
	arm(&sync, smmu, 0, num);
}

unsigned int smmux_inject_get_sync(struct smmux_device *smmu)
{
	return armed_of(&sync, smmu).left;
}

bool smmux_inject_sync(struct smmux_device *smmu)
{
	return take(&sync, smmu, 0);
}

int smmux_inject_illegal(struct smmux_device *smmu)
{
	/* Opcode 0 is reserved; all others of its bits are then, too. */
	const struct smmux_cmd illegal = {};
	int ret;

	ret = smmu->pm.enabled ? pm_runtime_resume_and_get(smmu->dev) : 0;
	if (ret < 0)
		return ret;
	scoped_guard(rcu)
		ret = smmux_cmdq_issue_one(smmu, illegal);
	if (smmu->pm.enabled)
		pm_runtime_put(smmu->dev);
	/* The SMMU is to find fault with it. */
	return ret == -EIO ? 0 : ret ?: -EPROTO;
}
