// SPDX-License-Identifier: GPL-2.0
/*
 * crash - see crash.h.
 *
 * The first SMMU creates the directory, the last one frees it.  It is written under @lock.
 * A reader takes no lock, because it reads the memory of a machine that has stopped:
 *
 *   writer                                reader of a dump
 *   ------                                ----------------
 *   all else, then valid = 1 (release)    valid: the rest was written
 *   valid = 0, (write barrier), then      valid: nothing of it is freed yet
 *   memory of the SMMU is freed
 *
 * The same holds for @magic of the directory itself, and for @recent of an entry.  Stores of
 * a stopped CPU reach memory in an order that these barriers allow.
 */
#include "view/crash.h"

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>

#include "smmux.h"
#include "view/reach.h"

#define FIELD(type, member)	{ offsetof(type, member), sizeof_field(type, member) }
#define WHOLE(type)		{ 0, sizeof(type) }
#define OF_DEVICE(member)	FIELD(struct smmux_device, member)
#define OF_EVT(member)		FIELD(struct smmux_evt_rec, member)
#define OF_GE(member)		FIELD(struct smmux_gerror_rec, member)
#define OF_PM(member)		FIELD(struct smmux_pm_rec, member)
#define OF_RE(member)		FIELD(struct smmux_rec_event, member)
#define OF_RC(member)		FIELD(struct smmux_recent_rec, member)

static const struct smmux_crash_field fields[SMMUX_CRASH_NUM_FIELDS] = {
	[SMMUX_CRASH_RESERVED]	     = OF_DEVICE(cmdq.resv),
	[SMMUX_CRASH_PUBLISHED]	     = OF_DEVICE(cmdq.published),
	[SMMUX_CRASH_CONSUMED]	     = OF_DEVICE(cmdq.cons),
	[SMMUX_CRASH_DEAD]	     = OF_DEVICE(cmdq.dead),
	[SMMUX_CRASH_HIGH_WATER]     = OF_DEVICE(cmdq.high_water),
	[SMMUX_CRASH_POWERED]	     = OF_DEVICE(powered),
	[SMMUX_CRASH_EVTQ_CONS]	     = OF_DEVICE(evtq.cons),
	[SMMUX_CRASH_EVENTS_TOTAL]   = OF_DEVICE(evtq.total),
	[SMMUX_CRASH_EVENTS]	     = OF_DEVICE(evtq.ring),
	[SMMUX_CRASH_GERROR_DEAD]    = OF_DEVICE(gerror.dead),
	[SMMUX_CRASH_GERRORS_TOTAL]  = OF_DEVICE(gerror.total),
	[SMMUX_CRASH_GERRORS]	     = OF_DEVICE(gerror.ring),
	[SMMUX_CRASH_PM_STATE]	     = OF_DEVICE(pm.d.state),
	[SMMUX_CRASH_PM_TOTAL]	     = OF_DEVICE(pm.d.total),
	[SMMUX_CRASH_PM]	     = OF_DEVICE(pm.d.ring),
	[SMMUX_CRASH_RECOVERY_TOTAL] = OF_DEVICE(recovery.total),
	[SMMUX_CRASH_RECOVERY]	     = OF_DEVICE(recovery.ring),

	[SMMUX_CRASH_EVT_REC]	 = WHOLE(struct smmux_evt_rec),
	[SMMUX_CRASH_EVT_TIME]	 = OF_EVT(time_ns),
	[SMMUX_CRASH_EVT_RAW]	 = OF_EVT(raw),
	[SMMUX_CRASH_EVT_CPU]	 = OF_EVT(cpu),

	[SMMUX_CRASH_GE_REC]	 = WHOLE(struct smmux_gerror_rec),
	[SMMUX_CRASH_GE_TIME]	 = OF_GE(time_ns),
	[SMMUX_CRASH_GE_CPU]	 = OF_GE(cpu),
	[SMMUX_CRASH_GE_ACTIVE]	 = OF_GE(active),
	[SMMUX_CRASH_GE_CERROR]	 = OF_GE(cerror),

	[SMMUX_CRASH_PM_REC]	 = WHOLE(struct smmux_pm_rec),
	[SMMUX_CRASH_PM_TIME]	 = OF_PM(time_ns),
	[SMMUX_CRASH_PM_TOOK]	 = OF_PM(took_ns),
	[SMMUX_CRASH_PM_STEP]	 = OF_PM(step),
	[SMMUX_CRASH_PM_CAUSE]	 = OF_PM(cause),
	[SMMUX_CRASH_PM_CPU]	 = OF_PM(cpu),
	[SMMUX_CRASH_PM_WAKE]	 = OF_PM(wake),
	[SMMUX_CRASH_PM_RET]	 = OF_PM(ret),

	[SMMUX_CRASH_RE_REC]	 = WHOLE(struct smmux_rec_event),
	[SMMUX_CRASH_RE_TIME]	 = OF_RE(time_ns),
	[SMMUX_CRASH_RE_DEV]	 = OF_RE(dev),
	[SMMUX_CRASH_RE_SID]	 = OF_RE(sid),
	[SMMUX_CRASH_RE_FROM]	 = OF_RE(from),
	[SMMUX_CRASH_RE_TO]	 = OF_RE(to),
	[SMMUX_CRASH_RE_CAUSE]	 = OF_RE(cause),
	[SMMUX_CRASH_RE_CPU]	 = OF_RE(cpu),
	[SMMUX_CRASH_RE_RET]	 = OF_RE(ret),
	[SMMUX_CRASH_RE_ATTEMPT] = OF_RE(attempt),

	[SMMUX_CRASH_RC_ALL]	 = WHOLE(struct smmux_recent_cpu),
	[SMMUX_CRASH_RC_RING]	 = FIELD(struct smmux_recent_cpu, rec),
	[SMMUX_CRASH_RC_REC]	 = WHOLE(struct smmux_recent_rec),
	[SMMUX_CRASH_RC_POS]	 = OF_RC(pos),
	[SMMUX_CRASH_RC_TIME]	 = OF_RC(time_ns),
	[SMMUX_CRASH_RC_CMD]	 = OF_RC(cmd),
	[SMMUX_CRASH_RC_COMM]	 = OF_RC(comm),
	[SMMUX_CRASH_RC_PID]	 = OF_RC(pid),
};

