/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config - which STE and which CDs a master's state needs.
 */
#ifndef SMMUX_CONFIG_H
#define SMMUX_CONFIG_H

#include <linux/types.h>

struct smmux_cd;
struct smmux_domain;
struct smmux_master;
struct smmux_ste;

/* Builds the STE for @master's state; smmux.h says which locks protect that state. */
void smmux_config_ste(const struct smmux_master *master, struct smmux_ste *ste);

/* Builds the CD through which @master translates by @dom, with @asid. */
void smmux_config_cd(const struct smmux_master *master, const struct smmux_domain *dom,
		     u16 asid, struct smmux_cd *cd);

#endif /* SMMUX_CONFIG_H */
