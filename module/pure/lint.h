/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lint - does what the SMMU reads agree with what the driver means?
 *
 * Pure: copies of entries and descriptors in, findings out.  Who collects them
 * (survey.c) sees to it that both sides are of one moment.
 */
#ifndef SMMUX_LINT_H
#define SMMUX_LINT_H

#include <linux/compiler_attributes.h>
#include <linux/types.h>

#include "pure/cd.h"
#include "pure/ste.h"

/*
 * error: translation, isolation or service is not as it was set up.  warning: nothing
 * comes of it, as far as the architecture says, but somebody wrote there.
 */
enum smmux_lint_level { SMMUX_LINT_WARNING, SMMUX_LINT_ERROR };

struct smmux_finding {
	u8 level;			/* enum smmux_lint_level */
	char place[32];			/* "sid 0x28", "sid 0x28 ssid 0x3", "CR0" */
	char text[128];
};

/**
 * struct smmux_lint - what is known of an SMMU, and what was found
 * @oas:    bits of a physical address that it has
 * @is_ram: is there memory at this address; NULL: do not ask
 * @num:    findings; those beyond @max are counted and not kept
 */
struct smmux_lint {
	u8 oas;
	bool (*is_ram)(u64 pa);
	unsigned int num, max;
	struct smmux_finding *list;
};

/* What a stream's owner is, for the words of a finding. */
struct smmux_lint_owner {
	bool any;			/* it has a master */
	bool may_bypass;		/* it has none, but reserved memory may be behind it */
	bool cut;			/* cut off from ATS */
	bool ats_on;			/* the device itself has ATS switched on */
};

/* The entry of @sid, and the one that the state of its owner leads to. */
void smmux_lint_ste(struct smmux_lint *l, u32 sid, const struct smmux_lint_owner *owner,
		    const struct smmux_ste *is, const struct smmux_ste *want);

/* Is there nothing to say of it?  For who has several owners to choose from. */
bool smmux_lint_ste_good(const struct smmux_lint_owner *owner, const struct smmux_ste *is,
			 const struct smmux_ste *want);

/* @want NULL: nothing is attached there. */
void smmux_lint_cd(struct smmux_lint *l, u32 sid, u32 ssid, const struct smmux_cd *is,
		   const struct smmux_cd *want);

/* Descriptors of a first level: above STEs from @sid on, above CDs from @ssid on. */
void smmux_lint_strtab_l1(struct smmux_lint *l, u32 sid, u64 is, u64 want);
void smmux_lint_cdtab_l1(struct smmux_lint *l, u32 sid, u32 ssid, u64 is, u64 want);

/**
 * struct smmux_lint_use - an attachment: a master, a SubstreamID, a domain
 * @sid, @ssid: whose
 * @domain:  its id
 * @stage1:  the tag is an ASID, else a VMID
 * @tag:     as the master has it; 0: it keeps none
 * @inv_tag: as the domain's invalidation array has it for this SMMU; 0: not at all
 * @inv_users: users of all entries of the array for this SMMU, taken together
 * @atcs, @inv_atcs: ATC entries that it needs, and how many of them are there
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

/* A register that does not hold what was written to the bits of @mask. */
void smmux_lint_reg(struct smmux_lint *l, const char *name, u64 val, u64 mask, u64 want);

/* Indices of a queue of 2^@log2 entries, CONS read before PROD. */
void smmux_lint_queue(struct smmux_lint *l, const char *name, u32 cons, u32 prod, u8 log2);

/* For what needs no comparison. */
void __printf(4, 5) smmux_lint_say(struct smmux_lint *l, enum smmux_lint_level level,
				   const char *place, const char *fmt, ...);

#endif /* SMMUX_LINT_H */
