// SPDX-License-Identifier: GPL-2.0
/*
 * root - the tree /sys/kernel/debug/smmux, and the dispatch from a file to its row.
 * To add a file, read plane.h.
 *
 * The inode->i_private of a file points to its row of a table, that of its
 * directory to the object.  Operations on a file read both; release reads only the row,
 * which is constant.  debugfs delays removal while an operation other than release runs.
 * So an object exists as long as this room uses it, and a file that is still open after
 * removal returns -EIO.
 *
 * If a directory or a file cannot be made, only that view is missing: debugfs
 * accepts an error pointer as parent and makes nothing below it.
 */
#include "debugfs.h"

#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include "hw/evtq.h"
#include "params.h"
#include "plane.h"
#include "smmux.h"
#include "trace/stats.h"

#define LINE_BYTES	128	/* longest line that a file takes */

static struct dentry *root, *masters, *domains;

/* SMMUs by order; the xarray's own lock delays removal while a name is read. */
static DEFINE_XARRAY(smmus);

static const struct smmux_node *node_of(const struct inode *inode)
{
	return inode->i_private;
}

static void *obj_of(const struct file *file)
{
	return d_inode(file->f_path.dentry->d_parent)->i_private;
}

static int ask_open(struct file *file, const struct smmux_node *node)
{
	struct smmux_question *a = kzalloc(sizeof(*a), GFP_KERNEL);
	int ret;

	if (!a)
		return -ENOMEM;
	a->obj = obj_of(file);
	ret = single_open(file, node->show, a);
	if (ret)
		kfree(a);
	return ret;
}

static int node_open(struct inode *inode, struct file *file)
{
	const struct smmux_node *node = node_of(inode);
	struct smmux_reader *r;

	if (node->ask)
		return ask_open(file, node);
	if (!node->seq)
		return single_open(file, node->show, obj_of(file));
	r = __seq_open_private(file, node->seq, max(sizeof(*r), node->state));
	if (!r)
		return -ENOMEM;
	r->obj = obj_of(file);
	return 0;
}

static int node_release(struct inode *inode, struct file *file)
{
	const struct smmux_node *node = node_of(inode);
	struct smmux_reader *r;

	if (node->ask)
		kfree(((struct seq_file *)file->private_data)->private);
	if (!node->seq)
		return single_release(inode, file);
	r = ((struct seq_file *)file->private_data)->private;
	kvfree(r->data);
	return seq_release_private(inode, file);
}

static const struct file_operations read_fops = {
	.owner = THIS_MODULE,
	.open = node_open,
	.release = node_release,
	.read = seq_read,
	.llseek = seq_lseek,
};

/*
 * Reads the stamp before the text, so data that arrive during the read count as news.
 * Two readers that share an open file may each miss what the other has read.
 */
static ssize_t news_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct seq_file *m = file->private_data;

	if (!*pos)
		WRITE_ONCE(m->poll_event, (int)node_of(file_inode(file))->stamp(obj_of(file)));
	return seq_read(file, to, len, pos);
}

/*
 * The wait queue belongs to the module, and an open file keeps the module loaded.  So
 * the queue outlives the object; removal of the object wakes the waiters.
 */
static __poll_t news_poll(struct file *file, struct poll_table_struct *table)
{
	struct seq_file *m = file->private_data;
	__poll_t mask = EPOLLIN | EPOLLRDNORM;

	poll_wait(file, &smmux_evtq_news, table);
	if ((int)node_of(file_inode(file))->stamp(obj_of(file)) != READ_ONCE(m->poll_event))
		mask |= EPOLLPRI | EPOLLERR;
	return mask;
}

static const struct file_operations news_fops = {
	.owner = THIS_MODULE,
	.open = node_open,
	.release = node_release,
	.read = news_read,
	.poll = news_poll,
	.llseek = seq_lseek,
};

/* The written text as a line without its newline; rejects a text that is too long. */
static int get_line(char line[LINE_BYTES], const char __user *from, size_t len)
{
	if (len >= LINE_BYTES)
		return -EINVAL;
	if (copy_from_user(line, from, len))
		return -EFAULT;
	line[len] = '\0';
	if (strlen(line) != len)
		return -EINVAL;
	if (len && line[len - 1] == '\n')
		line[len - 1] = '\0';
	return 0;
}

static ssize_t node_write(struct file *file, const char __user *from, size_t len,
			  loff_t *pos)
{
	const struct smmux_node *node = node_of(file_inode(file));
	char line[LINE_BYTES];
	int ret;

	if (*pos)
		return -EINVAL;
	ret = get_line(line, from, len) ?: node->write(obj_of(file), line);
	if (ret)
		return ret;
	*pos += len;
	return len;
}

static const struct file_operations write_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = node_write,
	.llseek = noop_llseek,
};

