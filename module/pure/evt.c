// SPDX-License-Identifier: GPL-2.0
/*
 * evt - decodes and prints event records.
 *
 * One table lists, for each id of the architecture, the fields that are valid
 * in its record (IHI 0070 7.3.2 to 7.3.22); all functions use that table.
 */
#include "pure/evt.h"

#include <linux/kernel.h>
#include <linux/string.h>

#define IADDR	SMMUX_EVT_HAS_IADDR
#define IPA	SMMUX_EVT_HAS_IPA		/* if the fault is of stage 2 */
#define FETCH	SMMUX_EVT_HAS_FETCH
#define ACCESS	SMMUX_EVT_HAS_ACCESS
#define ECLASS	SMMUX_EVT_HAS_CLASS
#define STALL	SMMUX_EVT_HAS_STALL
#define REASON	SMMUX_EVT_HAS_REASON

#define FAULT	(IADDR | IPA | ACCESS | ECLASS | STALL)

static const struct {
	u8 id, has;
	const char *name;
} kinds[] = {
	{ EVT_F_UUT,		   IADDR | ACCESS | REASON,	"F_UUT" },
	{ EVT_C_BAD_STREAMID,	   0,				"C_BAD_STREAMID" },
	{ EVT_F_STE_FETCH,	   FETCH | REASON,		"F_STE_FETCH" },
	{ EVT_C_BAD_STE,	   REASON,			"C_BAD_STE" },
	{ EVT_F_BAD_ATS_TREQ,	   IADDR,			"F_BAD_ATS_TREQ" },
	{ EVT_F_STREAM_DISABLED,   0,				"F_STREAM_DISABLED" },
	{ EVT_F_TRANSL_FORBIDDEN,  IADDR | ACCESS,		"F_TRANSL_FORBIDDEN" },
	{ EVT_C_BAD_SUBSTREAMID,   0,				"C_BAD_SUBSTREAMID" },
	{ EVT_F_CD_FETCH,	   FETCH | REASON,		"F_CD_FETCH" },
	{ EVT_C_BAD_CD,		   REASON,			"C_BAD_CD" },
	{ EVT_F_WALK_EABT,	   IADDR | ACCESS | ECLASS | FETCH | REASON, "F_WALK_EABT" },
	{ EVT_F_TRANSLATION,	   FAULT,			"F_TRANSLATION" },
	{ EVT_F_ADDR_SIZE,	   FAULT,			"F_ADDR_SIZE" },
	{ EVT_F_ACCESS,		   FAULT,			"F_ACCESS" },
	{ EVT_F_PERMISSION,	   FAULT,			"F_PERMISSION" },
	{ EVT_F_TLB_CONFLICT,	   IADDR | IPA | ACCESS | REASON, "F_TLB_CONFLICT" },
	{ EVT_F_CFG_CONFLICT,	   REASON,			"F_CFG_CONFLICT" },
	{ EVT_E_PAGE_REQUEST,	   IADDR,			"E_PAGE_REQUEST" },
	{ EVT_F_VMS_FETCH,	   FETCH | REASON,		"F_VMS_FETCH" },
};

static int kind_of(u8 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].id == id)
			return i;
	return -1;
}

static bool is_impdef(u8 id)
{
	return id >= EVT_IMPDEF_FIRST && id <= EVT_IMPDEF_LAST;
}

const char *smmux_evt_name(u8 id)
{
	int kind = kind_of(id);

	if (kind >= 0)
		return kinds[kind].name;
	return is_impdef(id) ? "IMPDEF" : "UNKNOWN";
}

const char *smmux_evt_class_name(u8 class)
{
	switch (class) {
	case EVT_CLASS_CD:
		return "CD";
	case EVT_CLASS_TTD:
		return "TTD";
	case EVT_CLASS_IN:
		return "IN";
	default:
		return "reserved";
	}
}

static void decode_access(const u64 raw[4], struct smmux_evt *evt)
{
	evt->pnu = raw[1] & EVT_W1_PNU;
	evt->ind = raw[1] & EVT_W1_IND;
	evt->rnw = raw[1] & EVT_W1_RNW;
}

