// SPDX-License-Identifier: GPL-2.0
/*
 * lint - compares actual with expected entries, field by field.
 *
 * The first finding about an STE may be that its EATS contradicts the state of the device.
 * The next one about an entry is about its configuration: it is not valid, or aborts or
 * translates when it should not.  Single fields are reported only if the configuration is
 * right, since fields of another one mean something else.
 */
#include "pure/lint.h"

#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/string.h>

#include "arch/regs.h"

struct field {
	const char *name;
	u8 word;
	u64 mask;
	bool harmless;			/* a hint, or an attribute without users */
	bool pointer;			/* of a table */
};

static const struct field ste_fields[] = {
	{ "S1Fmt", 0, STE_W0_S1FMT },
	{ "S1ContextPtr", 0, STE_W0_S1CTXPTR, .pointer = true },
	{ "S1CDMax", 0, STE_W0_S1CDMAX },
	{ "S1DSS", 1, STE_W1_S1DSS },
	{ "S1CIR", 1, STE_W1_S1CIR },
	{ "S1COR", 1, STE_W1_S1COR },
	{ "S1CSH", 1, STE_W1_S1CSH },
	{ "MEV", 1, STE_W1_MEV, .harmless = true },
	{ "S2FWB", 1, STE_W1_S2FWB },
	{ "S1STALLD", 1, STE_W1_S1STALLD },
	{ "EATS", 1, STE_W1_EATS },
	{ "STRW", 1, STE_W1_STRW },
	{ "MemAttr", 1, STE_W1_MEMATTR },
	{ "MTCFG", 1, STE_W1_MTCFG },
	{ "ALLOCCFG", 1, STE_W1_ALLOCCFG, .harmless = true },
	{ "SHCFG", 1, STE_W1_SHCFG },
	{ "NSCFG", 1, STE_W1_NSCFG },
	{ "PRIVCFG", 1, STE_W1_PRIVCFG },
	{ "INSTCFG", 1, STE_W1_INSTCFG },
	{ "S2VMID", 2, STE_W2_S2VMID },
	{ "S2T0SZ", 2, STE_W2_S2T0SZ },
	{ "S2SL0", 2, STE_W2_S2SL0 },
	{ "S2IR0", 2, STE_W2_S2IR0 },
	{ "S2OR0", 2, STE_W2_S2OR0 },
	{ "S2SH0", 2, STE_W2_S2SH0 },
	{ "S2TG", 2, STE_W2_S2TG },
	{ "S2PS", 2, STE_W2_S2PS },
	{ "S2AA64", 2, STE_W2_S2AA64 },
	{ "S2ENDI", 2, STE_W2_S2ENDI },
	{ "S2AFFD", 2, STE_W2_S2AFFD },
	{ "S2PTW", 2, STE_W2_S2PTW },
	{ "S2HD", 2, STE_W2_S2HD },
	{ "S2HA", 2, STE_W2_S2HA },
	{ "S2S", 2, STE_W2_S2S },
	{ "S2R", 2, STE_W2_S2R },
	{ "S2TTB", 3, STE_W3_S2TTB, .pointer = true },
};

static const struct field cd_fields[] = {
	{ "T0SZ", 0, CD_W0_T0SZ },
	{ "TG0", 0, CD_W0_TG0 },
	{ "IR0", 0, CD_W0_IR0 },
	{ "OR0", 0, CD_W0_OR0 },
	{ "SH0", 0, CD_W0_SH0 },
	{ "EPD0", 0, CD_W0_EPD0 },
	{ "ENDI", 0, CD_W0_ENDI },
	{ "T1SZ", 0, CD_W0_T1SZ, .harmless = true },
	{ "EPD1", 0, CD_W0_EPD1 },
	{ "IPS", 0, CD_W0_IPS },
	{ "AFFD", 0, CD_W0_AFFD },
	{ "WXN", 0, CD_W0_WXN },
	{ "TBI", 0, CD_W0_TBI },
	{ "PAN", 0, CD_W0_PAN },
	{ "AA64", 0, CD_W0_AA64 },
	{ "HD", 0, CD_W0_HD },
	{ "HA", 0, CD_W0_HA },
	{ "S", 0, CD_W0_S },
	{ "R", 0, CD_W0_R },
	{ "A", 0, CD_W0_A },
	{ "ASET", 0, CD_W0_ASET },
	{ "ASID", 0, CD_W0_ASID },
	{ "TTB0", 1, CD_W1_TTB0, .pointer = true },
	{ "TTB1", 2, CD_W2_TTB1, .harmless = true, .pointer = true },
	{ "MAIR", 3, CD_W3_MAIR },
};

