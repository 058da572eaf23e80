// SPDX-License-Identifier: GPL-2.0
/*
 * fw - DT and ACPI: the description of an SMMU, and the devices that are
 * behind it.
 *
 * The devices are needed before they have an IOMMU, so neither the IOMMU core
 * nor a fwspec knows them.  Under DT, "iommus" and "iommu-map" name the SMMU.
 * Under ACPI the kernel exports no function that finds the SMMU of a device, so
 * iort.c reads the table.
 */
#include "fw.h"

#include <linux/acpi.h>
#include <linux/acpi_iort.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "pure/iort.h"
#include "smmux.h"

/*
 * --- the SMMU itself ---
 *
 * The message for invalid firmware data is complete.  The errno is -ENODEV,
 * because the driver core then adds no message of its own.
 */

static int probe_dt(struct smmux_device *smmu)
{
	struct device_node *np = smmu->dev->of_node;
	struct smmux_fw_hints *hints = &smmu->hints;
	u32 cells;

	if (of_property_read_u32(np, "#iommu-cells", &cells)) {
		dev_err(smmu->dev, "%pOF: no \"#iommu-cells\"\n", np);
		return -ENODEV;
	}
	if (cells != 1) {
		dev_err(smmu->dev, "%pOF: \"#iommu-cells\" is %u, must be 1\n",
			np, cells);
		return -ENODEV;
	}
	/* dma_alloc_coherent() uses the same property, so it overrides IDR0.COHACC. */
	hints->coherent_override = true;
	hints->coherent = of_dma_is_coherent(np);
	if (of_property_read_bool(np, "hisilicon,broken-prefetch-cmd"))
		hints->quirks |= SMMUX_QUIRK_NO_PREFETCH;
	if (of_property_read_bool(np, "cavium,cn9900-broken-page1-regspace"))
		hints->quirks |= SMMUX_QUIRK_ONE_PAGE;
	return 0;
}

#ifdef CONFIG_ACPI
static const struct acpi_iort_smmu_v3 *iort_of(const struct smmux_device *smmu)
{
	/* The IORT code's platform data: a pointer to the node. */
	struct acpi_iort_node *const *node = dev_get_platdata(smmu->dev);

	return node && *node ? (const void *)(*node)->node_data : NULL;
}

static int probe_acpi(struct smmux_device *smmu)
{
	const struct acpi_iort_smmu_v3 *iort = iort_of(smmu);
	struct smmux_fw_hints *hints = &smmu->hints;

	if (!iort) {
		dev_err(smmu->dev, "no DT node and no IORT node\n");
		return -ENODEV;
	}
	hints->coherent_override = true;
	hints->coherent = iort->flags & ACPI_IORT_SMMU_V3_COHACC_OVERRIDE;
	hints->httu_override = true;
	hints->httu = FIELD_GET(ACPI_IORT_SMMU_V3_HTTU_OVERRIDE, iort->flags);
	if (iort->model == ACPI_IORT_SMMU_V3_HISILICON_HI161X)
		hints->quirks |= SMMUX_QUIRK_NO_PREFETCH;
	if (iort->model == ACPI_IORT_SMMU_V3_CAVIUM_CN99XX)
		hints->quirks |= SMMUX_QUIRK_ONE_PAGE;
	return 0;
}
#else
static int probe_acpi(struct smmux_device *smmu)
{
	dev_err(smmu->dev, "no DT node\n");
	return -ENODEV;
}
#endif

/* Only -EPROBE_DEFER is an error: the driver works without the interrupt. */
static int find_irq(struct smmux_device *smmu, const char *name, int *irq)
{
	int ret = platform_get_irq_byname_optional(to_platform_device(smmu->dev), name);

	if (ret == -EPROBE_DEFER)
		return ret;
	*irq = max(ret, 0);
	return 0;
}

