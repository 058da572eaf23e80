// SPDX-License-Identifier: GPL-2.0
/*
 * pasidcap - a PASID capability for PCI devices with ATS, since no device of QEMU has
 * both.
 *
 * The model intercepts the PCI core's accesses to the configuration space of the device's
 * bus.  It adds one capability after the last extended one, with a separate control
 * register, and the flag for end-to-end prefixes.  The PCI core sees both when it scans the
 * device again.  For a device that it has scanned before, this file sets the fields of
 * struct pci_dev.  It also sets up the root port, whose bus is not intercepted.
 *
 * The accessors run under the PCI core's lock, a raw one; only they write to a struct
 * vsmmu_pasid_cap.
 */
#include "client.h"

#include <linux/pci.h>

#define MAX_CAPS	16
#define POSITION	0xf80		/* unused in QEMU's devices */

struct vsmmu_pasid_cap {
	struct pci_bus *bus;		/* with a reference */
	unsigned int devfn;
	u16 last, pcie, ats;		/* offsets: last of the chain, PCIe, ATS */
	u16 ctrl;
	bool wrong;			/* the control register changed while ATS was on */
};

static struct vsmmu_pasid_cap caps[MAX_CAPS];
static unsigned int num_caps;
static unsigned int width;		/* log2 of the number of PASIDs of each */
static struct pci_ops *real, ours;

static struct vsmmu_pasid_cap *cap_at(const struct pci_bus *bus, unsigned int devfn)
{
	unsigned int i;

	for (i = 0; i < num_caps; i++)
		if (caps[i].bus == bus && caps[i].devfn == devfn)
			return &caps[i];
	return NULL;
}

/* --- configuration space --- */

static int read_word32(const struct vsmmu_pasid_cap *cap, int where, u32 *val)
{
	int ret = real->read(cap->bus, cap->devfn, where, 4, val);

	/* The device does not exist. */
	if (ret || PCI_POSSIBLE_ERROR(*val))
		return ret;
	if (where == cap->last)
		*val = (*val & 0xfffff) | POSITION << 20;
	else if (where == cap->pcie + PCI_EXP_DEVCAP2)
		*val |= PCI_EXP_DEVCAP2_EE_PREFIX;
	else if (where == POSITION)
		*val = PCI_EXT_CAP_ID_PASID | 1 << 16;
	else if (where == POSITION + PCI_PASID_CAP)
		*val = width << 8 | PCI_PASID_CAP_PRIV | cap->ctrl << 16;
	return 0;
}

static int cap_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *val)
{
	const struct vsmmu_pasid_cap *cap = cap_at(bus, devfn);
	u32 word = 0;
	int ret;

	if (!cap)
		return real->read(bus, devfn, where, size, val);
	ret = read_word32(cap, where & ~3, &word);
	*val = size == 4 ? word : word >> (where & 3) * 8 & (BIT(size * 8) - 1);
	return ret;
}

static bool ats_is_on(const struct vsmmu_pasid_cap *cap)
{
	u32 val = 0;

	real->read(cap->bus, cap->devfn, cap->ats + PCI_ATS_CTRL, 2, &val);
	return val & PCI_ATS_CTRL_ENABLE;
}

static void control(struct vsmmu_pasid_cap *cap, u16 val)
{
	if ((cap->ctrl ^ val) & PCI_PASID_CTRL_ENABLE && ats_is_on(cap))
		cap->wrong = true;
	/* The model reads it from other CPUs. */
	WRITE_ONCE(cap->ctrl, val);
}

/* A reset keeps the ATS control register of QEMU's devices; real devices clear it. */
static void begin_reset(struct vsmmu_pasid_cap *cap)
{
	real->write(cap->bus, cap->devfn, cap->ats + PCI_ATS_CTRL, 2, 0);
	WRITE_ONCE(cap->ctrl, 0);
}

