// SPDX-License-Identifier: GPL-2.0
/* Binds to the devices and makes the debugfs files of each. */
#include "client.h"

#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/string.h>

static struct dentry *root;

static int run_command(struct talk *talk, const char *line)
{
	struct client *client = container_of(talk, struct client, talk);
	unsigned int a, b;
	u64 iova;

	if (sscanf(line, "race %u", &a) == 1)
		return race_run(client, a);
	if (sscanf(line, "storm %u %u", &a, &b) == 2)
		return storm_run(client, a, b);
	if (sscanf(line, "stray %llx", &iova) == 1)
		return race_stray(client, iova);
	if (sscanf(line, "reserved %llx", &iova) == 1)
		return race_reserved(client, iova);
	return -EINVAL;
}

/* Write-only: the name of a device without a driver; see blocked_run(). */
static ssize_t blocked_write(struct file *file, const char __user *user, size_t size,
			     loff_t *offset)
{
	char name[32];
	int ret;

	ret = talk_line(name, sizeof(name), user, size);
	if (ret)
		return ret;
	ret = blocked_run(strim(name));
	return ret ? ret : size;
}

static const struct file_operations blocked_fops = {
	.owner = THIS_MODULE,
	.write = blocked_write,
};

static int client_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct client *client;
	int ret;

	client = devm_kzalloc(&pdev->dev, sizeof(*client), GFP_KERNEL);
	if (!client)
		return -ENOMEM;
	client->pdev = pdev;
	client->ops = (const struct device_ops *)id->driver_data;
	mutex_init(&client->device);
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(40));
	if (ret)
		return ret;
	client->bar = pcim_iomap(pdev, 0, 0);
	if (!client->bar)
		return -ENOMEM;
	pci_set_drvdata(pdev, client);
	ret = client->ops->setup ? client->ops->setup(client) : 0;
	if (ret)
		return ret;
	client->dir = debugfs_create_dir(pci_name(pdev), root);
	talk_add(&client->talk, client->dir, run_command);
	return 0;
}

static void client_remove(struct pci_dev *pdev)
{
	struct client *client = pci_get_drvdata(pdev);

	debugfs_remove(client->dir);
	pci_clear_master(pdev);
}

static const struct pci_device_id ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8), .driver_data = (kernel_ulong_t)&edu_ops },
	{ PCI_DEVICE(0x1b36, 0x0005), .driver_data = (kernel_ulong_t)&testdev_ops },
	{}
};
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver client_driver = {
	.name = "smmux_test_client",
	.id_table = ids,
	.probe = client_probe,
	.remove = client_remove,
};

static int __init client_init(void)
{
	int ret;

	root = debugfs_create_dir("smmux_test", NULL);
	debugfs_create_file("blocked", 0200, root, NULL, &blocked_fops);
	ret = pci_register_driver(&client_driver);
	if (ret)
		debugfs_remove(root);
	return ret;
}
module_init(client_init);

static void __exit client_exit(void)
{
	pci_unregister_driver(&client_driver);
	debugfs_remove(root);
}
module_exit(client_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test client for the SMMUv3 tests: DMA by QEMU's test devices");
