// SPDX-License-Identifier: GPL-2.0
/*
 * plant - writes wrong bits into the registers and tables of an SMMU without the driver,
 * and restores them.
 *
 * It finds everything as the hardware does: the stream table through STRTAB_BASE, the rest
 * from there by physical address.  So it changes the words that the SMMU reads,
 * independently of the driver's state.  It invalidates no cache.
 *
 * debugfs smmux_test_plant/command; numbers in any base, bits are toggled:
 *   reg OFFSET BITS               a register of 32 bits
 *   l1 SID BITS                   the descriptor above an STE
 *   ste SID WORD BITS
 *   cdl1 SID SSID BITS            the descriptor above a CD
 *   cd SID SSID WORD BITS
 *   value SID WORD, cdvalue SID SSID WORD     prints "value: 0x..."
 *   read OFFSET 4|8               the same for a register of 4 or 8 bytes
 *   back                          restores all of it, the last change first
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "arch/regs.h"
#include "arch/tables.h"
#include "talk.h"

#define MAX_PLANTED	32
#define L2_CDS_LOG2	10		/* of a second level table of 64 KiB */

static ulong smmu = 0x9050000;
module_param(smmu, ulong, 0444);
MODULE_PARM_DESC(smmu, "physical address of its registers");

static void __iomem *base;
static struct dentry *root;
static struct talk talk;

/* The changes to undo; protected by the talk's lock. */
static struct planted {
	u64 *word;			/* in memory, or NULL: */
	u32 off;			/* a register */
	u64 was;
} planted[MAX_PLANTED];
static unsigned int num;

static u64 *word_at(u64 pa)
{
	return pfn_valid(PHYS_PFN(pa)) ? phys_to_virt(pa) : NULL;
}

static u64 *find_l1(u32 sid)
{
	u32 cfg = readl(base + SMMUX_STRTAB_BASE_CFG);
	u64 table = readq(base + SMMUX_STRTAB_BASE) & STRTAB_BASE_ADDR;

	if ((u64)sid >> FIELD_GET(STRTAB_CFG_LOG2SIZE, cfg) ||
	    FIELD_GET(STRTAB_CFG_FMT, cfg) != STRTAB_FMT_2LVL)
		return NULL;
	return word_at(table + (sid >> FIELD_GET(STRTAB_CFG_SPLIT, cfg)) * sizeof(u64));
}

static u64 *find_ste(u32 sid)
{
	u32 cfg = readl(base + SMMUX_STRTAB_BASE_CFG);
	u64 *l1 = find_l1(sid);

	if (!l1 || !(*l1 & L1STD_SPAN))
		return NULL;
	sid &= BIT(FIELD_GET(STRTAB_CFG_SPLIT, cfg)) - 1;
	return word_at((*l1 & L1STD_L2PTR) + sid * SMMUX_ENTRY_BYTES);
}

static u64 *find_cd_l1(u32 sid, u32 ssid)
{
	u64 *ste = find_ste(sid);

	if (!ste || FIELD_GET(STE_W0_S1FMT, ste[0]) != S1FMT_2LVL_64K)
		return NULL;
	return word_at((ste[0] & STE_W0_S1CTXPTR) + (ssid >> L2_CDS_LOG2) * sizeof(u64));
}

static u64 *find_cd(u32 sid, u32 ssid)
{
	u64 *ste = find_ste(sid), *l1;

	if (!ste || ssid >> FIELD_GET(STE_W0_S1CDMAX, ste[0]))
		return NULL;
	if (FIELD_GET(STE_W0_S1FMT, ste[0]) == S1FMT_LINEAR)
		return word_at((ste[0] & STE_W0_S1CTXPTR) + ssid * SMMUX_ENTRY_BYTES);
	l1 = find_cd_l1(sid, ssid);
	if (!l1 || !(*l1 & L1CD_V))
		return NULL;
	return word_at((*l1 & L1CD_L2PTR) +
		       (ssid & (BIT(L2_CDS_LOG2) - 1)) * SMMUX_ENTRY_BYTES);
}

static int note(u64 *word, u32 off, u64 was)
{
	if (num == MAX_PLANTED)
		return -ENOSPC;
	planted[num++] = (struct planted){ word, off, was };
	return 0;
}

static int toggle(u64 *word, u64 bits)
{
	int ret = word ? note(word, 0, READ_ONCE(*word)) : -ENOENT;

	if (!ret)
		WRITE_ONCE(*word, *word ^ bits);
	return ret;
}

static int toggle_reg(u32 off, u32 bits)
{
	int ret = off & 3 || off >= SZ_128K ? -EINVAL : note(NULL, off, readl(base + off));

	/* A write of GBPA needs this bit, which the SMMU then clears. */
	if (!ret && off == SMMUX_GBPA)
		planted[num - 1].was |= GBPA_UPDATE;
	if (!ret)
		writel(readl(base + off) ^ bits, base + off);
	return ret;
}

static int say(const u64 *word)
{
	if (!word)
		return -ENOENT;
	talk_say(&talk, "value: 0x%llx\n", READ_ONCE(*word));
	return 0;
}

static int read_reg(u64 off, u64 bytes)
{
	if ((bytes != 4 && bytes != 8) || off % bytes || off >= SZ_128K)
		return -EINVAL;
	talk_say(&talk, "value: 0x%llx\n", bytes == 8 ? readq(base + off) : readl(base + off));
	return 0;
}

static void put_back(void)
{
	while (num) {
		struct planted *p = &planted[--num];

		if (p->word)
			WRITE_ONCE(*p->word, p->was);
		else
			writel(p->was, base + p->off);
	}
}

static u64 *in_entry(u64 *entry, u64 word)
{
	return entry && word < SMMUX_ENTRY_WORDS ? entry + word : NULL;
}

static int run(struct talk *t, const char *line)
{
	char what[8];
	u64 a[4] = {};
	int n;

	n = sscanf(line, "%7s %lli %lli %lli %lli", what, &a[0], &a[1], &a[2], &a[3]) - 1;
	if (!strcmp(what, "reg") && n == 2)
		return toggle_reg(a[0], a[1]);
	if (!strcmp(what, "l1") && n == 2)
		return toggle(find_l1(a[0]), a[1]);
	if (!strcmp(what, "ste") && n == 3)
		return toggle(in_entry(find_ste(a[0]), a[1]), a[2]);
	if (!strcmp(what, "cdl1") && n == 3)
		return toggle(find_cd_l1(a[0], a[1]), a[2]);
	if (!strcmp(what, "cd") && n == 4)
		return toggle(in_entry(find_cd(a[0], a[1]), a[2]), a[3]);
	if (!strcmp(what, "value") && n == 2)
		return say(in_entry(find_ste(a[0]), a[1]));
	if (!strcmp(what, "cdvalue") && n == 3)
		return say(in_entry(find_cd(a[0], a[1]), a[2]));
	if (!strcmp(what, "read") && n == 2)
		return read_reg(a[0], a[1]);
	if (strcmp(what, "back") || n)
		return -EINVAL;
	put_back();
	return 0;
}

static int __init plant_init(void)
{
	base = ioremap(smmu, SZ_128K);
	if (!base)
		return -ENOMEM;
	root = debugfs_create_dir("smmux_test_plant", NULL);
	talk_add(&talk, root, run);
	return 0;
}
module_init(plant_init);

static void __exit plant_exit(void)
{
	debugfs_remove(root);
	put_back();
	iounmap(base);
}
module_exit(plant_exit);

MODULE_DESCRIPTION("test: wrong bits in an SMMU's registers and tables");
MODULE_LICENSE("GPL");
