// SPDX-License-Identifier: GPL-2.0
/*
 * iort - a walk over the nodes of the IORT (Arm DEN 0049), and the queries.
 *
 * Each query checks whether a node refers to an SMMU's node.  A client refers to
 * it in its ID mappings, a counter group in its node reference.
 */
#include "pure/iort.h"

#include <linux/acpi.h>
#include <linux/string.h>

struct walk {
	const struct acpi_table_iort *iort;
	u32 offset, left;
};

/* The node at @offset if it is completely within the table, or NULL. */
static const struct acpi_iort_node *node_at(const struct acpi_table_iort *iort, u32 offset)
{
	const struct acpi_iort_node *node = (const void *)iort + offset;
	u32 len = iort->header.length;

	if (offset < sizeof(*iort) || offset > len || len - offset < sizeof(*node) ||
	    node->length < sizeof(*node) || len - offset < node->length)
		return NULL;
	return node;
}

static struct walk begin(const struct acpi_table_iort *iort)
{
	return (struct walk) { .iort = iort, .offset = iort->node_offset,
			       .left = iort->node_count };
}

/* The next node of @type with at least @size bytes of node data; NULL at the end. */
static const struct acpi_iort_node *next(struct walk *w, u8 type, size_t size)
{
	while (w->left) {
		const struct acpi_iort_node *node = node_at(w->iort, w->offset);

		if (!node)
			break;
		w->left--;
		w->offset += node->length;
		if (node->type == type && node->length >= sizeof(*node) + size)
			return node;
	}
	return NULL;
}

static bool is_smmu(const struct acpi_table_iort *iort, u32 offset, u64 smmu)
{
	const struct acpi_iort_node *node = node_at(iort, offset);
	const struct acpi_iort_smmu_v3 *v3;

	if (!node || node->type != ACPI_IORT_NODE_SMMU_V3 ||
	    node->length < sizeof(*node) + sizeof(*v3))
		return false;
	v3 = (const void *)node->node_data;
	return v3->base_address == smmu;
}

/* Does @node map @id (or, with @any, any id) to the SMMU? */
static bool maps_to(const struct acpi_table_iort *iort, const struct acpi_iort_node *node,
		    u64 smmu, u32 id, bool any)
{
	const struct acpi_iort_id_mapping *map = (const void *)node + node->mapping_offset;
	u32 i;

	if (node->mapping_offset > node->length ||
	    (node->length - node->mapping_offset) / sizeof(*map) < node->mapping_count)
		return false;
	for (i = 0; i < node->mapping_count; i++, map++) {
		/* id_count is one less than the number of ids */
		if (!any && (id < map->input_base || id - map->input_base > map->id_count))
			continue;
		if (is_smmu(iort, map->output_reference, smmu))
			return true;
	}
	return false;
}

bool smmux_iort_rc_sends(const struct acpi_table_iort *iort, u64 smmu, u32 segment, u32 rid)
{
	const struct acpi_iort_root_complex *rc;
	const struct acpi_iort_node *node;
	struct walk w = begin(iort);

	while ((node = next(&w, ACPI_IORT_NODE_PCI_ROOT_COMPLEX, sizeof(*rc)))) {
		rc = (const void *)node->node_data;
		if (rc->pci_segment_number == segment && maps_to(iort, node, smmu, rid, false))
			return true;
	}
	return false;
}

bool smmux_iort_component_sends(const struct acpi_table_iort *iort, u64 smmu,
				const char *path)
{
	const size_t fixed = offsetof(struct acpi_iort_named_component, device_name);
	const struct acpi_iort_named_component *nc;
	const struct acpi_iort_node *node;
	struct walk w = begin(iort);

	while ((node = next(&w, ACPI_IORT_NODE_NAMED_COMPONENT, fixed))) {
		size_t room = node->length - sizeof(*node) - fixed;

		nc = (const void *)node->node_data;
		if (strnlen(nc->device_name, room) < room && !strcmp(nc->device_name, path) &&
		    maps_to(iort, node, smmu, 0, true))
			return true;
	}
	return false;
}

u64 smmux_iort_pmcg(const struct acpi_table_iort *iort, u64 smmu, unsigned int n)
{
	const struct acpi_iort_pmcg *pmcg;
	const struct acpi_iort_node *node;
	struct walk w = begin(iort);

	while ((node = next(&w, ACPI_IORT_NODE_PMCG, sizeof(*pmcg)))) {
		pmcg = (const void *)node->node_data;
		if (is_smmu(iort, pmcg->node_reference, smmu) && !n--)
			return pmcg->page0_base_address;
	}
	return 0;
}
