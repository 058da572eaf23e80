/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config - which STE and which CDs a master's state asks for.
 */
#ifndef SMMUX_CONFIG_H
#define SMMUX_CONFIG_H

#include <linux/types.h>

struct smmux_cd;
struct smmux_domain;
struct smmux_master;
struct smmux_ste;

/* The STE that says what @master's state says; see smmux.h for what that is read under. */
void smmux_config_ste(const struct smmux_master *master, struct smmux_ste *ste);

/* The CD that leads @master to @dom by @asid. */
void smmux_config_cd(const struct smmux_master *master, const struct smmux_domain *dom,
		     u16 asid, struct smmux_cd *cd);

#endif /* SMMUX_CONFIG_H */
