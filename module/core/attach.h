/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attach - change how a master's transactions are handled: prepare, install, commit.
 */
#ifndef SMMUX_ATTACH_H
#define SMMUX_ATTACH_H

#include <linux/types.h>

struct smmux_domain;
struct smmux_master;

/* The caller holds the group's mutex for all of these. */

/**
 * smmux_attach_paging() - translate transactions without SubstreamID by @dom
 * Sleeps.  Return: 0; -EINVAL if @dom does not fit the SMMU; -EBUSY if PASIDs
 * are in use and @dom is stage 2; -ENOMEM; -ENOSPC if no tag is free.
 * An error leaves everything unchanged.
 */
int smmux_attach_paging(struct smmux_master *master, struct smmux_domain *dom);

/* static_domain.c: cannot fail, allocate nothing. */
void smmux_attach_identity(struct smmux_master *master);
void smmux_attach_blocked(struct smmux_master *master);

/* pasid.c: translate transactions with SubstreamID @ssid by @dom, or abort them. */
int smmux_attach_pasid(struct smmux_master *master, struct smmux_domain *dom,
		       u32 ssid);
void smmux_attach_pasid_blocked(struct smmux_master *master, u32 ssid);

/*
 * The steps, for the files above.  join: adds @master to the domain's array; returns
 * the tag (ASID or VMID) or an errno.  leave: removes it; invalidates and frees the
 * tag if no other master needs it; cannot fail.
 */
int smmux_attach_join(struct smmux_master *master, struct smmux_domain *dom, u32 ssid);
void smmux_attach_leave(struct smmux_master *master, struct smmux_domain *dom, u32 ssid);

/* Write the STE that @master's state needs, and set ATS accordingly. */
void smmux_attach_update(struct smmux_master *master);

/* Write the CD of a stage 1 domain for @ssid of @master; join returned @asid. */
void smmux_attach_write_cd(struct smmux_master *master,
			   const struct smmux_domain *dom, u32 ssid, u16 asid);

#endif /* SMMUX_ATTACH_H */
