// SPDX-License-Identifier: GPL-2.0
/*
 * summary - see summary.h.
 *
 * At a panic the other CPUs have stopped at any point, perhaps with one of this driver's
 * locks held, and a register access may be the cause of the panic.  So the summary reads
 * only memory, and takes no lock.  It first copies data that another CPU may have been
 * writing, and terminates strings, before it formats them.
 */
#include "view/summary.h"

#include <linux/device.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>

#include "core/pm.h"
#include "core/recovery_queue.h"
#include "pure/evt.h"
#include "smmux.h"

#define LAST_EVENTS	4

static u64 sum(struct smmux_device *smmu, size_t offset)
{
	u64 n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(*(u64 *)((void *)per_cpu_ptr(smmu->stats.pcpu, cpu) + offset));
	return n;
}

#define SUM(smmu, member)	sum(smmu, offsetof(struct smmux_counters, member))

static void tell_queues(struct smmux_device *smmu)
{
	const struct smmux_cmdq *cq = &smmu->cmdq;
	u64 resv = atomic64_read(&cq->resv);

	dev_info(smmu->dev, "summary: power %s, gate %s, cmdq reserved %llu published %llu consumed %llu of %u%s, high water %u\n",
		 smmux_pm_state_name(READ_ONCE(smmu->pm.d.state)),
		 resv & SMMUX_RESV_ASLEEP ? "stopped" :
		 resv & SMMUX_RESV_CLOSED ? "closed" : "open", resv & SMMUX_RESV_POS,
		 READ_ONCE(cq->published), (u64)atomic64_read(&cq->cons), cq->q.mask + 1,
		 READ_ONCE(cq->dead) ? ", dead" : "", READ_ONCE(cq->high_water));
}

static void tell_troubles(struct smmux_device *smmu)
{
	u64 ill = SUM(smmu, cerror[CERROR_ILL]), abt = SUM(smmu, cerror[CERROR_ABT]);
	u64 atc = SUM(smmu, cerror[CERROR_ATC_INV_SYNC]);
	u64 sync = SUM(smmu, sync_timeouts), full = SUM(smmu, full_timeouts);
	u64 lost = SUM(smmu, elided[SMMUX_CMD_OWED]), overflow = SUM(smmu, evt_overflow);

	if (!(ill | abt | atc | sync | full | lost | overflow) && !READ_ONCE(smmu->gerror.dead))
		return;
	dev_info(smmu->dev, "summary: since load: CERROR_ILL %llu ABT %llu ATC_INV_SYNC %llu, SYNC timeouts %llu, full timeouts %llu, lost %llu, evtq overflows %llu%s\n",
		 ill, abt, atc, sync, full, lost, overflow,
		 READ_ONCE(smmu->gerror.dead) ? ", in service failure" : "");
}

static void tell_events(struct smmux_device *smmu)
{
	struct smmux_evtq *eq = &smmu->evtq;
	u64 total = READ_ONCE(eq->total), i;
	struct smmux_evt_rec rec;
	struct smmux_evt evt;
	char text[192];

	for (i = total; i && total - i < LAST_EVENTS; i--) {
		data_race(rec = eq->ring[(i - 1) % SMMUX_EVTQ_RING]);
		smmux_evt_decode(rec.raw, &evt);
		smmux_evt_format(&evt, text, sizeof(text));
		dev_info(smmu->dev, "summary: event %llu of %llu at %llu ns: %s\n", i, total,
			 rec.time_ns, text);
	}
}

static void tell_last(struct smmux_device *smmu)
{
	u64 errors = READ_ONCE(smmu->gerror.total), moves = READ_ONCE(smmu->pm.d.total);
	u64 steps = READ_ONCE(smmu->recovery.total);
	struct smmux_gerror_rec ge;
	struct smmux_pm_rec pm;
	struct smmux_rec_event ev;

	if (errors) {
		data_race(ge = smmu->gerror.ring[(errors - 1) % SMMUX_GERROR_RING]);
		dev_info(smmu->dev, "summary: global error %llu at %llu ns: %#x, CMDQ_CONS.ERR %u\n",
			 errors, ge.time_ns, ge.active, ge.cerror);
	}
	if (moves) {
		data_race(pm = smmu->pm.d.ring[(moves - 1) % SMMUX_PM_RING]);
		dev_info(smmu->dev, "summary: %s %llu at %llu ns took %llu ns, error %d\n",
			 pm.wake ? "resume" : "suspend", moves, pm.time_ns, pm.took_ns, pm.ret);
	}
	if (steps) {
		data_race(ev = smmu->recovery.ring[(steps - 1) % SMMUX_REC_RING]);
		ev.dev[sizeof(ev.dev) - 1] = '\0';
		dev_info(smmu->dev, "summary: recovery step %llu at %llu ns: %s is %s, error %d\n",
			 steps, ev.time_ns, ev.dev,
			 ev.to < SMMUX_NUM_REC_STATES ? smmux_rec_states[ev.to] : "?", ev.ret);
	}
}

void smmux_summary_log(struct smmux_device *smmu)
{
	tell_queues(smmu);
	tell_troubles(smmu);
	tell_events(smmu);
	tell_last(smmu);
}

static int at_panic(struct notifier_block *nb, unsigned long event, void *text)
{
	smmux_summary_log(container_of(nb, struct smmux_device, panic_nb));
	return NOTIFY_DONE;
}

static void forget(void *data)
{
	struct smmux_device *smmu = data;

	atomic_notifier_chain_unregister(&panic_notifier_list, &smmu->panic_nb);
}

int smmux_summary_at_panic(struct smmux_device *smmu)
{
	smmu->panic_nb.notifier_call = at_panic;
	atomic_notifier_chain_register(&panic_notifier_list, &smmu->panic_nb);
	return devm_add_action_or_reset(smmu->dev, forget, smmu);
}
