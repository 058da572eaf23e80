// SPDX-License-Identifier: GPL-2.0
/* Binds to the device and makes the two debugfs files. */
#include "bench.h"

#include <linux/dma-mapping.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>

static struct bench bench;
static struct dentry *dir;

int bench_pair(struct bench *b, void *buffer, size_t bytes)
{
	dma_addr_t iova = dma_map_single(b->dev, buffer, bytes, DMA_BIDIRECTIONAL);

	if (dma_mapping_error(b->dev, iova))
		return -EIO;
	dma_unmap_single(b->dev, iova, bytes, DMA_BIDIRECTIONAL);
	return 0;
}

int bench_repeat(struct bench *b, size_t bytes, unsigned int times)
{
	int ret = 0;

	while (!ret && times--)
		ret = bench_pair(b, b->buffer, bytes);
	return ret;
}

static void let_go(struct bench *b)
{
	while (b->num_held)
		dma_unmap_single(b->dev, b->held[--b->num_held], SZ_4K, DMA_BIDIRECTIONAL);
	kvfree(b->held);
	b->held = NULL;
}

int bench_hold(struct bench *b, unsigned int num)
{
	dma_addr_t iova;

	let_go(b);
	b->held = kvcalloc(num, sizeof(*b->held), GFP_KERNEL);
	if (num && !b->held)
		return -ENOMEM;
	while (b->num_held < num) {
		iova = dma_map_single(b->dev, b->buffer, SZ_4K, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(b->dev, iova)) {
			let_go(b);
			return -EIO;
		}
		b->held[b->num_held++] = iova;
	}
	return 0;
}

static int run_command(struct talk *talk, const char *line)
{
	unsigned int bytes, a, ms;

	if (!bench.dev)
		return -ENODEV;
	if (sscanf(line, "count %u %u", &bytes, &a) == 2 && bytes <= BENCH_MAX_BYTES)
		return bench_count(&bench, bytes, a);
	if (sscanf(line, "repeat %u %u", &bytes, &a) == 2 && bytes <= BENCH_MAX_BYTES)
		return bench_repeat(&bench, bytes, a);
	if (sscanf(line, "hold %u", &a) == 1)
		return bench_hold(&bench, a);
	if (sscanf(line, "threads %u %u %u", &bytes, &a, &ms) == 3)
		return bench_threads(&bench, bytes, a, ms);
	return -EINVAL;
}

static int bench_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	/* One device is enough. */
	if (bench.dev)
		return -EBUSY;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(40));
	if (ret)
		return ret;
	bench.buffer = (void *)__get_free_pages(GFP_KERNEL, BENCH_MAX_ORDER);
	if (!bench.buffer)
		return -ENOMEM;
	bench.dev = &pdev->dev;
	return 0;
}

static void bench_remove(struct pci_dev *pdev)
{
	mutex_lock(&bench.talk.busy);
	let_go(&bench);
	bench.dev = NULL;
	free_pages((unsigned long)bench.buffer, BENCH_MAX_ORDER);
	mutex_unlock(&bench.talk.busy);
}

static const struct pci_device_id ids[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },		/* edu */
	{ PCI_DEVICE(0x1b36, 0x0005) },		/* iommu-testdev */
	{}
};
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver bench_driver = {
	.name = "smmux_bench",
	.id_table = ids,
	.probe = bench_probe,
	.remove = bench_remove,
};

static int __init bench_init(void)
{
	int ret;

	dir = debugfs_create_dir("smmux_bench", NULL);
	talk_add(&bench.talk, dir, run_command);
	ret = pci_register_driver(&bench_driver);
	if (ret)
		debugfs_remove(dir);
	return ret;
}
module_init(bench_init);

static void __exit bench_exit(void)
{
	pci_unregister_driver(&bench_driver);
	debugfs_remove(dir);
}
module_exit(bench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Bench client for the SMMUv3 tests: cost of DMA map and unmap");