static int cap_write(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 val)
{
	struct vsmmu_pasid_cap *cap = cap_at(bus, devfn);

	if (cap && where == POSITION + PCI_PASID_CTRL && size == 2) {
		control(cap, val);
		return 0;
	}
	if (cap && where == cap->pcie + PCI_EXP_DEVCTL && val & PCI_EXP_DEVCTL_BCR_FLR)
		begin_reset(cap);
	return real->write(bus, devfn, where, size, val);
}

/* --- for clients --- */

const struct vsmmu_pasid_cap *vsmmu_pasid_cap_of(const struct pci_dev *pdev)
{
	return cap_at(pdev->bus, pdev->devfn);
}

bool vsmmu_pasid_is_on(const struct vsmmu_pasid_cap *cap)
{
	return READ_ONCE(cap->ctrl) & PCI_PASID_CTRL_ENABLE;
}

bool vsmmu_pasid_went_wrong(const struct vsmmu_pasid_cap *cap)
{
	return data_race(READ_ONCE(cap->wrong));
}

/* --- add and remove --- */

static u16 last_of_chain(struct pci_dev *pdev)
{
	/* Bounded: a device may have a chain that is a loop. */
	unsigned int most = (PCI_CFG_SPACE_EXP_SIZE - PCI_CFG_SPACE_SIZE) / PCI_CAP_SIZEOF;
	u16 pos = PCI_CFG_SPACE_SIZE;
	u32 header;

	while (most-- && !pci_read_config_dword(pdev, pos, &header) && PCI_EXT_CAP_NEXT(header))
		pos = PCI_EXT_CAP_NEXT(header);
	return pos;
}

/* The root port forwards end-to-end prefixes, and sends all requests upwards. */
static void open_port(struct pci_dev *port)
{
	u16 ctrl;

	port->eetlp_prefix_max = 4;
	pci_read_config_word(port, port->acs_cap + PCI_ACS_CTRL, &ctrl);
	pci_write_config_word(port, port->acs_cap + PCI_ACS_CTRL,
			      ctrl | PCI_ACS_SV | PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF);
}

static int add_cap(struct pci_dev *pdev)
{
	struct pci_dev *port = pdev->bus->self;

	if (num_caps == MAX_CAPS || !port || !port->acs_cap || (real && pdev->bus->ops != real))
		return -EOPNOTSUPP;
	caps[num_caps++] = (struct vsmmu_pasid_cap){
		.bus = pdev->bus,
		.devfn = pdev->devfn,
		.last = last_of_chain(pdev),
		.pcie = pdev->pcie_cap,
		.ats = pdev->ats_cap,
	};
	get_device(&pdev->bus->dev);
	open_port(port);
	real = pdev->bus->ops;
	ours = *real;
	ours.read = cap_read;
	ours.write = cap_write;
	pci_bus_set_ops(pdev->bus, &ours);

	/* As the PCI core does when it scans a device. */
	pdev->eetlp_prefix_max = 4;
	pdev->pasid_cap = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_PASID);
	return pdev->pasid_cap == POSITION ? 0 : -EIO;
}

int vsmmu_pasid_caps_add(unsigned int log2)
{
	struct pci_dev *pdev = NULL;
	int ret = 0;

	width = log2;
	for_each_pci_dev(pdev) {
		if (!pdev->ats_cap || pdev->multifunction)
			continue;
		ret = add_cap(pdev);
		if (ret) {
			pci_err(pdev, "cannot have PASIDs\n");
			pci_dev_put(pdev);
			return ret;
		}
	}
	return 0;
}

void vsmmu_pasid_caps_remove(void)
{
	while (num_caps) {
		struct vsmmu_pasid_cap *cap = &caps[--num_caps];
		struct pci_dev *pdev = pci_get_slot(cap->bus, cap->devfn);

		pci_bus_set_ops(cap->bus, real);
		if (pdev)
			pdev->pasid_cap = 0;
		pci_dev_put(pdev);
		put_device(&cap->bus->dev);
	}
}
