/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main - module parameters, as parsed and checked.
 */
#ifndef SMMUX_MAIN_H
#define SMMUX_MAIN_H

struct smmux_params;

/* Constant after load; each SMMU has a copy, for the rooms below. */
extern struct smmux_params smmux_params;

/* The words of those that are one, by value. */
extern const char * const smmux_ats_words[], * const smmux_pm_words[];

#endif /* SMMUX_MAIN_H */
