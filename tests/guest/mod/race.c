// SPDX-License-Identifier: GPL-2.0
/*
 * Does an access land right after the unmap? In each try the device first writes
 * while the page is mapped. That proves that the test detects a write, and leaves a
 * translation in the SMMU's caches. Then the page is unmapped, and the same access
 * must not change it.
 */
#include "client.h"

#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/mm.h>

struct race {
	unsigned int mapped_landed;
	unsigned int unmapped_landed;
	unsigned int errors;
};

/* With a slow device the access has started before the unmap. */
static int unmapped_access(struct client *client, dma_addr_t iova, struct page *page,
			   volatile u32 *word)
{
	struct device *dev = &client->pdev->dev;
	int ret;

	if (client->ops->write_start) {
		client->ops->write_start(client, iova);
		dma_unmap_page(dev, iova, PAGE_SIZE, DMA_FROM_DEVICE);
		*word = POISON;
		return client->ops->write_wait(client);
	}
	dma_unmap_page(dev, iova, PAGE_SIZE, DMA_FROM_DEVICE);
	*word = POISON;
	/* The poison must be in memory before the device writes. */
	mb();
	ret = client->ops->write(client, iova, page_to_phys(page));
	mb();
	return ret;
}

static int race_once(struct client *client, struct page *page, struct race *race)
{
	struct device *dev = &client->pdev->dev;
	volatile u32 *word = page_address(page);
	dma_addr_t iova;
	int ret;

	*word = POISON;
	iova = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, iova))
		return -ENOMEM;
	ret = client->ops->write(client, iova, page_to_phys(page));
	mb();
	if (*word == client->ops->value(client))
		race->mapped_landed++;
	if (ret) {
		dma_unmap_page(dev, iova, PAGE_SIZE, DMA_FROM_DEVICE);
		return ret;
	}
	ret = unmapped_access(client, iova, page, word);
	if (*word != POISON)
		race->unmapped_landed++;
	return ret;
}

int race_run(struct client *client, unsigned int tries)
{
	struct page *page = alloc_page(GFP_KERNEL | GFP_DMA32);
	struct race race = {};
	unsigned int i;

	if (!page)
		return -ENOMEM;
	mutex_lock(&client->device);
	for (i = 0; i < tries; i++) {
		if (race_once(client, page, &race))
			race.errors++;
		cond_resched();
	}
	mutex_unlock(&client->device);
	__free_page(page);
	talk_say(&client->talk, "tries: %u\n", tries);
	talk_say(&client->talk, "mapped_landed: %u\n", race.mapped_landed);
	talk_say(&client->talk, "unmapped_landed: %u\n", race.unmapped_landed);
	talk_say(&client->talk, "errors: %u\n", race.errors);
	return 0;
}

/*
 * One access to memory that firmware reserved for this device: the kernel has no page for
 * it, and the device uses its physical address.
 */
int race_reserved(struct client *client, phys_addr_t address)
{
	u32 *word = memremap(address, sizeof(*word), MEMREMAP_WB);
	int ret;

	if (!word)
		return -ENOMEM;
	WRITE_ONCE(*word, POISON);
	mutex_lock(&client->device);
	ret = client->ops->write(client, address, address);
	mutex_unlock(&client->device);
	mb();
	talk_say(&client->talk, "landed: %u\n", READ_ONCE(*word) == client->ops->value(client));
	memunmap(word);
	return ret;
}

/* One access to an address that was never mapped. */
int race_stray(struct client *client, dma_addr_t iova)
{
	struct page *page = alloc_page(GFP_KERNEL | GFP_DMA32);
	volatile u32 *word;
	int ret;

	if (!page)
		return -ENOMEM;
	word = page_address(page);
	*word = POISON;
	/*
	 * The place where the write lands if the bus address is used as a physical
	 * one, because the access bypasses the SMMU.
	 */
	if (!iova)
		iova = page_to_phys(page);
	mutex_lock(&client->device);
	ret = client->ops->write(client, iova, page_to_phys(page));
	mutex_unlock(&client->device);
	mb();
	talk_say(&client->talk, "iova: 0x%llx\n", (u64)iova);
	talk_say(&client->talk, "landed: %u\n", *word != POISON);
	__free_page(page);
	return ret;
}
