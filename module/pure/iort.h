/* SPDX-License-Identifier: GPL-2.0 */
/*
 * iort - questions to the IORT, the ACPI table of SMMUs and what is behind them.
 *
 * The kernel exports no way from a device, or a performance counter group, to
 * its SMMU; the table has it.  It is firmware's: no length, count or offset of
 * it is believed, and what does not fit is passed over.
 */
#ifndef SMMUX_IORT_H
#define SMMUX_IORT_H

#include <linux/types.h>

struct acpi_table_iort;

/**
 * smmux_iort_rc_sends() - is a PCI function behind an SMMU?
 * @iort:    the table, with as many bytes as its header says
 * @smmu:    physical address of the SMMU's registers
 * @segment: of the function
 * @rid:     its requester id
 *
 * Context: any.
 */
bool smmux_iort_rc_sends(const struct acpi_table_iort *iort, u64 smmu, u32 segment, u32 rid);

/**
 * smmux_iort_component_sends() - is a device of the namespace behind an SMMU?
 * @iort: the table
 * @smmu: physical address of the SMMU's registers
 * @path: the device's full name in the namespace
 *
 * Context: any.
 */
bool smmux_iort_component_sends(const struct acpi_table_iort *iort, u64 smmu,
				const char *path);

/**
 * smmux_iort_pmcg() - a performance counter group of an SMMU
 * @iort: the table
 * @smmu: physical address of the SMMU's registers
 * @n:    which one, from 0
 *
 * Context: any.
 * Return: the physical address of its first page, 0 if there are not so many.
 */
u64 smmux_iort_pmcg(const struct acpi_table_iort *iort, u64 smmu, unsigned int n);

#endif /* SMMUX_IORT_H */
