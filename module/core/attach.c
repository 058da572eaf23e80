// SPDX-License-Identifier: GPL-2.0
/*
 * attach - move a master from one domain to another.
 *
 *  prepare  all steps that can fail: check that the domain fits, allocate memory for
 *           the CD, a tag, a larger invalidation array.
 *  install  1. add the master to the new domain's array: from here on an unmap
 *              in the new domain reaches what the SMMU is about to cache
 *           2. write the CD
 *              if the new state does not want ATS: disable ATS in the device, then
 *              invalidate its ATC
 *              if the new state wants ATS, and ATS is off: empty the ATC
 *              write the STE, which contains EATS: from here on the SMMU translates by
 *              the new domain and nothing else
 *  commit   3. enable ATS in the device if the new state wants it, invalidate the ATC
 *           4. remove the master from the old domain's array; if it was the last
 *              one on this SMMU, invalidate the old tag and free it
 *
 * Install and commit cannot fail.  Attaching to identity or blocked has no
 * prepare, and so cannot fail either.  The core also attaches a group to its default
 * domain where it cannot handle an error: the first time, and when a user of the group
 * leaves.  So a lack of memory fails no attach of the device itself: its CD table
 * exists from its probe on, and the rest is small (__GFP_NOFAIL).
 *
 * smmux_attach_update() has the order of ATS and STE; static_domain.c and pasid.c use
 * it too.  The planner (pure/entry.c) rewrites the CD and the STE.
 */
#include "core/attach.h"

#include "core/ats.h"
#include "core/config.h"
#include "core/domain.h"
#include "core/master.h"
#include "core/tlb.h"
#include "hw/cdtab.h"
#include "pure/cmd.h"
#include "pure/invs.h"
#include "smmux.h"
#include "trace/trace.h"

static struct smmux_invs *invs_of(struct smmux_domain *dom)
{
	return rcu_dereference_protected(dom->invs, lockdep_is_held(&dom->lock));
}

static void replace_invs(struct smmux_domain *dom, struct smmux_invs *invs,
			 const char *what)
{
	struct smmux_invs *old = invs_of(dom);

	trace_invs_update(dom->id, what, invs->num, invs->dead);
	rcu_assign_pointer(dom->invs, invs);
	kfree_rcu(old, rcu);
}

static enum smmux_inv_kind tag_kind(const struct smmux_domain *dom)
{
	return dom->stage == SMMUX_STAGE_1 ? SMMUX_INV_S1_ASID : SMMUX_INV_S2_VMID;
}

static struct ida *tags_of(struct smmux_device *smmu, const struct smmux_domain *dom)
{
	return dom->stage == SMMUX_STAGE_1 ? &smmu->asids : &smmu->vmids;
}

/* Tag 0 is never allocated: VMID 0 tags stage 1, and garbage has ASID 0. */
static int alloc_tag(struct smmux_device *smmu, const struct smmux_domain *dom, gfp_t gfp)
{
	u8 bits = dom->stage == SMMUX_STAGE_1 ? smmu->caps.asid_bits :
						smmu->caps.vmid_bits;

	return ida_alloc_range(tags_of(smmu, dom), 1, BIT(bits) - 1, gfp);
}

/* Writes what @master needs invalidated in @dom to its scratch array, sorted. */
static unsigned int describe(struct smmux_master *master,
			     const struct smmux_domain *dom, u32 tag, u32 ssid)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_inv *inv = master->scratch;
	unsigned int i;

	*inv++ = (struct smmux_inv){
		.smmu = smmu,
		.order = smmu->order,
		.kind = tag_kind(dom),
		.id = tag,
		.w0 = dom->stage == SMMUX_STAGE_1 ?
			smmux_cmd_tlbi_va_w0(OP_TLBI_NH_VA, tag, 0) :
			smmux_cmd_tlbi_va_w0(OP_TLBI_S2_IPA, 0, tag),
	};
	if (!master->ats_capable)
		return 1;
	for (i = 0; i < master->num_streams; i++) {
		u32 sid = master->streams[i].stream->sid;

		*inv++ = (struct smmux_inv){
			.smmu = smmu,
			.order = smmu->order,
			.kind = SMMUX_INV_ATC_RANGE,
			.id = sid,
			.ssid = ssid,
			.w0 = smmux_cmd_atc_w0(sid, ssid, ssid),
			.stream = master->streams[i].stream,
		};
	}
	return inv - master->scratch;
}

