// SPDX-License-Identifier: GPL-2.0
/*
 * client - the platform driver of modelled devices, and their commands.
 */
#include "client.h"

#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/property.h>
#include <linux/sched.h>

static struct dentry *root;

/* May it send @ssid?  Decided by its own registers, not by the PCI core's state. */
static bool may_send(const struct client_stream *s, const u32 *ssid)
{
	if (!ssid || !s->cap)
		return true;
	if (vsmmu_pasid_went_wrong(s->cap)) {
		spin_lock_irq(&s->v->lock);
		vsmmu_bad(s->v, BAD_STREAM, "stream %#x: PASID was switched while ATS was on",
			  s->sid);
		spin_unlock_irq(&s->v->lock);
	}
	return vsmmu_pasid_is_on(s->cap);
}

void client_transact(const struct client_stream *s, const u32 *ssid, const struct device *asks,
		     u64 iova, bool write, u32 *val, struct vsmmu_answer *ans)
{
	struct vsmmu_request req = {
		.sid = s->sid,
		.ssv = ssid,
		.ssid = ssid ? *ssid : 0,
		.write = write,
		.asks = asks,
		.iova = iova,
		.buf = val,
		.len = sizeof(*val),
	};

	memset(ans, 0, sizeof(*ans));
	if (!may_send(s, ssid))
		return;
	/* The CPU's writes are visible to the device, and the device's to the CPU. */
	mb();
	vsmmu_access(s->v, &req, ans);
	mb();
}

struct client_stream *client_access(struct client *c, const u32 *ssid, u64 iova, bool write,
				    u32 *val, struct vsmmu_answer *ans)
{
	struct client_stream *s = &c->stream[(u32)atomic_inc_return(&c->turn) % c->num];

	client_transact(s, ssid, c->dev, iova, write, val, ans);
	return s;
}

bool client_failed(struct client *c)
{
	bool failed = false;
	unsigned int i;

	for (i = 0; i < c->num; i++)
		failed |= vsmmu_stream_failed(c->stream[i].v, c->stream[i].sid);
	return failed;
}

int client_attach(struct client *c, const u32 *ssid, struct iommu_domain *dom)
{
	unsigned long limit = jiffies + HANG_LIMIT;
	int ret;

	do {
		ret = ssid ? iommu_attach_device_pasid(dom, c->dev, *ssid, NULL) :
			     iommu_attach_device(dom, c->dev);
		if (ret != -EBUSY || !dev_is_pci(c->dev))
			break;
		msleep(10);
	} while (time_before(jiffies, limit));
	return ret;
}

void client_detach(struct client *c, const u32 *ssid, struct iommu_domain *dom)
{
	if (ssid)
		iommu_detach_device_pasid(dom, c->dev, *ssid);
	else
		iommu_detach_device(dom, c->dev);
}

static int map_page(struct client *c, const char *how)
{
	enum dma_data_direction dir = !strcmp(how, "ro") ? DMA_TO_DEVICE :
				      !strcmp(how, "wo") ? DMA_FROM_DEVICE : DMA_BIDIRECTIONAL;
	dma_addr_t iova;

	if (c->held)
		return -EBUSY;
	c->held = alloc_page(GFP_KERNEL);
	if (!c->held)
		return -ENOMEM;
	*(u32 *)page_address(c->held) = CLIENT_POISON;
	iova = dma_map_page(c->dev, c->held, 0, PAGE_SIZE, dir);
	if (dma_mapping_error(c->dev, iova)) {
		__free_page(c->held);
		c->held = NULL;
		return -ENOMEM;
	}
	c->held_iova = iova;
	c->held_dir = dir;
	talk_say(&c->talk, "iova: %#llx\npa: %#llx\n", (u64)iova, (u64)page_to_phys(c->held));
	return 0;
}

static int unmap_page(struct client *c)
{
	if (!c->held)
		return -ENOENT;
	dma_unmap_page(c->dev, c->held_iova, PAGE_SIZE, c->held_dir);
	__free_page(c->held);
	c->held = NULL;
	return 0;
}

/* In a separate thread, like a driver's thread that system sleep does not freeze. */
static int drop_thread(void *data)
{
	struct client *c = data;

	unmap_page(c);
	return 0;
}

