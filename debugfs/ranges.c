// SPDX-License-Identifier: GPL-2.0
/*
 * ranges - all mappings of a domain, as runs.  A run is contiguous in IOVA and in physical
 * address, with equal attributes.
 *
 * The tables are copied one part after the other (smmux_maps_part()), and no lock is held
 * between two parts.  Each mapping that is shown existed at some moment.  A mapping that
 * exists all the time is shown.  The sums are those of the copied entries.
 *
 * Positions of seq_file are numbers of runs.  Runs are made in order, so only the last one
 * is kept; reading from the start makes them again.
 */
#include "plane.h"

#include <linux/build_bug.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "smmux.h"
#include "view/maps.h"

#define LEVELS		(SMMUX_WALK_LAST + 1)
#define ATTR_BYTES	160
/* Without output address and size, and without bits for software. */
#define ATTRS		(~(TTD_ADDR | TTD_VALID | TTD_TABLE | TTD_CONTIG | GENMASK_ULL(58, 55)))

struct run {
	u64 iova, bytes, pa, attrs;
};

enum what { RUN, SUMS, END };

/* One open file. */
struct ranges {
	struct smmux_reader reader;
	loff_t pos;			/* of @run; @what is its kind */
	enum what what;
	struct run run;			/* the last run that was made */
	struct run ahead;		/* the entry after @run, if @has_ahead */
	bool has_ahead, has_part;
	bool over;			/* all entries have been read... */
	bool broken;			/* ...or as many as possible */
	struct smmux_walk_regime regime;
	u64 next;			/* input address of the next entry: */
	u32 i;				/* @part.desc[@i], if @has_part */
	u64 bytes, blocks[LEVELS], tables[LEVELS];
	u64 counted[LEVELS];		/* first address of the last table that was counted */
	struct smmux_maps_part part;
};

static void restart(struct ranges *s)
{
	struct smmux_reader reader = s->reader;

	memset(s, 0, sizeof(*s));
	s->reader = reader;
	memset(s->counted, 0xff, sizeof(s->counted));
	s->broken = !smmux_maps_regime(reader.obj, &s->regime);
	s->over = s->broken;
}

/* Count tables that begin at the next address, each once. */
static void count_tables(struct ranges *s)
{
	u8 level;

	for (level = s->regime.start; level <= s->part.level; level++) {
		u8 bits = smmux_walk_shift(&s->regime, level) +
			  smmux_walk_index_bits(&s->regime, level);

		if (s->next & (BIT_ULL(bits) - 1) || s->counted[level] == s->next)
			continue;
		s->counted[level] = s->next;
		s->tables[level]++;
	}
}

/* Get more entries, or set @over. */
static void get_part(struct ranges *s)
{
	cond_resched();
	if (s->next >> s->regime.ia_bits) {
		s->over = true;
	} else if (fatal_signal_pending(current) ||
		   !smmux_maps_part(s->reader.obj, &s->regime, s->next, &s->part)) {
		s->over = s->broken = true;
	} else {
		s->has_part = true;
		s->i = 0;
		count_tables(s);
	}
}

static void take(struct ranges *s, u64 desc, struct run *run)
{
	u8 level = s->part.level;

	*run = (struct run){
		.iova = s->next,
		.bytes = BIT_ULL(smmux_walk_shift(&s->regime, level)),
		.pa = smmux_walk_out(&s->regime, level, desc),
		.attrs = desc & ATTRS,
	};
	s->blocks[level]++;
	s->bytes += run->bytes;
}

