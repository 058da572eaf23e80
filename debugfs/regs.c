// SPDX-License-Identifier: GPL-2.0
/*
 * regs - the registers of an SMMU as text.
 *
 * Field names are those of IHI 0070 chapter 6.  The table in caps.c has the fields of the
 * ID registers except IDR6; the table here has the others.  Bits that belong to no field are
 * shown as "reserved".
 */
#include "plane.h"

#include <linux/slab.h>

#include "smmux.h"
#include "view/regs.h"

struct field {
	u32 off;
	const char *name;
	u64 mask;
};

#define INDEX(r, name)	{ r, name, QUEUE_INDEX }
#define BASE(r)		{ r, "ADDR", QUEUE_BASE_ADDR }, { r, "LOG2SIZE", QUEUE_BASE_LOG2SIZE }
#define MSI(r)		{ r##_IRQ_CFG0, "ADDR", IRQ_CFG0_ADDR },			\
			{ r##_IRQ_CFG1, "DATA", IRQ_CFG1_DATA },			\
			{ r##_IRQ_CFG2, "SH", IRQ_CFG2_SH },				\
			{ r##_IRQ_CFG2, "MEMATTR", IRQ_CFG2_MEMATTR }
#define CR0(r)		{ r, "DPT_WALK_EN", CR0_DPT_WALK_EN }, { r, "VMW", CR0_VMW },	\
			{ r, "ATSCHK", CR0_ATSCHK }, { r, "CMDQEN", CR0_CMDQEN },	\
			{ r, "EVENTQEN", CR0_EVENTQEN }, { r, "PRIQEN", CR0_PRIQEN },	\
			{ r, "SMMUEN", CR0_SMMUEN }
#define IRQ_CTRL(r)	{ r, "EVENTQ_IRQEN", IRQ_CTRL_EVENTQ },				\
			{ r, "PRIQ_IRQEN", IRQ_CTRL_PRIQ },				\
			{ r, "GERROR_IRQEN", IRQ_CTRL_GERROR }
#define GERROR(r)	{ r, "CMDQP_ERR", GERROR_CMDQP_ERR }, { r, "SFM_ERR", GERROR_SFM_ERR }, \
			{ r, "MSI_GERROR_ABT_ERR", GERROR_MSI_GERROR_ABT },		\
			{ r, "MSI_PRIQ_ABT_ERR", GERROR_MSI_PRIQ_ABT },			\
			{ r, "MSI_EVENTQ_ABT_ERR", GERROR_MSI_EVENTQ_ABT },		\
			{ r, "MSI_CMDQ_ABT_ERR", GERROR_MSI_CMDQ_ABT },			\
			{ r, "PRIQ_ABT_ERR", GERROR_PRIQ_ABT },				\
			{ r, "EVENTQ_ABT_ERR", GERROR_EVENTQ_ABT },			\
			{ r, "CMDQ_ERR", GERROR_CMDQ_ERR }

static const struct field fields[] = {
	CR0(SMMUX_CR0),
	CR0(SMMUX_CR0ACK),
	{ SMMUX_CR1, "TABLE_SH", CR1_TABLE_SH },
	{ SMMUX_CR1, "TABLE_OC", CR1_TABLE_OC },
	{ SMMUX_CR1, "TABLE_IC", CR1_TABLE_IC },
	{ SMMUX_CR1, "QUEUE_SH", CR1_QUEUE_SH },
	{ SMMUX_CR1, "QUEUE_OC", CR1_QUEUE_OC },
	{ SMMUX_CR1, "QUEUE_IC", CR1_QUEUE_IC },
	{ SMMUX_CR2, "REC_CFG_ATS", CR2_REC_CFG_ATS },
	{ SMMUX_CR2, "PTM", CR2_PTM },
	{ SMMUX_CR2, "RECINVSID", CR2_RECINVSID },
	{ SMMUX_CR2, "E2H", CR2_E2H },
	{ SMMUX_STATUSR, "DORMANT", STATUSR_DORMANT },
	{ SMMUX_GBPA, "UPDATE", GBPA_UPDATE },
	{ SMMUX_GBPA, "ABORT", GBPA_ABORT },
	{ SMMUX_GBPA, "INSTCFG", GBPA_INSTCFG },
	{ SMMUX_GBPA, "PRIVCFG", GBPA_PRIVCFG },
	{ SMMUX_GBPA, "SHCFG", GBPA_SHCFG },
	{ SMMUX_GBPA, "ALLOCCFG", GBPA_ALLOCCFG },
	{ SMMUX_GBPA, "MTCFG", GBPA_MTCFG },
	{ SMMUX_GBPA, "MEMATTR", GBPA_MEMATTR },
	{ SMMUX_AGBPA, "IMPDEF", U32_MAX },
	IRQ_CTRL(SMMUX_IRQ_CTRL),
	IRQ_CTRL(SMMUX_IRQ_CTRLACK),
	GERROR(SMMUX_GERROR),
	GERROR(SMMUX_GERRORN),
	MSI(SMMUX_GERROR),
	{ SMMUX_STRTAB_BASE, "RA", STRTAB_BASE_RA },
	{ SMMUX_STRTAB_BASE, "ADDR", STRTAB_BASE_ADDR },
	{ SMMUX_STRTAB_BASE_CFG, "FMT", STRTAB_CFG_FMT },
	{ SMMUX_STRTAB_BASE_CFG, "SPLIT", STRTAB_CFG_SPLIT },
	{ SMMUX_STRTAB_BASE_CFG, "LOG2SIZE", STRTAB_CFG_LOG2SIZE },
	{ SMMUX_CMDQ_BASE, "RA", QUEUE_BASE_RWA },
	BASE(SMMUX_CMDQ_BASE),
	INDEX(SMMUX_CMDQ_PROD, "WR"),
	{ SMMUX_CMDQ_CONS, "ERR", CMDQ_CONS_ERR },
	INDEX(SMMUX_CMDQ_CONS, "RD"),
	{ SMMUX_EVENTQ_BASE, "WA", QUEUE_BASE_RWA },
	BASE(SMMUX_EVENTQ_BASE),
	MSI(SMMUX_EVENTQ),
	{ SMMUX_PRIQ_BASE, "WA", QUEUE_BASE_RWA },
	BASE(SMMUX_PRIQ_BASE),
	MSI(SMMUX_PRIQ),
	{ SMMUX_PRIQ_IRQ_CFG2, "LO", PRIQ_IRQ_CFG2_LO },
	{ SMMUX_IDR6, "CMDQ_CONTROL_PAGE_LOG2NUMP", IDR6_CMDQ_CP_LOG2NUMP },
	{ SMMUX_IDR6, "CMDQ_CONTROL_PAGE_LOG2NUMQ", IDR6_CMDQ_CP_LOG2NUMQ },
	{ SMMUX_EVENTQ_PROD, "OVFLG", QUEUE_OVFLG },
	INDEX(SMMUX_EVENTQ_PROD, "WR"),
	{ SMMUX_EVENTQ_CONS, "OVACKFLG", QUEUE_OVFLG },
	INDEX(SMMUX_EVENTQ_CONS, "RD"),
	{ SMMUX_PRIQ_PROD, "OVFLG", QUEUE_OVFLG },
	INDEX(SMMUX_PRIQ_PROD, "WR"),
	{ SMMUX_PRIQ_CONS, "OVACKFLG", QUEUE_OVFLG },
	INDEX(SMMUX_PRIQ_CONS, "RD"),
};

/* Prints an address in place; shifts any other field down to bit 0. */
static void put_field(struct seq_file *m, const char *name, u64 mask, u64 val)
{
	val &= mask;
	if (strcmp(name, "ADDR"))
		val >>= __ffs64(mask);
	seq_printf(m, val > 9 ? " %s=0x%llx" : " %s=%llu", name, val);
}

/* Returns the bits that have a name. */
static u64 put_fields(struct seq_file *m, const struct smmux_reg_snap *r)
{
	unsigned int i;
	u64 known = 0;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].off != r->off)
			continue;
		put_field(m, fields[i].name, fields[i].mask, r->val);
		known |= fields[i].mask;
	}
	return known;
}

