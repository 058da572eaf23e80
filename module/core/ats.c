// SPDX-License-Identifier: GPL-2.0
/*
 * ats - enable and disable a master's ATS, and cut off a device whose ATC does not
 * answer.
 *
 * The SMMU accepts a translated request only while EATS is set, and a device asks
 * for translations only while its ATS capability is on.  So enabling sets EATS, then
 * the capability, and disabling uses the reverse order: the SMMU refuses no request of
 * a device whose ATS attach has enabled.  EATS is set only after
 * the device has confirmed that its ATC is empty: its entries may be old, and it may
 * have failed to answer their invalidation.  smmux_attach_update() in attach.c calls
 * prepare, enable and disable.
 *
 * Cut off.  The context that finds a device without answer cuts it off before it
 * returns to its caller, because the caller is about to free the memory:
 *
 *   no_eats   from here on nothing sets EATS (all STE writes are under ste_lock;
 *             write_ste() in master.c clears EATS in what attach wants)
 *   EATS = 0  in all STEs of the device
 *   CFGI_STE, SYNC: translated requests abort, and none is in flight any more
 *   cut       walkers skip the device
 *
 *   unmap of another page             cut
 *   ---------------------             ---
 *   clear PTE                         EATS = 0, CFGI_STE, SYNC
 *   smp_mb()                          cut = true (release)
 *   cut? yes: the device cannot use a translation any more
 *        no:  ATC_INV; if it is not answered, cut the device off, which here means
 *             to wait for ste_lock and find that it is done
 *
 * Back.  The ATC answers an invalidation of everything while EATS is off, so it is
 * empty and stays empty.  Then walkers include the device again.  The grace period
 * after that waits for the last walker that skipped it; only then may EATS be set.
 * If the device fails a walker meanwhile, it is cut off again; this is detected
 * under ste_lock.
 */
#include "core/ats.h"

#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>

#include "core/recovery_queue.h"
#include "hw/cmdq.h"
#include "hw/gerror.h"
#include "hw/strtab.h"
#include "pure/cmd.h"
#include "smmux.h"
#include "trace/inject.h"
#include "trace/trace.h"

static u8 stu_of(const struct smmux_master *master)
{
	return __ffs(master->smmu->caps.pgsizes);
}

void smmux_ats_init(struct smmux_master *master)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(master->dev);
	struct pci_dev *pdev;

	if (!smmux_has(master->smmu, SMMUX_FEAT_ATS) || !dev_is_pci(master->dev) ||
	    master->smmu->params.ats == SMMUX_ATS_OFF)
		return;
	pdev = to_pci_dev(master->dev);
	if (!pci_ats_supported(pdev))
		return;
	/* The root complex may not forward ATS: firmware says so, or the user overrides it. */
	if (!(fwspec->flags & IOMMU_FWSPEC_PCI_RC_ATS) &&
	    master->smmu->params.ats != SMMUX_ATS_ON)
		return;
	if (pci_prepare_ats(pdev, stu_of(master))) {
		dev_warn(master->dev, "ATS: page size not accepted, stays off\n");
		return;
	}
	master->ats_capable = true;
	atomic_inc(&master->smmu->cmdq.slow_devices);
}

void smmux_ats_exit(struct smmux_master *master)
{
	if (!master->ats_capable)
		return;
	master->ats_capable = false;
	atomic_dec(&master->smmu->cmdq.slow_devices);
}

bool smmux_ats_wanted(const struct smmux_master *master)
{
	return master->ats_capable && (master->rid == SMMUX_RID_PAGING ||
				       !xa_empty(&master->pasids));
}

/* --- ATC invalidation --- */

