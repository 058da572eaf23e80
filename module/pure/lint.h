/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lint - compares the tables that the SMMU reads with the driver's state.
 *
 * Pure: copies of entries and descriptors in, findings out.  The collector
 * (survey.c) ensures that both sides are from the same moment.
 */
#ifndef SMMUX_LINT_H
#define SMMUX_LINT_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>

#include "pure/cd.h"
#include "pure/ste.h"

/*
 * error: translation, isolation or service differs from its setup.  warning: no effect
 * according to the architecture, but something has written there.
 */
enum smmux_lint_level { SMMUX_LINT_WARNING, SMMUX_LINT_ERROR };

struct smmux_finding {
	u8 level;			/* enum smmux_lint_level */
	char place[32];			/* "sid 0x28", "sid 0x28 ssid 0x3", "CR0" */
	char text[128];
};

/**
 * struct smmux_lint - properties of an SMMU, and the findings
 * @oas:    number of bits of its physical addresses
 * @is_ram: is there memory at this address; NULL: no check
 * @num:    number of findings; those beyond @max are counted but not kept
 */
struct smmux_lint {
	u8 oas;
	bool (*is_ram)(u64 pa);
	unsigned int num, max;
	struct smmux_finding *list;
};

/* State of a stream's owner, for the text of a finding. */
struct smmux_lint_owner {
	bool any;			/* it has a master */
	bool may_bypass;		/* it has none, but may access reserved memory */
	bool cut;			/* in quarantine: without ATS */
	bool ats_on;			/* ATS is enabled in the device itself */
};

/* Compare the entry of @sid with the one that its owner's state requires. */
void smmux_lint_ste(struct smmux_lint *l, u32 sid, const struct smmux_lint_owner *owner,
		    const struct smmux_ste *is, const struct smmux_ste *want);

/* Is there no finding?  For callers that choose between several owners. */
bool smmux_lint_ste_good(const struct smmux_lint_owner *owner, const struct smmux_ste *is,
			 const struct smmux_ste *want);

/* @want NULL: nothing is attached there. */
void smmux_lint_cd(struct smmux_lint *l, u32 sid, u32 ssid, const struct smmux_cd *is,
		   const struct smmux_cd *want);

/* First-level descriptors: of the STEs from @sid on, of the CDs from @ssid on. */
void smmux_lint_strtab_l1(struct smmux_lint *l, u32 sid, u64 is, u64 want);
void smmux_lint_cdtab_l1(struct smmux_lint *l, u32 sid, u32 ssid, u64 is, u64 want);

/**
 * struct smmux_lint_use - an attachment: a master, a SubstreamID, a domain
 * @sid, @ssid: of the master
 * @domain:  the domain's id
 * @stage1:  the tag is an ASID, else a VMID
 * @tag:     the master's tag; 0: it keeps none
 * @inv_tag: the tag in the domain's invalidation array for this SMMU; 0: none
 * @inv_users: sum of the users of all entries of the array for this SMMU
 * @atcs, @inv_atcs: number of ATC entries that it needs, and that are present
 */
struct smmux_lint_use {
	u32 sid, ssid, domain;
	bool stage1;
	u32 tag, inv_tag;
	int inv_users;
	unsigned int atcs, inv_atcs;
};

/* All attachments of one SMMU, at one moment. */
void smmux_lint_uses(struct smmux_lint *l, const struct smmux_lint_use *use, unsigned int num);

/* Check that a register holds @want in the bits of @mask. */
void smmux_lint_reg(struct smmux_lint *l, const char *name, u64 val, u64 mask, u64 want);

/* Indices of a queue of 2^@log2 entries, CONS read before PROD. */
void smmux_lint_queue(struct smmux_lint *l, const char *name, u32 cons, u32 prod, u8 log2);

/* Add a finding that needs no comparison. */
void __printf(4, 5) smmux_lint_say(struct smmux_lint *l, enum smmux_lint_level level,
				   const char *place, const char *fmt, ...);

#endif /* SMMUX_LINT_H */
