// SPDX-License-Identifier: GPL-2.0
/*
 * master - a device and its StreamIDs.
 *
 * Firmware may give a device several StreamIDs, the same one twice, or one that
 * another device also has (functions behind a bridge that rewrites requester
 * ids).  A stream lists all its masters.  Its STE follows the master that was
 * attached last; since the masters share an IOMMU group, all of them get the same
 * domain.  When one of several is removed (@leaving), another one takes the STE over.
 */
#include "core/master.h"

#include <linux/pci-ats.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "../debugfs/debugfs.h"
#include "core/ats.h"
#include "core/config.h"
#include "core/pm.h"
#include "core/recovery.h"
#include "hw/cdtab.h"
#include "hw/cmdq.h"
#include "hw/evtq.h"
#include "hw/strtab.h"
#include "pure/cmd.h"
#include "pure/invs.h"
#include "smmux.h"
#include "trace/trace.h"

static int by_id(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Finds or creates the stream of @sid and adds @use to it.  Under the streams lock. */
static int join_stream(struct smmux_device *smmu, struct smmux_stream_use *use, u32 sid)
{
	struct smmux_stream *stream = xa_load(&smmu->streams, sid);
	int ret;

	lockdep_assert_held(&smmu->streams_lock);
	if (!stream) {
		stream = kzalloc(sizeof(*stream), GFP_KERNEL);
		if (!stream)
			return -ENOMEM;
		stream->sid = sid;
		INIT_LIST_HEAD(&stream->masters);
		ret = xa_insert(&smmu->streams, sid, stream, GFP_KERNEL);
		if (ret) {
			kfree(stream);
			return ret;
		}
	}
	use->stream = stream;
	if (!list_empty(&stream->masters))
		dev_notice(use->master->dev, "StreamID %#x: shared with %s, both are in one group\n",
			   sid,
			   dev_name(list_first_entry(&stream->masters,
						     struct smmux_stream_use,
						     node)->master->dev));
	spin_lock_irq(&smmu->ste_lock);
	list_add_tail(&use->node, &stream->masters);
	spin_unlock_irq(&smmu->ste_lock);
	return 0;
}

static void leave_stream(struct smmux_device *smmu, struct smmux_stream_use *use)
{
	struct smmux_stream *stream = use->stream;

	lockdep_assert_held(&smmu->streams_lock);
	spin_lock_irq(&smmu->ste_lock);
	list_del(&use->node);
	/* The stream stays cut off until the last master leaves: its ATC content is unknown. */
	stream->cutters -= use->master->cut;
	spin_unlock_irq(&smmu->ste_lock);
	if (!list_empty(&stream->masters))
		return;
	xa_erase(&smmu->streams, stream->sid);
	kfree_rcu(stream, rcu);
}

/* Fills @master->streams: sorted, each once; the count is in num_streams. */
static int join_streams(struct smmux_master *master, const u32 *ids, unsigned int num)
{
	struct smmux_device *smmu = master->smmu;
	unsigned int i;
	int ret;

	for (i = 0; i < num; i++) {
		struct smmux_stream_use *use = &master->streams[master->num_streams];

		if (i && ids[i] == ids[i - 1])
			continue;
		ret = smmux_strtab_cover(smmu, ids[i]);
		if (ret) {
			/* The core probes again whenever a driver tries to bind. */
			if (smmu->refused_sid != ids[i])
				dev_err(master->dev, "StreamID %#x: %s, DMA will be aborted\n",
					ids[i], ret == -ERANGE ?
					"beyond the SMMU's stream table" :
					"no memory for its stream table entry");
			smmu->refused_sid = ids[i];
			/* Any other error makes the core give up the whole SMMU. */
			return -ENODEV;
		}
		use->master = master;
		mutex_lock(&smmu->streams_lock);
		ret = join_stream(smmu, use, ids[i]);
		/* From here on its events may arrive, and their handler looks for it. */
		if (!ret)
			master->num_streams++;
		mutex_unlock(&smmu->streams_lock);
		if (ret)
			return ret;
	}
	return 0;
}

static void leave_streams(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;

	mutex_lock(&smmu->streams_lock);
	while (master->num_streams)
		leave_stream(smmu, &master->streams[--master->num_streams]);
	mutex_unlock(&smmu->streams_lock);
}

static void init_substreams(struct smmux_master *master)
{
	u8 bits = 0;

	if (dev_is_pci(master->dev)) {
		struct pci_dev *pdev = to_pci_dev(master->dev);
		int max = pci_max_pasids(pdev), features = pci_pasid_features(pdev);

		/* Must precede enabling ATS. */
		if (master->smmu->caps.ssid_bits && max > 0 && features >= 0 &&
		    !pci_enable_pasid(pdev, features))
			bits = ilog2(max);
	} else {
		u32 val = 0;

		device_property_read_u32(master->dev, "pasid-num-bits", &val);
		bits = min_t(u32, val, SSIDSIZE_MAX);
	}
	master->ssid_bits = min(bits, master->smmu->caps.ssid_bits);
}

static void exit_substreams(struct smmux_master *master)
{
	if (dev_is_pci(master->dev) && to_pci_dev(master->dev)->pasid_enabled)
		pci_disable_pasid(to_pci_dev(master->dev));
}

/* The CD of the default domain: its first attach must not fail, so has its memory here. */
static int cover_default(struct smmux_master *master)
{
	if (!smmux_has(master->smmu, SMMUX_FEAT_S1) || iommu_default_passthrough())
		return 0;
	return smmux_cdtab_cover(master, IOMMU_NO_PASID);
}

static struct smmux_master *alloc_master(struct device *dev,
					 struct smmux_device *smmu, unsigned int num)
{
	struct smmux_master *master = kzalloc(sizeof(*master), GFP_KERNEL);

	if (!master)
		return NULL;
	master->streams = kcalloc(num, sizeof(*master->streams), GFP_KERNEL);
	master->scratch = kcalloc(num + 1, sizeof(*master->scratch), GFP_KERNEL);
	master->dev = dev;
	master->smmu = smmu;
	xa_init(&master->pasids);
	mutex_init(&master->ats_mutex);
	if (master->streams && master->scratch)
		return master;
	kfree(master->streams);
	kfree(master->scratch);
	kfree(master);
	return NULL;
}

static void free_master(struct smmux_master *master)
{
	xa_destroy(&master->pasids);
	kfree(master->streams);
	kfree(master->scratch);
	kfree(master);
}

struct smmux_master *smmux_master_probe(struct device *dev, struct smmux_device *smmu)
{
	struct iommu_fwspec *fwspec = dev_iommu_fwspec_get(dev);
	struct smmux_master *master;
	u32 *ids;
	int ret;

	if (!fwspec->num_ids)
		return ERR_PTR(-ENODEV);
	ids = kmemdup_array(fwspec->ids, fwspec->num_ids, sizeof(*ids), GFP_KERNEL);
	if (!ids)
		return ERR_PTR(-ENOMEM);
	sort(ids, fwspec->num_ids, sizeof(*ids), by_id, NULL);
	master = alloc_master(dev, smmu, fwspec->num_ids);
	if (!master) {
		kfree(ids);
		return ERR_PTR(-ENOMEM);
	}
	ret = join_streams(master, ids, fwspec->num_ids);
	kfree(ids);
	if (ret)
		goto leave;
	init_substreams(master);
	ret = cover_default(master);
	if (ret)
		goto no_substreams;

	smmux_ats_init(master);
	smmux_recovery_add(master);
	/* This driver resolves no faults, so stall only if the SMMU supports nothing else. */
	master->stall = smmux_has(smmu, SMMUX_FEAT_STALL_FORCED);
	smmux_pm_link(master);
	mutex_lock(&smmu->streams_lock);
	smmu->num_masters++;
	mutex_unlock(&smmu->streams_lock);
	trace_master_add(dev_name(dev), dev_name(smmu->dev),
			 master->streams[0].stream->sid, master->num_streams);
	smmux_dbg_add_master(master);
	return master;

no_substreams:
	exit_substreams(master);
leave:
	leave_streams(master);
	free_master(master);
	return ERR_PTR(ret);
}

/*
 * The SMMU may have cached CDs of the table that is about to be freed.  Without stage 1
 * it has none, and the command is illegal.
 */
static void forget_cds(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;
	struct smmux_batch b __uninitialized;
	unsigned int i;

	if (!smmux_has(smmu, SMMUX_FEAT_S1))
		return;
	guard(rcu)();
	smmux_batch_init(&b, smmu);
	for (i = 0; i < master->num_streams; i++)
		smmux_batch_add(&b, smmux_cmd_cfgi_cd_all(master->streams[i].stream->sid));
	smmux_batch_sync(&b);
}

/* The core (or release_device) has attached the master to blocked or identity before. */
void smmux_master_release(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;

	smmux_dbg_remove_master(master);
	smmux_recovery_remove(master);
	trace_master_remove(dev_name(master->dev), dev_name(smmu->dev),
			    master->streams[0].stream->sid, master->num_streams);
	forget_cds(master);
	/* Handle its pending events now; later their StreamID has no master. */
	smmux_evtq_settle(smmu, false);
	leave_streams(master);
	smmux_cdtab_free(master);
	smmux_ats_exit(master);
	exit_substreams(master);
	smmux_pm_unlink(master);
	mutex_lock(&smmu->streams_lock);
	smmu->num_masters--;
	mutex_unlock(&smmu->streams_lock);
	free_master(master);
}

struct iommu_group *smmux_master_shared_group(struct smmux_master *master)
{
	struct smmux_device *smmu = master->smmu;
	struct iommu_group *group = NULL;
	unsigned int i;

	mutex_lock(&smmu->streams_lock);
	for (i = 0; i < master->num_streams && !group; i++) {
		struct smmux_stream_use *use;

		list_for_each_entry(use, &master->streams[i].stream->masters, node) {
			if (use->master != master)
				group = iommu_group_get(use->master->dev);
			if (group)
				break;
		}
	}
	mutex_unlock(&smmu->streams_lock);
	return group;
}

/* Another master of a shared stream, or NULL.  Under the streams lock. */
static struct smmux_master *heir_of(const struct smmux_stream_use *use)
{
	struct smmux_stream_use *other;

	list_for_each_entry(other, &use->stream->masters, node)
		if (other->master != use->master)
			return other->master;
	return NULL;
}

/* A stream that is cut off has no ATS, whatever @ste says. */
static void write_ste(struct smmux_device *smmu, struct smmux_stream *stream,
		      const struct smmux_ste *ste)
{
	struct smmux_ste allowed = *ste;
	unsigned long flags;

	spin_lock_irqsave(&smmu->ste_lock, flags);
	stream->eats_wanted = smmux_ste_eats(ste);
	if (stream->no_eats)
		smmux_ste_set_eats(&allowed, false);
	smmux_strtab_write(smmu, stream->sid, &allowed);
	spin_unlock_irqrestore(&smmu->ste_lock, flags);
}

void smmux_master_write_stes(struct smmux_master *master, const struct smmux_ste *ste)
{
	struct smmux_device *smmu = master->smmu;
	unsigned int i;

	mutex_lock(&smmu->streams_lock);
	for (i = 0; i < master->num_streams; i++) {
		const struct smmux_stream_use *use = &master->streams[i];
		struct smmux_master *heir = master->leaving ? heir_of(use) : NULL;
		struct smmux_ste theirs;

		/* The others on this stream continue: this master's block must not stop them. */
		if (heir)
			smmux_config_ste(heir, &theirs);
		write_ste(smmu, use->stream, heir ? &theirs : ste);
	}
	mutex_unlock(&smmu->streams_lock);
}

void smmux_master_set_state(struct smmux_master *master, enum smmux_rid_state rid,
			    struct smmux_domain *dom, u32 tag)
{
	guard(mutex)(&master->smmu->streams_lock);
	WRITE_ONCE(master->rid, rid);
	master->domain = dom;
	master->tag = tag;
	WRITE_ONCE(master->domain_id, dom ? dom->id : 0);
}

void smmux_master_snapshot(struct smmux_master *master, struct smmux_master_snap *snap)
{
	unsigned long ssid;
	unsigned int i;
	void *entry;

	memset(snap, 0, sizeof(*snap));
	snap->rid = READ_ONCE(master->rid);
	/* Only the id: the domain may be about to be freed. */
	snap->domain_id = READ_ONCE(master->domain_id);
	snap->num_streams = master->num_streams;
	snap->ssid_bits = master->ssid_bits;
	snap->stall = master->stall;
	snap->ats_capable = master->ats_capable;
	snap->ats_on = READ_ONCE(master->ats_on);
	snap->cut = READ_ONCE(master->cut);
	xa_for_each(&master->pasids, ssid, entry)
		snap->num_pasids++;
	for (i = 0; i < master->num_streams; i++)
		snap->faults += atomic64_read(&master->streams[i].stream->faults);
}
