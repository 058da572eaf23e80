/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recent - the last commands of each CPU, with time and sender.
 *
 * Records what the queue (cmdq/entries) does not have: time, CPU and task of each
 * command, also of commands that the queue has overwritten.  Off until the knob
 * "recent" is turned on; records stay readable after it is turned off again.
 */
#ifndef SMMUX_RECENT_H
#define SMMUX_RECENT_H

#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "pure/cmd.h"

struct smmux_device;

#define SMMUX_RECENT_RING	128	/* commands of one CPU; a power of two */

/**
 * struct smmux_recent_rec - one command
 * @pos:     its position plus one; 0 while the rest is being written
 * @time_ns: ktime_get_mono_fast_ns()
 * @cmd:     the command
 * @comm, @pid: the task that sent it
 * @cpu:     the CPU that sent it; filled in by the reader
 */
struct smmux_recent_rec {
	u64 pos, time_ns;
	struct smmux_cmd cmd;
	char comm[TASK_COMM_LEN];
	u32 pid, cpu;
};

/* Written only by its own CPU, with interrupts off. */
struct smmux_recent_cpu {
	u32 next;
	struct smmux_recent_rec rec[SMMUX_RECENT_RING];
};

struct smmux_recent {
	struct smmux_recent_cpu __percpu *pcpu;	/* allocated when first turned on; release */
	bool on;				/* knob; READ_ONCE */
	struct mutex lock;			/* serialises changes of the knob */
};

DECLARE_STATIC_KEY_FALSE(smmux_recent_key);

#define smmux_recent_on(smmu)						\
	(static_branch_unlikely(&smmux_recent_key) && READ_ONCE((smmu)->recent.on))

int smmux_recent_init(struct smmux_device *smmu);

/* The knob.  Sleeps.  0 or -ENOMEM. */
int smmux_recent_turn(struct smmux_device *smmu, bool on);

/*
 * Record the commands at [@pos, @pos + @num), which are in their slots of @queue; it has
 * @mask + 1 slots.  Interrupts are off.
 */
void smmux_recent_add(struct smmux_device *smmu, u64 pos, u32 num,
		      const struct smmux_cmd *queue, u32 mask);

/*
 * Copy the records of all CPUs, newest first, to a new array, which the caller frees with
 * kvfree().  Returns their number, or -ENOMEM.  Sleeps.
 */
int smmux_recent_read(struct smmux_device *smmu, struct smmux_recent_rec **list);

#endif /* SMMUX_RECENT_H */
