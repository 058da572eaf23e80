// SPDX-License-Identifier: GPL-2.0
/*
 * power - a power domain for QEMU's SMMU, and runtime PM of its clients.
 *
 * QEMU's SMMU never loses its state.  So this domain overwrites its registers at power-off:
 * until power-on GBPA aborts, as if there were no SMMU; after power-on the registers have
 * the worst contents that reset may leave.  The SMMU's caches keep their entries.
 *
 * debugfs smmux_test_power/
 *   rest, work   write the address of a PCI device: drops its runtime PM reference, as a
 *                driver does for an idle device, and takes it again
 *   state        counts, and the number of errors
 */
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of_address.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/pm_domain.h>
#include <linux/pm_runtime.h>
#include <linux/random.h>
#include <linux/seq_file.h>

#include "arch/regs.h"

static char *gbpa = "abort";
module_param(gbpa, charp, 0444);
MODULE_PARM_DESC(gbpa, "what GBPA resets to: abort or bypass");

static struct generic_pm_domain domain = { .name = "smmux-test" };
static void __iomem *base;
static struct dentry *root;
static unsigned long offs, ons, unfinished;	/* under the domain's lock */

static void set_gbpa(bool abort)
{
	writel(GBPA_UPDATE | (abort ? GBPA_ABORT : 0), base + SMMUX_GBPA);
}

static void litter(void)
{
	static const u32 words[] = { SMMUX_CR1, SMMUX_CR2, SMMUX_STRTAB_BASE_CFG,
				     SMMUX_CMDQ_PROD, SMMUX_CMDQ_CONS,
				     SMMUX_EVENTQ_PROD, SMMUX_EVENTQ_CONS };
	static const u32 longs[] = { SMMUX_STRTAB_BASE, SMMUX_CMDQ_BASE, SMMUX_EVENTQ_BASE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		writel(get_random_u32() & GENMASK(18, 0), base + words[i]);
	for (i = 0; i < ARRAY_SIZE(longs); i++)
		writeq((get_random_u64() & GENMASK_ULL(39, 5)) | 8, base + longs[i]);
}

static int power_off(struct generic_pm_domain *pd)
{
	offs++;
	if (readl(base + SMMUX_CR0) || readl(base + SMMUX_IRQ_CTRL) ||
	    !(readl(base + SMMUX_GBPA) & GBPA_ABORT) ||
	    readl(base + SMMUX_CMDQ_PROD) != (readl(base + SMMUX_CMDQ_CONS) & GENMASK(19, 0)))
		unfinished++;
	writel(0, base + SMMUX_CR0);
	writel(0, base + SMMUX_IRQ_CTRL);
	set_gbpa(true);
	litter();
	return 0;
}

static int power_on(struct generic_pm_domain *pd)
{
	ons++;
	set_gbpa(strcmp(gbpa, "bypass"));
	return 0;
}

static ssize_t set_device(const char __user *user, size_t size, bool rest)
{
	struct device *dev;
	char name[32] = "";
	int ret;

	if (size >= sizeof(name) || copy_from_user(name, user, size))
		return -EINVAL;
	dev = bus_find_device_by_name(&pci_bus_type, NULL, strim(name));
	if (!dev)
		return -ENODEV;
	ret = rest ? pm_runtime_put_sync_suspend(dev) : pm_runtime_resume_and_get(dev);
	put_device(dev);
	return ret < 0 ? ret : size;
}

static ssize_t rest_write(struct file *file, const char __user *user, size_t size, loff_t *at)
{
	return set_device(user, size, true);
}

static ssize_t work_write(struct file *file, const char __user *user, size_t size, loff_t *at)
{
	return set_device(user, size, false);
}

static const struct file_operations rest_fops = { .owner = THIS_MODULE, .write = rest_write };
static const struct file_operations work_fops = { .owner = THIS_MODULE, .write = work_write };

static int state_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "offs: %lu\nons: %lu\nunfinished: %lu\n", READ_ONCE(offs), READ_ONCE(ons),
		   READ_ONCE(unfinished));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int probe(struct platform_device *pdev)
{
	struct device_node *np = of_find_compatible_node(NULL, NULL, "arm,smmu-v3");
	int ret;

	base = np ? of_iomap(np, 0) : NULL;
	of_node_put(np);
	if (!base)
		return -ENODEV;
	domain.power_off = power_off;
	domain.power_on = power_on;
	ret = pm_genpd_init(&domain, NULL, true);
	ret = ret ?: of_genpd_add_provider_simple(pdev->dev.of_node, &domain);
	if (ret)
		return ret;
	root = debugfs_create_dir("smmux_test_power", NULL);
	debugfs_create_file("rest", 0200, root, NULL, &rest_fops);
	debugfs_create_file("work", 0200, root, NULL, &work_fops);
	debugfs_create_file("state", 0444, root, NULL, &state_fops);
	return 0;
}

static const struct of_device_id match[] = { { .compatible = "smmux,test-power" }, { } };
MODULE_DEVICE_TABLE(of, match);

/* The module cannot be unloaded: a domain in use cannot be removed. */
static struct platform_driver driver = {
	.driver = { .name = "smmux-test-power", .of_match_table = match,
		    .suppress_bind_attrs = true },
	.probe = probe,
};

static int __init power_init(void)
{
	return platform_driver_register(&driver);
}
module_init(power_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("test: a power domain for QEMU's SMMU");
