/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol of module/cmdq.c, cmdq_gate.c and reset.c in small: submitters that
 * unmap, each its own page, a PM process that puts the SMMU to sleep and wakes it,
 * and an SMMU that caches and uses whatever it may.
 *
 * Steps are the steps of the code; memory is sequentially consistent here, and what
 * barriers have to do with it is for the litmus tests beside this file.
 *
 * Checked (assert, and no invalid end state):
 *   G1  no register is touched without power, no slot is taken behind the gate
 *   G2  no access by the device to a page after its unmap has returned
 *   G4  the SMMU translates or aborts, it never lets pass
 *   Q1  no slot is read that was not written
 *   progress: all end, whoever is held up where
 *
 * Each BREAK_ is a protocol that must be found wrong; run.sh knows them all.
 */
#ifndef SUBMITTERS
#define SUBMITTERS 3
#endif
#ifndef ROUNDS
#define ROUNDS 1		/* unmaps of each submitter */
#endif
#ifndef CYCLES
#define CYCLES 1		/* of sleep and wake */
#endif

#define ALL	(SUBMITTERS + 1)	/* in a slot: invalidate everything */
#define OWED	(SUBMITTERS + 2)	/* in a slot: a device waits for it */
#define SLOTS	(SUBMITTERS * ROUNDS + CYCLES + 2)
#define FLAG	64			/* the gate's bit, should it leak into PROD */

/*
 * One is like the other, so that only one order of their first steps is looked at.
 * Nor does more than two add to what there is between them and the poster.
 */
byte started = 0;
bool posted = (SUBMITTERS > 2);

/* Memory. */
bool gate = false;
byte resv = 0, published = 0, cons = 0, pub = 0;
byte slot[SLOTS] = 0;			/* 0: not written */
bool stamp[SLOTS] = false;
bool pte[SUBMITTERS] = false;
bool freed[SUBMITTERS] = false;		/* the page has a new owner */

/* RCU: who is inside, and how often each has left. */
bool inside[SUBMITTERS] = false;
byte exits[SUBMITTERS] = 0;

/* The SMMU. */
bool power = true, cmdqen = true, smmuen = true, aborts = false;
byte prod = 0, hwcons = 0;
bool tlb[SUBMITTERS] = false;

#define touch_register	assert(power)

/* A slot for one command, or "refused". */
inline reserve(at, refused)
{
	do
	:: atomic { gate -> refused = true }; break
	:: atomic {
		else ->
#ifdef BREAK_TEST_AFTER
		skip
	   };
	   atomic { at = resv; resv++; };
	   if
	   :: gate -> refused = true
	   :: else -> refused = false
	   fi;
#else
		at = resv; resv++; refused = false
	   };
#endif
	   break
	od
}

/*
 * Fill and stamp, and publish what is stamped unless somebody is at it.  Nobody looks
 * at a slot before its stamp, and a scan step by step ends where one at the moment of
 * its last step does, since stamps only come: each of them is one step here.
 */
inline publish(at, what, to, seen)
{
	atomic { slot[at] = what; stamp[at] = true };
	atomic { seen = pub; pub++ };
	if
	:: seen > 0 -> skip
	:: else ->
		seen = 1;
		do
		:: true ->
			atomic {
				to = published;
				do
				:: to < SLOTS && stamp[to] -> to++
				:: else -> break
				od
			}
			if
			:: to != published ->
				atomic { published = to; }
				atomic { touch_register;
#ifdef BREAK_FLAG_LEAKS
				prod = to + (gate -> FLAG : 0)
#else
				prod = to
#endif
				}
			:: else -> skip
			fi;
			if
			:: atomic { pub == seen -> pub = 0 }; break
			:: atomic { else -> seen = pub }
			fi
		od
	fi
}

inline wait_for(at)
{
	do
	:: cons > at -> break
	:: else ->
		/* The register; cons goes on by exchange, so never back. */
		atomic { touch_register; if :: hwcons > cons -> cons = hwcons :: else -> skip fi };
		(cons > at || hwcons > at)
	od
}

