/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bench client: takes one of QEMU's test devices, whose DMA it never starts,
 * and maps and unmaps for it through the DMA API.
 *
 * Commands are written to debugfs smmux_bench/command, which returns when they
 * are done; smmux_bench/result then holds "name: value" lines.
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

/* Instructions of a pair and of its parts; the least of @rounds. */
int bench_count(struct bench *b, size_t bytes, unsigned int rounds);

/* @times pairs and nothing else; for whoever watches from outside. */
int bench_repeat(struct bench *b, size_t bytes, unsigned int times);

/* @num mappings of 4 KiB that stay, in place of those that were held before. */
int bench_hold(struct bench *b, unsigned int num);

/* Pairs that @threads threads manage in @ms milliseconds. */
int bench_threads(struct bench *b, size_t bytes, unsigned int threads, unsigned int ms);

#endif
