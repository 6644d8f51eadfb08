/* SPDX-License-Identifier: MIT */
#ifndef KEY_H
#define KEY_H
#include <sys/ipc.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * Keys of System V message queues and semaphores that say who made them. Unlike a segment, neither
 * dies at birth nor tells the PID of its maker (/proc/sysvipc/msg, sem), so what a killed process
 * left could not be told from what is somebody else's: the key is all there is to write it in.
 *
 * 9 bits of ours, 1 bit for one of two objects, 22 bits of PID: no kernel gives larger ones.
 */
#define KEY_PREFIX 0x1a6u

static inline key_t key_make(unsigned number)
{
	return (key_t)(KEY_PREFIX << 23 | (number & 1) << 22 | (unsigned)getpid());
}

/* Whose key it is; 0: none of ours. */
static inline pid_t key_maker(key_t key)
{
	unsigned k = (unsigned)key;

	return k >> 23 == KEY_PREFIX ? (pid_t)(k & 0x3fffffu) : 0;
}

#endif
