/* SPDX-License-Identifier: GPL-2.0 */
/*
 * acpi - the nodes of the IORT (I/O Remapping Table) that the driver reads, from the
 * figures of DEN 0049.
 */
#ifndef UNIT_LINUX_ACPI_H
#define UNIT_LINUX_ACPI_H

#include <linux/types.h>

#define ACPI_IORT_NODE_NAMED_COMPONENT	1
#define ACPI_IORT_NODE_PCI_ROOT_COMPLEX	2
#define ACPI_IORT_NODE_SMMU_V3		4
#define ACPI_IORT_NODE_PMCG		5

struct acpi_table_header {
	char signature[4];
	u32 length;
	u8 rest[28];			/* revision, checksum, OEM and creator IDs */
} __packed;

struct acpi_table_iort {
	struct acpi_table_header header;
	u32 node_count;
	u32 node_offset;
	u32 reserved;
} __packed;

struct acpi_iort_node {
	u8 type;
	u16 length;
	u8 revision;
	u32 identifier;
	u32 mapping_count;
	u32 mapping_offset;
	char node_data[];
} __packed;

struct acpi_iort_id_mapping {
	u32 input_base;
	u32 id_count;
	u32 output_base;
	u32 output_reference;
	u32 flags;
} __packed;

struct acpi_iort_named_component {
	u32 node_flags;
	u64 memory_properties;
	u8 memory_address_limit;
	char device_name[];
} __packed;

struct acpi_iort_root_complex {
	u64 memory_properties;
	u32 ats_attribute;
	u32 pci_segment_number;
	u8 memory_address_limit;
	u16 pasid_capabilities;
} __packed;

struct acpi_iort_smmu_v3 {
	u64 base_address;
	u8 rest[44];			/* flags, VATOS, model, interrupts, mapping */
} __packed;

struct acpi_iort_pmcg {
	u64 page0_base_address;
	u32 overflow_gsiv;
	u32 node_reference;
	u64 page1_base_address;
} __packed;

#endif /* UNIT_LINUX_ACPI_H */
