/* SPDX-License-Identifier: GPL-2.0 */
/*
 * probe - the platform driver.
 */
#ifndef SMMUX_PROBE_H
#define SMMUX_PROBE_H

/* Register with the platform bus, and bind every SMMU that is present. */
int smmux_probe_register(void);

/* On return no SMMU is bound. */
void smmux_probe_unregister(void);

#endif /* SMMUX_PROBE_H */
