// SPDX-License-Identifier: GPL-2.0
/*
 * tree - nodes for the SMMUs and their clients in the machine's device tree.
 *
 * They are complete before they are attached, since the kernel reads a node's phandle from
 * its properties at that moment.  The kernel then makes platform devices for them, and
 * removes those when the nodes are removed.
 */
#include "vsmmu.h"

#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/slab.h>

#define PHANDLE_BASE	0x5aa000
#define MAX_IDS		8
#define EDGE_RISING	1

static struct of_changeset changes;
#define PHANDLE_POWER	0x5ab000

static struct device_node *nodes[2 * VSMMU_MAX + VSMMU_STREAMS];
static unsigned int num_nodes;

/* The node owns the property and frees it. */
static int add_property(struct device_node *np, const char *name, const void *val, size_t len)
{
	struct property *prop = kzalloc(sizeof(*prop), GFP_KERNEL);

	if (!prop)
		return -ENOMEM;
	prop->name = kstrdup(name, GFP_KERNEL);
	prop->value = kmemdup(val, max(len, 1UL), GFP_KERNEL);
	prop->length = len;
	of_property_set_flag(prop, OF_DYNAMIC);
	prop->next = np->properties;
	np->properties = prop;
	return prop->name && prop->value ? 0 : -ENOMEM;
}

static int add_cells(struct device_node *np, const char *name, const u32 *cells, unsigned int num)
{
	__be32 be[2 * MAX_IDS];
	unsigned int i;

	for (i = 0; i < num; i++)
		be[i] = cpu_to_be32(cells[i]);
	return add_property(np, name, be, num * sizeof(be[0]));
}

static struct device_node *add_node(const char *name)
{
	struct device_node *np = of_changeset_create_node(&changes, of_root, name);

	if (np)
		nodes[num_nodes++] = np;
	return np;
}

/*
 * For messages to the machine's ITS.  The model writes them from a CPU, and writes of CPUs
 * have DeviceID 0 there.
 */
static int add_msi_parent(struct vsmmu *v)
{
	struct device_node *its = vsmmu_mem_its();
	const u32 parent[] = { its ? its->phandle : 0, 0 };

	return its ? add_cells(v->np, "msi-parent", parent, ARRAY_SIZE(parent)) : -ENODEV;
}

/* Its power domain's provider, and the property that names it. */
static int add_power(struct vsmmu *v)
{
	const u32 zero = 0, phandle = PHANDLE_POWER + v->index;
	struct device_node *np;
	char name[32];
	int ret;

	snprintf(name, sizeof(name), "vsmmu-power%u", v->index);
	np = add_node(name);
	if (!np)
		return -ENOMEM;
	ret = add_cells(np, "#power-domain-cells", &zero, 1);
	ret = ret ?: add_cells(np, "phandle", &phandle, 1);
	ret = ret ?: add_cells(v->np, "power-domains", &phandle, 1);
	return ret ?: vsmmu_power_provide(v, np);
}

static int add_smmu(struct vsmmu *v, unsigned int irq_base, bool messages)
{
	static const char compatible[] = "arm,smmu-v3", names[] = "eventq\0gerror\0priq";
	const u32 reg[] = { 0, v->pa, 0, VSMMU_BYTES };
	const u32 irq = irq_base + (v->model.line ? 0 : 3 * v->index), next = !v->model.line;
	const u32 irqs[] = { 0, irq, EDGE_RISING, 0, irq + next, EDGE_RISING,
			     0, irq + 2 * next, EDGE_RISING };
	const u32 one = 1, phandle = PHANDLE_BASE + v->index;
	char name[32];
	int ret;

	snprintf(name, sizeof(name), "vsmmu@%llx", (u64)v->pa);
	v->np = add_node(name);
	if (!v->np)
		return -ENOMEM;
	ret = add_property(v->np, "compatible", compatible, sizeof(compatible));
	ret = ret ?: add_cells(v->np, "reg", reg, ARRAY_SIZE(reg));
	ret = ret ?: add_cells(v->np, "interrupts", irqs, ARRAY_SIZE(irqs));
	ret = ret ?: add_property(v->np, "interrupt-names", names, sizeof(names));
	ret = ret ?: add_cells(v->np, "#iommu-cells", &one, 1);
	ret = ret ?: add_cells(v->np, "phandle", &phandle, 1);
	if (!ret && messages)
		ret = add_msi_parent(v);
	if (!ret && v->has_pd)
		ret = add_power(v);
	/* Without either property it would inherit from the root, which is coherent. */
	return ret ?: add_property(v->np, vsmmu_has(v, IDR0_COHACC) ? "dma-coherent" :
				   "dma-noncoherent", "", 0);
}

