// SPDX-License-Identifier: GPL-2.0
/*
 * probe - the platform driver: probe and remove of an SMMU.
 *
 * Memory and interrupts are device managed.  The order of allocation has the
 * effect that handlers are freed before the structures that they access.
 * remove() unregisters from the IOMMU core, before any of that.
 *
 * Probe first makes sure that no client uses the hardware, then accesses it.
 * Reset aborts transactions that are under way, and a device that started
 * without this driver would never be attached.
 */
#include "probe.h"

#include <linux/acpi.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "../debugfs/debugfs.h"
#include "core/pm.h"
#include "core/recovery.h"
#include "fw.h"
#include "hw/cmdq.h"
#include "hw/evtq.h"
#include "hw/gerror.h"
#include "hw/irq.h"
#include "hw/reset.h"
#include "hw/strtab.h"
#include "iommu_ops.h"
#include "knobs.h"
#include "params.h"
#include "smmux.h"
#include "trace/recent.h"
#include "trace/stats.h"
#include "view/crash.h"
#include "view/reach.h"
#include "view/summary.h"

/* Without range commands: the number of entries of a last level table. */
#define FULL_INV_THRESHOLD	512

/*
 * The message here is complete.  The errno is -ENODEV, because the driver core
 * then adds no message of its own.
 */
static int refuse_live_client(struct smmux_device *smmu)
{
	struct device *client = smmux_fw_find_live_client(smmu);

	if (!client)
		return 0;
	dev_err(smmu->dev, "not bound: %s (driver %s) already does untranslated DMA, which would be aborted; load smmux from the initramfs, with deferred_probe_timeout=-1 on the kernel command line (scripts/smmux-setup does both)\n",
		dev_name(client), client->driver ? client->driver->name : "?");
	put_device(client);
	return -ENODEV;
}

static void __iomem *map_page(struct smmux_device *smmu, phys_addr_t start)
{
	/* A PMCG, which has its own driver, may be between or behind the pages. */
	struct resource res = DEFINE_RES_MEM(start, SMMUX_PAGE_ARCH_BYTES);

	return devm_ioremap_resource(smmu->dev, &res);
}

static int map_registers(struct smmux_device *smmu)
{
	struct platform_device *pdev = to_platform_device(smmu->dev);
	bool one_page = smmu->hints.quirks & SMMUX_QUIRK_ONE_PAGE;
	resource_size_t need = one_page ? SMMUX_PAGE1 : 2 * SMMUX_PAGE1;
	struct resource *res = platform_get_resource(pdev, IORESOURCE_MEM, 0);

	if (!res) {
		dev_err(smmu->dev, "registers: not described by firmware\n");
		return -ENODEV;
	}
	if (resource_size(res) < need) {
		dev_err(smmu->dev, "registers %pR: too small, %pa bytes needed\n", res, &need);
		return -ENODEV;
	}
	smmu->pa = res->start;
	smmu->page0 = map_page(smmu, res->start);
	if (IS_ERR(smmu->page0))
		return PTR_ERR(smmu->page0);
	smmu->page1 = one_page ? smmu->page0 : map_page(smmu, res->start + SMMUX_PAGE1);
	return PTR_ERR_OR_ZERO(smmu->page1);
}

