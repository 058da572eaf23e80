// SPDX-License-Identifier: GPL-2.0
/*
 * translate - a user writes a question and reads the answer: what would the SMMU do?
 *
 * Question and answer belong to the open file.  A rejected question leaves the previous
 * answer in place.
 */
#include "plane.h"

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "pure/evt.h"
#include "smmux.h"
#include "view/maps.h"
#include "view/reach.h"

#define ATTR_BYTES	160

/* --- the question --- */

/* Takes the next word from *@line; NULL: there is none. */
static char *next_word(char **line)
{
	char *word;

	do {
		word = strsep(line, " ");
	} while (word && !*word);
	return word;
}

static int parse_access(const char *word, enum smmux_walk_access *access)
{
	static const char letters[] = "rwx";
	const char *at = strchr(letters, word[0]);

	if (!at || word[1])
		return -EINVAL;
	*access = at - letters;
	return 0;
}

/*
 * "IOVA [SSID] [@SID] [r|w|x]"; a domain takes no IDs.  Numbers as kstrtoull() takes
 * them; the prefix of a number selects its base.
 */
static int parse(char *line, bool ids, struct smmux_walk_query *q)
{
	bool has_access = false, has_sid = false;
	char *word;
	int ret;

	/* kstrtoull() would accept these. */
	if (strpbrk(line, "+\n"))
		return -EINVAL;
	word = next_word(&line);
	if (!word)
		return -EINVAL;
	ret = kstrtoull(word, 0, &q->iova);
	while (!ret && (word = next_word(&line))) {
		if (strchr("rwx", word[0])) {
			ret = has_access ? -EINVAL : parse_access(word, &q->access);
			has_access = true;
		} else if (!ids || has_access) {
			ret = -EINVAL;
		} else if (word[0] == '@') {
			ret = has_sid ? -EINVAL : kstrtou32(word + 1, 0, &q->sid);
			has_sid = true;
		} else {
			ret = q->ssv || has_sid ? -EINVAL : kstrtou32(word, 0, &q->ssid);
			q->ssv = true;
		}
	}
	/* A transaction carries at most 20 bits of SubstreamID. */
	return ret ?: q->ssid >> 20 ? -ERANGE : 0;
}

int smmux_dbg_ask_domain(struct smmux_question *a, char *line)
{
	struct smmux_walk_query q = {};
	int ret = parse(line, false, &q);

	if (ret)
		return ret;
	a->q = q;
	a->asked = true;
	smmux_maps_walk(a->obj, q.iova, q.access, &a->walk);
	return 0;
}

int smmux_dbg_ask_master(struct smmux_question *a, char *line)
{
	struct smmux_master *master = a->obj;
	struct smmux_walk_query q = { .sid = master->streams[0].stream->sid };
	int ret = parse(line, true, &q);

	ret = ret ?: smmux_reach_walk(master, &q, &a->walk);
	if (ret)
		return ret;
	a->q = q;
	a->asked = a->has_ids = true;
	return 0;
}

/* --- the answer --- */

static const char *access_name(enum smmux_walk_access access)
{
	static const char * const names[] = { "read", "write", "execute" };

	return names[access];
}

static bool of_address(u8 event)
{
	return (event >= EVT_F_TRANSLATION && event <= EVT_F_PERMISSION) || event == EVT_F_WALK_EABT;
}

static void put_event(struct seq_file *m, const struct smmux_walk *w)
{
	if (w->end != SMMUX_WALK_EVENT) {
		seq_puts(m, "event: none\n");
		return;
	}
	seq_printf(m, "event: %s 0x%02x", smmux_evt_name(w->event), w->event);
	if (of_address(w->event) && w->stage)
		seq_printf(m, " stage %u level %u class %s", w->stage, w->level,
			   smmux_evt_class_name(w->class));
	if (of_address(w->event) && w->stage == 2)
		seq_printf(m, " ipa 0x%llx", w->ipa);
	if (w->fetch)
		seq_printf(m, " fetch 0x%llx", w->fetch);
	seq_printf(m, "%s%s\n", w->silent ? " not recorded" : "", w->stalls ? " stalls" : "");
}

static void put_bytes(struct seq_file *m, const char *name, u8 bits)
{
	if (bits && bits < 64)
		seq_printf(m, "%s: %llu\n", name, BIT_ULL(bits));
	else
		seq_printf(m, "%s: -\n", name);
}

