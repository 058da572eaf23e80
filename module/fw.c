// SPDX-License-Identifier: GPL-2.0
/*
 * fw - DT and ACPI: what they say about an SMMU, and which devices they put
 * behind it.
 *
 * The second question is asked before a device has an IOMMU, so neither the
 * IOMMU core nor a fwspec can answer it.  Under DT it is a look at "iommus" and
 * "iommu-map"; under ACPI the kernel exports no way from a device to its SMMU,
 * and the ID mappings of the IORT are read here.
 */
#include "fw.h"

#include <linux/acpi.h>
#include <linux/acpi_iort.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "smmux.h"

/*
 * --- the SMMU itself ---
 *
 * Nonsense is named in full and ends in -ENODEV, to which the driver core adds
 * no line of its own.
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
		dev_err(smmu->dev, "%pOF: \"#iommu-cells\" is %u where an SMMUv3 has 1\n",
			np, cells);
		return -ENODEV;
	}
	/* What dma_alloc_coherent() goes by, so it has the last word. */
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
		dev_err(smmu->dev, "neither a DT node nor an IORT node describes it\n");
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
	dev_err(smmu->dev, "no DT node describes it\n");
	return -ENODEV;
}
#endif

/* Only "not yet" is an error: an interrupt that is not there can be done without. */
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

/* --- clients, as DT has them --- */

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
 * By the function's own requester id: a bridge that speaks for others rewrites
 * it to one of the bus behind it, which firmware maps to the same SMMU.
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

/* --- clients, as the IORT has them --- */

#ifdef CONFIG_ACPI
/* The node at @offset if all of it lies within the table, or NULL. */
static const struct acpi_iort_node *
iort_node_at(const struct acpi_table_iort *iort, u32 offset)
{
	const struct acpi_iort_node *node = (const void *)iort + offset;
	u32 len = iort->header.length;

	if (offset < sizeof(*iort) || offset > len || len - offset < sizeof(*node) ||
	    node->length < sizeof(*node) || len - offset < node->length)
		return NULL;
	return node;
}

static bool node_is_smmu(const struct smmux_device *smmu,
			 const struct acpi_iort_node *node)
{
	const struct acpi_iort_smmu_v3 *iort = (const void *)node->node_data;

	return node->type == ACPI_IORT_NODE_SMMU_V3 &&
	       node->length >= sizeof(*node) + sizeof(*iort) &&
	       iort->base_address == smmu->pa;
}

/* Does @node send @id (or, with @any, some id) to our SMMU? */
static bool node_maps_to(const struct smmux_device *smmu,
			 const struct acpi_table_iort *iort,
			 const struct acpi_iort_node *node, u32 id, bool any)
{
	const struct acpi_iort_id_mapping *map = (const void *)node + node->mapping_offset;
	u32 i;

	if (node->mapping_offset > node->length ||
	    (node->length - node->mapping_offset) / sizeof(*map) < node->mapping_count)
		return false;
	for (i = 0; i < node->mapping_count; i++, map++) {
		const struct acpi_iort_node *to = iort_node_at(iort, map->output_reference);

		if (!to || !node_is_smmu(smmu, to))
			continue;
		/* id_count is one less than the number of ids */
		if (any || (id >= map->input_base && id - map->input_base <= map->id_count))
			return true;
	}
	return false;
}

/* Calls @match for each node of @type until one says yes. */
static bool iort_any(const struct acpi_table_iort *iort, u8 type,
		     bool (*match)(const struct acpi_table_iort *iort,
				   const struct acpi_iort_node *node, void *data),
		     void *data)
{
	u32 offset = iort->node_offset, i;

	for (i = 0; i < iort->node_count; i++) {
		const struct acpi_iort_node *node = iort_node_at(iort, offset);

		if (!node)
			break;
		if (node->type == type && match(iort, node, data))
			return true;
		offset += node->length;
	}
	return false;
}

struct iort_query {
	const struct smmux_device *smmu;
	u32 segment, rid;
	const char *path;
};

static bool rc_sends(const struct acpi_table_iort *iort,
		     const struct acpi_iort_node *node, void *data)
{
	const struct acpi_iort_root_complex *rc = (const void *)node->node_data;
	const struct iort_query *query = data;

	return node->length >= sizeof(*node) + sizeof(*rc) &&
	       rc->pci_segment_number == query->segment &&
	       node_maps_to(query->smmu, iort, node, query->rid, false);
}

static bool component_sends(const struct acpi_table_iort *iort,
			    const struct acpi_iort_node *node, void *data)
{
	const struct acpi_iort_named_component *nc = (const void *)node->node_data;
	const struct iort_query *query = data;
	size_t room = node->length - sizeof(*node);

	if (room <= offsetof(struct acpi_iort_named_component, device_name))
		return false;
	room -= offsetof(struct acpi_iort_named_component, device_name);
	return !strncmp(nc->device_name, query->path, room) &&
	       node_maps_to(query->smmu, iort, node, 0, true);
}

static const struct acpi_table_iort *get_iort(void)
{
	struct acpi_table_header *table;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(ACPI_SIG_IORT, 0, &table)))
		return NULL;
	return container_of(table, struct acpi_table_iort, header);
}

static bool acpi_pci_is_ours(const struct smmux_device *smmu, struct pci_dev *pdev)
{
	struct iort_query ask = {
		.smmu = smmu,
		.segment = pci_domain_nr(pdev->bus),
		.rid = pci_dev_id(pdev),
	};
	const struct acpi_table_iort *iort = get_iort();
	bool ours;

	if (!iort)
		return false;
	ours = iort_any(iort, ACPI_IORT_NODE_PCI_ROOT_COMPLEX, rc_sends, &ask);
	acpi_put_table((struct acpi_table_header *)&iort->header);
	return ours;
}

static bool acpi_platform_is_ours(const struct smmux_device *smmu, struct device *dev)
{
	struct acpi_buffer path = { ACPI_ALLOCATE_BUFFER, NULL };
	struct iort_query ask = { .smmu = smmu };
	const struct acpi_table_iort *iort;
	bool ours;

	if (!ACPI_COMPANION(dev) ||
	    ACPI_FAILURE(acpi_get_name(ACPI_HANDLE(dev), ACPI_FULL_PATHNAME, &path)))
		return false;
	ask.path = path.pointer;
	iort = get_iort();
	ours = iort && iort_any(iort, ACPI_IORT_NODE_NAMED_COMPONENT, component_sends, &ask);
	if (iort)
		acpi_put_table((struct acpi_table_header *)&iort->header);
	kfree(path.pointer);
	return ours;
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
#endif

/* --- clients that went ahead without us --- */

/*
 * Bound, and not translated.  A device in the middle of its probe is not bound
 * yet: if it is one of ours it is about to be told to wait.
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
	/* A bridge's driver moves no data, but its interrupts are writes too. */
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
