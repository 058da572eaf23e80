// SPDX-License-Identifier: GPL-2.0
/*
 * cmd - the command queue, chapter 4.
 *
 * A table has the valid bits of each command.  Another bit is an error of the driver, but
 * the command is executed, since hardware ignores most reserved bits.  A command that is
 * ILLEGAL in the architecture stops the queue.
 */
#include "vsmmu.h"

#include <linux/ktime.h>
#include <linux/random.h>

#define BUDGET		16	/* commands per poll */
#define AGAIN		(-1)	/* not done yet */

/*
 * The model writes this to a slot after it has executed the command; a real SMMU does not.
 * If PROD moves over a slot before the driver writes it, the model detects that, instead of
 * finding the command of the previous round, which may be the same.  It is not a valid
 * command.
 */
static const u64 used_up[2] = { 0, 0x0bad51075ULL };

enum need { ANYONE, STAGE1, STAGE2, ATS, PRI, STALLS, HYP, NOBODY };

#define W0_TLBI_VA	(TLBI_W0_NUM | TLBI_W0_SCALE)
#define W1_TLBI_VA	(TLBI_W1_LEAF | TLBI_W1_TTL | TLBI_W1_TG | TLBI_W1_VA)
#define W1_TLBI_IPA	(TLBI_W1_LEAF | TLBI_W1_TTL | TLBI_W1_TG | TLBI_W1_IPA)

static const struct shape {
	u8 op;
	const char *name;
	enum need need;
	u64 w0, w1;		/* valid bits, without the opcode */
} shapes[] = {
	{ OP_PREFETCH_CONFIG, "PREFETCH_CONFIG", ANYONE, CMD_W0_SSV | CFGI_W0_SSID | CFGI_W0_SID, 0 },
	{ OP_PREFETCH_ADDR, "PREFETCH_ADDR", ANYONE, CMD_W0_SSV | CFGI_W0_SSID | CFGI_W0_SID,
	  GENMASK_ULL(63, 0) },
	{ OP_CFGI_STE, "CFGI_STE", ANYONE, CFGI_W0_SID, CFGI_W1_LEAF },
	{ OP_CFGI_STE_RANGE, "CFGI_STE_RANGE", ANYONE, CFGI_W0_SID, CFGI_W1_RANGE },
	{ OP_CFGI_CD, "CFGI_CD", STAGE1, CFGI_W0_SID | CFGI_W0_SSID, CFGI_W1_LEAF },
	{ OP_CFGI_CD_ALL, "CFGI_CD_ALL", STAGE1, CFGI_W0_SID, 0 },
	{ OP_TLBI_NH_ALL, "TLBI_NH_ALL", STAGE1, TLBI_W0_VMID, 0 },
	{ OP_TLBI_NH_ASID, "TLBI_NH_ASID", STAGE1, TLBI_W0_VMID | TLBI_W0_ASID, 0 },
	{ OP_TLBI_NH_VA, "TLBI_NH_VA", STAGE1, W0_TLBI_VA | TLBI_W0_VMID | TLBI_W0_ASID, W1_TLBI_VA },
	{ OP_TLBI_NH_VAA, "TLBI_NH_VAA", STAGE1, W0_TLBI_VA | TLBI_W0_VMID, W1_TLBI_VA },
	{ OP_TLBI_EL3_ALL, "TLBI_EL3_ALL", NOBODY, 0, 0 },
	{ OP_TLBI_EL3_VA, "TLBI_EL3_VA", NOBODY, 0, 0 },
	{ OP_TLBI_EL2_ALL, "TLBI_EL2_ALL", HYP, 0, 0 },
	{ OP_TLBI_EL2_ASID, "TLBI_EL2_ASID", HYP, TLBI_W0_ASID, 0 },
	{ OP_TLBI_EL2_VA, "TLBI_EL2_VA", HYP, W0_TLBI_VA | TLBI_W0_ASID, W1_TLBI_VA },
	{ OP_TLBI_EL2_VAA, "TLBI_EL2_VAA", HYP, W0_TLBI_VA, W1_TLBI_VA },
	{ OP_TLBI_S12_VMALL, "TLBI_S12_VMALL", STAGE2, TLBI_W0_VMID, 0 },
	{ OP_TLBI_S2_IPA, "TLBI_S2_IPA", STAGE2, W0_TLBI_VA | TLBI_W0_VMID, W1_TLBI_IPA },
	{ OP_TLBI_NSNH_ALL, "TLBI_NSNH_ALL", ANYONE, 0, 0 },
	{ OP_ATC_INV, "ATC_INV", ATS, ATC_W0_G | CMD_W0_SSV | ATC_W0_SSID | ATC_W0_SID,
	  ATC_W1_SIZE | ATC_W1_ADDR },
	{ OP_PRI_RESP, "PRI_RESP", PRI, CMD_W0_SSV | ATC_W0_SSID | ATC_W0_SID, GENMASK_ULL(13, 0) },
	{ OP_RESUME, "RESUME", STALLS, RESUME_W0_AC | RESUME_W0_AB | RESUME_W0_SID, RESUME_W1_STAG },
	{ OP_STALL_TERM, "STALL_TERM", STALLS, RESUME_W0_SID, 0 },
	{ OP_SYNC, "SYNC", ANYONE, SYNC_W0_CS | SYNC_W0_MSH | SYNC_W0_MSIATTR | SYNC_W0_MSIDATA,
	  SYNC_W1_MSIADDR },
};

