/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The protocol of module/hw/cmdq.c, cmdq_gate.c and reset.c in small: submitters that
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
 * Fewer states, and none that matters is left out:
 *
 *   - One submitter is like the other, so each run has one like it, but for names, in
 *     which they come to the gate in order (@turn).  Only such runs are looked at.
 *   - The SMMU has no steps of its own.  What it may cache it caches at once, and what
 *     it may reach it reaches at once (hw_sees()): who has an entry can do all that one
 *     without it can, and nobody else looks at its TLB.  Its queue is read at once
 *     (hw_reads()), since slots only fill, but obeyed as late as somebody wants to see
 *     it obeyed (hw_obeys()): an invalidation that is still to come forbids nothing.
 *   - What only the SMMU or a grace period can see is one step with what is beside it,
 *     at its worst moment: pages are mapped from the start, a reader enters as late
 *     as it may and leaves as early, and its page has a new owner at once.
 *   - A look at CONS that does not end the wait changes nothing but a word that saves
 *     others a look.
 */
byte turn = 0;
bool posted = false;

/* Memory. */
bool gate = false;
byte resv = 0, published = 0, cons = 0, pub = 0;
byte slot[SLOTS] = 0;			/* 0: not written */
bool stamp[SLOTS] = false;
bool pte[SUBMITTERS] = true;
bool freed[SUBMITTERS] = false;		/* the page has a new owner */

/* RCU: who is inside, and whom the grace period still waits for. */
bool inside[SUBMITTERS] = false;
bool awaited[SUBMITTERS] = false;

/* The SMMU. */
bool power = true, cmdqen = true, smmuen = true, aborts = false;
byte prod = 0, hwcons = 0;		/* PROD, and what was obeyed */
bool tlb[SUBMITTERS] = true;

hidden byte k;

#define touch_register	assert(power)

/* Page @i, after anything that matters to it has changed. */
inline hw_sees(i)
{
	if
	:: power && smmuen && pte[i] -> tlb[i] = true
	:: else -> skip
	fi;
	assert(!(power && smmuen && tlb[i] && freed[i]))
}

inline hw_sees_all()
{
	assert(!(power && !smmuen && !aborts));
	for (k : 0 .. SUBMITTERS - 1) {
		hw_sees(k)
	}
}

/* PROD was written. */
inline hw_reads()
{
	assert(prod <= SLOTS);
	for (k : 0 .. prod - 1) {
		assert(slot[k] != 0)
	}
}

/* Commands before position @end, which are all published. */
inline hw_obeys(end)
{
	do
	:: hwcons < end ->
		if
		:: slot[hwcons] == ALL -> for (k : 0 .. SUBMITTERS - 1) { tlb[k] = false }
		:: slot[hwcons] == OWED -> skip
		:: else -> tlb[slot[hwcons] - 1] = false
		fi;
		hwcons++
	:: else -> break
	od;
	hw_sees_all()
}
#define hw_could_obey(end)	(power && cmdqen && prod >= end)

/* A slot for one command, or "refused".  @in: that this reader is one, from now on. */
inline reserve(at, refused, in)
{
#ifdef BREAK_TEST_AFTER
	atomic { in = true; at = resv; resv++ };
	refused = gate
#else
	atomic {
		in = true;
		refused = gate;
		if
		:: refused -> skip
		:: else -> at = resv; resv++
		fi
	}
#endif
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
				prod = to + (gate -> FLAG : 0);
#else
				prod = to;
#endif
				hw_reads() }
			:: else -> skip
			fi;
			if
			:: atomic { pub == seen -> pub = 0 }; break
			:: atomic { else -> seen = pub }
			fi
		od
	fi
}

/*
 * The last step of a wait: whoever polls without power is found.  Told by memory that
 * it is over, one needs no register.
 */
#define may_end_wait(at)	(cons > at || hwcons > at || hw_could_obey(at + 1) || !power)

inline end_wait(at)
{
	if
	:: cons > at -> skip
	:: else ->
		touch_register;
		hw_obeys(at + 1);
		cons = (hwcons > cons -> hwcons : cons)
	fi
}

inline leave(i)
{
	inside[i] = false; awaited[i] = false;
	freed[i] = true;
	hw_sees(i)
}

proctype submitter(byte i)
{
	byte at, to, seen, n = 0;
	bool refused;

	do
	:: n == ROUNDS -> break
	:: else ->
		if
		:: n > 0 -> atomic { freed[i] = false; pte[i] = true; hw_sees(i) }
		:: else -> skip
		fi;
		pte[i] = false;
		atomic { n > 0 || turn == i -> turn = turn + (n == 0 -> 1 : 0);
again:			reserve(at, refused, inside[i]);
		};
		if
		:: refused ->
			/* mb(), and once more: resume may have passed by. */
			if
			:: atomic { gate -> leave(i) }
			:: atomic { else -> goto again }
			fi
		:: else ->
			publish(at, i + 1, to, seen);
			atomic { may_end_wait(at) -> end_wait(at); leave(i) }
		fi;
		n++
	od
}

/* Whom to wait for is found in one step: the least that a grace period may do. */
inline grace_period()
{
	atomic {
		for (k : 0 .. SUBMITTERS - 1) {
			awaited[k] = inside[k]
		}
	}
	for (j : 0 .. SUBMITTERS - 1) {
		!awaited[j]
	}
	j = 0
}

/*
 * A command that nobody waits for and nobody may lose.  Its client is awake, so
 * the SMMU does not sleep before it is published.
 */
proctype poster()
{
	byte at, to, seen;
	bool refused, reads;

	reserve(at, refused, reads);
	assert(!refused);
	publish(at, OWED, to, seen);
	posted = true
}

proctype pm()
{
	byte upto, at, to, seen, j, n = 0;

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
		:: atomic { hw_could_obey(upto) -> hw_obeys(upto) };
#else
		:: true ->
#endif
#ifndef BREAK_NO_GRACE
			grace_period();
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
				for (k : 0 .. SUBMITTERS - 1) { tlb[k] = true }
			}
			/* Wake. */
			atomic { power = true; hw_sees_all() }
		:: true ->
			/* It was not drained in time: back, from memory. */
			cmdqen = false
		fi;
		atomic { cons = (cons > published -> cons : published); hwcons = published };
		atomic { prod = published; hw_reads() };
		cmdqen = true;
#ifndef BREAK_NEVER_OPEN
		gate = false;
#endif
#ifndef BREAK_NO_INVALIDATE
		atomic { !gate -> at = resv; resv++ };
		publish(at, ALL, to, seen);
		atomic { may_end_wait(at) -> end_wait(at) };
#endif
		atomic { smmuen = true; hw_sees_all() };
		aborts = false;
		n++
	od
}

init {
	byte i;

	atomic {
		for (i : 0 .. SUBMITTERS - 1) { run submitter(i) }
		run poster();
		run pm()
	}
}
