// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of QEMU's two device models that the tests need.
 *
 * iommu-testdev does its access within the read of a register. edu does it 100 ms
 * after the command, which leaves time for an unmap in between.
 */
#include "client.h"

#include <linux/delay.h>
#include <linux/io.h>
#include <linux/jiffies.h>

#define TESTDEV_TRIGGER		0x00
#define TESTDEV_IOVA_LO		0x04
#define TESTDEV_IOVA_HI		0x08
#define TESTDEV_LENGTH		0x0c
#define TESTDEV_RESULT		0x10
#define TESTDEV_DOORBELL	0x14
#define TESTDEV_ATTRS		0x18
#define TESTDEV_PHYS_LO		0x1c
#define TESTDEV_PHYS_HI		0x20
#define TESTDEV_VALUE		0x12345678
/* Space of the access: non-secure, as the architecture counts them. */
#define TESTDEV_ATTRS_NS	(1 << 1)

static int testdev_write(struct client *client, dma_addr_t iova, phys_addr_t phys)
{
	void __iomem *bar = client->bar;

	writel(lower_32_bits(iova), bar + TESTDEV_IOVA_LO);
	writel(upper_32_bits(iova), bar + TESTDEV_IOVA_HI);
	writel(lower_32_bits(phys), bar + TESTDEV_PHYS_LO);
	writel(upper_32_bits(phys), bar + TESTDEV_PHYS_HI);
	writel(sizeof(u32), bar + TESTDEV_LENGTH);
	writel(TESTDEV_ATTRS_NS, bar + TESTDEV_ATTRS);
	writel(1, bar + TESTDEV_DOORBELL);
	readl(bar + TESTDEV_TRIGGER);
	return 0;
}

static u32 testdev_value(struct client *client)
{
	return TESTDEV_VALUE;
}

const struct device_ops testdev_ops = {
	.name = "iommu-testdev",
	.write = testdev_write,
	.value = testdev_value,
};

#define EDU_DMA_SOURCE	0x80
#define EDU_DMA_TARGET	0x88
#define EDU_DMA_COUNT	0x90
#define EDU_DMA_COMMAND	0x98
#define EDU_BUFFER	0x40000
#define EDU_RUN		BIT(0)
#define EDU_TO_MEMORY	BIT(1)

static int edu_write_wait(struct client *client)
{
	unsigned long end = jiffies + HANG_LIMIT;

	while (readq(client->bar + EDU_DMA_COMMAND) & EDU_RUN) {
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		usleep_range(2000, 5000);
	}
	return 0;
}

static int edu_write_start(struct client *client, dma_addr_t iova)
{
	writeq(EDU_BUFFER, client->bar + EDU_DMA_SOURCE);
	writeq(iova, client->bar + EDU_DMA_TARGET);
	writeq(sizeof(u32), client->bar + EDU_DMA_COUNT);
	writeq(EDU_RUN | EDU_TO_MEMORY, client->bar + EDU_DMA_COMMAND);
	return 0;
}

static int edu_write(struct client *client, dma_addr_t iova, phys_addr_t phys)
{
	edu_write_start(client, iova);
	return edu_write_wait(client);
}

static u32 edu_value(struct client *client)
{
	return 0x5eed1234;
}

/*
 * The device's buffer can only be filled by DMA from memory: this also shows that
 * a mapped read works.
 */
static int edu_setup(struct client *client)
{
	struct device *dev = &client->pdev->dev;
	dma_addr_t iova;
	u32 *value;
	int ret;

	value = dma_alloc_coherent(dev, PAGE_SIZE, &iova, GFP_KERNEL);
	if (!value)
		return -ENOMEM;
	*value = edu_value(client);
	writeq(iova, client->bar + EDU_DMA_SOURCE);
	writeq(EDU_BUFFER, client->bar + EDU_DMA_TARGET);
	writeq(sizeof(u32), client->bar + EDU_DMA_COUNT);
	writeq(EDU_RUN, client->bar + EDU_DMA_COMMAND);
	ret = edu_write_wait(client);
	dma_free_coherent(dev, PAGE_SIZE, value, iova);
	return ret;
}

const struct device_ops edu_ops = {
	.name = "edu",
	.write = edu_write,
	.write_start = edu_write_start,
	.write_wait = edu_write_wait,
	.value = edu_value,
	.setup = edu_setup,
};