int smmux_fw_probe(struct smmux_device *smmu)
{
	struct smmux_irqs *irqs = &smmu->irqs;
	int ret;

	ret = smmu->dev->of_node ? probe_dt(smmu) : probe_acpi(smmu);
	if (ret)
		return ret;
	ret = find_irq(smmu, "combined", &irqs->combined);
	if (!ret)
		ret = find_irq(smmu, "eventq", &irqs->wired[SMMUX_IRQ_EVTQ]);
	if (!ret)
		ret = find_irq(smmu, "gerror", &irqs->wired[SMMUX_IRQ_GERROR]);
	return ret;
}

/* --- reserved memory ranges --- */

static int each_sid(struct smmux_device *smmu, const struct iommu_iort_rmr_data *rmr,
		    int (*fn)(struct smmux_device *smmu, u32 sid))
{
	u32 i;
	int ret = 0;

	for (i = 0; i < rmr->num_sids && !ret; i++)
		ret = fn(smmu, rmr->sids[i]);
	return ret;
}

int smmux_fw_for_each_rmr_sid(struct smmux_device *smmu,
			      int (*fn)(struct smmux_device *smmu, u32 sid))
{
	struct iommu_resv_region *region;
	LIST_HEAD(regions);
	int ret = 0;

	if (smmu->dev->of_node || acpi_disabled)
		return 0;
	iort_get_rmr_sids(dev_fwnode(smmu->dev), &regions);
	list_for_each_entry(region, &regions, list) {
		ret = each_sid(smmu, container_of(region, struct iommu_iort_rmr_data, rr), fn);
		if (ret)
			break;
	}
	iort_put_rmr_sids(dev_fwnode(smmu->dev), &regions);
	return ret;
}

/* --- clients according to DT --- */

static bool dt_names_smmu(const struct smmux_device *smmu, struct device_node *np)
{
	struct of_phandle_args args;
	bool ours = false;
	int i;

	for (i = 0; !ours && !of_parse_phandle_with_args(np, "iommus", "#iommu-cells",
							 i, &args); i++) {
		ours = args.np == smmu->dev->of_node;
		of_node_put(args.np);
	}
	return ours;
}

/*
 * Uses the function's own requester ID.  A bridge may replace it by an ID of the
 * bus behind the bridge, but firmware maps that ID to the same SMMU.
 */
static bool dt_pci_is_ours(const struct smmux_device *smmu, struct pci_dev *pdev)
{
	struct device *parent = pci_find_host_bridge(pdev->bus)->dev.parent;
	struct of_phandle_args args = {};
	bool ours;

	if (!parent || !parent->of_node ||
	    of_map_iommu_id(parent->of_node, pci_dev_id(pdev), &args) || !args.np)
		return false;
	ours = args.np == smmu->dev->of_node;
	of_node_put(args.np);
	return ours;
}

/* --- clients according to the IORT --- */

#ifdef CONFIG_ACPI
static const struct acpi_table_iort *get_iort(void)
{
	struct acpi_table_header *table;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(ACPI_SIG_IORT, 0, &table)))
		return NULL;
	return container_of(table, struct acpi_table_iort, header);
}

static void put_iort(const struct acpi_table_iort *iort)
{
	acpi_put_table((struct acpi_table_header *)&iort->header);
}

static bool acpi_pci_is_ours(const struct smmux_device *smmu, struct pci_dev *pdev)
{
	const struct acpi_table_iort *iort = get_iort();
	bool ours;

	if (!iort)
		return false;
	ours = smmux_iort_rc_sends(iort, smmu->pa, pci_domain_nr(pdev->bus), pci_dev_id(pdev));
	put_iort(iort);
	return ours;
}

static bool acpi_platform_is_ours(const struct smmux_device *smmu, struct device *dev)
{
	struct acpi_buffer path = { ACPI_ALLOCATE_BUFFER, NULL };
	const struct acpi_table_iort *iort;
	bool ours = false;

	if (!ACPI_COMPANION(dev) ||
	    ACPI_FAILURE(acpi_get_name(ACPI_HANDLE(dev), ACPI_FULL_PATHNAME, &path)))
		return false;
	iort = get_iort();
	if (iort) {
		ours = smmux_iort_component_sends(iort, smmu->pa, path.pointer);
		put_iort(iort);
	}
	kfree(path.pointer);
	return ours;
}