void smmux_evt_decode(const u64 raw[4], struct smmux_evt *evt)
{
	int kind;

	memset(evt, 0, sizeof(*evt));
	memcpy(evt->raw, raw, sizeof(evt->raw));
	evt->id = FIELD_GET(EVT_W0_ID, raw[0]);
	evt->sid = FIELD_GET(EVT_W0_SID, raw[0]);
	evt->ssv = raw[0] & EVT_W0_SSV;
	if (evt->ssv)
		evt->ssid = FIELD_GET(EVT_W0_SSID, raw[0]);

	kind = kind_of(evt->id);
	if (kind < 0)
		return;		/* only the raw words are known */
	evt->has = kinds[kind].has;

	if (evt->has & IADDR)
		evt->iaddr = FIELD_GET(EVT_W2_IADDR, raw[2]);
	if (evt->has & ACCESS)
		decode_access(raw, evt);
	if (evt->has & ECLASS) {
		evt->class = FIELD_GET(EVT_W1_CLASS, raw[1]);
		if (evt->id == EVT_F_PERMISSION && evt->class == EVT_CLASS_TTD)
			evt->ttrnw = raw[1] & EVT_W1_TTRNW;
	}
	if (evt->has & (ECLASS | IPA))
		evt->s2 = raw[1] & EVT_W1_S2;
	if (!evt->s2)
		evt->has &= ~IPA;
	if (evt->has & IPA) {
		evt->ipa = raw[3] & EVT_W3_IPA;
		evt->nsipa = raw[1] & EVT_W1_NSIPA;
	}
	if (evt->has & FETCH)
		evt->fetch = raw[3] & EVT_W3_FETCHADDR;
	if (evt->has & REASON)
		evt->reason = FIELD_GET(EVT_W1_REASON, raw[1]);
	if (evt->has & STALL) {
		evt->stall = raw[1] & EVT_W1_STALL;
		if (evt->stall)
			evt->stag = FIELD_GET(EVT_W1_STAG, raw[1]);
	}
}

static int format_raw(const struct smmux_evt *evt, char *buf, size_t len)
{
	return scnprintf(buf, len, "%s %#04x sid %#x raw %#018llx %#018llx %#018llx %#018llx",
			 smmux_evt_name(evt->id), evt->id, evt->sid,
			 evt->raw[0], evt->raw[1], evt->raw[2], evt->raw[3]);
}

static int format_class(const struct smmux_evt *evt, char *buf, size_t len)
{
	int n = scnprintf(buf, len, " stage %d class %s", evt->s2 ? 2 : 1,
			  smmux_evt_class_name(evt->class));

	if (evt->id == EVT_F_PERMISSION && evt->class == EVT_CLASS_TTD)
		n += scnprintf(buf + n, len - n, " of table %s",
			       evt->ttrnw ? "read" : "write");
	return n;
}

int smmux_evt_format(const struct smmux_evt *evt, char *buf, size_t len)
{
	int n;

	if (kind_of(evt->id) < 0)
		return format_raw(evt, buf, len);

	n = scnprintf(buf, len, "%s sid %#x", smmux_evt_name(evt->id), evt->sid);
	if (evt->ssv)
		n += scnprintf(buf + n, len - n, " ssid %#x", evt->ssid);
	if (evt->has & IADDR)
		n += scnprintf(buf + n, len - n, " iova %#llx", evt->iaddr);
	if (evt->has & ACCESS)
		n += scnprintf(buf + n, len - n, " %s%s%s", evt->rnw ? "read" : "write",
			       evt->ind ? " instruction" : "",
			       evt->pnu ? " privileged" : "");
	if (evt->has & ECLASS)
		n += format_class(evt, buf + n, len - n);
	if (evt->has & IPA)
		n += scnprintf(buf + n, len - n, " ipa %#llx%s", evt->ipa,
			       evt->nsipa ? " non-secure" : "");
	if (evt->has & FETCH)
		n += scnprintf(buf + n, len - n, " fetched from %#llx", evt->fetch);
	if (evt->stall)
		n += scnprintf(buf + n, len - n, " stalled, tag %#x", evt->stag);
	if (evt->has & REASON && evt->reason)
		n += scnprintf(buf + n, len - n, " reason %#x", evt->reason);
	return n;
}