static const struct shape *shape_of(unsigned int op)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		if (shapes[i].op == op)
			return &shapes[i];
	return NULL;
}

const char *vsmmu_cmd_text(unsigned int op)
{
	const struct shape *s = shape_of(op);

	return s ? s->name : NULL;
}

static bool supported(const struct vsmmu *v, enum need need)
{
	switch (need) {
	case ANYONE:
		return true;
	case STAGE1:
		return vsmmu_has(v, IDR0_S1P);
	case STAGE2:
		return vsmmu_has(v, IDR0_S2P);
	case ATS:
		return vsmmu_has(v, IDR0_ATS);
	case PRI:
		return vsmmu_has(v, IDR0_PRI);
	case HYP:
		return vsmmu_has(v, IDR0_HYP);
	case STALLS:
		return vsmmu_stall_model(v) != STALL_MODEL_TERM_ONLY;
	default:
		return false;
	}
}

/* Bits that have no meaning in this implementation. */
static u64 absent_w0(const struct vsmmu *v)
{
	u64 absent = 0;

	if (!vsmmu_has(v, IDR0_S2P))
		absent |= TLBI_W0_VMID;
	else if (!vsmmu_has(v, IDR0_VMID16))
		absent |= FIELD_PREP(TLBI_W0_VMID, 0xff00);
	if (!vsmmu_has(v, IDR0_ASID16))
		absent |= FIELD_PREP(TLBI_W0_ASID, 0xff00);
	if (!(v->reg[VR_IDR3] & IDR3_RIL))
		absent |= W0_TLBI_VA;
	return absent;
}

static bool granule_offered(const struct vsmmu *v, u32 tg)
{
	static const u32 bits[] = {
		[TLBI_TG_4K] = IDR5_GRAN4K, [TLBI_TG_16K] = IDR5_GRAN16K, [TLBI_TG_64K] = IDR5_GRAN64K,
	};

	return v->reg[VR_IDR5] & bits[tg];
}

static void check_range(struct vsmmu *v, const struct shape *s, u64 w0, u64 w1)
{
	u32 tg = FIELD_GET(TLBI_W1_TG, w1), ttl = FIELD_GET(TLBI_W1_TTL, w1);
	u32 num = FIELD_GET(TLBI_W0_NUM, w0), scale = FIELD_GET(TLBI_W0_SCALE, w0);
	const char *why = NULL;

	if (!(v->reg[VR_IDR3] & IDR3_RIL))
		why = tg || ttl ? "TG or TTL without RIL" : NULL;
	else if (!tg)
		why = num || scale || ttl ? "NUM, SCALE or TTL without TG" : NULL;
	else if (!granule_offered(v, tg))
		why = "TG is not a granule of this SMMU";
	else if (!num && !scale && !ttl)
		why = "one page and no level: a reserved coding";
	else if (tg == TLBI_TG_16K && ttl == 1)
		why = "TTL 1 with 16K";
	if (why)
		vsmmu_bad(v, BAD_COMMAND, "%s %#llx %#llx: %s", s->name, w0, w1, why);
}

static void check(struct vsmmu *v, const struct shape *s, u64 w0, u64 w1)
{
	bool tlbi = s->op >= OP_TLBI_NH_ALL && s->op <= OP_TLBI_NSNH_ALL;
	u64 w0_ok = s->w0 | CMD_W0_OP;

	if (tlbi)
		w0_ok &= ~absent_w0(v);
	if (w0 & ~w0_ok || w1 & ~s->w1)
		vsmmu_bad(v, BAD_COMMAND, "%s %#llx %#llx: reserved bits", s->name, w0, w1);
	if (s->w1 & TLBI_W1_TG && tlbi)
		check_range(v, s, w0, w1);
	if (s->op == OP_SYNC && FIELD_GET(SYNC_W0_CS, w0) == SYNC_CS_IRQ &&
	    !vsmmu_has(v, IDR0_MSI) && w1)
		vsmmu_bad(v, BAD_COMMAND, "SYNC with an MSI, which this SMMU cannot send");
}