/* The next page or block; false at the end. */
static bool next_leaf(struct ranges *s, struct run *run)
{
	enum smmux_walk_kind kind;
	u64 desc;

	for (;;) {
		if (!s->has_part)
			get_part(s);
		if (s->over)
			return false;
		desc = s->part.desc[s->i];
		kind = smmux_walk_kind(&s->regime, s->part.level, desc);
		if (kind == SMMUX_WALK_TABLE) {
			s->has_part = false;
			continue;
		}
		if (kind == SMMUX_WALK_PAGE || kind == SMMUX_WALK_BLOCK)
			take(s, desc, run);
		s->next += BIT_ULL(smmux_walk_shift(&s->regime, s->part.level));
		s->has_part = ++s->i < s->part.num;
		if (kind == SMMUX_WALK_PAGE || kind == SMMUX_WALK_BLOCK)
			return true;
	}
}

static bool goes_on(const struct run *run, const struct run *more)
{
	return run->iova + run->bytes == more->iova && run->pa + run->bytes == more->pa &&
	       run->attrs == more->attrs;
}

static void make_run(struct ranges *s)
{
	if (s->what != RUN) {
		s->what = END;
		return;
	}
	if (s->has_ahead)
		s->run = s->ahead;
	else if (!next_leaf(s, &s->run))
		s->what = SUMS;
	while (s->what == RUN) {
		s->has_ahead = next_leaf(s, &s->ahead);
		if (!s->has_ahead || !goes_on(&s->run, &s->ahead))
			break;
		s->run.bytes += s->ahead.bytes;
	}
}

static void *ranges_start(struct seq_file *m, loff_t *pos)
{
	struct ranges *s = m->private;

	BUILD_BUG_ON(sizeof(*s) > SMMUX_DBG_RANGES_BYTES);
	if (!*pos) {
		restart(s);
		return SEQ_START_TOKEN;
	}
	if (*pos == s->pos + 1) {
		make_run(s);
		s->pos++;
	}
	return *pos == s->pos && s->what != END ? s : NULL;
}

static void *ranges_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return ranges_start(m, pos);
}

static void ranges_stop(struct seq_file *m, void *v)
{
}

static void put_sums(struct seq_file *m, const struct ranges *s)
{
	int level;

	seq_printf(m, "\nmapped_bytes: %llu\n", s->bytes);
	for (level = SMMUX_WALK_LAST; level >= s->regime.start; level--) {
		/* The first levels of a large address space have no blocks. */
		if (!s->blocks[level] && level < SMMUX_WALK_LAST - 1)
			continue;
		seq_puts(m, "pages_");
		smmux_dbg_put_size(m, smmux_walk_shift(&s->regime, level));
		seq_printf(m, ": %llu\n", s->blocks[level]);
	}
	for (level = s->regime.start; level < LEVELS; level++)
		seq_printf(m, "tables_level_%d: %llu\n", level, s->tables[level]);
	seq_printf(m, "complete: %s\n", smmux_dbg_yes(!s->broken));
}

static int ranges_show(struct seq_file *m, void *v)
{
	struct ranges *s = m->private;
	struct smmux_walk_step leaf = { .kind = SMMUX_WALK_PAGE, .desc = s->run.attrs };
	char attrs[ATTR_BYTES];
	bool r, w, x;

	if (v == SEQ_START_TOKEN) {
		seq_printf(m, "%-18s %-18s %-14s %-18s %-5s %s\n", "iova_start", "iova_end",
			   "bytes", "pa_start", "perms", "attributes");
		return 0;
	}
	if (s->what == SUMS) {
		put_sums(m, s);
		return 0;
	}
	smmux_walk_allows(&s->regime, s->run.attrs, &r, &w, &x);
	smmux_walk_attrs(&s->regime, &leaf, attrs, sizeof(attrs));
	seq_printf(m, "0x%016llx 0x%016llx %-14llu 0x%016llx %c%c%c   %s\n", s->run.iova,
		   s->run.iova + s->run.bytes - 1, s->run.bytes, s->run.pa, r ? 'r' : '-',
		   w ? 'w' : '-', x ? 'x' : '-', attrs);
	return 0;
}

const struct seq_operations smmux_dbg_ranges_seq = {
	.start = ranges_start,
	.next = ranges_next,
	.stop = ranges_stop,
	.show = ranges_show,
};