static int access_once(struct client *c, u64 iova, char rw, const u32 *ssid)
{
	const struct client_stream *s;
	struct vsmmu_answer ans;
	u32 val = CLIENT_VALUE;

	s = client_access(c, ssid, iova, rw == 'w', &val, &ans);
	talk_say(&c->talk, "done: %d\nbypassed: %d\nstalled: %d\nevent: %#x\npa: %#llx\nvalue: %#x\n",
		   ans.done, ans.bypassed, ans.stalled, ans.event, ans.pa, val);
	talk_say(&c->talk, "sid: %#x\nstage: %u\nclass: %u\n", s->sid, ans.stage, ans.class);
	return 0;
}

static int ask_page(struct client *c, u64 iova, char rw)
{
	const struct client_stream *s = &c->stream[0];
	struct vsmmu_request req = { .sid = s->sid, .iova = iova, .write = rw == 'w' };

	talk_say(&c->talk, "response: %d\n", vsmmu_page_request(s->v, &req));
	return 0;
}

/* Simulates damage of a table by a broken driver or a stray write. */
static int poke(struct client *c, u64 pa, u64 val)
{
	u64 old;

	if (!vsmmu_mem_read(pa, &old, 1) || !vsmmu_mem_write(pa, &val, 1))
		return -EFAULT;
	talk_say(&c->talk, "old: %#llx\n", old);
	return 0;
}

/* Runtime PM: a client is active from its probe on, and keeps its SMMU powered. */
int client_rest(struct client *c)
{
	if (c->rests)
		return -EALREADY;
	c->rests = true;
	return pm_runtime_put_sync_suspend(c->dev);
}

int client_work(struct client *c)
{
	int ret;

	if (!c->rests)
		return -EALREADY;
	ret = pm_runtime_resume_and_get(c->dev);
	c->rests = ret;
	return ret;
}

static int run(struct client *c, const char *line)
{
	unsigned int a, b, n;
	char word[4];
	u64 iova, val;

	if (sscanf(line, "map %3s", word) == 1)
		return map_page(c, word);
	if (!strncmp(line, "unmap", 5))
		return unmap_page(c);
	n = sscanf(line, "access %llx %1s %u", &iova, word, &a);
	if (n >= 2)
		return access_once(c, iova, word[0], n == 3 ? &a : NULL);
	if (sscanf(line, "page %llx %1s", &iova, word) == 2)
		return ask_page(c, iova, word[0]);
	if (!strncmp(line, "rest", 4))
		return client_rest(c);
	if (!strncmp(line, "work", 4))
		return client_work(c);
	if (sscanf(line, "cycle %u", &a) == 1)
		return program_cycle(c, a);
	if (sscanf(line, "race %u", &a) == 1)
		return program_race(c, a);
	if (sscanf(line, "pasid %u %u", &a, &b) == 2)
		return program_pasid(c, a, b);
	if (sscanf(line, "storm %u %u", &a, &b) == 2)
		return program_storm(c, a, b);
	n = sscanf(line, "attach %u %u", &a, &b);
	if (n > 0 && n < 3)
		return program_attach(c, a, n == 2 ? &b : NULL);
	if (!strncmp(line, "return", 6))
		return program_return(c);
	if (!strncmp(line, "drop", 4))
		return PTR_ERR_OR_ZERO(kthread_run(drop_thread, c, "vsmmu-drop"));
	if (sscanf(line, "irqs %u", &a) == 1) {
		WRITE_ONCE(c->irqs_off, !a);
		return 0;
	}
	if (sscanf(line, "crowd %u %x", &a, &b) == 2)
		return program_crowd(c, a, b);
	if (sscanf(line, "crowd %u", &a) == 1)
		return program_crowd(c, a, 0);
	if (!strncmp(line, "resets", 6)) {
		talk_say(&c->talk, "resets: %u\n", c->resets);
		return 0;
	}
	if (sscanf(line, "slow %u", &a) == 1)
		return program_slow(c, a);
	n = sscanf(line, "join %u %u", &a, &b);
	if (n > 0 && n < 3)
		return program_join(c, a, n == 2 ? &b : NULL);
	if (sscanf(line, "random %u %u %u", &a, &n, &b) == 3)
		return program_random(c, a, n, b);
	if (sscanf(line, "keep %u %u", &a, &b) == 2)
		return program_keep(c, a, b);
	if (sscanf(line, "poke %llx %llx", &iova, &val) == 2)
		return poke(c, iova, val);
	if (sscanf(line, "fill %u", &a) == 1)
		return program_fill(c, a);
	return -EINVAL;
}

