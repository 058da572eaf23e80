/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_COMPILER_ATTRIBUTES_H
#define UNIT_LINUX_COMPILER_ATTRIBUTES_H

#define __printf(fmt, first)	__attribute__((format(printf, fmt, first)))
#define __packed		__attribute__((packed))

#endif /* UNIT_LINUX_COMPILER_ATTRIBUTES_H */
