/* SPDX-License-Identifier: MIT */
/*
 * Sleeping and waking, as in src/channel/wait.h with wait=futex: each side stores one word and then
 * loads the other's. Stores wait in a buffer, so that both loads may be done before either store is
 * seen: then the waiter sleeps and nobody wakes it. The two fences forbid that. tests/model.sh takes
 * each away in turn, and spin must then find the waiter asleep forever.
 */
#ifndef WAITER_FENCE /* wait_announce */
#define WAITER_FENCE 1
#endif
#ifndef WAKER_FENCE /* wait_wake */
#define WAKER_FENCE 1
#endif
#ifndef MESSAGES
#define MESSAGES 3
#endif

/* Memory, and each side's buffer of one store. */
byte tail, sleeper;
bool tail_stored, sleeper_stored;
byte tail_new;
bool asleep;

active proctype machine()
{
end:	do
	:: atomic { tail_stored -> tail = tail_new; tail_stored = false }
	:: atomic { sleeper_stored -> sleeper = 1; sleeper_stored = false }
	od
}

active proctype waker()
{
	byte count;

	do
	:: count < MESSAGES ->
		count++;
		atomic { tail_new = count; tail_stored = true };
		!WAKER_FENCE || !tail_stored;
		if
		:: sleeper -> sleeper = 0; asleep = false /* a system call */
		:: !sleeper
		fi
	:: count == MESSAGES -> break
	od
}

active proctype waiter()
{
	byte count;

	do
	:: count == MESSAGES -> break
	:: count < MESSAGES && tail != count -> count = tail
	:: count < MESSAGES && tail == count ->
		sleeper_stored = true;
		!WAITER_FENCE || !sleeper_stored;
		if
		:: tail != count
		:: tail == count ->
			/* The system call sees its own process's stores, and sleeps if the word still
			 * says so. */
			!sleeper_stored;
			if
			:: atomic { sleeper == 1 -> asleep = true };
				!asleep
			:: sleeper != 1
			fi
		fi
	od
}
