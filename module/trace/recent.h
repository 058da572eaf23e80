/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recent - the last commands of each CPU, with time and who sent them.
 *
 * What the queue itself does not tell (cmdq/entries): when, from which CPU, for whom;
 * and it goes on telling when the queue has lapped.  Off until the knob "recent" is
 * turned on; what was recorded stays readable when it is turned off again.
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
 * @comm, @pid: who sent it
 * @cpu:     from where; filled in by the reader
 */
struct smmux_recent_rec {
	u64 pos, time_ns;
	struct smmux_cmd cmd;
	char comm[TASK_COMM_LEN];
	u32 pid, cpu;
};

/* Written by its own CPU alone, with interrupts off. */
struct smmux_recent_cpu {
	u32 next;
	struct smmux_recent_rec rec[SMMUX_RECENT_RING];
};

struct smmux_recent {
	struct smmux_recent_cpu __percpu *pcpu;	/* made when first turned on; release */
	bool on;				/* knob; READ_ONCE */
	struct mutex lock;			/* who turns it */
};

DECLARE_STATIC_KEY_FALSE(smmux_recent_key);

#define smmux_recent_on(smmu)						\
	(static_branch_unlikely(&smmux_recent_key) && READ_ONCE((smmu)->recent.on))

int smmux_recent_init(struct smmux_device *smmu);

/* The knob.  Sleeps.  0 or -ENOMEM. */
int smmux_recent_turn(struct smmux_device *smmu, bool on);

/*
 * The commands at [@pos, @pos + @num) are in their slots of @queue, which has @mask + 1.
 * Interrupts are off.
 */
void smmux_recent_add(struct smmux_device *smmu, u64 pos, u32 num,
		      const struct smmux_cmd *queue, u32 mask);

/*
 * What all CPUs have, newest first, into a new array: kvfree() it.  Returns how many,
 * or -ENOMEM.  Sleeps.
 */
int smmux_recent_read(struct smmux_device *smmu, struct smmux_recent_rec **list);

#endif /* SMMUX_RECENT_H */
