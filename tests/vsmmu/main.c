// SPDX-License-Identifier: GPL-2.0
/*
 * main - instances from module parameters, and the thread that models the hardware.
 *
 * The thread has a CPU to itself (isolcpus=): on its own CPUs the driver waits for the
 * SMMU in loops that nothing interrupts.
 *
 * The driver's time limit is a second of the guest's clock, which runs on while the host
 * runs other processes.  Gaps without a running thread are counted for each instance, so
 * that a failure of the driver can be distinguished from a busy host.
 */
#include "vsmmu.h"

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#define IDLE_LOOKS	500	/* idle polls before the thread sleeps */
#define AHEAD_LOOKS	8	/* one of this number of polls speculates */
#define HELP_NS		(2 * NSEC_PER_MSEC)
#define STARVED_NS	(200 * NSEC_PER_MSEC)

static struct vsmmu instance[VSMMU_MAX];
static struct task_struct *thread;
static DEFINE_PER_CPU(struct hrtimer, helpers);
static struct dentry *root;

static char *smmu[VSMMU_MAX];
static unsigned int num_smmus;
module_param_array(smmu, charp, &num_smmus, 0444);
MODULE_PARM_DESC(smmu, "one word for each instance: features and name=number, joined by +");
static char *client[VSMMU_STREAMS];
static unsigned int num_clients;
module_param_array(client, charp, &num_clients, 0444);
MODULE_PARM_DESC(client, "clients: instance:sid[+sid...][/log2 of its SubstreamIDs]");
static int pci = -1;
module_param(pci, int, 0444);
MODULE_PARM_DESC(pci, "instance that PCI devices below root ports are behind; -1: none");
static bool alias;
module_param(alias, bool, 0444);
MODULE_PARM_DESC(alias, "PCI devices with ATS also use the requester ID of the next function");
static unsigned int pasid;
module_param(pasid, uint, 0444);
MODULE_PARM_DESC(pasid, "log2 of the PASIDs that PCI devices with ATS have; 0: none");
static int its = -1;
module_param(its, int, 0444);
MODULE_PARM_DESC(its, "instance whose interrupts are messages to the machine's ITS; -1: none");
static unsigned int irq_base = 200;
module_param(irq_base, uint, 0444);
MODULE_PARM_DESC(irq_base, "first of the shared peripheral interrupts to use, three for each instance");

/* --- features of an instance --- */

struct word {
	const char *name;
	enum { SET, CLEAR, FIELD, DOMAIN, ABORTS, LINE } how;
	u8 reg;			/* IDR number */
	u32 mask, val;
};

static const struct word vocabulary[] = {
	{ "s1only", CLEAR, 0, IDR0_S2P },
	{ "s2only", CLEAR, 0, IDR0_S1P | IDR0_CD2L },
	{ "linear", CLEAR, 0, IDR0_ST_LEVEL },
	{ "nocd2l", CLEAR, 0, IDR0_CD2L },
	{ "tags8", CLEAR, 0, IDR0_ASID16 | IDR0_VMID16 },
	{ "stall", FIELD, 0, IDR0_STALL_MODEL, STALL_MODEL_BOTH },
	{ "stallonly", FIELD, 0, IDR0_STALL_MODEL, STALL_MODEL_STALL_ONLY },
	{ "ats", SET, 0, IDR0_ATS },
	{ "pri", SET, 0, IDR0_ATS | IDR0_PRI },
	{ "hyp", SET, 0, IDR0_HYP },
	{ "msi", SET, 0, IDR0_MSI },
	{ "sev", SET, 0, IDR0_SEV },
	{ "noncoherent", CLEAR, 0, IDR0_COHACC },
	{ "noril", CLEAR, 3, IDR3_RIL },
	{ "only4k", CLEAR, 5, IDR5_GRAN16K | IDR5_GRAN64K },
	{ "only16k", CLEAR, 5, IDR5_GRAN4K | IDR5_GRAN64K },
	{ "only64k", CLEAR, 5, IDR5_GRAN4K | IDR5_GRAN16K },
	{ "cmdqs", FIELD, 1, IDR1_CMDQS },
	{ "eventqs", FIELD, 1, IDR1_EVENTQS },
	{ "sids", FIELD, 1, IDR1_SIDSIZE },
	{ "ssids", FIELD, 1, IDR1_SSIDSIZE },
	{ "oas", FIELD, 5, IDR5_OAS },
	{ "pd", DOMAIN },
	{ "aborts", ABORTS },
	{ "line", LINE },
};

