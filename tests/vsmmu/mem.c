// SPDX-License-Identifier: GPL-2.0
/*
 * mem - memory that a device can access: the memory that the kernel owns, and the
 * register of the ITS that receives messages.
 *
 * A device also accesses freed memory, so sanitizers do not check this file.  Each 64-bit
 * word is read and written atomically, as the architecture guarantees; several words are
 * not.
 */
#include "vsmmu.h"

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <asm/barrier.h>
#include <asm/memory.h>
#include <asm/page.h>

#define ITS_FRAME	0x10000		/* the second frame of an ITS */
#define ITS_TRANSLATER	0x40		/* offset in that frame */

static struct device_node *its;
static void __iomem *its_frame;
static u64 its_frame_pa;

/* The ITS is optional. */
void vsmmu_mem_init(void)
{
	struct resource res;

	its = of_find_compatible_node(NULL, NULL, "arm,gic-v3-its");
	if (!its || of_address_to_resource(its, 0, &res))
		return;
	its_frame_pa = res.start + ITS_FRAME;
	its_frame = ioremap(its_frame_pa, PAGE_SIZE);
}

void vsmmu_mem_exit(void)
{
	if (its_frame)
		iounmap(its_frame);
	of_node_put(its);
}

struct device_node *vsmmu_mem_its(void)
{
	return its_frame ? its : NULL;
}

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

	if (its_frame && pa == its_frame_pa + ITS_TRANSLATER) {
		writel(val, its_frame + ITS_TRANSLATER);
		return true;
	}
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