static void put_result(struct seq_file *m, const struct smmux_walk *w)
{
	static const char * const ends[] = {
		[SMMUX_WALK_TRANSLATED] = "translated",
		[SMMUX_WALK_BYPASSED] = "bypassed",
		[SMMUX_WALK_ABORTED] = "aborted without an event",
		[SMMUX_WALK_EVENT] = "fault",
	};
	bool there = w->end <= SMMUX_WALK_BYPASSED;

	seq_printf(m, "result: %s\n", ends[w->end]);
	put_event(m, w);
	seq_printf(m, "reason: %s\n", w->why);
	if (there)
		seq_printf(m, "pa: 0x%llx\n", w->pa);
	else
		seq_puts(m, "pa: -\n");
	put_bytes(m, "block_bytes", there ? w->bits : 0);
	put_bytes(m, "contiguous_bytes", there ? w->contig_bits : 0);
	if (there)
		seq_printf(m, "permissions: %c%c%c\n", w->r ? 'r' : '-', w->w ? 'w' : '-',
			   w->x ? 'x' : '-');
	else
		seq_puts(m, "permissions: -\n");
	seq_printf(m, "updates: %s%s%s\n", w->sets_af ? "AF " : "", w->sets_dirty ? "dirty" : "",
		   w->sets_af || w->sets_dirty ? "" : "none");
}

static void put_regime(struct seq_file *m, const struct smmux_walk_regime *r)
{
	seq_printf(m, "stage%u: granule %uK input_bits %u output_bits %u start_level %u ttb 0x%llx%s%s%s\n",
		   r->stage, 1 << (r->granule - 10), r->ia_bits, r->oa_bits, r->start, r->ttb,
		   r->ha ? " ha" : "", r->hd ? " hd" : "", r->affd ? " affd" : "");
}

/* A stage has a step if its tables were read. */
static bool has_stage(const struct smmux_walk *w, u8 stage)
{
	unsigned int i;

	for (i = 0; i < w->num_steps; i++)
		if (w->step[i].stage == stage)
			return true;
	return false;
}

static void put_steps(struct seq_file *m, const struct smmux_walk *w)
{
	char attrs[ATTR_BYTES];
	unsigned int i;

	seq_printf(m, "\n%-5s %-5s %-9s %-18s %-18s %-18s %-18s %s\n", "stage", "level", "kind",
		   "table", "at", "descriptor", "out", "attributes");
	for (i = 0; i < w->num_steps; i++) {
		const struct smmux_walk_step *s = &w->step[i];

		if (s->stage)
			seq_printf(m, "%-5u %-5u ", s->stage, s->level);
		else
			seq_printf(m, "%-5s %-5s ", "-", "-");
		smmux_walk_attrs(s->stage == 2 ? &w->r2 : &w->r1, s, attrs, sizeof(attrs));
		seq_printf(m, "%-9s 0x%016llx 0x%016llx 0x%016llx 0x%016llx %s\n",
			   smmux_walk_kind_name(s->kind), s->table, s->at, s->desc, s->out, attrs);
	}
}

int smmux_dbg_answer_show(struct seq_file *m, void *unused)
{
	const struct smmux_question *a = m->private;
	const struct smmux_walk *w = &a->walk;

	if (!a->asked)
		return 0;
	seq_printf(m, "iova: 0x%llx\naccess: %s\n", a->q.iova, access_name(a->q.access));
	if (a->has_ids) {
		seq_printf(m, "sid: 0x%x\n", a->q.sid);
		if (a->q.ssv)
			seq_printf(m, "ssid: 0x%x\n", a->q.ssid);
		else
			seq_puts(m, "ssid: none\n");
	}
	put_result(m, w);
	if (w->has_ste) {
		seq_puts(m, "ste: ");
		smmux_dbg_put_ste(m, &w->ste);
		seq_putc(m, '\n');
	}
	if (w->has_cd) {
		seq_printf(m, "cd: 0x%x ", w->cd_ssid);
		smmux_dbg_put_cd(m, &w->cd);
		seq_putc(m, '\n');
	}
	if (has_stage(w, 1))
		put_regime(m, &w->r1);
	if (has_stage(w, 2))
		put_regime(m, &w->r2);
	put_steps(m, w);
	return 0;
}
