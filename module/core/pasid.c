// SPDX-License-Identifier: GPL-2.0
/*
 * pasid - transactions with a SubstreamID.
 *
 * A master's PASIDs are CDs of the table that its STE points to.  While any PASID
 * is in use, the STE has the stage 1 form, however transactions without SubstreamID
 * are handled: S1DSS then says "translate by CD 0", "bypass" or "abort".
 */
#include "core/attach.h"
#include "core/ats.h"
#include "core/domain.h"
#include "core/master.h"
#include "hw/cdtab.h"
#include "smmux.h"
#include "trace/trace.h"

static int check(struct smmux_master *master, struct smmux_domain *dom, u32 ssid)
{
	if (dom->stage != SMMUX_STAGE_1)
		return -EOPNOTSUPP;
	if (ssid == IOMMU_NO_PASID || ssid >> master->ssid_bits)
		return -ERANGE;
	if (master->rid == SMMUX_RID_PAGING && master->domain->stage != SMMUX_STAGE_1)
		return -EBUSY;
	return smmux_domain_fits(dom, master);
}

static int attach_pasid(struct smmux_master *master, struct smmux_domain *dom, u32 ssid)
{
	bool first = xa_empty(&master->pasids);
	struct smmux_domain *old;
	int ret, tag;

	ret = check(master, dom, ssid);
	if (ret)
		return ret;
	ret = smmux_cdtab_cover(master, ssid) ?:
	      smmux_cdtab_cover(master, IOMMU_NO_PASID) ?:
	      xa_reserve(&master->pasids, ssid, GFP_KERNEL);
	if (ret)
		return ret;
	tag = smmux_attach_join(master, dom, ssid);
	if (tag < 0) {
		xa_release(&master->pasids, ssid);
		return tag;
	}

	old = xa_store(&master->pasids, ssid, dom, GFP_KERNEL);
	smmux_attach_write_cd(master, dom, ssid, tag);
	if (first)
		smmux_attach_update(master);
	trace_attach(dev_name(master->dev), dom->id, ssid, "s1",
		     dev_name(master->smmu->dev));
	smmux_ats_flush_pasid(master, ssid);
	if (old)
		smmux_attach_leave(master, old, ssid);
	return 0;
}

int smmux_attach_pasid(struct smmux_master *master, struct smmux_domain *dom,
		       u32 ssid)
{
	int ret;

	smmux_master_begin(master);
	ret = attach_pasid(master, dom, ssid);
	smmux_master_end(master);
	return ret;
}

void smmux_attach_pasid_blocked(struct smmux_master *master, u32 ssid)
{
	struct smmux_domain *old;

	smmux_master_begin(master);
	old = xa_erase(&master->pasids, ssid);
	if (!old)
		goto out;
	smmux_cdtab_write(master, ssid, NULL);
	smmux_ats_flush_pasid(master, ssid);
	if (xa_empty(&master->pasids))
		smmux_attach_update(master);
	smmux_attach_leave(master, old, ssid);
out:
	smmux_master_end(master);
}