/* Resets the position, so the new answer is read from its beginning. */
static ssize_t ask_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	const struct smmux_node *node = node_of(file_inode(file));
	struct seq_file *m = file->private_data;
	char line[LINE_BYTES];
	int ret;

	ret = get_line(line, from, len);
	if (ret)
		return ret;
	mutex_lock(&m->lock);
	ret = node->ask(m->private, line);
	mutex_unlock(&m->lock);
	if (ret)
		return ret;
	*pos = 0;
	return len;
}

static const struct file_operations ask_fops = {
	.owner = THIS_MODULE,
	.open = node_open,
	.release = node_release,
	.read = seq_read,
	.write = ask_write,
	.llseek = seq_lseek,
};

static const struct file_operations *fops_of(const struct smmux_node *n)
{
	if (n->ask)
		return &ask_fops;
	if (n->stamp)
		return &news_fops;
	return n->write ? &write_fops : &read_fops;
}

static void add_nodes(struct dentry *dir, const struct smmux_nodes *nodes)
{
	unsigned int i;

	for (i = 0; i < nodes->num; i++) {
		const struct smmux_node *n = &nodes->node[i];

		debugfs_create_file(n->name, n->mode, dir, (void *)n, fops_of(n));
	}
}

static struct dentry *add_dir(const char *name, struct dentry *parent, void *obj)
{
	struct dentry *dir = debugfs_create_dir(name, parent);

	if (!IS_ERR(dir))
		d_inode(dir)->i_private = obj;
	return dir;
}

static int version_show(struct seq_file *m, void *unused)
{
	seq_puts(m, SMMUX_VERSION "\n");
	return 0;
}