/* The directory says where fields and entries begin; the layout of an entry is fixed. */
static_assert(offsetof(struct smmux_crash_dir, driver) == 64);
static_assert(offsetof(struct smmux_crash_dir, field) == 160);
static_assert(offsetof(struct smmux_crash_smmu, recent) == 104);
static_assert(sizeof(struct smmux_crash_smmu) == 160);

static DEFINE_MUTEX(lock);
static struct smmux_crash_dir *dir;		/* NULL without an SMMU in it; under lock */
static unsigned int num_used;			/* entries; under lock */
static u64 *lists[SMMUX_CRASH_SMMUS];		/* @recent of each entry; under lock */

static bool make_dir(void)
{
	struct smmux_crash_dir *d = alloc_pages_exact(sizeof(*d), GFP_KERNEL | __GFP_ZERO);

	if (!d)
		return false;
	d->version = SMMUX_CRASH_VERSION;
	d->bytes = sizeof(*d);
	d->self = smmux_reach_phys(d);
	d->made_ns = ktime_get_real_ns();
	d->page_bytes = PAGE_SIZE;
	d->num_fields = SMMUX_CRASH_NUM_FIELDS;
	d->field_at = offsetof(struct smmux_crash_dir, field);
	d->field_bytes = sizeof(d->field[0]);
	d->num_smmus = SMMUX_CRASH_SMMUS;
	d->smmu_at = offsetof(struct smmux_crash_dir, smmu);
	d->smmu_bytes = sizeof(d->smmu[0]);
	strscpy(d->driver, SMMUX_VERSION);
	strscpy(d->kernel, init_utsname()->release);
	memcpy(d->field, fields, sizeof(fields));
	/* A dump with the magic has all of the above. */
	smp_store_release(&d->magic, SMMUX_CRASH_MAGIC);
	dir = d;
	return true;
}

static void drop_dir(void)
{
	WRITE_ONCE(dir->magic, 0);
	/* The magic is gone before the page gets another owner. */
	smp_wmb();
	free_pages_exact(dir, sizeof(*dir));
	dir = NULL;
}

static struct smmux_crash_smmu *free_entry(void)
{
	unsigned int i;

	for (i = 0; dir && i < SMMUX_CRASH_SMMUS; i++)
		if (!dir->smmu[i].valid)
			return &dir->smmu[i];
	return NULL;
}