static void tell_of_sync(struct vsmmu *v, u64 w0, u64 w1)
{
	u64 addr = w1 & SYNC_W1_MSIADDR;

	switch (FIELD_GET(SYNC_W0_CS, w0)) {
	case SYNC_CS_IRQ:
		if (addr && vsmmu_has(v, IDR0_MSI) &&
		    !vsmmu_mem_write32(addr, FIELD_GET(SYNC_W0_MSIDATA, w0)))
			vsmmu_gerror(v, GERROR_MSI_CMDQ_ABT);
		break;
	case SYNC_CS_SEV:
		if (vsmmu_has(v, IDR0_SEV))
			sev();
		break;
	}
}

static u32 sync_takes_us(const struct vsmmu *v)
{
	return max(v->inject.sync_us, v->atc_failed ? v->inject.atc_us : 0);
}

static int run_sync(struct vsmmu *v, u64 w0, u64 w1)
{
	if (FIELD_GET(SYNC_W0_CS, w0) == 3)
		return CERROR_ILL;
	if (!v->sync_waits) {
		v->sync_waits = true;
		if (v->inject.atc_sync && !--v->inject.atc_sync)
			v->atc_failed = true;
		v->sync_until = ktime_get_ns() + sync_takes_us(v) * NSEC_PER_USEC;
	}
	if (sync_takes_us(v) && ktime_get_ns() < v->sync_until)
		return AGAIN;
	v->sync_waits = false;
	vsmmu_cache_settle(v);
	if (v->atc_failed) {
		v->atc_failed = false;
		v->counts.failed_syncs++;
		return CERROR_ATC_INV_SYNC;
	}
	return 0;
}

/* If so, the device keeps its ATC entries, and the next SYNC reports the error. */
static bool is_not_answered(struct vsmmu *v, u32 sid)
{
	struct vsmmu_stream *s = vsmmu_stream_of(v, sid);
	bool fails = s && s->deaf;

	if (sid == v->inject.atc_sid && v->inject.atc_count) {
		if (v->inject.atc_skip)
			v->inject.atc_skip--;
		else
			fails = v->inject.atc_count--;
	}
	if (v->inject.atc_random && !get_random_u32_below(v->inject.atc_random))
		fails = true;
	if (!fails)
		return false;
	v->atc_failed = true;
	v->counts.atc_timeouts++;
	vsmmu_stream_fails(v, sid);
	return true;
}

static int run_other(struct vsmmu *v, u8 op, u64 w0, u64 w1)
{
	u32 sid = FIELD_GET(ATC_W0_SID, w0);

	switch (op) {
	case OP_ATC_INV:
		if (FIELD_GET(ATC_W1_SIZE, w1) > ATC_SIZE_ALL)
			vsmmu_bad(v, BAD_COMMAND, "ATC_INV of size %llu",
				  FIELD_GET(ATC_W1_SIZE, w1));
		if (w0 & CMD_W0_SSV && FIELD_GET(ATC_W0_SSID, w0) < VSMMU_SSIDS)
			v->counts.atc_ssid[FIELD_GET(ATC_W0_SSID, w0)]++;
		if (is_not_answered(v, sid))
			return 0;
		vsmmu_cache_defer(v, op, w0, w1);
		return 0;
	case OP_RESUME:
		vsmmu_resume(v, sid, FIELD_GET(RESUME_W1_STAG, w1), w0 & RESUME_W0_AC);
		return 0;
	case OP_STALL_TERM:
		vsmmu_stalls_end(v, sid, false);
		return 0;
	case OP_PRI_RESP:
		vsmmu_page_response(v, sid, w1);
		return 0;
	case OP_PREFETCH_CONFIG:
	case OP_PREFETCH_ADDR:
		return 0;
	default:
		vsmmu_cache_defer(v, op, w0, w1);
		return 0;
	}
}

/*
 * Injected.  An illegal command stays illegal: if the driver acknowledges the error but
 * leaves the command in its slot, it is refused again.  A SYNC is refused only once,
 * since the driver replaces an illegal command by a SYNC.
 */