static int ask(struct smmux_master *master, bool ssv, u32 ssid)
{
	struct smmux_batch b __uninitialized;
	bool fake = false;
	unsigned int i;
	int ret;

	smmux_batch_init(&b, master->smmu);
	b.how = SMMUX_ISSUE_ATC;
	for (i = 0; i < master->num_streams; i++) {
		u32 sid = master->streams[i].stream->sid;

		smmux_batch_add(&b, smmux_cmd_atc_inv_all(smmux_cmd_atc_w0(sid, ssv, ssid)));
		fake |= smmux_ats_injected(master->smmu, sid);
	}
	ret = smmux_batch_sync(&b);
	return fake && !ret ? -EIO : ret;
}

bool smmux_ats_injected(struct smmux_device *smmu, u32 sid)
{
	if (!smmux_inject_is_on() || !smmux_inject_atc(smmu->order, sid))
		return false;
	smmux_recovery_count(smmu, SMMUX_RECN_INJECTED);
	return true;
}

bool smmux_ats_unanswered(struct smmux_device *smmu, int err)
{
	/*
	 * A closed queue takes no CFGI_STE either, so cutting off is impossible.  The
	 * SMMU aborts all traffic, unless give_up() of cmdq_wait.c closed the queue.
	 */
	return err && err != -ENODEV && !READ_ONCE(smmu->cmdq.dead);
}

/* True only after the SMMU has confirmed it: no invalidations, no translated requests. */
static bool is_cut_off(const struct smmux_master *master)
{
	unsigned int i;

	for (i = 0; i < master->num_streams; i++)
		if (!smp_load_acquire(&master->streams[i].stream->cut))
			return false;
	return true;
}

static void flush(struct smmux_master *master, bool ssv, u32 ssid)
{
	struct smmux_stream *stream = master->streams[0].stream;
	int err;

	if (is_cut_off(master))
		return;
	guard(rcu)();
	err = ask(master, ssv, ssid);
	if (!smmux_ats_unanswered(master->smmu, err))
		return;
	smmux_recovery_count(master->smmu, SMMUX_RECN_TIMEOUTS);
	trace_atc_timeout(dev_name(master->smmu->dev), stream->sid, master->num_streams, err);
	smmux_ats_cut(master->smmu, stream, err);
}

void smmux_ats_flush(struct smmux_master *master)
{
	if (READ_ONCE(master->ats_on))
		flush(master, false, 0);
}

void smmux_ats_flush_pasid(struct smmux_master *master, u32 ssid)
{
	if (READ_ONCE(master->ats_on))
		flush(master, true, ssid);
}

/* --- enable and disable --- */

static bool tell_device(struct smmux_master *master, bool on)
{
	struct pci_dev *pdev = to_pci_dev(master->dev);

	if (pdev->ats_enabled == on)
		return true;
	if (!on)
		pci_disable_ats(pdev);
	else if (pci_enable_ats(pdev, stu_of(master)))
		dev_warn(master->dev, "ATS: enabling failed\n");
	return pdev->ats_enabled == on;
}

void smmux_ats_prepare(struct smmux_master *master)
{
	lockdep_assert_held(&master->ats_mutex);
	/* Without SubstreamID, "all" includes the entries of every PASID. */
	if (!master->ats_on)
		flush(master, false, 0);
}

void smmux_ats_enable(struct smmux_master *master)
{
	lockdep_assert_held(&master->ats_mutex);
	if (READ_ONCE(master->cut) || tell_device(master, true))
		WRITE_ONCE(master->ats_on, true);
}

void smmux_ats_disable(struct smmux_master *master)
{
	lockdep_assert_held(&master->ats_mutex);
	if (!master->ats_on)
		return;
	tell_device(master, false);
	flush(master, false, 0);
	WRITE_ONCE(master->ats_on, false);
}

/* --- cut off --- */

/* One CFGI_STE for each StreamID, one SYNC: the SMMU reads EATS from memory again. */
static int confirm(struct smmux_master *master)
{
	struct smmux_batch b __uninitialized;
	unsigned int i;

	guard(rcu)();
	/* The STEs must be visible before the commands. */
	dma_wmb();
	smmux_batch_init(&b, master->smmu);
	for (i = 0; i < master->num_streams; i++)
		smmux_batch_add(&b, smmux_cmd_cfgi_ste(master->streams[i].stream->sid, true));
	return smmux_batch_sync(&b);
}

