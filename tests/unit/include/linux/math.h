/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_LINUX_MATH_H
#define UNIT_LINUX_MATH_H

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

#endif /* UNIT_LINUX_MATH_H */
