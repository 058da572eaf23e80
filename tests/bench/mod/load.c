// SPDX-License-Identifier: GPL-2.0
/* Threads that map and unmap as fast as they can, each with its own buffer. */
#include "bench.h"

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#define MAX_THREADS 64

struct worker {
	struct bench *b;
	struct completion done;
	void *buffer;
	size_t bytes;
	u64 end_ns;
	u64 pairs;
	int ret;
};

static int worker_thread(void *data)
{
	struct worker *w = data;

	while (!w->ret && ktime_get_ns() < w->end_ns) {
		unsigned int i;

		/* Reads the clock rarely, so that this does not affect the result. */
		for (i = 0; i < 16 && !w->ret; i++)
			w->ret = bench_pair(w->b, w->buffer, w->bytes);
		w->pairs += i;
		cond_resched();
	}
	/* The module may be unloaded after this: no code of it runs afterwards. */
	kthread_complete_and_exit(&w->done, 0);
	return 0;
}

static struct task_struct *worker_create(struct worker *w, struct bench *b, size_t bytes,
					 unsigned int n)
{
	struct task_struct *task;

	init_completion(&w->done);
	w->b = b;
	w->bytes = bytes;
	w->buffer = kmalloc(bytes, GFP_KERNEL);
	if (!w->buffer)
		return ERR_PTR(-ENOMEM);
	task = kthread_create(worker_thread, w, "smmux_bench/%u", n);
	if (!IS_ERR(task))
		kthread_bind(task, cpumask_nth(n % num_online_cpus(), cpu_online_mask));
	return task;
}

static int run_workers(struct worker *workers, struct task_struct **tasks,
		       unsigned int threads, unsigned int ms)
{
	u64 start = ktime_get_ns(), pairs = 0;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < threads; i++) {
		workers[i].end_ns = start + ms * (u64)NSEC_PER_MSEC;
		wake_up_process(tasks[i]);
	}
	for (i = 0; i < threads; i++) {
		wait_for_completion(&workers[i].done);
		pairs += workers[i].pairs;
		ret = ret ?: workers[i].ret;
	}
	talk_say(&workers->b->talk, "pairs: %llu\nns: %llu\n", pairs, ktime_get_ns() - start);
	return ret;
}

int bench_threads(struct bench *b, size_t bytes, unsigned int threads, unsigned int ms)
{
	struct task_struct **tasks;
	struct worker *workers;
	unsigned int i, made = 0;
	int ret = -ENOMEM;

	if (!threads || threads > MAX_THREADS || bytes > SZ_64K)
		return -EINVAL;
	workers = kcalloc(threads, sizeof(*workers), GFP_KERNEL);
	tasks = kcalloc(threads, sizeof(*tasks), GFP_KERNEL);
	if (!workers || !tasks)
		goto free;
	for (; made < threads; made++) {
		tasks[made] = worker_create(&workers[made], b, bytes, made);
		ret = PTR_ERR_OR_ZERO(tasks[made]);
		if (ret)
			break;
	}
	if (!ret)
		ret = run_workers(workers, tasks, threads, ms);
	else
		/* The existing threads have not run yet; this ends them before they do. */
		for (i = 0; i < made; i++)
			kthread_stop(tasks[i]);
	for (i = 0; i < threads; i++)
		kfree(workers[i].buffer);
free:
	kfree(tasks);
	kfree(workers);
	return ret;
}