proctype submitter(byte i)
{
	byte at, to, seen, n = 0;
	bool refused;

	do
	:: n == ROUNDS -> break
	:: else ->
		atomic {
			n > 0 || started == i -> started = started + (n == 0 -> 1 : 0);
			freed[i] = false; pte[i] = true
		};
		pte[i] = false;
		inside[i] = true;
again:		reserve(at, refused);
		if
		:: refused ->
			/* mb(), and once more: resume may have passed by. */
			if
			:: gate -> skip
			:: else -> goto again
			fi
		:: else ->
			publish(at, i + 1, to, seen);
			wait_for(at)
		fi;
		atomic { inside[i] = false; exits[i]++ };
		freed[i] = true;
		n++
	od
}

/* Whom to wait for is found in one step: the least that a grace period may do. */
inline grace_period(j)
{
	atomic {
		for (j : 0 .. SUBMITTERS - 1) {
			was[j] = exits[j];
			entered[j] = inside[j]
		}
	}
	for (j : 0 .. SUBMITTERS - 1) {
		(!entered[j] || exits[j] != was[j])
	}
}

/*
 * A command that nobody waits for and nobody may lose.  Its client is awake, so
 * the SMMU does not sleep before it is published.
 */
proctype poster()
{
	byte at, to, seen;
	bool refused;

	reserve(at, refused);
	assert(!refused);
	publish(at, OWED, to, seen);
	posted = true
}

proctype pm()
{
	byte upto, at, to, seen, j, n = 0;
	byte was[SUBMITTERS];
	bool entered[SUBMITTERS], refused;

	do
	:: n == CYCLES -> break
	:: else ->
		/* Sleep. */
		posted;
		aborts = true;
#ifdef BREAK_GATE_FIRST
		atomic { gate = true; upto = resv };
		smmuen = false;
#else
		smmuen = false;
		atomic { gate = true; upto = resv };
#endif
		if
#ifndef BREAK_NO_DRAIN
		:: (hwcons >= upto) ->
#else
		:: true ->
#endif
#ifndef BREAK_NO_GRACE
			grace_period(j);
#endif
#ifdef BREAK_OPEN_EARLY
			gate = false;
#endif
			atomic {
				assert(hwcons == published);
				cmdqen = false;
				power = false;
				/* The worst that reset may leave, but for GBPA. */
				prod = 0; hwcons = 0;
				for (j : 0 .. SUBMITTERS - 1) { tlb[j] = true }
			}
			/* Wake. */
			power = true
		:: true ->
			/* It was not drained in time: back, from memory. */
			cmdqen = false
		fi;
		atomic { cons = (cons > published -> cons : published); hwcons = published };
		prod = published;
		cmdqen = true;
#ifndef BREAK_NEVER_OPEN
		gate = false;
#endif
#ifndef BREAK_NO_INVALIDATE
		atomic { !gate -> at = resv; resv++ };
		publish(at, ALL, to, seen);
		wait_for(at);
#endif
		smmuen = true;
		aborts = false;
		n++
	od
}

active proctype queue()
{
	byte j;
end:
	do
	:: atomic { power && cmdqen && hwcons < prod ->
		assert(prod <= SLOTS && slot[hwcons] != 0);
		if
		:: slot[hwcons] == ALL -> for (j : 0 .. SUBMITTERS - 1) { tlb[j] = false }
		:: slot[hwcons] == OWED -> skip
		:: else -> tlb[slot[hwcons] - 1] = false
		fi;
		hwcons++;
		j = 0
	   }
	od
}

/* Walks that fill the TLB, and accesses; steps only where something comes of it. */
proctype device(byte i)
{
end:
	do
	:: atomic { power && smmuen && pte[i] && !tlb[i] -> tlb[i] = true }
	:: atomic { power && smmuen && tlb[i] && freed[i] -> assert(!freed[i]) }
	:: atomic { power && !smmuen && !aborts -> assert(aborts) }
	od
}

init {
	byte i;

	atomic {
		for (i : 0 .. SUBMITTERS - 1) { run submitter(i); run device(i) }
		if
		:: posted -> skip
		:: else -> run poster()
		fi;
		run pm()
	}
}
