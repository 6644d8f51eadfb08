/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_H
#define DOCTOR_H
#include <jansson.h>
#include <stdbool.h>
#include "record/calm_now.h"
#include "record/machine.h"

/*
 * What this machine can and cannot do. Each check reads one thing and judges it:
 *
 *	ok	nothing to do
 *	note	measuring works; results may be worse, or something is skipped
 *	unfit	measuring makes no sense until it is mended
 */
enum grade { GRADE_OK, GRADE_NOTE, GRADE_UNFIT };

struct finding {
	enum grade grade;
	char value[400];  /* what was read */
	char remedy[300]; /* what to do: a sentence or an exact command; "" for nothing */
	json_t *numbers;  /* for --json, which takes it over; or NULL */
};

struct check {
	const char *name;
	void (*look)(struct finding *f); /* f is zeroed: ok */
	bool decides;                    /* it can find a machine unfit */
};

/* Each ends with a NULL name. */
extern const struct check checks_cpu[], checks_kernel[], checks_memory[], checks_shm[];

/* Is a check unfit? Then the sentence says which one, and what mends it. Takes a moment. */
bool doctor_finds_unfit(struct why *w);

/* One line of the report. */
struct doctor;
void doctor_row(struct doctor *d, const char *name, const struct finding *f);

/* doctor_canary.c: what the CPUs that `--place auto` takes give now, and what they are to each
 * other. Takes 2 s, 3 s where the machine's reference has yet to be found. */
void doctor_canaries(struct doctor *d);

/* doctor_beside.c: what a mapping takes on the first CPU of a pair while a process runs on the second; idle is
 * the look at the former's spot, of which the readings are not to be kept any more. A row; -errno with a
 * sentence. Takes 0.3 s. */
int doctor_beside(struct doctor *d, const struct calm_look *idle, const struct place *pair,
		  struct why *w);

/* Set f->value to a reading. True when it is known; otherwise the finding is a note. */
bool found(struct finding *f, const struct reading *r);

/* Set grade and remedy. */
__attribute__((format(printf, 3, 4))) void advise(struct finding *f, enum grade grade,
						  const char *fmt, ...);

#endif