static int read_caps(struct smmux_device *smmu)
{
	static const u32 offsets[SMMUX_NUM_IDREGS] = {
		[SMMUX_REG_IDR0] = SMMUX_IDR0, [SMMUX_REG_IDR1] = SMMUX_IDR1,
		[SMMUX_REG_IDR2] = SMMUX_IDR2, [SMMUX_REG_IDR3] = SMMUX_IDR3,
		[SMMUX_REG_IDR4] = SMMUX_IDR4, [SMMUX_REG_IDR5] = SMMUX_IDR5,
		[SMMUX_REG_IIDR] = SMMUX_IIDR, [SMMUX_REG_AIDR] = SMMUX_AIDR,
	};
	struct smmux_idregs raw;
	const char *why = NULL;
	unsigned int i;
	int ret;

	for (i = 0; i < SMMUX_NUM_IDREGS; i++)
		raw.r[i] = smmux_readl(smmu, offsets[i]);
	ret = smmux_caps_decode(&raw, &smmu->hints, &smmu->caps, &why);
	if (ret) {
		dev_err(smmu->dev, "refused: %s (IDR0 %#x IDR1 %#x IDR3 %#x IDR5 %#x AIDR %#x)\n",
			why, raw.r[SMMUX_REG_IDR0], raw.r[SMMUX_REG_IDR1],
			raw.r[SMMUX_REG_IDR3], raw.r[SMMUX_REG_IDR5],
			raw.r[SMMUX_REG_AIDR]);
		return -ENODEV;
	}
	/* The DMA API allocates pages of the CPU's size. */
	if (BIT(__ffs(smmu->caps.pgsizes)) > PAGE_SIZE) {
		dev_err(smmu->dev, "refused: IDR5 (%#x) offers no granule as small as this kernel's pages of %lu bytes\n",
			raw.r[SMMUX_REG_IDR5], PAGE_SIZE);
		return -ENODEV;
	}
	if (smmu->caps.set_fw & BIT(SMMUX_FEAT_COHERENT))
		dev_notice(smmu->dev, "firmware overrides IDR0.COHACC: %scoherent\n",
			   smmux_has(smmu, SMMUX_FEAT_COHERENT) ? "" : "not ");
	if (smmu->caps.erratum)
		dev_notice(smmu->dev, "erratum %s: workaround enabled\n", smmu->caps.erratum);
	return dma_set_mask_and_coherent(smmu->dev, DMA_BIT_MASK(smmu->caps.oas));
}

static void destroy_tags(void *data)
{
	struct smmux_device *smmu = data;

	smmux_recovery_exit(smmu);
	ida_destroy(&smmu->asids);
	ida_destroy(&smmu->vmids);
	xa_destroy(&smmu->streams);
	mutex_destroy(&smmu->streams_lock);
}

static int init_structures(struct smmux_device *smmu)
{
	int ret;

	smmu->full_inv_threshold = FULL_INV_THRESHOLD;
	ida_init(&smmu->asids);
	ida_init(&smmu->vmids);
	xa_init(&smmu->streams);
	mutex_init(&smmu->streams_lock);
	spin_lock_init(&smmu->ste_lock);
	smmux_gerror_init(smmu);
	smmux_pm_init(smmu);
	ret = smmux_recovery_init(smmu) ?:
	      devm_add_action_or_reset(smmu->dev, destroy_tags, smmu);
	if (!ret)
		ret = smmux_stats_init(smmu) ?: smmux_recent_init(smmu);
	if (!ret)
		ret = smmux_cmdq_init(smmu);
	if (!ret)
		ret = smmux_strtab_init(smmu);
	if (!ret)
		ret = smmux_evtq_init(smmu, smmux_reach_walk);
	return ret;
}

/* Only devices that firmware keeps in use (a display, a BMC) bypass. */
static int bypass_rmr_sid(struct smmux_device *smmu, u32 sid)
{
	struct smmux_ste ste;
	int ret;

	ret = smmux_strtab_cover(smmu, sid);
	if (ret) {
		dev_err(smmu->dev, "StreamID %#x of a reserved memory range: no stream table entry (%pe)\n",
			sid, ERR_PTR(ret));
		return ret;
	}
	smmu->has_rmr = true;
	smmux_ste_bypass(&ste, smmux_has(smmu, SMMUX_FEAT_ATTR_OVR));
	spin_lock_irq(&smmu->ste_lock);
	smmux_strtab_write(smmu, sid, &ste);
	spin_unlock_irq(&smmu->ste_lock);
	return 0;
}

static void force_off(void *data)
{
	struct smmux_device *smmu = data;

	/* Without power it is off already. */
	if (!smmux_pm_asleep(smmu))
		smmux_reset_force_off(smmu);
}

static int start(struct smmux_device *smmu)
{
	int ret = smmux_reset_enable(smmu);

	return ret ?: devm_add_action_or_reset(smmu->dev, force_off, smmu);
}

/*
 * For an SMMU that has had clients: turn it off before devm frees anything.  devm frees in
 * reverse order, and the second-level stream tables of clients are younger than the action
 * force_off(), so the action is run here.  For that the SMMU must be awake, and stay so.
 */
static void stop(struct smmux_device *smmu)
{
	smmux_crash_remove(smmu);
	smmux_pm_disallow(smmu);
	devm_release_action(smmu->dev, force_off, smmu);
}

