/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test client: a driver for QEMU's edu and iommu-testdev, which do DMA to any
 * address on request. It maps and unmaps through the DMA API like any driver,
 * and makes the device access addresses that it must not reach.
 *
 * A write to debugfs smmux_test/<device>/command returns when the command is
 * done; smmux_test/<device>/result then has "name: value" lines.
 *
 *   race N                 map, access, unmap, access: N times
 *   storm THREADS ROUNDS   map and unmap in bursts, at least ROUNDS in each thread; every
 *                          64th round with an access before and after the unmap
 *   stray IOVA             one access to an address that was never mapped
 *   reserved ADDRESS       one access to memory that firmware reserved for the device
 */
#ifndef SMMUX_TEST_CLIENT_H
#define SMMUX_TEST_CLIENT_H

#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/types.h>

#include "talk.h"

struct client;

/* One device model: how to make it write four bytes to a bus address. */
struct device_ops {
	const char *name;
	/*
	 * Returns when the device is done, also if the access failed. @phys is the
	 * expected place of the write, for devices that read it back.
	 */
	int (*write)(struct client *client, dma_addr_t iova, phys_addr_t phys);
	/* Starts a write that happens some time later; optional. */
	int (*write_start)(struct client *client, dma_addr_t iova);
	int (*write_wait)(struct client *client);
	/* The value that the device writes. */
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

/* A working device needs less time; only one that hangs takes longer. */
#define HANG_LIMIT	(60 * HZ)

/* Poison in memory that the device must not change. */
#define POISON 0xa5a5a5a5

int race_run(struct client *client, unsigned int tries);
int race_stray(struct client *client, dma_addr_t iova);
int race_reserved(struct client *client, phys_addr_t address);
int blocked_run(const char *name);
int storm_run(struct client *client, unsigned int threads, unsigned int rounds);

#endif
