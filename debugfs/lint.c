// SPDX-License-Identifier: GPL-2.0
/*
 * lint - the findings of a survey, as a file.
 *
 * A read from the beginning of the file makes the survey.  The open file keeps its
 * findings, so a reader gets one survey, in any number of pieces.
 */
#include "plane.h"

#include <linux/slab.h>

#include "smmux.h"
#include "view/survey.h"

/* *pos: 0 is the header, then the findings, then the sums. */
static void *lint_at(struct seq_file *m, loff_t *pos)
{
	struct smmux_reader *r = m->private;

	return *pos < r->to ? pos : NULL;
}

static void *lint_start(struct seq_file *m, loff_t *pos)
{
	struct smmux_reader *r = m->private;
	struct smmux_survey *s;
	int ret;

	if (*pos)
		return lint_at(m, pos);
	if (!r->data)
		r->data = kvzalloc(sizeof(*s), GFP_KERNEL);
	s = r->data;
	ret = s ? smmux_survey(r->obj, s) : -ENOMEM;
	if (ret)
		return ERR_PTR(ret);
	r->to = min(s->lint.num, s->lint.max) + 2;
	return lint_at(m, pos);
}

static void *lint_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return lint_at(m, pos);
}

static void lint_stop(struct seq_file *m, void *v)
{
}

static void put_sums(struct seq_file *m, const struct smmux_survey *s)
{
	seq_printf(m, "\nchecked: %u stes, %u cds, %u descriptors, %u attachments, registers %s, %u moving\n",
		   s->stes, s->cds, s->descs, s->uses,
		   s->suspended ? "suspended" : "all", s->moving);
	seq_printf(m, "findings: %u\n", s->lint.num);
}

static int lint_show(struct seq_file *m, void *v)
{
	static const char * const levels[] = {
		[SMMUX_LINT_WARNING] = "warning", [SMMUX_LINT_ERROR] = "error",
	};
	const struct smmux_reader *r = m->private;
	const struct smmux_survey *s = r->data;
	loff_t pos = *(loff_t *)v;
	const struct smmux_finding *f;

	if (!pos) {
		seq_printf(m, "%-8s %-22s %s\n", "severity", "place", "finding");
	} else if (pos == r->to - 1) {
		put_sums(m, s);
	} else {
		f = &s->list[pos - 1];
		seq_printf(m, "%-8s %-22s %s\n", levels[f->level], f->place, f->text);
	}
	return 0;
}

const struct seq_operations smmux_dbg_lint_seq = {
	.start = lint_start,
	.next = lint_next,
	.stop = lint_stop,
	.show = lint_show,
};
