/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of the protocol in module/hw/cmdq.c, cmdq_gate.c and reset.c: submitters, each
 * of which unmaps its own page, a PM process that suspends and resumes the SMMU, and an
 * SMMU that caches and uses everything that it may.
 *
 * The steps are those of the code.  Memory is sequentially consistent here; the litmus
 * tests in this folder cover the barriers.
 *
 * Checked (assert, and no invalid end state):
 *   G1  no register is accessed without power, no slot is reserved while the gate is closed
 *   G2  no access by the device to a page after its unmap has returned
 *   G4  the SMMU translates or aborts, it never bypasses
 *   Q1  no slot is read that was not written
 *   progress: all processes end, wherever each is delayed
 *
 * Each BREAK_ is a wrong protocol that spin must find; run.sh takes the list from here.
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
#define FLAG	64			/* the gate's bit, if it leaks into PROD */

/*
 * Reductions of the number of states, without loss of relevant ones:
 *
 *   - Submitters are identical, so for each run there is an equivalent one in which they
 *     reach the gate in order (@turn).  Only such runs are searched.
 *   - The SMMU has no steps of its own.  It caches at once what it may cache, and accesses
 *     at once what it may access (hw_sees()): with an entry it can do all that it can do
 *     without one, and no other process sees its TLB.  It reads its queue at once
 *     (hw_reads()), since slots only fill, but executes commands only when a process waits
 *     for them (hw_obeys()): an invalidation that is still pending forbids nothing.
 *   - A step that only the SMMU or a grace period can see is merged with an adjacent one,
 *     at its worst moment: pages are mapped from the start, a reader enters as late as it
 *     may and leaves as early, and its page has a new owner at once.
 *   - A read of CONS that does not end the wait only changes a word that saves other
 *     readers a read.
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

/* RCU: the submitters in a read-side section, and those that the grace period waits for. */
bool inside[SUBMITTERS] = false;
bool awaited[SUBMITTERS] = false;

/* The SMMU. */
bool power = true, cmdqen = true, smmuen = true, aborts = false;
byte prod = 0, hwcons = 0;		/* PROD, and the next command to execute */
bool tlb[SUBMITTERS] = true;

hidden byte k;

#define touch_register	assert(power)

/* The SMMU caches and accesses page @i; called after each relevant change. */
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

/* Executes the commands before position @end, which are all published. */
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

/* Reserves a slot for one command, or refuses.  @in: set when the read-side section begins. */
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
 * Fill and stamp, and publish all stamped slots unless another submitter is publishing.
 * No process reads a slot before its stamp, and stamps are only added, so a scan in steps
 * ends where a scan at the moment of its last step ends: each is one step here.
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
 * The last step of a wait: finds a poll without power.  A waiter that learns from memory
 * that its command has completed reads no register.
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
			/* mb(), and read again: resume may have opened the gate. */
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

/* The readers to wait for are found in one step: the minimum of a grace period. */
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
 * A command without a waiter, which must not be lost.  Its client is powered, so the
 * SMMU is not suspended before the command is published.
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
				/* The worst state that reset may leave, except GBPA. */
				prod = 0; hwcons = 0;
				for (k : 0 .. SUBMITTERS - 1) { tlb[k] = true }
			}
			/* Wake. */
			atomic { power = true; hw_sees_all() }
		:: true ->
			/* The drain timed out: restore from memory. */
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
