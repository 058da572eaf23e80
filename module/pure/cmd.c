// SPDX-License-Identifier: GPL-2.0
/*
 * cmd - names and text of commands; the encoders are inline in the header.
 *
 * The decoder prints only the operands that the opcode has.  One row of @shapes
 * lists them.  trace.h and scripts/smmux-decode have tables of their own, because tools
 * cannot call this one; tests/host/decode.sh compares smmux-decode with it.
 */
#include "pure/cmd.h"

#include <linux/kernel.h>
#include <linux/string.h>

enum operand {
	O_SID	= BIT(0),
	O_SSID	= BIT(1),
	O_ASID	= BIT(2),
	O_VMID	= BIT(3),
	O_VA	= BIT(4),
	O_IPA	= BIT(5),
	O_LEAF	= BIT(6),
	O_ATC	= BIT(7),
	O_STAG	= BIT(8),
	O_SYNC	= BIT(9),
	O_RANGE	= BIT(10),
};

static const struct shape {
	u8 op;
	const char *name;
	u32 operands;
} shapes[] = {
	{ OP_PREFETCH_CONFIG, "PREFETCH_CONFIG", O_SID | O_SSID },
	{ OP_PREFETCH_ADDR, "PREFETCH_ADDR", O_SID | O_SSID },
	{ OP_CFGI_STE, "CFGI_STE", O_SID | O_LEAF },
	{ OP_CFGI_STE_RANGE, "CFGI_STE_RANGE", O_SID | O_RANGE },
	{ OP_CFGI_CD, "CFGI_CD", O_SID | O_SSID | O_LEAF },
	{ OP_CFGI_CD_ALL, "CFGI_CD_ALL", O_SID },
	{ OP_TLBI_NH_ALL, "TLBI_NH_ALL", O_VMID },
	{ OP_TLBI_NH_ASID, "TLBI_NH_ASID", O_ASID | O_VMID },
	{ OP_TLBI_NH_VA, "TLBI_NH_VA", O_ASID | O_VMID | O_VA | O_LEAF },
	{ OP_TLBI_NH_VAA, "TLBI_NH_VAA", O_VMID | O_VA | O_LEAF },
	{ OP_TLBI_EL3_ALL, "TLBI_EL3_ALL", 0 },
	{ OP_TLBI_EL3_VA, "TLBI_EL3_VA", O_VA | O_LEAF },
	{ OP_TLBI_EL2_ALL, "TLBI_EL2_ALL", 0 },
	{ OP_TLBI_EL2_ASID, "TLBI_EL2_ASID", O_ASID },
	{ OP_TLBI_EL2_VA, "TLBI_EL2_VA", O_ASID | O_VA | O_LEAF },
	{ OP_TLBI_EL2_VAA, "TLBI_EL2_VAA", O_VA | O_LEAF },
	{ OP_TLBI_S12_VMALL, "TLBI_S12_VMALL", O_VMID },
	{ OP_TLBI_S2_IPA, "TLBI_S2_IPA", O_VMID | O_IPA | O_LEAF },
	{ OP_TLBI_NSNH_ALL, "TLBI_NSNH_ALL", 0 },
	{ OP_ATC_INV, "ATC_INV", O_SID | O_SSID | O_ATC },
	{ OP_PRI_RESP, "PRI_RESP", O_SID | O_SSID },
	{ OP_RESUME, "RESUME", O_SID | O_STAG },
	{ OP_STALL_TERM, "STALL_TERM", O_SID },
	{ OP_SYNC, "SYNC", O_SYNC },
};

static const struct shape *shape_of(u8 op)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		if (shapes[i].op == op)
			return &shapes[i];
	return NULL;
}

const char *smmux_cmd_name(u8 op)
{
	const struct shape *s = shape_of(op);

	return s ? s->name : "?";
}

