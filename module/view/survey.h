/* SPDX-License-Identifier: GPL-2.0 */
/*
 * survey - collects STEs, CDs, descriptors, invalidation arrays and registers, each with
 * the value that it should have.  lint compares.
 */
#ifndef SMMUX_SURVEY_H
#define SMMUX_SURVEY_H

#include <linux/types.h>

#include "pure/lint.h"

struct smmux_device;

#define SMMUX_MAX_FINDINGS	256	/* kept; all are counted */

struct smmux_survey {
	struct smmux_lint lint;
	/* Numbers of checked items. */
	unsigned int stes, cds, descs, uses;
	bool suspended;			/* so registers were not checked */
	unsigned int moving;		/* items that changed at every try */
	struct smmux_finding list[SMMUX_MAX_FINDINGS];
};

/**
 * smmux_survey() - find disagreements between state, tables and registers of an SMMU
 * @smmu: the SMMU; it is not woken up, and holds of its locks are short
 * @s:    filled
 *
 * Items that change meanwhile are checked again.  Sleeps.
 * Return: 0 or -ENOMEM.
 */
int smmux_survey(struct smmux_device *smmu, struct smmux_survey *s);

#endif /* SMMUX_SURVEY_H */