/*
 * The driver core retries the probe of a client that waits for its SMMU whenever
 * some device binds.  If that happens while its own SMMU is half registered, the
 * IOMMU core warns (7.x, WARN "late IOMMU probe"):
 *
 *   probe of SMMU 2                    deferred probe, started by SMMU 1's bind
 *   on the core's list of IOMMUs
 *                                      client of SMMU 2: its IOMMU is present,
 *                                      bind the client, then IOMMU-probe it
 *   probe the waiting clients
 *
 * So at load all SMMUs are made ready first, and are registered with the core when
 * no probe is running.  An SMMU that is added later is registered at once.
 */
static DEFINE_MUTEX(publish_lock);
static LIST_HEAD(unpublished);		/* smmux_device.node; under publish_lock */
static bool loading;			/* under publish_lock, but for its first write */

static int publish(struct smmux_device *smmu)
{
	int ret;

	lockdep_assert_held(&publish_lock);
	ret = iommu_device_sysfs_add(&smmu->iommu, smmu->dev, NULL, "smmu3.%pa",
				     &smmu->pa);
	if (ret)
		return ret;
	if (smmu->caps.ssid_bits)
		smmu->iommu.max_pasids = BIT(smmu->caps.ssid_bits);
	/* Before the core: it probes the waiting clients within this call. */
	smmux_dbg_add_smmu(smmu);
	ret = iommu_device_register(&smmu->iommu, &smmux_iommu_ops, smmu->dev);
	if (ret) {
		smmux_dbg_remove_smmu(smmu);
		iommu_device_sysfs_remove(&smmu->iommu);
	}
	smmu->published = !ret;
	return ret;
}

static int publish_or_wait(struct smmux_device *smmu)
{
	int ret = 0;

	mutex_lock(&publish_lock);
	if (loading)
		list_add_tail(&smmu->node, &unpublished);
	else
		ret = publish(smmu);
	mutex_unlock(&publish_lock);
	return ret;
}

/* Returns an SMMU that the core rejected, with a reference, or NULL. */
static struct device *publish_waiting(void)
{
	struct smmux_device *smmu, *next;
	struct device *refused = NULL;
	int ret;

	mutex_lock(&publish_lock);
	loading = false;
	list_for_each_entry_safe(smmu, next, &unpublished, node) {
		list_del_init(&smmu->node);
		ret = publish(smmu);
		if (!ret)
			continue;
		dev_err(smmu->dev, "not bound: registration as an IOMMU failed (%pe)\n",
			ERR_PTR(ret));
		refused = get_device(smmu->dev);
		break;
	}
	mutex_unlock(&publish_lock);
	return refused;
}

static int no_probe(struct platform_device *pdev)
{
	return 0;
}

/* Any bind makes the driver core retry waiting clients; this bind has no other purpose. */
static void retry_clients(void)
{
	static struct platform_driver nudge = { .driver.name = "smmux-ready" };
	struct platform_device *pdev;

	pdev = platform_create_bundle(&nudge, no_probe, NULL, 0, NULL, 0);
	if (IS_ERR(pdev)) {
		pr_warn("smmux: retry of deferred clients: failed (%pe), repeated at the next bind\n",
			pdev);
		return;
	}
	platform_device_unregister(pdev);
	platform_driver_unregister(&nudge);
}

static void announce(const struct smmux_device *smmu)
{
	const struct smmux_caps *caps = &smmu->caps;
	static const char * const syncs[] = {
		[SMMUX_SYNC_POLL] = "polling", [SMMUX_SYNC_WFE] = "wfe",
		[SMMUX_SYNC_MSI] = "msi",
	};

	dev_info(smmu->dev, "SMMUv3.%u: stage%s%s, ias %u, oas %u, sid %u bits, ssid %u bits, cmdq 2^%u sync by %s, evtq 2^%u irq %s%s%s%s\n",
		 caps->arch_minor,
		 smmux_has(smmu, SMMUX_FEAT_S1) ? " 1" : "",
		 smmux_has(smmu, SMMUX_FEAT_S2) ? " 2" : "",
		 caps->ias, caps->oas, caps->sid_bits, caps->ssid_bits,
		 smmu->cmdq.q.log2, syncs[smmu->cmdq.mode],
		 smmu->evtq.q.log2, smmux_irq_mode(smmu),
		 smmux_has(smmu, SMMUX_FEAT_COHERENT) ? ", coherent" : "",
		 smmux_has(smmu, SMMUX_FEAT_RIL) ? ", range invalidation" : "",
		 smmux_has(smmu, SMMUX_FEAT_ATS) ? ", ats" : "");
	if (smmu->has_rmr)
		dev_notice(smmu->dev, "StreamIDs of reserved memory ranges: bypass until their device has a domain, see \"bypass\" in strtab\n");
}

