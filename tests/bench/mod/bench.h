/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bench client: binds one of QEMU's test devices and maps and unmaps for it through
 * the DMA API.  It never starts DMA.
 *
 * A write to debugfs smmux_bench/command returns when the command is done;
 * smmux_bench/result then has "name: value" lines.
 */
#ifndef SMMUX_BENCH_H
#define SMMUX_BENCH_H

#include <linux/device.h>
#include <linux/mm.h>
#include <linux/types.h>

#include "talk.h"

#define BENCH_MAX_ORDER	9		/* 2 MiB of 4 KiB pages */
#define BENCH_MAX_BYTES	(PAGE_SIZE << BENCH_MAX_ORDER)

struct bench {
	struct talk talk;
	struct device *dev;
	void *buffer;			/* BENCH_MAX_BYTES */
	dma_addr_t *held;
	unsigned int num_held;
};

/* One strict map and unmap of @bytes of the buffer, or -EIO. */
int bench_pair(struct bench *b, void *buffer, size_t bytes);

/* Instructions of a pair and of its parts; the minimum of @rounds. */
int bench_count(struct bench *b, size_t bytes, unsigned int rounds);

/* @times pairs and nothing else, for measurements by QEMU. */
int bench_repeat(struct bench *b, size_t bytes, unsigned int times);

/* Unmaps the mappings of the last call, and makes @num mappings of 4 KiB that stay. */
int bench_hold(struct bench *b, unsigned int num);

/* The number of pairs that @threads threads complete in @ms milliseconds. */
int bench_threads(struct bench *b, size_t bytes, unsigned int threads, unsigned int ms);

#endif
