/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_LIMITS_H
#define UNIT_LINUX_LIMITS_H

#include <limits.h>

#define U32_MAX		(~0U)
#define U64_MAX		(~0ULL)

#endif /* UNIT_LINUX_LIMITS_H */
