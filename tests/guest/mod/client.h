/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test client: a driver for QEMU's edu and iommu-testdev, which do DMA to
 * whatever address they are told. It maps and unmaps through the DMA API like
 * any driver, and then has the device access addresses that it must not reach.
 *
 * Commands are written to debugfs smmux_test/<device>/command, which returns
 * when they are done; smmux_test/<device>/result then holds "name: value" lines.
 *
 *   race N                 map, access, unmap, access: N times
 *   storm THREADS ROUNDS   map and unmap in bursts, each thread at least that often; every
 *                          64th round with an access before and after the unmap
 *   stray IOVA             one access to what was never mapped
 *   reserved ADDRESS       one access to memory that firmware set aside for the device
 */
#ifndef SMMUX_TEST_CLIENT_H
#define SMMUX_TEST_CLIENT_H

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/types.h>

#include "talk.h"

struct client;

/* One device model: how to have it write four bytes to a bus address. */
struct device_ops {
	const char *name;
	/*
	 * Returns when the device is done, however the access ended. @phys is
	 * where the write is supposed to land, for devices that read it back.
	 */
	int (*write)(struct client *client, dma_addr_t iova, phys_addr_t phys);
	/* Starts a write that happens some time later; may be missing. */
	int (*write_start)(struct client *client, dma_addr_t iova);
	int (*write_wait)(struct client *client);
	/* What the device writes. */
	u32 (*value)(struct client *client);
	int (*setup)(struct client *client);
};

struct client {
	struct pci_dev *pdev;
	void __iomem *bar;
	const struct device_ops *ops;
	struct talk talk;
	struct mutex device;	/* one access by the device at a time */
	struct dentry *dir;
};

extern const struct device_ops edu_ops;
extern const struct device_ops testdev_ops;

/* Of a device that answers at all: only one that hangs takes longer. */
#define HANG_LIMIT	(60 * HZ)

/* Poison in memory that the device must not change. */
#define POISON 0xa5a5a5a5

int race_run(struct client *client, unsigned int tries);
int race_stray(struct client *client, dma_addr_t iova);
int race_reserved(struct client *client, phys_addr_t address);
int blocked_run(const char *name);
int storm_run(struct client *client, unsigned int threads, unsigned int rounds);

#endif
