/* SPDX-License-Identifier: GPL-2.0 */
/*
 * params - the module parameters, as parsed and checked.
 */
#ifndef SMMUX_PARAMS_H
#define SMMUX_PARAMS_H

#include <linux/types.h>

enum smmux_pm_policy { SMMUX_PM_AUTO, SMMUX_PM_NEVER, SMMUX_PM_TRUST };
enum smmux_ats_policy { SMMUX_ATS_AUTO, SMMUX_ATS_ON, SMMUX_ATS_OFF };

struct smmux_params {
	unsigned int ats;		/* enum smmux_ats_policy */
	unsigned int pm;		/* enum smmux_pm_policy */
	unsigned int cmdq_log2;		/* size of the command queue; 0: by number of CPUs */
	bool enable_inject;		/* error injection exists (test and rehearsal) */
	bool allow_unbind;		/* let sysfs unbind an SMMU (test and development) */
	bool no_msi;			/* neither MSI interrupts nor MSI completion */
};

/* Constant after load; each SMMU has a copy, for the rooms below. */
extern struct smmux_params smmux_params;

/* The words of the parameters that take a word, by value. */
extern const char * const smmux_ats_words[], * const smmux_pm_words[];

#endif /* SMMUX_PARAMS_H */