static const struct vsmmu_model plain = {
	.idr = {
		[0] = FIELD_PREP_CONST(IDR0_ST_LEVEL, 1) | IDR0_TERM_MODEL |
		      FIELD_PREP_CONST(IDR0_STALL_MODEL, STALL_MODEL_TERM_ONLY) |
		      FIELD_PREP_CONST(IDR0_TTENDIAN, TTENDIAN_LITTLE) | IDR0_CD2L |
		      IDR0_VMID16 | IDR0_ASID16 | IDR0_COHACC |
		      FIELD_PREP_CONST(IDR0_TTF, TTF_AARCH64) | IDR0_S1P | IDR0_S2P,
		[1] = FIELD_PREP_CONST(IDR1_CMDQS, 8) | FIELD_PREP_CONST(IDR1_EVENTQS, 7) |
		      FIELD_PREP_CONST(IDR1_PRIQS, 3) |
		      FIELD_PREP_CONST(IDR1_SSIDSIZE, 12) | FIELD_PREP_CONST(IDR1_SIDSIZE, 12),
		[3] = IDR3_RIL | IDR3_HAD,
		[5] = IDR5_GRAN4K | IDR5_GRAN16K | IDR5_GRAN64K | FIELD_PREP_CONST(IDR5_OAS, 4),
	},
	.iidr = 0x5aa00000,	/* a product that does not exist: no erratum matches */
	.aidr = 2,
};

static int apply_word(struct vsmmu_model *model, char *text)
{
	char *name = strsep(&text, "=");
	unsigned int i, val;

	for (i = 0; i < ARRAY_SIZE(vocabulary); i++) {
		const struct word *w = &vocabulary[i];
		u32 *idr = &model->idr[w->reg];

		if (strcmp(name, w->name))
			continue;
		val = w->val;
		if (text && kstrtouint(text, 0, &val))
			break;
		if (w->how == FIELD && val > w->mask >> __ffs(w->mask))
			break;
		*idr &= ~w->mask;
		model->pd |= w->how == DOMAIN;
		model->aborts |= w->how == ABORTS;
		model->line |= w->how == LINE;
		if (w->how == SET)
			*idr |= w->mask;
		if (w->how == FIELD)
			*idr |= val << __ffs(w->mask);
		return 0;
	}
	pr_err("vsmmu: '%s' is not a feature\n", name);
	return -EINVAL;
}

static int parse_model(struct vsmmu_model *model, char *text)
{
	char *word;
	int ret;

	*model = plain;
	while ((word = strsep(&text, "+"))) {
		ret = *word && strcmp(word, "plain") ? apply_word(model, word) : 0;
		if (ret)
			return ret;
	}
	return 0;
}

/* --- errors of the driver --- */

void vsmmu_bad(struct vsmmu *v, enum vsmmu_bad kind, const char *fmt, ...)
{
	va_list args;

	lockdep_assert_held(&v->lock);
	v->counts.bad[kind]++;
	if (v->num_notes == VSMMU_NOTES)
		return;
	va_start(args, fmt);
	v->notes[v->num_notes] = kvasprintf(GFP_ATOMIC, fmt, args);
	va_end(args);
	if (v->notes[v->num_notes])
		v->num_notes++;
}

struct vsmmu *vsmmu_by_node(const struct device_node *np)
{
	unsigned int i;

	for (i = 0; i < num_smmus; i++)
		if (instance[i].np == np)
			return &instance[i];
	return NULL;
}

/* --- the hardware --- */

/*
 * At @now the work of @v was done.  The thread and the helpers call this without the lock;
 * if two call it at the same time, one of them counts the gap.
 */
static void was_there(struct vsmmu *v, u64 now)
{
	u64 since = READ_ONCE(v->there_ns), gap = now - since;

	if (now < since + NSEC_PER_MSEC || cmpxchg64(&v->there_ns, since, now) != since)
		return;
	if (gap > STARVED_NS)
		v->counts.starved++;
	if (gap > v->counts.longest_gap_ns)
		v->counts.longest_gap_ns = gap;
}

static void act(struct vsmmu *v)
{
	if (v->unpowered)
		return;
	vsmmu_regs_poll(v);
	vsmmu_cmd_poll(v);
	vsmmu_stalls_record(v);
	vsmmu_event_poll(v);
}

/* Without the lock: its holder may be on a CPU that the host does not run. */
static bool has_work(struct vsmmu *v)
{
	return !READ_ONCE(v->unpowered) &&
	       (vsmmu_regs_differ(v) || vsmmu_cmd_waits(v) || READ_ONCE(v->announce_again));
}

static bool look(struct vsmmu *v, bool ahead)
{
	u64 now = ktime_get_mono_fast_ns();
	bool busy = has_work(v);

	if (!busy && !ahead) {
		was_there(v, now);
		return false;
	}
	spin_lock_irq(&v->lock);
	act(v);
	if (!v->unpowered)
		vsmmu_speculate(v);
	spin_unlock_irq(&v->lock);
	was_there(v, ktime_get_mono_fast_ns());
	return busy;
}

static int be_hardware(void *unused)
{
	unsigned int i, idle = 0, turn = 0;
	bool busy;

	while (!kthread_should_stop()) {
		busy = false;
		turn++;
		for (i = 0; i < num_smmus; i++)
			busy |= look(&instance[i], turn % AHEAD_LOOKS == 0);
		idle = busy ? 0 : idle + 1;
		if (idle > IDLE_LOOKS)
			usleep_range(20, 50);
		else
			cpu_relax();
		cond_resched();
	}
	return 0;
}