int smmux_attach_join(struct smmux_master *master, struct smmux_domain *dom, u32 ssid)
{
	gfp_t gfp = ssid == IOMMU_NO_PASID ? GFP_KERNEL | __GFP_NOFAIL : GFP_KERNEL;
	struct smmux_device *smmu = master->smmu;
	const struct smmux_inv *have;
	struct smmux_invs *invs;
	unsigned int num;
	int tag;

	mutex_lock(&dom->lock);
	have = smmux_invs_find(invs_of(dom), smmu->order, tag_kind(dom));
	tag = have ? have->id : alloc_tag(smmu, dom, gfp);
	if (tag < 0)
		goto out;
	num = describe(master, dom, tag, ssid);
	invs = smmux_invs_merge(invs_of(dom), master->scratch, num, gfp);
	if (IS_ERR(invs)) {
		if (!have)
			ida_free(tags_of(smmu, dom), tag);
		tag = PTR_ERR(invs);
		goto out;
	}
	replace_invs(dom, invs, "merge");
out:
	mutex_unlock(&dom->lock);
	return tag;
}

/* Remove ATC entries only while no invalidation walk is between reading them and its SYNC. */
static void unref(struct smmux_invs *invs, struct smmux_inv *del, unsigned int num)
{
	unsigned long flags;

	if (!invs->has_ats) {
		smmux_invs_unref(invs, del, num);
		return;
	}
	write_lock_irqsave(&invs->ats_lock, flags);
	smmux_invs_unref(invs, del, num);
	write_unlock_irqrestore(&invs->ats_lock, flags);
}

void smmux_attach_leave(struct smmux_master *master, struct smmux_domain *dom, u32 ssid)
{
	struct smmux_device *smmu = master->smmu;
	const struct smmux_inv *have;
	struct smmux_invs *invs;
	unsigned int num;

	mutex_lock(&dom->lock);
	invs = invs_of(dom);
	have = smmux_invs_find(invs, smmu->order, tag_kind(dom));
	if (WARN_ON_ONCE(!have))
		goto out;
	num = describe(master, dom, have->id, ssid);
	unref(invs, master->scratch, num);
	trace_invs_update(dom->id, "unref", invs->num, invs->dead);
	if (!master->scratch[0].users) {
		smmux_tlb_inv_tag(&master->scratch[0]);
		ida_free(tags_of(smmu, dom), master->scratch[0].id);
	}
	/* Without memory the old array stays: it is correct, but larger. */
	invs = smmux_invs_purge(invs);
	if (invs)
		replace_invs(dom, invs, "purge");
out:
	mutex_unlock(&dom->lock);
	trace_detach(dev_name(master->dev), dom->id, ssid);
}

void smmux_attach_update(struct smmux_master *master)
{
	bool ats = smmux_ats_wanted(master);
	struct smmux_ste ste;

	guard(mutex)(&master->ats_mutex);
	if (ats)
		smmux_ats_prepare(master);
	else
		smmux_ats_disable(master);
	smmux_config_ste(master, &ste);
	smmux_master_write_stes(master, &ste);
	if (ats)
		smmux_ats_enable(master);
}

void smmux_attach_write_cd(struct smmux_master *master,
			   const struct smmux_domain *dom, u32 ssid, u16 asid)
{
	struct smmux_cd cd;

	smmux_config_cd(master, dom, asid, &cd);
	smmux_cdtab_write(master, ssid, &cd);
}

static int attach_paging(struct smmux_master *master, struct smmux_domain *dom)
{
	struct smmux_domain *old = master->domain;
	bool s1 = dom->stage == SMMUX_STAGE_1;
	int ret;

	ret = smmux_domain_fits(dom, master);
	if (ret)
		return ret;
	if (!s1 && !xa_empty(&master->pasids))
		return -EBUSY;
	if (s1) {
		ret = smmux_cdtab_cover(master, IOMMU_NO_PASID);
		if (ret)
			return ret;
	}
	ret = smmux_attach_join(master, dom, IOMMU_NO_PASID);
	if (ret < 0)
		return ret;

	if (s1)
		smmux_attach_write_cd(master, dom, IOMMU_NO_PASID, ret);
	smmux_master_set_state(master, SMMUX_RID_PAGING, dom, ret);
	smmux_attach_update(master);
	trace_attach(dev_name(master->dev), dom->id, IOMMU_NO_PASID, s1 ? "s1" : "s2",
		     dev_name(master->smmu->dev));

	/* The ATC holds translations of the old domain, and @old may be freed soon. */
	smmux_ats_flush(master);
	if (!s1 && smmux_cdtab_get(&master->cdtab, IOMMU_NO_PASID))
		smmux_cdtab_write(master, IOMMU_NO_PASID, NULL);
	if (old)
		smmux_attach_leave(master, old, IOMMU_NO_PASID);
	return 0;
}

int smmux_attach_paging(struct smmux_master *master, struct smmux_domain *dom)
{
	int ret;

	smmux_master_begin(master);
	ret = attach_paging(master, dom);
	smmux_master_end(master);
	return ret;
}
