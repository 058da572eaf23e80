/* SPDX-License-Identifier: GPL-2.0 */
/*
 * survey - collects what lint compares: tables, registers, and the state of masters
 * and domains that belongs to them.
 */
#ifndef SMMUX_SURVEY_H
#define SMMUX_SURVEY_H

#include <linux/types.h>

#include "pure/lint.h"

struct smmux_device;

#define SMMUX_MAX_FINDINGS	256	/* kept; all are counted */

struct smmux_survey {
	struct smmux_lint lint;
	/* What was looked at. */
	unsigned int stes, cds, descs, uses;
	bool suspended;			/* so registers were not */
	unsigned int moving;		/* things that were being changed all the time */
	struct smmux_finding list[SMMUX_MAX_FINDINGS];
};

/**
 * smmux_survey() - look for what does not agree, all over an SMMU
 * @smmu: whose; it is not woken up, and nobody is held up for long
 * @s:    filled
 *
 * What is being changed meanwhile is looked at again.  Sleeps.
 * Return: 0 or -ENOMEM.
 */
int smmux_survey(struct smmux_device *smmu, struct smmux_survey *s);

#endif /* SMMUX_SURVEY_H */