/* All of a device's streams: it may request by one and use the translation by another. */
static void isolate(struct smmux_master *master, int why)
{
	struct smmux_device *smmu = master->smmu;
	unsigned int i;
	int err;

	lockdep_assert_held(&smmu->ste_lock);
	for (i = 0; i < master->num_streams; i++) {
		struct smmux_stream *stream = master->streams[i].stream;

		stream->no_eats = true;
		stream->cutters += !master->cut;
		smmux_strtab_set_eats(smmu, stream->sid, false);
	}
	WRITE_ONCE(master->cut, true);
	/* After a full timeout of the SMMU, do not wait for a second one. */
	WRITE_ONCE(smmu->cmdq.hurry, why == -ETIMEDOUT);
	err = confirm(master);
	WRITE_ONCE(smmu->cmdq.hurry, false);
	if (smmux_ats_unanswered(smmu, err)) {
		smmux_recovery_count(smmu, SMMUX_RECN_FAIL_STOPS);
		smmux_gerror_stop(smmu, "quarantine: no confirmation by the SMMU");
	}
	for (i = 0; i < master->num_streams; i++)
		smp_store_release(&master->streams[i].stream->cut, true);
}

void smmux_ats_cut(struct smmux_device *smmu, struct smmux_stream *stream, int err)
{
	struct smmux_stream_use *use;
	unsigned long flags;

	spin_lock_irqsave(&smmu->ste_lock, flags);
	/* Another context may have cut it off already; a master that has left has no EATS. */
	if (!stream->cut) {
		u64 from = ktime_get_ns();

		list_for_each_entry(use, &stream->masters, node) {
			isolate(use->master, err);
			smmux_recovery_enter(use->master, stream->sid, err, ktime_get_ns() - from);
		}
	}
	spin_unlock_irqrestore(&smmu->ste_lock, flags);
}

/* --- back --- */

void smmux_ats_quiet(struct smmux_master *master)
{
	lockdep_assert_held(&master->ats_mutex);
	tell_device(master, false);
}

/* Walkers include it again, on those streams that no other master keeps cut off. */
static void name_again(struct smmux_master *master)
{
	unsigned int i;

	spin_lock_irq(&master->smmu->ste_lock);
	for (i = 0; i < master->num_streams; i++)
		if (master->streams[i].stream->cutters == 1)
			WRITE_ONCE(master->streams[i].stream->cut, false);
	spin_unlock_irq(&master->smmu->ste_lock);
	/* Walkers that skipped it have finished; new walkers include it. */
	synchronize_rcu();
}

static bool failed_again(const struct smmux_master *master)
{
	unsigned int i;

	for (i = 0; i < master->num_streams; i++)
		if (master->streams[i].stream->cutters == 1 && master->streams[i].stream->cut)
			return true;
	return false;
}

static int restore_eats(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;
	unsigned int i;
	int ret = 0;

	spin_lock_irq(&smmu->ste_lock);
	if (failed_again(master)) {
		ret = -EIO;
		goto out;
	}
	for (i = 0; i < master->num_streams; i++) {
		struct smmux_stream *stream = master->streams[i].stream;

		if (--stream->cutters)
			continue;
		stream->no_eats = false;
		smmux_strtab_set_eats(smmu, stream->sid, stream->eats_wanted);
	}
	WRITE_ONCE(master->cut, false);
	confirm(master);
	smmux_recovery_leave(master);
out:
	spin_unlock_irq(&smmu->ste_lock);
	return ret;
}

int smmux_ats_revive(struct smmux_master *master)
{
	int ret;

	lockdep_assert_held(&master->ats_mutex);
	scoped_guard(rcu)
		ret = ask(master, false, 0);
	if (ret)
		return ret;
	name_again(master);
	ret = restore_eats(master);
	if (!ret && master->ats_on && !READ_ONCE(master->cut))
		tell_device(master, true);
	return ret;
}