/*
 * "fail N ..." makes the N-th allocation of the command fail, and reports how many
 * allocations were missing to N: 0 if one did fail.
 */
static int run_failing(struct talk *talk, const char *line)
{
	struct client *c = container_of(talk, struct client, talk);
#ifdef CONFIG_FAULT_INJECTION
	unsigned int nth, left;
	int at, ret;

	if (sscanf(line, "fail %u %n", &nth, &at) == 1 && nth) {
		current->fail_nth = nth;
		ret = run(c, line + at);
		left = current->fail_nth;
		current->fail_nth = 0;
		talk_say(&c->talk, "left: %u\nerror: %d\n", left, ret);
		return 0;
	}
#endif
	return run(c, line);
}

static int find_streams(struct client *c, const struct device_node *np)
{
	struct of_phandle_args args;

	while (c->num < CLIENT_IDS &&
	       !of_parse_phandle_with_args(np, "iommus", "#iommu-cells", c->num,
					   &args)) {
		struct vsmmu *v = vsmmu_by_node(args.np);

		of_node_put(args.np);
		if (!v)
			return -ENODEV;
		vsmmu_stream_known(v, args.args[0], c->num ? c->stream[0].sid : args.args[0]);
		c->stream[c->num++] = (struct client_stream){ v, args.args[0] };
	}
	return c->num ? 0 : -ENODEV;
}

int client_add(struct client *c, struct device *dev)
{
	int ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(44));

	if (ret)
		return ret;
	c->dev = dev;
	c->dir = debugfs_create_dir(dev_name(dev), root);
	talk_add(&c->talk, c->dir, run_failing);
	crowd_add(c);
	return 0;
}

void client_remove(struct client *c)
{
	crowd_remove(c);
	debugfs_remove(c->dir);
	unmap_page(c);
	program_slow(c, 0);
	program_pasid(c, 0, 0);
	program_keep(c, 0, 0);
	program_fill(c, 0);
}

static int platform_probe(struct platform_device *pdev)
{
	struct client *c = devm_kzalloc(&pdev->dev, sizeof(*c), GFP_KERNEL);
	u32 bits = 0;
	int ret;

	if (!c)
		return -ENOMEM;
	device_property_read_u32(&pdev->dev, "pasid-num-bits", &bits);
	c->pasids = bits >= 6;
	platform_set_drvdata(pdev, c);
	ret = find_streams(c, pdev->dev.of_node);
	ret = ret ?: client_add(c, &pdev->dev);
	if (ret)
		return ret;
	pm_runtime_get_noresume(c->dev);
	pm_runtime_set_active(c->dev);
	pm_runtime_enable(c->dev);
	return 0;
}

static void platform_remove(struct platform_device *pdev)
{
	struct client *c = platform_get_drvdata(pdev);

	pm_runtime_disable(c->dev);
	if (!c->rests)
		pm_runtime_put_noidle(c->dev);
	pm_runtime_set_suspended(c->dev);
	client_remove(c);
}

static const struct of_device_id client_match[] = {
	{ .compatible = "smmux,vsmmu-client" },
	{ }
};
MODULE_DEVICE_TABLE(of, client_match);

static int nothing(struct device *dev)
{
	return 0;
}

static const struct dev_pm_ops client_pm = { RUNTIME_PM_OPS(nothing, nothing, NULL) };

static struct platform_driver client_driver = {
	.driver = {
		.name = "vsmmu-client",
		.of_match_table = client_match,
		.pm = pm_ptr(&client_pm),
	},
	.probe = platform_probe,
	.remove = platform_remove,
};

int vsmmu_client_register(struct dentry *dir)
{
	int ret;

	root = dir;
	ret = platform_driver_register(&client_driver);
	if (ret)
		return ret;
	ret = vsmmu_pci_register();
	if (ret)
		platform_driver_unregister(&client_driver);
	return ret;
}

void vsmmu_client_unregister(void)
{
	vsmmu_pci_unregister();
	platform_driver_unregister(&client_driver);
}
