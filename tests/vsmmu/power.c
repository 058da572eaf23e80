// SPDX-License-Identifier: GPL-2.0
/*
 * power - a power domain for an instance that has the word "pd".
 *
 * A power-down loses all state.  Without power registers read as all ones and
 * transactions abort; at power-on the model detects writes that were made meanwhile, and
 * registers have their reset contents.  A power-down while the SMMU has work left is an
 * error of the driver.
 */
#include "vsmmu.h"

#include <linux/module.h>
#include <linux/of.h>
#include <linux/pm_domain.h>
#include <linux/reboot.h>

static const char *unfinished(struct vsmmu *v)
{
	unsigned int i;

	if (v->lost_power || v->failed)
		return NULL;
	if (v->cr0)
		return "CR0 is not 0";
	if (!(v->gbpa & GBPA_ABORT))
		return "GBPA does not abort";
	if (v->irq_ctrl)
		return "IRQ_CTRL is not 0";
	if ((vsmmu_read(v, SMMUX_CMDQ_PROD) ^ v->reg[VR_CMDQ_CONS]) & ~(u32)CMDQ_CONS_ERR)
		return "commands are waiting";
	if (vsmmu_read(v, SMMUX_EVENTQ_CONS) != v->reg[VR_EVENTQ_PROD])
		return "events are waiting";
	if (v->reg[VR_GERROR] != v->gerrorn)
		return "a global error is waiting";
	for (i = 0; i < VSMMU_STALLS; i++)
		if (v->stall[i].used)
			return "a transaction is stalled";
	return NULL;
}

static int power_off(struct generic_pm_domain *pd)
{
	struct vsmmu *v = container_of(pd, struct vsmmu, pd);
	const char *what;

	spin_lock_irq(&v->lock);
	what = unfinished(v);
	if (what)
		vsmmu_bad(v, BAD_POWER, "power-down while %s", what);
	v->unpowered = true;
	v->counts.power_offs++;
	vsmmu_regs_power_off(v);
	spin_unlock_irq(&v->lock);
	return 0;
}

static int power_on(struct generic_pm_domain *pd)
{
	struct vsmmu *v = container_of(pd, struct vsmmu, pd);

	spin_lock_irq(&v->lock);
	vsmmu_regs_check_untouched(v);
	vsmmu_regs_power_on(v);
	v->unpowered = false;
	spin_unlock_irq(&v->lock);
	return 0;
}

/* After all drivers were shut down: the last chance to report an error. */
static int at_power_off(struct sys_off_data *data)
{
	struct vsmmu *v = data->cb_data;
	u64 before = v->counts.bad[BAD_POWER];

	spin_lock_irq(&v->lock);
	if (v->unpowered)
		vsmmu_regs_check_untouched(v);
	WARN(v->counts.bad[BAD_POWER] != before, "vsmmu%u was written to without power\n",
	     v->index);
	spin_unlock_irq(&v->lock);
	return NOTIFY_DONE;
}

int vsmmu_power_init(struct vsmmu *v)
{
	int ret;

	v->pd.name = kasprintf(GFP_KERNEL, "vsmmu%u", v->index);
	if (!v->pd.name)
		return -ENOMEM;
	v->pd.power_off = power_off;
	v->pd.power_on = power_on;
	ret = pm_genpd_init(&v->pd, NULL, true);
	if (ret) {
		kfree(v->pd.name);
		return ret;
	}
	v->has_pd = true;
	v->off_handler = register_sys_off_handler(SYS_OFF_MODE_POWER_OFF_PREPARE,
						  SYS_OFF_PRIO_DEFAULT, at_power_off, v);
	spin_lock_irq(&v->lock);
	v->unpowered = true;
	vsmmu_regs_power_off(v);
	spin_unlock_irq(&v->lock);
	return PTR_ERR_OR_ZERO(v->off_handler);
}

/* Makes @np the provider, before any device looks for it. */
int vsmmu_power_provide(struct vsmmu *v, struct device_node *np)
{
	v->pd_np = np;
	return of_genpd_add_provider_simple(np, &v->pd);
}

void vsmmu_power_exit(struct vsmmu *v)
{
	if (!v->has_pd)
		return;
	if (!IS_ERR(v->off_handler))
		unregister_sys_off_handler(v->off_handler);
	if (v->pd_np)
		of_genpd_del_provider(v->pd_np);
	WARN_ON(pm_genpd_remove(&v->pd));
	kfree(v->pd.name);
	v->has_pd = false;
}
