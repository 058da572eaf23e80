/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ats - Address Translation Services of PCI masters.
 */
#ifndef SMMUX_ATS_H
#define SMMUX_ATS_H

#include <linux/types.h>

struct smmux_master;

/* At probe: can this master use ATS?  Programs the smallest translation unit. */
void smmux_ats_init(struct smmux_master *master);

/* Does the master's present state call for ATS?  Then EATS is set as well. */
bool smmux_ats_wanted(const struct smmux_master *master);

/*
 * Group mutex held.  Enable: after EATS is live in the STE.  Disable: before it
 * is taken away.  Both do nothing where ATS is in that state already.
 */
void smmux_ats_enable(struct smmux_master *master);
void smmux_ats_disable(struct smmux_master *master);

/* Empty the master's ATC of what came without PASID, or with @ssid. */
void smmux_ats_flush(struct smmux_master *master);
void smmux_ats_flush_pasid(struct smmux_master *master, u32 ssid);

#endif /* SMMUX_ATS_H */
