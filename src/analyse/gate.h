/* SPDX-License-Identifier: MIT */
#ifndef GATE_H
#define GATE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The calm gate: which windows saw the machine at rest.
 *
 * It looks at canary readings (probe/canary.h), at cache-line times between two roles and at how long a
 * role waited for its CPU (probe/waited.h), never at what was measured. A reading is compared with what the machine gives when nobody disturbs it:
 * not the best ever seen, which would rise with every reading until nothing passed, but the mode
 * of the fastest readings that come in numbers. Pure. Parent only.
 *
 * The clock rate is gated as well, at the rate that the machine shows most: where a host's boost
 * moves over 5 % within a second (seen: 4.25 to 4.51 GHz), absolute times follow it, and runs a
 * minute apart differed by 3 % in what takes a fixed number of cycles. Another host's clocks are 2.3 %
 * apart for minutes (3.64 and 3.72 GHz, 3.70 and 3.74 between), its attaches 1.8; a window's reading is
 * good to 0.2. So is, where one process
 * measures, the life of a mapping: the kernel's work for shared memory has levels up to 10 % apart
 * that hold for seconds to minutes. And where two do, on two CPUs, the time of a cache line, of which
 * most of a message is made: with what others do on the chip it moved from 99 to 110 ns, over minutes,
 * and with it (0.80) the round trip of a pipe between CPUs that were kept awake.
 */
#define GATE_READINGS  200 /* that a reference is made from, at least */
#define GATE_ONE_ROLE  .01 /* how far from the reference a calm reading may be */
#define GATE_TWO_ROLES .03
#define GATE_CLOCK     .01 /* how far its clock may be from the reference's */
#define GATE_MAPPING   .03 /* how far the life of a mapping may be from the reference's */
#define GATE_LINE      .02 /* how far an invocation's cache line may be from the reference's */
#define GATE_WINDOWS   3   /* calm ones that make an invocation's value */
#define GATE_CALM      6   /* calm invocations that make an estimate */
#define GATE_THIN      .10 /* share of windows accepted below which contention may leak in */
#define GATE_MOSTLY    .50 /* accepted on a machine that is called calm: most invocations count */
#define GATE_BIAS      .10 /* by which failures after a window may exceed those of `null` */

/* The mode of the fastest cluster of ascending readings: single fast ones, in which the slower of
 * the two loops was interrupted, form no cluster. NAN below GATE_CLUSTER_MIN readings. */
#define GATE_CLUSTER_MIN 20
double gate_reference(const double *sorted, size_t n);

/* What readings cluster at most: the median of those within a width (.02: 2 %) of the one that has
 * the most neighbours there. NAN for none. */
double gate_mode(const double *sorted, size_t n, double width);

/* Does a reading agree with its reference? Never when one of them is NAN. */
bool gate_agrees(double reading, double reference, double tolerance);

/*
 * In a guest the topology is a story: the same two CPUs are two threads of one core now and two
 * packages a second later. Their cache-line time says which; classes are what stands apart in the
 * machine's own readings: hills 1.6 from one another, with next to nothing between them.
 */
#define GATE_GAP     1.6
#define GATE_CLASSES 8

struct gate_class {
	double low, high; /* ns, widened by at most half the gap: neighbours do not overlap */
};

/* Classes of ascending readings, by time: r1, r2, ... Readings that stand alone make none, and few
 * among many bridge none. Returns how many there are. */
size_t gate_classes(const double *sorted, size_t n, struct gate_class c[GATE_CLASSES]);

/* Index of the class of a time; -1: outside every one of them (or NAN). */
int gate_class(const struct gate_class *c, size_t n, double line_ns);

/* How many calm windows an invocation of so many needs for a calm value: 3, or all of fewer. */
uint64_t gate_windows_needed(uint64_t windows);

/* Windows by their canaries. */
struct gate_tally {
	double windows, passed_before;
	double passed_after; /* NAN: not known */
	double calm;         /* passed before and after */
};

/* P(canary after a window fails | canary before it passed); NAN when none passed before. Work that
 * the measured code defers into the second canary shows here. */
double gate_after_fails(const struct gate_tally *t);

/*
 * Is the gate biased in a cell, given what `null` saw in the same blocks? Its second canaries fail after a
 * calm start more often than those of `null` by GATE_BIAS, and by twice the standard error: where few
 * windows passed before, ten points are nothing. And more often, by as much, than first ones of its
 * windows with a calm end: a longer window meets more of what comes and goes by itself, but of that as
 * much goes as comes, and a process of two states is the same backwards. Sweeps of 6 ms failed so in 18 of
 * 100 and in 20 backwards, where windows of 1 ms of `null` failed in 8.
 */
bool gate_biased(const struct gate_tally *cell, const struct gate_tally *null);

/* Are so few windows accepted that contended ones which pass by chance would matter? */
bool gate_thin(const struct gate_tally *t);

#endif
