/* SPDX-License-Identifier: MIT */
/*
 * The protocol of src/channel/ring.h on a machine that orders as little as C11 lets it:
 *
 *	stores	wait in a buffer and reach memory in any order. A release store stays there until the
 *		stores before it have gone and the loads before it have been done.
 *	loads	of slots are done at any time: late, after what follows them, or early, before what
 *		precedes them; an acquire load lets none of those behind it be early. The producer's
 *		load of `head` is late by going on with a guess: a run in which it does not come true
 *		does not exist, and ends without a verdict.
 *
 * With FLAGS each slot has a counter of its own (ring_flag); else there is one, `tail`.
 *
 * A message is its number, 1 to MESSAGES; the consumer must find in each slot the one that is due.
 * READS is how often the consumer looks at each message before it lets go of it: once where it is
 * copied out, more where it is read in its slot.
 *
 * The four places where ring.h says acquire or release are the four macros below: tests/model.sh
 * takes each away in turn, and spin must then find a run that goes wrong. It checks too that nobody
 * waits forever, whatever both sides hold back: PUBLISH messages, RELEASE slots.
 */
#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef MESSAGES
#define MESSAGES 5
#endif
#ifndef PUBLISH
#define PUBLISH 1
#endif
#ifndef RELEASE
#define RELEASE 1
#endif
#ifndef READS
#define READS 1
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#if FLAGS
#define TAILS SLOTS
#define TAIL(message) ((message) % SLOTS)
#else
#define TAILS 1
#define TAIL(message) 0
#endif
#ifndef TAIL_RELEASE /* ring_publish_at: the slots before the counter */
#define TAIL_RELEASE 1
#endif
#ifndef TAIL_ACQUIRE /* ring_empty: the counter before the slots */
#define TAIL_ACQUIRE 1
#endif
#ifndef HEAD_RELEASE /* ring_publish_head: our reads of the slots before the counter */
#define HEAD_RELEASE 1
#endif
#ifndef HEAD_ACQUIRE /* ring_full: the counter before the slots are written again */
#define HEAD_ACQUIRE 1
#endif

/* Memory. */
byte slot[SLOTS], tail[TAILS], head;
/* The producer's store buffer, and the slots whose stores must go before that of a tail. */
bool slot_stored[SLOTS], tail_stored[TAILS];
byte slot_new[SLOTS], tail_new[TAILS];
bool before_tail[TAILS * SLOTS]; /* of tail t: from t * SLOTS on */
/* The producer's load of head that has not been done yet. */
bool guessed;
byte guess;
/* The consumer's store buffer; its loads of slots that were done early, or are still to be done. */
bool head_stored, slot_early[SLOTS], slot_late[SLOTS], before_head[SLOTS];
byte head_new, slot_seen[SLOTS], slot_due[SLOTS];

bool bad, produced, consumed;

#define EACH_SLOT(i) for (i : 0 .. SLOTS - 1)

/* A tail whose store may go. */
#define STORED(t) \
	(tail_stored[t] && !before_tail[(t) * SLOTS] && !before_tail[(t) * SLOTS + 1] && !before_tail[(t) * SLOTS + SLOTS - 1])

/* What the machine does by itself, at any time. */
active proctype machine()
{
	byte i, t;

end:	do
	:: atomic {
		if
		:: i = 0
		:: i = SLOTS - 1
		:: (SLOTS > 2) -> i = 1
		fi;
		if
		:: slot_stored[i] -> slot[i] = slot_new[i]; slot_stored[i] = false;
			for (t : 0 .. TAILS - 1) { before_tail[t * SLOTS + i] = false }
		:: slot_late[i] -> bad = bad || slot[i] != slot_due[i]; slot_late[i] = false; before_head[i] = false
		:: !slot_early[i] && !slot_late[i] && !consumed -> slot_early[i] = true; slot_seen[i] = slot[i]
		:: else
		fi;
		i = 0;
		t = 0
	   }
	:: atomic { STORED(0) -> tail[0] = tail_new[0]; tail_stored[0] = false }
	:: atomic { STORED(TAILS / 2) -> tail[TAILS / 2] = tail_new[TAILS / 2]; tail_stored[TAILS / 2] = false }
	:: atomic { STORED(TAILS - 1) -> tail[TAILS - 1] = tail_new[TAILS - 1]; tail_stored[TAILS - 1] = false }
	:: atomic { head_stored && !before_head[0] && !before_head[1] && !before_head[SLOTS - 1] ->
		head = head_new; head_stored = false }
	:: atomic { guessed && head == guess -> guessed = false }
	:: (produced && consumed) -> break
	od
}

inline publish_tail()
{
	atomic {
		/* A release waits for the loads before it as well. */
		!TAIL_RELEASE || !guessed ->
		t = TAIL(count - 1);
		tail_new[t] = count;
		tail_stored[t] = true;
		published = count;
		EACH_SLOT(i) {
			before_tail[t * SLOTS + i] = before_tail[t * SLOTS + i] || (TAIL_RELEASE && slot_stored[i])
		}
		i = 0;
		t = 0
	}
}

active proctype producer()
{
	byte count, peer, published, i, t;

	do
	:: count < MESSAGES ->
		if
		:: count - peer == SLOTS ->
			if
			:: published != count -> publish_tail()
			:: else
			fi;
			/* ring_full, until it is not. */
			if
			:: HEAD_ACQUIRE -> atomic { head != peer -> peer = head }
			:: else -> atomic {
				!guessed ->
				if
				:: guess = peer + 1
				:: (peer + 2 <= count) -> guess = peer + 2
				fi;
				guessed = true;
				peer = guess }
			fi
		:: else
		fi;
		/* Two stores to one place keep their order. */
		atomic { !slot_stored[count % SLOTS] ->
			slot_new[count % SLOTS] = count + 1;
			slot_stored[count % SLOTS] = true;
			count++ };
		if
		:: count - published >= PUBLISH -> publish_tail()
		:: else
		fi
	:: count == MESSAGES -> break
	od;
	/* flush */
	if
	:: published != count -> publish_tail()
	:: else
	fi;
	!guessed && !tail_stored[0] && !tail_stored[TAILS / 2] && !tail_stored[TAILS - 1];
	produced = true
}

active proctype consumer()
{
	byte count, peer, published, read, i;

	do
	:: count < MESSAGES ->
		if
		:: count == peer ->
			/* ring_empty, until it is not. */
			atomic {
				/* A flag may be that of a lap ago. */
				tail[TAIL(count)] > peer ->
				peer = tail[TAIL(count)];
				EACH_SLOT(i) { slot_early[i] = slot_early[i] && !TAIL_ACQUIRE }
				i = 0
			}
		:: else
		fi;
		for (read : 1 .. READS) {
			/* Two loads of one place keep their order. */
			atomic {
				!slot_late[count % SLOTS] ->
				if
				:: slot_early[count % SLOTS] ->
					bad = bad || slot_seen[count % SLOTS] != count + 1;
					slot_early[count % SLOTS] = false
				:: else ->
					slot_due[count % SLOTS] = count + 1;
					slot_late[count % SLOTS] = true
				fi
			}
		}
		read = 0;
		count++;
		if
		:: count - published >= RELEASE -> atomic {
			head_new = count;
			head_stored = true;
			published = count;
			EACH_SLOT(i) { before_head[i] = before_head[i] || (HEAD_RELEASE && slot_late[i]) }
			i = 0 }
		:: else
		fi
	:: count == MESSAGES -> break
	od;
	produced && !slot_late[0] && !slot_late[1] && !slot_late[SLOTS - 1];
	assert(!bad);
	consumed = true
}
