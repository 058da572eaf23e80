/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cut - quarantine and restore of a device that does not answer ATC invalidations
 * (module/core/ats.c, module/core/tlb.c), with the contents of its ATC, the TLB and the
 * cached STE.
 *
 * To prove: no page is accessed through the ATC after its unmap returned, whichever
 * unmapper detects the error, whatever attach does meanwhile and however often the
 * device is restored and fails again; and no thread waits forever.
 *
 * One device, which stops answering and may be cured by a reset; two pages, each unmapped
 * once; one thread that attaches; the recovery worker.  An STE is fetched when it is needed
 * and cached until CFGI_STE and SYNC, which are one step here: what the SMMU does between
 * them it could do before.  A TLB entry is made from the PTE at any time and cached until
 * TLBI and SYNC, likewise.  Memory order is that of the steps: the barriers that this
 * requires are the acquires and releases in ats.c.
 *
 * Each BREAK_ is a wrong protocol that spin must find; run.sh takes the list from here.
 */
#define PAGES 2

bool pte[PAGES], tlb[PAGES], atc[PAGES], freed[PAGES];
bool deaf;
byte faults = 2;		/* how often it may still stop answering */
bool eats_mem = true, eats_hw, ste_cached;
bool no_eats, cut, wanted = true;
bool ste_lock;
bool reading[PAGES];		/* the unmapper is in its RCU section */
byte busy = PAGES + 1;		/* unmappers and attach that have not finished */

#define LOCK	atomic { !ste_lock -> ste_lock = true }
#define UNLOCK	ste_lock = false
#define FETCH	if :: !ste_cached -> eats_hw = eats_mem; ste_cached = true :: else fi
#define CFGI	ste_cached = false

/* Invalidate all of the ATC, or one page; the answer comes with the SYNC. */
inline ask(page, all, answer)
{
	atomic {
		if
		:: deaf -> answer = false
		:: else ->
			answer = true;
			if
			:: all -> atc[0] = false; atc[1] = false
			:: else -> atc[page] = false
			fi
		fi
	}
}

inline cut_off()
{
	LOCK;
	if
	:: cut -> skip
	:: else ->
		no_eats = true;
#ifdef BREAK_FLAG_EARLY
		cut = true;
#endif
#ifndef BREAK_EATS_STAYS
		eats_mem = false;
#endif
#ifndef BREAK_NOT_CONFIRMED
		CFGI;
#endif
		cut = true
	fi;
	UNLOCK
}

/* The STE as attach wants it. */
inline write_ste(want)
{
	LOCK;
	wanted = want;
#ifdef BREAK_ATTACH_BLIND
	eats_mem = want;
#else
	eats_mem = want && !no_eats;
#endif
	CFGI;
	UNLOCK
}

proctype Unmap(byte page)
{
	bool answered, left_out;

	pte[page] = false;
	reading[page] = true;
	left_out = cut;
	tlb[page] = false;
	if
	:: left_out -> skip
	:: else ->
		ask(page, false, answered);
		if
		:: answered -> skip
		:: else ->
#ifndef BREAK_ERROR_IGNORED
			cut_off()
#else
			skip
#endif
		fi
	fi;
	reading[page] = false;
	freed[page] = true;
	busy--
}

/* From one domain to another: both pages stay mapped in this model. */
proctype Attach()
{
	bool answered;

	if
	:: cut -> skip
	:: else ->
		ask(0, true, answered);
		if
		:: answered -> skip
		:: else -> cut_off()
		fi
	fi;
	write_ste(false);
	if
	:: cut -> skip
	:: else ->
		ask(0, true, answered);
		if
		:: answered -> skip
		:: else -> cut_off()
		fi
	fi;
	write_ste(true);
	busy--
}

active proctype Device()
{
	byte p;

end:
	do
	:: atomic { p = 0 }
	:: atomic { p = 1 }
	:: atomic { pte[p] -> tlb[p] = true }
	:: atomic { true -> FETCH; if :: eats_hw && tlb[p] -> atc[p] = true :: else fi }
	:: atomic { true -> FETCH; if :: eats_hw && atc[p] -> assert(!freed[p]) :: else fi }
	:: atomic { faults && !deaf -> faults--; deaf = true }
	:: atomic { !busy && !cut -> break }
	:: atomic { !busy && deaf -> break }
	od
}

/* A reset may or may not cure the device, and may or may not empty its ATC. */
inline reset()
{
	atomic {
		if
		:: deaf = false
		:: skip
		fi;
		if
		:: atc[0] = false; atc[1] = false
		:: skip
		fi
	}
}

active proctype Recovery()
{
	bool answered, waits0, waits1;

end:
	do
	:: cut ->
		reset();
#ifdef BREAK_NO_ASK
		answered = true;
#else
		ask(0, true, answered);
#endif
		if
		:: !answered ->
			if
			:: true
			:: atomic { !busy -> break }
			fi
		:: else ->
#ifdef BREAK_EATS_FIRST
			LOCK; no_eats = false; eats_mem = wanted; CFGI; UNLOCK;
#endif
			LOCK; cut = false; UNLOCK;
#ifndef BREAK_NO_GRACE
			/* Wait for sections that are open now; later ones see the flag. */
			atomic { waits0 = reading[0]; waits1 = reading[1] };
			atomic { !waits0 || !reading[0] };
			atomic { !waits1 || !reading[1] };
#endif
			LOCK;
			if
#ifndef BREAK_NO_RECHECK
			:: cut -> skip
#endif
			:: else -> no_eats = false; eats_mem = wanted; CFGI
			fi;
			UNLOCK
		fi
	:: atomic { !busy && !cut -> break }
	od
}

init
{
	atomic {
		pte[0] = true;
		pte[1] = true;
		run Unmap(0);
		run Unmap(1);
		run Attach()
	}
}