/* Features that this build of the driver has or lacks, by name. */
static int features_show(struct seq_file *m, void *unused)
{
	static const struct {
		const char *name;
		bool kernel;		/* the kernel has the required option */
		const char *config;
		bool here;		/* this version of the driver has it */
	} features[] = {
		{ "dt", IS_ENABLED(CONFIG_OF), "CONFIG_OF", true },
		{ "acpi", IS_ENABLED(CONFIG_ACPI_IORT), "CONFIG_ACPI_IORT", true },
		{ "ats", IS_ENABLED(CONFIG_PCI_ATS), "CONFIG_PCI_ATS", true },
		{ "pasid", IS_ENABLED(CONFIG_PCI_PASID), "CONFIG_PCI_PASID", true },
		{ "pm", IS_ENABLED(CONFIG_PM), "CONFIG_PM", true },
		{ "iopf", IS_ENABLED(CONFIG_IOMMU_IOPF), "CONFIG_IOMMU_IOPF", false },
		{ "sva", IS_ENABLED(CONFIG_IOMMU_SVA), "CONFIG_IOMMU_SVA", false },
		{ "nesting", IS_ENABLED(CONFIG_IOMMUFD), "CONFIG_IOMMUFD", false },
		{ "recovery", IS_ENABLED(CONFIG_PCI_ATS), "CONFIG_PCI_ATS", true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		if (!features[i].kernel)
			seq_printf(m, "%s: absent: the kernel has no %s\n",
				   features[i].name, features[i].config);
		else
			seq_printf(m, "%s: %s\n", features[i].name,
				   features[i].here ? "present" : "absent: not in this version");
	}
	seq_printf(m, "page_size_bytes: %lu\n", PAGE_SIZE);
	seq_printf(m, "parameter.ats: %s\n", smmux_ats_words[smmux_params.ats]);
	seq_printf(m, "parameter.pm: %s\n", smmux_pm_words[smmux_params.pm]);
	seq_printf(m, "parameter.cmdq_log2: %u\n", smmux_params.cmdq_log2);
	seq_printf(m, "parameter.allow_unbind: %s\n",
		   smmux_dbg_yes(smmux_params.allow_unbind));
	seq_printf(m, "parameter.enable_inject: %s\n",
		   smmux_dbg_yes(smmux_params.enable_inject));
	seq_printf(m, "parameter.no_msi: %s\n", smmux_dbg_yes(smmux_params.no_msi));
	return 0;
}

static int help_show(struct seq_file *m, void *unused);

static const struct smmux_node root_rows[] = {
	{ .name = "version", .mode = 0444, .show = version_show,
	  .help = "version of the driver" },
	{ .name = "features", .mode = 0444, .show = features_show,
	  .help = "features of this build, and the module parameters" },
	{ .name = "help", .mode = 0444, .show = help_show,
	  .help = "this list" },
};

static const struct smmux_nodes root_nodes = {
	.node = root_rows, .num = ARRAY_SIZE(root_rows),
};

static const struct family {
	const char *above;		/* how people name the object's directory */
	const struct smmux_nodes *nodes;
} families[] = {
	{ "", &root_nodes },
	{ "<smmu>/", &smmux_dbg_smmu_nodes },
	{ "<smmu>/", &smmux_dbg_cmdq_nodes },
	{ "<smmu>/", &smmux_dbg_pm_nodes },
	{ "<smmu>/", &smmux_dbg_evtq_nodes },
	{ "<smmu>/", &smmux_dbg_recovery_nodes },
	{ "<smmu>/", &smmux_dbg_control_nodes },
	{ "<smmu>/", &smmux_dbg_inject_nodes },
	{ "masters/<device>/", &smmux_dbg_master_nodes },
	{ "domains/<id>/", &smmux_dbg_domain_nodes },
};

static int help_show(struct seq_file *m, void *unused)
{
	const struct family *f;
	unsigned int i;

	seq_puts(m, "mode file\n");
	for (f = families; f < families + ARRAY_SIZE(families); f++) {
		const struct smmux_nodes *nodes = f->nodes;

		for (i = 0; i < nodes->num; i++)
			seq_printf(m, "%04o %s%s%s%s: %s\n", nodes->node[i].mode,
				   f->above, nodes->dir ?: "",
				   nodes->dir ? "/" : "", nodes->node[i].name,
				   nodes->node[i].help);
	}
	return 0;
}

void smmux_dbg_init(void)
{
	root = debugfs_create_dir("smmux", NULL);
	add_nodes(root, &root_nodes);
	masters = debugfs_create_dir("masters", root);
	domains = debugfs_create_dir("domains", root);
}

void smmux_dbg_exit(void)
{
	debugfs_remove(root);
	xa_destroy(&smmus);
}

void smmux_dbg_add_smmu(struct smmux_device *smmu)
{
	static const struct smmux_nodes * const below[] = {
		&smmux_dbg_cmdq_nodes, &smmux_dbg_evtq_nodes, &smmux_dbg_pm_nodes,
		&smmux_dbg_recovery_nodes, &smmux_dbg_control_nodes, &smmux_dbg_inject_nodes,
	};
	unsigned int i;

	xa_store(&smmus, smmu->order, smmu, GFP_KERNEL);
	smmu->dbg = add_dir(dev_name(smmu->dev), root, smmu);
	add_nodes(smmu->dbg, &smmux_dbg_smmu_nodes);
	for (i = 0; i < ARRAY_SIZE(below); i++) {
		if (below[i] == &smmux_dbg_inject_nodes && !smmux_params.enable_inject)
			continue;
		add_nodes(add_dir(below[i]->dir, smmu->dbg, smmu), below[i]);
	}
}

void smmux_dbg_remove_smmu(struct smmux_device *smmu)
{
	debugfs_remove(smmu->dbg);
	wake_up_all(&smmux_evtq_news);
	smmu->dbg = NULL;
	xa_erase(&smmus, smmu->order);
}

void smmux_dbg_add_master(struct smmux_master *master)
{
	master->dbg = add_dir(dev_name(master->dev), masters, master);
	add_nodes(master->dbg, &smmux_dbg_master_nodes);
}

void smmux_dbg_remove_master(struct smmux_master *master)
{
	debugfs_remove(master->dbg);
	wake_up_all(&smmux_evtq_news);
	master->dbg = NULL;
}

void smmux_dbg_add_domain(struct smmux_domain *dom)
{
	char name[12];

	snprintf(name, sizeof(name), "%u", dom->id);
	dom->dbg = add_dir(name, domains, dom);
	add_nodes(dom->dbg, &smmux_dbg_domain_nodes);
}

void smmux_dbg_remove_domain(struct smmux_domain *dom)
{
	debugfs_remove(dom->dbg);
	dom->dbg = NULL;
}

void smmux_dbg_smmu_name(u32 order, char *buf, size_t len)
{
	const struct smmux_device *smmu;

	xa_lock(&smmus);
	smmu = xa_load(&smmus, order);
	strscpy(buf, smmu ? dev_name(smmu->dev) : "gone", len);
	xa_unlock(&smmus);
}

struct smmux_counters *smmux_dbg_counters(struct smmux_device *smmu)
{
	struct smmux_counters *sum = kmalloc(sizeof(*sum), GFP_KERNEL);

	if (sum)
		smmux_stats_read(smmu, sum);
	return sum;
}

void smmux_dbg_put_word(struct seq_file *m, const char *text, int width)
{
	for (; *text; text++, width--)
		seq_putc(m, isgraph(*text) ? *text : '_');
	seq_printf(m, "%*s", max(width, 0), "");
}

void smmux_dbg_put_size(struct seq_file *m, unsigned int bits)
{
	static const char unit[] = "BKMGTP";

	seq_printf(m, "%u%c", 1 << bits % 10, unit[bits / 10]);
}

void smmux_dbg_put_pgsizes(struct seq_file *m, unsigned long sizes)
{
	unsigned int bit;

	seq_printf(m, "pgsizes_bytes: 0x%lx", sizes);
	for_each_set_bit(bit, &sizes, 60) {
		seq_putc(m, ' ');
		smmux_dbg_put_size(m, bit);
	}
	seq_putc(m, '\n');
}