/*
 * The thread's CPU is a thread of the host, and a loaded host may not run it for longer
 * than the driver waits.  So a timer on each CPU also models the hardware: while the
 * driver waits on a CPU that runs, its timer does the work.
 */
static enum hrtimer_restart help(struct hrtimer *timer)
{
	unsigned int i;

	for (i = 0; i < num_smmus; i++) {
		struct vsmmu *v = &instance[i];

		if (has_work(v)) {
			if (!spin_trylock(&v->lock))
				continue;
			act(v);
			spin_unlock(&v->lock);
		}
		was_there(v, ktime_get_mono_fast_ns());
	}
	hrtimer_forward_now(timer, ns_to_ktime(HELP_NS));
	return HRTIMER_RESTART;
}

static void start_helper(void *unused)
{
	struct hrtimer *timer = this_cpu_ptr(&helpers);

	hrtimer_setup(timer, help, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_SOFT);
	hrtimer_start(timer, ns_to_ktime(HELP_NS), HRTIMER_MODE_REL_PINNED_SOFT);
}

static void stop_helpers(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		hrtimer_cancel(per_cpu_ptr(&helpers, cpu));
}

static int go_live(void)
{
	unsigned int i;

	for (i = 0; i < num_smmus; i++)
		instance[i].there_ns = ktime_get_mono_fast_ns();
	thread = kthread_create(be_hardware, NULL, "vsmmu");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	kthread_bind(thread, cpumask_last(cpu_online_mask));
	wake_up_process(thread);
	on_each_cpu(start_helper, NULL, true);
	return 0;
}

/* --- start and stop --- */

static void stop(struct vsmmu *v)
{
	vsmmu_power_exit(v);
	if (v->base)
		iounmap(v->base);
	vsmmu_cache_exit(v);
	vsmmu_ats_exit(v);
	while (v->num_notes)
		kfree(v->notes[--v->num_notes]);
}

static int start(struct vsmmu *v, unsigned int n)
{
	unsigned int i;
	int ret;

	ret = parse_model(&v->model, smmu[n]);
	if (ret)
		return ret;
	v->index = n;
	v->pa = VSMMU_BASE + n * VSMMU_STRIDE;
	spin_lock_init(&v->lock);
	for (i = 0; i < VSMMU_STALLS; i++)
		init_completion(&v->stall[i].answered);
	for (i = 0; i < VSMMU_PRGS; i++)
		init_completion(&v->page_request[i].answered);
	ret = vsmmu_cache_init(v) ?: vsmmu_ats_init(v);
	if (ret)
		return ret;
	v->base = ioremap(v->pa, VSMMU_BYTES);
	if (!v->base) {
		pr_err("vsmmu: %pa cannot be mapped: boot with mem=1000M of 1G\n", &v->pa);
		return -ENOMEM;
	}
	spin_lock_irq(&v->lock);
	vsmmu_regs_power_on(v);
	spin_unlock_irq(&v->lock);
	vsmmu_control_add(v, root);
	return v->model.pd ? vsmmu_power_init(v) : 0;
}

static void stop_all(void)
{
	unsigned int i;

	debugfs_remove(root);
	if (!IS_ERR_OR_NULL(thread)) {
		stop_helpers();
		kthread_stop(thread);
	}
	for (i = 0; i < num_smmus; i++)
		stop(&instance[i]);
	vsmmu_mem_exit();
}

static int __init vsmmu_init(void)
{
	unsigned int i;
	int ret = 0;

	if (max(pci, its) >= (int)max(num_smmus, 1U) || pasid > 20)
		return -EINVAL;
	if (!num_smmus)
		smmu[num_smmus++] = "plain";
	vsmmu_mem_init();
	root = debugfs_create_dir("vsmmu", NULL);
	for (i = 0; i < num_smmus && !ret; i++)
		ret = start(&instance[i], i);
	if (!ret)
		ret = go_live();
	if (ret)
		goto err_stop;
	ret = vsmmu_client_register(root);
	if (ret)
		goto err_stop;
	if (alias)
		ret = vsmmu_pci_alias();
	if (!ret && pasid)
		ret = vsmmu_pasid_caps_add(pasid);
	ret = ret ?: vsmmu_tree_add(instance, num_smmus, client, num_clients, irq_base, pci, its);
	if (ret)
		goto err_clients;
	return 0;

err_clients:
	vsmmu_pasid_caps_remove();
	vsmmu_client_unregister();
err_stop:
	stop_all();
	return ret;
}
module_init(vsmmu_init);

static void __exit vsmmu_exit(void)
{
	/* Devices first: the driver must be able to disable an SMMU that still answers. */
	vsmmu_tree_remove();
	vsmmu_client_unregister();
	vsmmu_pasid_caps_remove();
	stop_all();
}
module_exit(vsmmu_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A modelled SMMUv3, for the tests of its driver");