static bool called_illegal(struct vsmmu *v, u8 op, u64 w0, u64 w1)
{
	struct vsmmu_inject *inj = &v->inject;

	if (inj->ill && !--inj->ill) {
		inj->ill_word[0] = op == OP_SYNC ? 0 : w0;
		inj->ill_word[1] = w1;
		return true;
	}
	if (inj->ill_word[0] && inj->ill_word[0] == w0 && inj->ill_word[1] == w1)
		return true;
	inj->ill_word[0] = 0;
	return false;
}

/* 0, AGAIN, or a CERROR. */
static int execute(struct vsmmu *v, u64 w0, u64 w1)
{
	u8 op = FIELD_GET(CMD_W0_OP, w0);
	const struct shape *s = shape_of(op);

	if (called_illegal(v, op, w0, w1))
		return CERROR_ILL;
	if (!s || !supported(v, s->need))
		return CERROR_ILL;
	if (!v->sync_waits) {
		check(v, s, w0, w1);
		v->counts.op[op]++;
	}
	return op == OP_SYNC ? run_sync(v, w0, w1) : run_other(v, op, w0, w1);
}

static int fetch_and_execute(struct vsmmu *v, u32 slot)
{
	u64 word[2], pa = (v->reg[VR_CMDQ_BASE] & QUEUE_BASE_ADDR) + slot * sizeof(word);
	int ret;

	if (v->inject.abt && !--v->inject.abt)
		return CERROR_ABT;
	if (!vsmmu_mem_read(pa, word, 2))
		return CERROR_ABT;
	if (!memcmp(word, used_up, sizeof(word)))
		vsmmu_bad(v, BAD_QUEUE, "slot %u was not written since it was read last", slot);
	ret = execute(v, word[0], word[1]);
	if (ret)
		return ret;
	/* First: after the SYNC is signalled the driver may write to the slot again. */
	vsmmu_mem_write(pa, used_up, 2);
	if (FIELD_GET(CMD_W0_OP, word[0]) == OP_SYNC)
		tell_of_sync(v, word[0], word[1]);
	return 0;
}

static void fail(struct vsmmu *v, u32 cons, int cerror)
{
	v->sync_waits = false;
	vsmmu_put(v, VR_CMDQ_CONS, cons | FIELD_PREP(CMDQ_CONS_ERR, cerror));
	vsmmu_gerror(v, GERROR_CMDQ_ERR);
}

static bool stopped(const struct vsmmu *v)
{
	return v->failed || !(v->cr0 & CR0_CMDQEN) || (v->reg[VR_GERROR] ^ v->gerrorn) & GERROR_CMDQ_ERR;
}

/* Any context, without the lock. */
bool vsmmu_cmd_waits(struct vsmmu *v)
{
	return READ_ONCE(v->cr0) & CR0_CMDQEN &&
	       (vsmmu_read(v, SMMUX_CMDQ_PROD) ^ vsmmu_read(v, SMMUX_CMDQ_CONS)) &
	       ~(u32)CMDQ_CONS_ERR;
}

/* The number of waiting commands; more than the size of the queue is an error. */
static u32 waiting(struct vsmmu *v, u32 log2, u32 cons)
{
	u32 prod = vsmmu_read(v, SMMUX_CMDQ_PROD), wrap = (2U << log2) - 1;
	u32 num = (prod - cons) & wrap;

	if (num <= 1U << log2 && !(prod & ~wrap))
		return num;
	/* After a power loss that the driver has not detected yet, this is not its error. */
	if (!v->lost_power)
		vsmmu_bad(v, BAD_QUEUE, "CMDQ_PROD %#x with CONS %#x and 2^%u entries", prod,
			  cons, log2);
	return 0;
}

void vsmmu_cmd_poll(struct vsmmu *v)
{
	u32 log2 = min(FIELD_GET(QUEUE_BASE_LOG2SIZE, v->reg[VR_CMDQ_BASE]),
		       FIELD_GET(IDR1_CMDQS, v->reg[VR_IDR1]));
	u32 cons = v->reg[VR_CMDQ_CONS] & ((2U << log2) - 1);
	u32 num, i;
	int ret;

	if (stopped(v))
		return;
	num = waiting(v, log2, cons);
	for (i = 0; i < min(num, BUDGET); i++) {
		if (vsmmu_power_fails(v))
			return;
		ret = fetch_and_execute(v, cons & ((1U << log2) - 1));
		if (ret == AGAIN)
			break;
		if (ret) {
			fail(v, cons, ret);
			break;
		}
		cons = (cons + 1) & ((2U << log2) - 1);
		/* CONS.ERR stays unchanged: it has no meaning without GERROR. */
		vsmmu_put(v, VR_CMDQ_CONS, cons | (v->reg[VR_CMDQ_CONS] & CMDQ_CONS_ERR));
	}
}