void smmux_lint_say(struct smmux_lint *l, enum smmux_lint_level level, const char *place,
		    const char *fmt, ...)
{
	struct smmux_finding *f;
	va_list args;

	if (l->num++ >= l->max)
		return;
	f = &l->list[l->num - 1];
	f->level = level;
	strscpy(f->place, place, sizeof(f->place));
	va_start(args, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, args);
	va_end(args);
}

static void name_place(char *place, size_t len, u32 sid, u32 ssid)
{
	if (ssid)
		snprintf(place, len, "sid 0x%x ssid 0x%x", sid, ssid);
	else
		snprintf(place, len, "sid 0x%x", sid);
}

/* Targets that are wrong for every pointer. */
static const char *astray(const struct smmux_lint *l, u64 pa)
{
	if (l->oas < 64 && pa >> l->oas)
		return ", beyond the SMMU's output size";
	if (l->is_ram && !l->is_ram(pa))
		return ", where there is no memory";
	return "";
}

static void say_field(struct smmux_lint *l, const char *place, const char *what,
		      const struct field *f, u64 is, u64 want)
{
	enum smmux_lint_level level = f->harmless ? SMMUX_LINT_WARNING : SMMUX_LINT_ERROR;
	unsigned int shift = f->pointer ? 0 : __ffs64(f->mask);

	is &= f->mask;
	want &= f->mask;
	smmux_lint_say(l, level, place, "%s: %s is 0x%llx%s, not 0x%llx", what, f->name,
		       is >> shift, f->pointer ? astray(l, is) : "", want >> shift);
}

/* Report differing fields and other differing bits; skip bits @skip_w0 of word 0. */
static void compare(struct smmux_lint *l, const char *place, const char *what,
		    const struct field *field, unsigned int num, const u64 *is,
		    const u64 *want, u64 skip_w0)
{
	u64 rest[SMMUX_ENTRY_WORDS];
	unsigned int i;

	for (i = 0; i < SMMUX_ENTRY_WORDS; i++)
		rest[i] = is[i] ^ want[i];
	rest[0] &= ~skip_w0;
	for (i = 0; i < num; i++) {
		const struct field *f = &field[i];

		if (rest[f->word] & f->mask)
			say_field(l, place, what, f, is[f->word], want[f->word]);
		rest[f->word] &= ~f->mask;
	}
	for (i = 0; i < SMMUX_ENTRY_WORDS; i++)
		if (rest[i])
			smmux_lint_say(l, SMMUX_LINT_WARNING, place,
				       "%s: reserved bits 0x%llx of word %u are set", what,
				       rest[i], i);
}

static u64 config_of(const struct smmux_ste *ste)
{
	u64 cfg = FIELD_GET(STE_W0_CONFIG, ste->w[0]);

	return ste->w[0] & STE_W0_V ? cfg : STE_CONFIG_ABORT;
}