static int put_address(char *buf, size_t len, const struct smmux_cmd *c, u64 mask)
{
	u32 tg = FIELD_GET(TLBI_W1_TG, c->w[1]);
	u32 num = FIELD_GET(TLBI_W0_NUM, c->w[0]);
	u32 scale = FIELD_GET(TLBI_W0_SCALE, c->w[0]);
	int n = scnprintf(buf, len, " addr %#llx", c->w[1] & mask);

	if (tg)
		n += scnprintf(buf + n, len - n, " pages %llu of %uK ttl %llu",
			       (num + 1ULL) << scale, 1U << (2 * tg),
			       FIELD_GET(TLBI_W1_TTL, c->w[1]));
	return n;
}

static int put_sync(char *buf, size_t len, const struct smmux_cmd *c)
{
	static const char * const how[] = { "none", "msi", "sev", "reserved" };
	u32 cs = FIELD_GET(SYNC_W0_CS, c->w[0]);
	int n = scnprintf(buf, len, " cs %s", how[cs]);

	if (cs == SYNC_CS_IRQ)
		n += scnprintf(buf + n, len - n, " to %#llx data %#llx",
			       c->w[1] & SYNC_W1_MSIADDR,
			       FIELD_GET(SYNC_W0_MSIDATA, c->w[0]));
	return n;
}

static int put_atc(char *buf, size_t len, const struct smmux_cmd *c)
{
	u32 size = FIELD_GET(ATC_W1_SIZE, c->w[1]);

	if (size >= ATC_SIZE_ALL)
		return scnprintf(buf, len, " all");
	return scnprintf(buf, len, " addr %#llx pages %llu",
			 c->w[1] & ATC_W1_ADDR, 1ULL << size);
}

int smmux_cmd_decode(const struct smmux_cmd *c, char *buf, size_t len)
{
	const struct shape *s = shape_of(smmux_cmd_op(c));
	u64 w0 = c->w[0], w1 = c->w[1];
	int n;

	if (!s)
		return scnprintf(buf, len, "? %#018llx %#018llx", w0, w1);

	n = scnprintf(buf, len, "%s", s->name);
	if (s->operands & O_SID)
		n += scnprintf(buf + n, len - n, " sid %#llx",
			       FIELD_GET(CFGI_W0_SID, w0));
	if (s->operands & O_SSID)
		n += scnprintf(buf + n, len - n, " ssid %llu",
			       FIELD_GET(CFGI_W0_SSID, w0));
	if (s->operands & O_ASID)
		n += scnprintf(buf + n, len - n, " asid %llu",
			       FIELD_GET(TLBI_W0_ASID, w0));
	if (s->operands & O_VMID)
		n += scnprintf(buf + n, len - n, " vmid %llu",
			       FIELD_GET(TLBI_W0_VMID, w0));
	if (s->operands & O_RANGE)
		n += scnprintf(buf + n, len - n, " range %llu",
			       FIELD_GET(CFGI_W1_RANGE, w1));
	if (s->operands & (O_VA | O_IPA))
		n += put_address(buf + n, len - n, c,
				 s->operands & O_VA ? TLBI_W1_VA : TLBI_W1_IPA);
	if (s->operands & O_ATC)
		n += put_atc(buf + n, len - n, c);
	if (s->operands & O_STAG)
		n += scnprintf(buf + n, len - n, " stag %llu %s",
			       FIELD_GET(RESUME_W1_STAG, w1),
			       w0 & RESUME_W0_AC ? "retry" :
			       w0 & RESUME_W0_AB ? "abort" : "terminate");
	if (s->operands & O_SYNC)
		n += put_sync(buf + n, len - n, c);
	if ((s->operands & O_LEAF) && (w1 & TLBI_W1_LEAF))
		n += scnprintf(buf + n, len - n, " leaf");
	return n;
}

enum smmux_cmd_class smmux_cmd_class(u8 op)
{
	switch (op) {
	case OP_PREFETCH_CONFIG:
	case OP_PREFETCH_ADDR:
		return SMMUX_CMD_PREFETCH;
	case OP_CFGI_STE ... OP_CFGI_CD_ALL:
		return SMMUX_CMD_CFGI;
	case OP_TLBI_NH_ALL ... OP_TLBI_NSNH_ALL:
		return SMMUX_CMD_TLBI;
	case OP_SYNC:
		return SMMUX_CMD_SYNC;
	default:
		return SMMUX_CMD_OWED;
	}
}
