/* SPDX-License-Identifier: GPL-2.0 */
/*
 * iort - queries of the IORT, the ACPI table of SMMUs and the devices behind them.
 *
 * The kernel exports no function that finds the SMMU of a device or of a
 * performance counter group; the table has it.  Firmware wrote the table: every
 * length, count and offset is checked.  A node that leaves the table ends the walk.  One
 * that is too short for its type is skipped.
 */
#ifndef SMMUX_IORT_H
#define SMMUX_IORT_H

#include <linux/types.h>

struct acpi_table_iort;

/**
 * smmux_iort_rc_sends() - is a PCI function behind an SMMU?
 * @iort:    the table, readable up to the length in its header
 * @smmu:    physical address of the SMMU's registers
 * @segment: the function's PCI segment
 * @rid:     the function's requester id
 *
 * Context: any.
 */
bool smmux_iort_rc_sends(const struct acpi_table_iort *iort, u64 smmu, u32 segment, u32 rid);

/**
 * smmux_iort_component_sends() - is a device of the ACPI namespace behind an SMMU?
 * @iort: the table
 * @smmu: physical address of the SMMU's registers
 * @path: the device's full name in the namespace
 *
 * Context: any.
 */
bool smmux_iort_component_sends(const struct acpi_table_iort *iort, u64 smmu,
				const char *path);

/**
 * smmux_iort_pmcg() - find a performance counter group of an SMMU
 * @iort: the table
 * @smmu: physical address of the SMMU's registers
 * @n:    index of the group, from 0
 *
 * Context: any.
 * Return: the physical address of its first page, or 0 if @n is too large.
 */
u64 smmux_iort_pmcg(const struct acpi_table_iort *iort, u64 smmu, unsigned int n);

#endif /* SMMUX_IORT_H */
