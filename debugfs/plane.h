/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plane - the parts that the files of the control plane share.
 *
 * A file of debugfs is a row of a table: struct smmux_node.  Tables form families,
 * one per directory; root.c makes the directories, opens the files and dispatches.
 *
 *   directory             table              also has functions for its rows
 *   (root)                root.c
 *   <smmu>/               smmu.c             regs.c, lint.c, strtab.c
 *   <smmu>/control/       smmu.c
 *   <smmu>/NAME/          NAME.c: cmdq, evtq, pm, recovery, inject
 *   masters/<device>/     masters.c          translate.c
 *   domains/<id>/         domains.c          translate.c, ranges.c
 *
 * A new file needs a row with .help, its function, and its text in ABI/ (tests/host/abi.sh
 * checks the text).  A new directory also needs a struct smmux_nodes, its extern below, and two
 * places in root.c: families[] for "help", and the function that adds the object.  A new
 * .c also needs a place in Kbuild.
 *
 * Rules for the contents of files:
 *  - "name: value" lines, or columns under a header line, an empty line
 *    between two such parts; units in names; values of the architecture in
 *    hexadecimal, then their meaning;
 *  - data that change come from the rooms' snapshot functions, or are single values read
 *    with READ_ONCE(); none of the driver's locks is taken here, and nothing is printed
 *    under a lock;
 *  - output that grows with the size of a table or a queue uses an iterator.
 */
#ifndef SMMUX_PLANE_H
#define SMMUX_PLANE_H

#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "pure/cd.h"
#include "pure/ste.h"
#include "pure/walk.h"

struct smmux_device;
struct smmux_question;

/**
 * struct smmux_node - one file
 * @name:  of the file
 * @mode:  0444 or 0200; or 0600, with @ask
 * @show:  prints the whole file; m->private is the object of the directory
 * @seq:   or prints it record by record; m->private is a struct smmux_reader
 * @write: takes one line, without newline; 0 or an errno
 * @ask:   or takes one line as a question, which the open file keeps; @show then
 *         prints the answer, and its m->private is the struct smmux_question
 * @state: with @seq: size of the structure at m->private, if it is larger than the
 *         struct smmux_reader at its start
 * @stamp: with @show: a value that changes each time there is more to read.  poll()
 *         returns POLLPRI if it changed since this open file was read from its start
 * @help:  one line for people, shown by the file "help"
 */
struct smmux_node {
	const char *name;
	umode_t mode;
	int (*show)(struct seq_file *m, void *unused);
	const struct seq_operations *seq;
	int (*write)(void *obj, const char *line);
	int (*ask)(struct smmux_question *a, char *line);
	size_t state;
	u64 (*stamp)(void *obj);
	const char *help;
};

/**
 * struct smmux_nodes - the files of one directory
 * @dir:  its name below the object's own directory; NULL: that directory itself
 * @node: the files
 * @num:  number of files
 */
struct smmux_nodes {
	const char *dir;
	const struct smmux_node *node;
	unsigned int num;
};

/**
 * struct smmux_reader - one open file that is read record by record
 * @obj:  the object of the directory
 * @from: first and
 * @to:   last position of the dump plus one; for the iterator, 0 at open
 * @data: the iterator's, NULL at open; freed with kvfree() at the end
 *
 * Positions of seq_file: 0 is the header line, the rest is the iterator's.
 */
struct smmux_reader {
	void *obj;
	u64 from, to;
	void *data;
};

/**
 * struct smmux_question - one open file that takes questions
 * @obj:   the object of the directory
 * @asked: there is an answer; all below is under the mutex of the file's seq_file
 * @has_ids: the question is about a device, so it has IDs
 */
struct smmux_question {
	void *obj;
	bool asked, has_ids;
	struct smmux_walk_query q;
	struct smmux_walk walk;
};

/* Families, by object. */
extern const struct smmux_nodes smmux_dbg_smmu_nodes;
extern const struct smmux_nodes smmux_dbg_control_nodes;
extern const struct smmux_nodes smmux_dbg_cmdq_nodes;
extern const struct smmux_nodes smmux_dbg_evtq_nodes;
extern const struct smmux_nodes smmux_dbg_pm_nodes;
extern const struct smmux_nodes smmux_dbg_recovery_nodes;
extern const struct smmux_nodes smmux_dbg_inject_nodes;
extern const struct smmux_nodes smmux_dbg_master_nodes;
extern const struct smmux_nodes smmux_dbg_domain_nodes;

extern const struct seq_operations smmux_dbg_strtab_seq;
extern const struct seq_operations smmux_dbg_lint_seq;
int smmux_dbg_regs_show(struct seq_file *m, void *unused);

/* translate.c: files that take questions. */
int smmux_dbg_ask_domain(struct smmux_question *a, char *line);
int smmux_dbg_ask_master(struct smmux_question *a, char *line);
int smmux_dbg_answer_show(struct seq_file *m, void *unused);

/* ranges.c: the iterator, and the size of its state. */
extern const struct seq_operations smmux_dbg_ranges_seq;
#define SMMUX_DBG_RANGES_BYTES	SZ_8K

/* Sums of an SMMU's counters; the caller kfree()s them.  NULL without memory.  Sleeps. */
struct smmux_counters *smmux_dbg_counters(struct smmux_device *smmu);

/* Device name of the SMMU with this order, or "gone" if it was removed. */
void smmux_dbg_smmu_name(u32 order, char *buf, size_t len);

/* One column of foreign text; prints spaces and non-printable characters as '_'. */
void smmux_dbg_put_word(struct seq_file *m, const char *text, int width);

/* The header line of events; and one event, without newline. */
struct smmux_evt_rec;
void smmux_dbg_put_event_head(struct seq_file *m);
void smmux_dbg_put_event(struct seq_file *m, const struct smmux_evt_rec *rec);

/* A size of 1 << @bits as "4K"; below 60 bits. */
void smmux_dbg_put_size(struct seq_file *m, unsigned int bits);

/* A line "pgsizes_bytes": the bitmap, then "4K 2M 1G". */
void smmux_dbg_put_pgsizes(struct seq_file *m, unsigned long sizes);

/* Raw words and decoded fields, without newline. */
void smmux_dbg_put_ste(struct seq_file *m, const struct smmux_ste *ste);
void smmux_dbg_put_cd(struct seq_file *m, const struct smmux_cd *cd);

static inline const char *smmux_dbg_yes(bool b)
{
	return b ? "yes" : "no";
}

#endif /* SMMUX_PLANE_H */