/* Report a wrong configuration; false if it is right. */
static bool wrong_config(struct smmux_lint *l, const char *place,
			 const struct smmux_lint_owner *owner, const struct smmux_ste *is,
			 const struct smmux_ste *want)
{
	u64 cfg = config_of(is), right = config_of(want);

	if (!(is->w[0] & STE_W0_V))
		smmux_lint_say(l, SMMUX_LINT_ERROR, place, "STE: V is 0, %s", owner->any ?
			       "but the stream has a master" :
			       "but an unused entry must be valid and abort");
	else if (cfg && cfg < STE_CONFIG_BYPASS)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "STE: Config is %llu, a reserved value", cfg);
	else if (cfg == right)
		return false;
	else if (!owner->any)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "STE: Config is %s, but the stream has no master",
			       smmux_ste_name(is));
	else if (cfg == STE_CONFIG_ABORT)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "STE: Config is abort, but its master is attached (%s)",
			       smmux_ste_name(want));
	else if (right == STE_CONFIG_ABORT)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "STE: Config is %s, but its master is blocked",
			       smmux_ste_name(is));
	else
		smmux_lint_say(l, SMMUX_LINT_ERROR, place, "STE: Config is %s, not %s",
			       smmux_ste_name(is), smmux_ste_name(want));
	return true;
}

/* After its device is gone, a stream with reserved memory (RMR) may still bypass. */
static bool left_open(const struct smmux_lint_owner *owner, const struct smmux_ste *is)
{
	return !owner->any && owner->may_bypass && config_of(is) == STE_CONFIG_BYPASS;
}

static bool deaf(const struct smmux_lint_owner *owner, const struct smmux_ste *is)
{
	return owner->ats_on && !owner->cut && !smmux_ste_eats(is);
}

bool smmux_lint_ste_good(const struct smmux_lint_owner *owner, const struct smmux_ste *is,
			 const struct smmux_ste *want)
{
	return left_open(owner, is) ||
	       (!memcmp(is, want, sizeof(*is)) && !deaf(owner, is));
}

void smmux_lint_ste(struct smmux_lint *l, u32 sid, const struct smmux_lint_owner *owner,
		    const struct smmux_ste *is, const struct smmux_ste *want)
{
	char place[32];

	if (smmux_lint_ste_good(owner, is, want))
		return;
	name_place(place, sizeof(place), sid, 0);
	if (owner->cut && smmux_ste_eats(is))
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "STE: EATS is set, but the device is cut off");
	if (deaf(owner, is))
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "STE: EATS is 0, but ATS of the device is on");
	if (!wrong_config(l, place, owner, is, want))
		compare(l, place, "STE", ste_fields, ARRAY_SIZE(ste_fields), is->w, want->w,
			STE_W0_V | STE_W0_CONFIG);
}

void smmux_lint_cd(struct smmux_lint *l, u32 sid, u32 ssid, const struct smmux_cd *is,
		   const struct smmux_cd *want)
{
	static const struct smmux_cd none;
	char place[32];

	if (!memcmp(is, want ?: &none, sizeof(*is)))
		return;
	name_place(place, sizeof(place), sid, ssid);
	if (want && !(is->w[0] & CD_W0_V))
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "CD: V is 0, but a domain is attached");
	else if (want)
		compare(l, place, "CD", cd_fields, ARRAY_SIZE(cd_fields), is->w, want->w,
			CD_W0_V);
	else if (is->w[0] & CD_W0_V)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "CD: V is 1 (ASID %llu, TTB0 0x%llx), but no domain is attached",
			       FIELD_GET(CD_W0_ASID, is->w[0]), is->w[1] & CD_W1_TTB0);
	else
		smmux_lint_say(l, SMMUX_LINT_WARNING, place,
			       "CD: V is 0, but other fields are set");
}

static void lint_desc(struct smmux_lint *l, const char *place, const char *what, u64 is,
		      u64 want, const struct field *field, unsigned int num)
{
	const u64 is_w[SMMUX_ENTRY_WORDS] = { is }, want_w[SMMUX_ENTRY_WORDS] = { want };

	if (is == want)
		return;
	if (!want)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "%s: it is 0x%llx%s, but there is no table below it", what, is,
			       astray(l, is & L1STD_L2PTR));
	else
		compare(l, place, what, field, num, is_w, want_w, 0);
}

void smmux_lint_strtab_l1(struct smmux_lint *l, u32 sid, u64 is, u64 want)
{
	static const struct field fields[] = {
		{ "Span", 0, L1STD_SPAN },
		{ "L2Ptr", 0, L1STD_L2PTR, .pointer = true },
	};
	char place[32];

	name_place(place, sizeof(place), sid, 0);
	lint_desc(l, place, "L1STD", is, want, fields, ARRAY_SIZE(fields));
}