/* instance:sid[+sid...][/bits] */
static int parse_client(char *text, u32 *cells, unsigned int *num, u32 *bits)
{
	char *slash = strchr(text, '/'), *colon = strchr(text, ':'), *word;
	unsigned int index;

	*bits = 0;
	if (slash) {
		*slash = '\0';
		if (kstrtouint(slash + 1, 0, bits))
			return -EINVAL;
	}
	if (!colon)
		return -EINVAL;
	*colon++ = '\0';
	if (kstrtouint(text, 0, &index) || index >= VSMMU_MAX)
		return -EINVAL;
	for (*num = 0; (word = strsep(&colon, "+")) && *num < 2 * MAX_IDS; *num += 2) {
		cells[*num] = PHANDLE_BASE + index;
		if (kstrtouint(word, 0, &cells[*num + 1]))
			return -EINVAL;
	}
	return 0;
}

static int add_client(unsigned int n, const char *text)
{
	static const char compatible[] = "smmux,vsmmu-client";
	u32 cells[2 * MAX_IDS], bits;
	struct device_node *np;
	unsigned int num;
	char name[32], *copy = kstrdup(text, GFP_KERNEL);
	int ret = copy ? parse_client(copy, cells, &num, &bits) : -ENOMEM;

	kfree(copy);
	if (ret) {
		pr_err("vsmmu: client '%s' cannot be parsed\n", text);
		return ret;
	}
	snprintf(name, sizeof(name), "vclient%u", n);
	np = add_node(name);
	if (!np)
		return -ENOMEM;
	ret = add_property(np, "compatible", compatible, sizeof(compatible));
	ret = ret ?: add_cells(np, "iommus", cells, num);
	if (!ret && bits)
		ret = add_cells(np, "pasid-num-bits", &bits, 1);
	return ret ?: add_property(np, "dma-coherent", "", 0);
}

static void forget(void)
{
	of_changeset_destroy(&changes);
	while (num_nodes)
		of_node_put(nodes[--num_nodes]);
}

static void find_irqs(struct vsmmu *v)
{
	v->virq[VSMMU_IRQ_EVENTQ] = of_irq_get_byname(v->np, "eventq");
	v->virq[VSMMU_IRQ_GERROR] = of_irq_get_byname(v->np, "gerror");
	v->virq[VSMMU_IRQ_PRIQ] = of_irq_get_byname(v->np, "priq");
}

/*
 * Functions below the root ports are streams of instance @index, with their requester ID
 * as StreamID.  The ports themselves are not: their driver is already bound.
 */
static int add_pci(unsigned int index)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "pci-host-ecam-generic");
	const u32 map[] = { 0x100, PHANDLE_BASE + index, 0x100, 0xff00 };
	int ret = -ENODEV;

	if (np)
		ret = of_changeset_add_prop_u32_array(&changes, np, "iommu-map", map,
						      ARRAY_SIZE(map));
	ret = ret ?: of_changeset_add_prop_bool(&changes, np, "ats-supported");
	of_node_put(np);
	return ret;
}

int vsmmu_tree_add(struct vsmmu *all, unsigned int num, char **clients, unsigned int num_clients,
		   unsigned int irq_base, int pci, int its)
{
	unsigned int i;
	int ret = 0;

	of_changeset_init(&changes);
	for (i = 0; i < num && !ret; i++)
		ret = add_smmu(&all[i], irq_base, its == (int)i);
	for (i = 0; i < num_clients && !ret; i++)
		ret = add_client(i, clients[i]);
	if (!ret && pci >= 0)
		ret = add_pci(pci);
	if (!ret)
		ret = of_changeset_apply(&changes);
	if (ret) {
		forget();
		return ret;
	}
	for (i = 0; i < num; i++)
		find_irqs(&all[i]);
	return 0;
}

void vsmmu_tree_remove(void)
{
	of_changeset_revert(&changes);
	forget();
}
