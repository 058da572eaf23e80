// SPDX-License-Identifier: GPL-2.0
/*
 * mem - the memory that a device can reach: what the kernel owns, and no more.
 *
 * A device does not ask whether memory is in use, so nothing here is checked by
 * sanitizers.  Each 64-bit word is read and written in one go, as the
 * architecture promises; several of them are not.
 */
#include "vsmmu.h"

#include <linux/mm.h>
#include <asm/barrier.h>
#include <asm/memory.h>
#include <asm/page.h>

static void *reach(u64 pa, size_t len)
{
	if (pa >> 48 || !pfn_is_map_memory(PHYS_PFN(pa)) ||
	    !pfn_is_map_memory(PHYS_PFN(pa + len - 1)))
		return NULL;
	return phys_to_virt(pa);
}

bool vsmmu_mem_read(u64 pa, u64 *words, unsigned int num)
{
	const __le64 *at = reach(pa, num * sizeof(u64));

	if (!at)
		return false;
	while (num--)
		*words++ = le64_to_cpu(READ_ONCE(*at++));
	return true;
}

bool vsmmu_mem_write(u64 pa, const u64 *words, unsigned int num)
{
	__le64 *at = reach(pa, num * sizeof(u64));

	if (!at)
		return false;
	while (num--)
		WRITE_ONCE(*at++, cpu_to_le64(*words++));
	dma_wmb();
	return true;
}

bool vsmmu_mem_write32(u64 pa, u32 val)
{
	__le32 *at = reach(pa, sizeof(u32));

	if (!at)
		return false;
	dma_wmb();
	WRITE_ONCE(*at, cpu_to_le32(val));
	return true;
}

bool vsmmu_mem_copy(u64 pa, void *buf, u32 len, bool to_memory)
{
	u8 *at = reach(pa, len), *mine = buf;

	if (!at)
		return false;
	while (len--) {
		if (to_memory)
			WRITE_ONCE(*at++, *mine++);
		else
			*mine++ = READ_ONCE(*at++);
	}
	dma_wmb();
	return true;
}