void smmux_lint_cdtab_l1(struct smmux_lint *l, u32 sid, u32 ssid, u64 is, u64 want)
{
	static const struct field fields[] = {
		{ "V", 0, L1CD_V },
		{ "L2Ptr", 0, L1CD_L2PTR, .pointer = true },
	};
	char place[32];

	name_place(place, sizeof(place), sid, ssid);
	lint_desc(l, place, "L1CD", is, want, fields, ARRAY_SIZE(fields));
}

/* --- tags and invalidation arrays --- */

static void lint_use(struct smmux_lint *l, const struct smmux_lint_use *u)
{
	const char *tag = u->stage1 ? "ASID" : "VMID";
	char place[32];

	name_place(place, sizeof(place), u->sid, u->ssid);
	if (!u->inv_tag)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "invs: array of domain %u lacks its %s", u->domain, tag);
	else if (u->tag && u->tag != u->inv_tag)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "invs: array of domain %u has %s %u, its master has %u",
			       u->domain, tag, u->inv_tag, u->tag);
	if (u->inv_atcs < u->atcs)
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "invs: array of domain %u lacks %u of %u ATC entries", u->domain,
			       u->atcs - u->inv_atcs, u->atcs);
}

/* @u is the first use of its domain: do its attachments account for all users? */
static void lint_users(struct smmux_lint *l, const struct smmux_lint_use *u,
		       const struct smmux_lint_use *end)
{
	int users = 0, have = u->inv_users;
	u32 domain = u->domain;
	char place[32];

	for (; u < end; u++)
		if (u->domain == domain)
			users += 1 + u->atcs;
	if (users == have)
		return;
	snprintf(place, sizeof(place), "domain %u", domain);
	smmux_lint_say(l, SMMUX_LINT_ERROR, place,
		       "invs: entries for this SMMU have %d users, attachments account for %d", have,
		       users);
}

/* Does an earlier attachment of another domain have the same tag as @u? */
static void lint_twice(struct smmux_lint *l, const struct smmux_lint_use *first,
		       const struct smmux_lint_use *u)
{
	const struct smmux_lint_use *o;
	char place[32];

	for (o = first; o < u; o++) {
		if (!u->inv_tag || o->inv_tag != u->inv_tag || o->stage1 != u->stage1)
			continue;
		if (o->domain == u->domain)
			return;
		name_place(place, sizeof(place), u->sid, u->ssid);
		smmux_lint_say(l, SMMUX_LINT_ERROR, place,
			       "invs: domains %u and %u both have %s %u", o->domain, u->domain,
			       u->stage1 ? "ASID" : "VMID", u->inv_tag);
		return;
	}
}

void smmux_lint_uses(struct smmux_lint *l, const struct smmux_lint_use *use, unsigned int num)
{
	unsigned int i, k;

	for (i = 0; i < num; i++) {
		lint_use(l, &use[i]);
		lint_twice(l, use, &use[i]);
		for (k = 0; k < i && use[k].domain != use[i].domain; k++)
			;
		if (k == i)
			lint_users(l, &use[i], use + num);
	}
}

/* --- registers --- */

void smmux_lint_reg(struct smmux_lint *l, const char *name, u64 val, u64 mask, u64 want)
{
	if (!((val ^ want) & mask))
		return;
	smmux_lint_say(l, SMMUX_LINT_ERROR, name, "register: value is 0x%llx, driver wrote 0x%llx",
		       val, (val & ~mask) | want);
}

void smmux_lint_queue(struct smmux_lint *l, const char *name, u32 cons, u32 prod, u8 log2)
{
	u32 size = BIT(log2), ahead = (prod - cons) & (2 * size - 1);

	if (ahead > size || (cons & QUEUE_INDEX) >= 2 * size || (prod & QUEUE_INDEX) >= 2 * size)
		smmux_lint_say(l, SMMUX_LINT_ERROR, name,
			       "register: CONS 0x%x and PROD 0x%x are more than %u entries apart",
			       cons, prod, size);
}
