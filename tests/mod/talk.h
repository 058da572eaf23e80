/* SPDX-License-Identifier: GPL-2.0 */
/*
 * talk - the interface of test modules: a write of one line to debugfs "command" returns
 * when the command is done; "result" then has its output, as "name: value" lines.  One
 * command at a time.
 */
#ifndef TALK_H
#define TALK_H

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#define TALK_BYTES	4096

struct talk {
	struct mutex busy;	/* held while a command runs; protects @said */
	char said[TALK_BYTES];
	size_t length;
	int (*run)(struct talk *talk, const char *line);
};

static __maybe_unused __printf(2, 3) void talk_say(struct talk *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->length += vscnprintf(t->said + t->length, TALK_BYTES - t->length, fmt, args);
	va_end(args);
}

/* Copies a line that was written to a file; too long a line is an error. */
static inline int talk_line(char *line, size_t room, const char __user *user, size_t size)
{
	if (size >= room)
		return -EINVAL;
	if (copy_from_user(line, user, size))
		return -EFAULT;
	line[size] = '\0';
	return 0;
}

static ssize_t talk_write(struct file *file, const char __user *user, size_t size,
			  loff_t *offset)
{
	struct talk *t = file->private_data;
	char line[64];
	int ret;

	ret = talk_line(line, sizeof(line), user, size);
	if (ret)
		return ret;
	mutex_lock(&t->busy);
	t->length = 0;
	ret = t->run(t, line);
	mutex_unlock(&t->busy);
	return ret ?: size;
}

static const struct file_operations talk_command_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = talk_write,
};

static int talk_result_show(struct seq_file *seq, void *unused)
{
	struct talk *t = seq->private;

	mutex_lock(&t->busy);
	seq_write(seq, t->said, t->length);
	mutex_unlock(&t->busy);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(talk_result);

/* The files are removed together with @dir. */
static inline void talk_add(struct talk *t, struct dentry *dir,
			    int (*run)(struct talk *talk, const char *line))
{
	mutex_init(&t->busy);
	t->run = run;
	debugfs_create_file("command", 0200, dir, t, &talk_command_fops);
	debugfs_create_file("result", 0444, dir, t, &talk_result_fops);
}

#endif /* TALK_H */
