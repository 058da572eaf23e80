/* SPDX-License-Identifier: GPL-2.0 */
/*
 * probe - the platform driver.
 */
#ifndef SMMUX_PROBE_H
#define SMMUX_PROBE_H

/* Register with the platform bus, and take every SMMU that is there. */
int smmux_probe_register(void);

/* No SMMU is bound any more on return. */
void smmux_probe_unregister(void);

#endif /* SMMUX_PROBE_H */
