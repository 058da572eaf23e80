/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attach - change what a master's transactions meet: prepare, install, commit.
 */
#ifndef SMMUX_ATTACH_H
#define SMMUX_ATTACH_H

#include <linux/types.h>

struct smmux_domain;
struct smmux_master;

/* The group's mutex is held around all of these. */

/**
 * smmux_attach_paging() - transactions without SubstreamID: translate by @dom
 * Sleeps.  Return: 0; -EINVAL where @dom does not fit the SMMU; -EBUSY where
 * PASIDs are in use and @dom is stage 2; -ENOMEM; -ENOSPC when tags ran out.
 * After an error everything is as before.
 */
int smmux_attach_paging(struct smmux_master *master, struct smmux_domain *dom);

/* static_domain.c: cannot fail, allocate nothing. */
void smmux_attach_identity(struct smmux_master *master);
void smmux_attach_blocked(struct smmux_master *master);

/* pasid.c: transactions with SubstreamID @ssid: translate by @dom, or abort. */
int smmux_attach_pasid(struct smmux_master *master, struct smmux_domain *dom,
		       u32 ssid);
void smmux_attach_pasid_blocked(struct smmux_master *master, u32 ssid);

/*
 * The steps, for the files above.  join: the domain's array names @master from
 * now on; returns the tag (ASID or VMID) or an errno.  leave: no more; a tag
 * that nobody needs is flushed and given back; cannot fail.
 */
int smmux_attach_join(struct smmux_master *master, struct smmux_domain *dom, u32 ssid);
void smmux_attach_leave(struct smmux_master *master, struct smmux_domain *dom, u32 ssid);

/* Put the STE in place that @master's state asks for, and ATS with it. */
void smmux_attach_update(struct smmux_master *master);

/* CD of a stage 1 domain for @ssid of @master; @asid as join gave it. */
void smmux_attach_write_cd(struct smmux_master *master,
			   const struct smmux_domain *dom, u32 ssid, u16 asid);

#endif /* SMMUX_ATTACH_H */