static u64 put_idfields(struct seq_file *m, const struct smmux_reg_snap *r)
{
	size_t len = strlen(r->name);
	unsigned int i;
	u64 known = 0;

	for (i = 0; i < smmux_num_idfields; i++) {
		const struct smmux_idfield *f = &smmux_idfields[i];

		if (strncmp(f->name, r->name, len) || f->name[len] != '.')
			continue;
		put_field(m, f->name + len + 1, f->mask, r->val);
		known |= f->mask;
	}
	return known;
}

static void put_reg(struct seq_file *m, const struct smmux_reg_snap *r)
{
	u64 known;

	seq_printf(m, r->wide ? "0x%05x %-15s 0x%016llx" : "0x%05x %-15s 0x%08llx        ",
		   r->off, r->name, r->val);
	known = put_fields(m, r) | put_idfields(m, r);
	if (r->val & ~known)
		seq_printf(m, " reserved=0x%llx", r->val & ~known);
	if (smmux_reg_differs(r))
		seq_printf(m, r->wide ? " expected 0x%016llx" : " expected 0x%08llx",
			   (r->val & ~r->mask) | r->want);
	seq_putc(m, '\n');
}

int smmux_dbg_regs_show(struct seq_file *m, void *unused)
{
	struct smmux_regs_snap *snap = kmalloc(sizeof(*snap), GFP_KERNEL);
	unsigned int i;

	if (!snap)
		return -ENOMEM;
	smmux_regs_snapshot(m->private, snap);
	seq_printf(m, "%-7s %-15s %-18s %s\n", "offset", "name", "raw", "decoded");
	for (i = 0; i < snap->num; i++) {
		if (snap->powered)
			put_reg(m, &snap->reg[i]);
		else
			seq_printf(m, "0x%05x %-15s %-18s -\n", snap->reg[i].off,
				   snap->reg[i].name, "suspended");
	}
	kfree(snap);
	return 0;
}