static int probe(struct platform_device *pdev)
{
	static atomic_t last_order = ATOMIC_INIT(0);
	struct smmux_device *smmu;
	int ret;

	smmu = devm_kzalloc(&pdev->dev, sizeof(*smmu), GFP_KERNEL);
	if (!smmu)
		return -ENOMEM;
	smmu->dev = &pdev->dev;
	smmu->order = atomic_inc_return(&last_order);
	smmu->params = smmux_params;
	INIT_LIST_HEAD(&smmu->node);
	platform_set_drvdata(pdev, smmu);

	ret = smmux_fw_probe(smmu);
	if (!ret)
		ret = map_registers(smmu);
	if (!ret)
		ret = refuse_live_client(smmu);
	if (!ret)
		ret = read_caps(smmu);
	if (!ret)
		ret = init_structures(smmu);
	if (!ret)
		ret = smmux_irq_setup(smmu);
	if (!ret)
		ret = smmux_fw_for_each_rmr_sid(smmu, bypass_rmr_sid);
	if (!ret)
		ret = start(smmu);
	if (!ret)
		ret = smmux_pm_allow(smmu) ?: smmux_crash_add(smmu) ?:
		      smmux_summary_at_panic(smmu);
	if (ret)
		return ret;
	ret = publish_or_wait(smmu);
	if (ret) {
		stop(smmu);
		return ret;
	}
	announce(smmu);
	return 0;
}

static void unpublish(struct smmux_device *smmu)
{
	smmux_recovery_stop(smmu);
	iommu_device_unregister(&smmu->iommu);
	smmux_dbg_remove_smmu(smmu);
	iommu_device_sysfs_remove(&smmu->iommu);
	/* The core has released all masters, unless one leaked. */
	WARN(smmu->num_masters, "%s: %u masters are left\n", dev_name(smmu->dev),
	     smmu->num_masters);
}

static void remove(struct platform_device *pdev)
{
	struct smmux_device *smmu = platform_get_drvdata(pdev);

	mutex_lock(&publish_lock);
	list_del_init(&smmu->node);
	mutex_unlock(&publish_lock);
	if (smmu->published)
		unpublish(smmu);
	/* Now all traffic aborts; then devm frees interrupts, then memory. */
	stop(smmu);
}

static void shutdown(struct platform_device *pdev)
{
	struct smmux_device *smmu = platform_get_drvdata(pdev);

	/* Ends DMA that is still under way, before it reaches the next kernel's memory. */
	if (!smmux_pm_asleep(smmu))
		smmux_reset_disable(smmu);
}

static const struct of_device_id of_match[] = {
	{ .compatible = "arm,smmu-v3" },
	{ }
};
MODULE_DEVICE_TABLE(of, of_match);

/* The device that the kernel creates for an IORT node. */
static const struct platform_device_id id_match[] = {
	{ .name = "arm-smmu-v3" },
	{ }
};
MODULE_DEVICE_TABLE(platform, id_match);

static struct platform_driver driver = {
	.driver = {
		.name = "smmux",
		.of_match_table = of_match,
		.dev_groups = smmux_knobs_smmu,
		.pm = pm_ptr(&smmux_pm_ops),
	},
	.id_table = id_match,
	.probe = probe,
	.remove = remove,
	.shutdown = shutdown,
};

int smmux_probe_register(void)
{
	struct device *refused;
	int ret;

	/* A driver cannot refuse an unbind, which cuts off every client. */
	driver.driver.suppress_bind_attrs = !smmux_params.allow_unbind;
	loading = true;
	ret = platform_driver_register(&driver);
	if (ret)
		return ret;
	/* These binds have started probes of clients; wait until they are deferred again. */
	wait_for_device_probe();
	while ((refused = publish_waiting())) {
		device_release_driver(refused);
		put_device(refused);
	}
	retry_clients();
	return 0;
}

void smmux_probe_unregister(void)
{
	platform_driver_unregister(&driver);
}
