/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_ASM_BARRIER_H
#define UNIT_ASM_BARRIER_H

/* There is one thread: only the compiler could reorder what a callback sees in memory. */
#define dma_wmb()	__atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif /* UNIT_ASM_BARRIER_H */