static void fill(struct smmux_crash_smmu *e, struct smmux_device *smmu)
{
	const struct smmux_strtab *st = &smmu->strtab;
	const void *table = st->two_level ? (const void *)st->l1 : st->linear;

	memset(e, 0, sizeof(*e));
	strscpy(e->name, dev_name(smmu->dev));
	e->mmio = smmu->pa;
	e->device = smmux_reach_phys(smmu);
	e->device_bytes = sizeof(*smmu);
	e->cmdq = smmux_reach_phys(smmu->cmdq.q.base);
	e->evtq = smmux_reach_phys(smmu->evtq.q.base);
	e->strtab = smmux_reach_phys(table);
	e->desc = st->two_level ? smmux_reach_phys(st->desc) : 0;
	e->dma_offset = st->dma - e->strtab;
	memcpy(e->idr, smmu->caps.raw.r, sizeof(e->idr));
	e->cmdq_log2 = smmu->cmdq.q.log2;
	e->evtq_log2 = smmu->evtq.q.log2;
	e->two_level = st->two_level;
	e->split = SMMUX_STRTAB_SPLIT;
	e->sid_bits = st->sid_bits;
	e->oas = smmu->caps.oas;
}

static void forget(void *data)
{
	struct smmux_device *smmu = data;
	struct smmux_crash_smmu *e = smmu->crash;

	guard(mutex)(&lock);
	WRITE_ONCE(e->valid, 0);
	/* The memory that the entry refers to may be freed from here on. */
	smp_wmb();
	smmu->crash = NULL;
	kfree(lists[e - dir->smmu]);
	lists[e - dir->smmu] = NULL;
	if (!--num_used)
		drop_dir();
}

int smmux_crash_add(struct smmux_device *smmu)
{
	struct smmux_crash_smmu *e;

	scoped_guard(mutex, &lock) {
		if (!dir && !make_dir()) {
			dev_warn(smmu->dev, "memory dump directory: no memory, a dump will not show this SMMU\n");
			return 0;
		}
		e = free_entry();
		if (!e) {
			dev_warn(smmu->dev, "memory dump directory: full (%u SMMUs), a dump will not show this SMMU\n",
				 SMMUX_CRASH_SMMUS);
			return 0;
		}
		fill(e, smmu);
		/* A dump with @valid has all of the entry. */
		smp_store_release(&e->valid, 1);
		smmu->crash = e;
		num_used++;
	}
	return devm_add_action_or_reset(smmu->dev, forget, smmu);
}

void smmux_crash_remove(struct smmux_device *smmu)
{
	if (smmu->crash)
		devm_release_action(smmu->dev, forget, smmu);
}

/* A ring may be discontiguous in physical memory. */
static void put_pages(u64 *to, const void *ring, unsigned int num)
{
	const void *end = ring + sizeof(struct smmux_recent_cpu);
	unsigned int i;

	for (i = 0; i < num && ring < end; i++) {
		to[i] = smmux_reach_phys(ring);
		ring = PTR_ALIGN_DOWN(ring, PAGE_SIZE) + PAGE_SIZE;
	}
}

void smmux_crash_add_recent(struct smmux_device *smmu)
{
	unsigned int pages = DIV_ROUND_UP(sizeof(struct smmux_recent_cpu), PAGE_SIZE) + 1;
	struct smmux_recent_cpu __percpu *pcpu = smp_load_acquire(&smmu->recent.pcpu);
	struct smmux_crash_smmu *e;
	u64 *list;
	int cpu;

	guard(mutex)(&lock);
	e = smmu->crash;
	if (!e || !pcpu || e->recent)
		return;
	list = kcalloc(nr_cpu_ids, pages * sizeof(*list), GFP_KERNEL);
	if (!list) {
		dev_warn(smmu->dev, "memory dump directory: no memory, a dump will not show recent commands\n");
		return;
	}
	for_each_possible_cpu(cpu)
		put_pages(list + cpu * pages, per_cpu_ptr(pcpu, cpu), pages);
	lists[e - dir->smmu] = list;
	e->recent_cpus = nr_cpu_ids;
	e->recent_pages = pages;
	/* A dump with @recent has the list. */
	smp_store_release(&e->recent, smmux_reach_phys(list));
}