static u64 acpi_pmcg(const struct smmux_device *smmu, unsigned int n)
{
	const struct acpi_table_iort *iort = get_iort();
	u64 pa;

	if (!iort)
		return 0;
	pa = smmux_iort_pmcg(iort, smmu->pa, n);
	put_iort(iort);
	return pa;
}
#else
static bool acpi_pci_is_ours(const struct smmux_device *smmu, struct pci_dev *pdev)
{
	return false;
}

static bool acpi_platform_is_ours(const struct smmux_device *smmu, struct device *dev)
{
	return false;
}

static u64 acpi_pmcg(const struct smmux_device *smmu, unsigned int n)
{
	return 0;
}
#endif

/* --- performance counter groups --- */

/*
 * The SMMU that a counter group at @pa belongs to, if only the address of the group
 * is known: the SMMU with the nearest registers below @pa.
 */
static u64 dt_smmu_below(u64 pa)
{
	struct device_node *np;
	struct resource res;
	u64 best = 0;

	for_each_compatible_node(np, NULL, "arm,smmu-v3")
		if (!of_address_to_resource(np, 0, &res) && res.start <= pa)
			best = max_t(u64, best, res.start);
	return best;
}

static void dt_each_pmcg(struct smmux_device *smmu, smmux_pmcg_fn *fn, void *data)
{
	struct resource *window = platform_get_resource(to_platform_device(smmu->dev),
							IORESOURCE_MEM, 0);
	struct device_node *np;
	struct resource res;

	for_each_compatible_node(np, NULL, "arm,smmu-v3-pmcg") {
		if (!of_device_is_available(np) || of_address_to_resource(np, 0, &res))
			continue;
		if (window && resource_contains(window, &res))
			fn(data, res.start, "registers");
		else if (dt_smmu_below(res.start) == smmu->pa)
			fn(data, res.start, "nearest");
	}
}

void smmux_fw_for_each_pmcg(struct smmux_device *smmu, smmux_pmcg_fn *fn, void *data)
{
	unsigned int n;
	u64 pa;

	if (smmu->dev->of_node) {
		dt_each_pmcg(smmu, fn, data);
		return;
	}
	for (n = 0; (pa = acpi_pmcg(smmu, n)); n++)
		fn(data, pa, "IORT");
}

/* --- clients that started without this driver --- */

/*
 * Bound, and not translated.  A device in the middle of its probe is not bound
 * yet: if it is a client of this SMMU, its probe is about to be deferred.
 */
static bool went_ahead(struct device *dev)
{
	return !device_iommu_mapped(dev) && device_is_bound(dev);
}

static int platform_is_live(struct device *dev, const void *data)
{
	const struct smmux_device *smmu = data;

	if (dev == smmu->dev || !went_ahead(dev))
		return 0;
	return dev->of_node ? dt_names_smmu(smmu, dev->of_node) :
			      acpi_platform_is_ours(smmu, dev);
}

static int pci_is_live(struct device *dev, const void *data)
{
	const struct smmux_device *smmu = data;
	struct pci_dev *pdev = to_pci_dev(dev);

	if (!went_ahead(dev) || !pdev->is_busmaster)
		return 0;
	/* A bridge's driver does no DMA, but its interrupts (MSI) are writes too. */
	if (pci_is_bridge(pdev) && !pdev->msi_enabled && !pdev->msix_enabled)
		return 0;
	return smmu->dev->of_node ? dt_pci_is_ours(smmu, pdev) :
				    acpi_pci_is_ours(smmu, pdev);
}

struct device *smmux_fw_find_live_client(struct smmux_device *smmu)
{
	struct device *dev;

	dev = bus_find_device(&platform_bus_type, NULL, smmu, platform_is_live);
	return dev ?: bus_find_device(&pci_bus_type, NULL, smmu, pci_is_live);
}
