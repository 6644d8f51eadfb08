/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "analyse/interval.h"
#include "analyse/quantile.h"
#include "base/units.h"
#include "command/progress.h"
#include "report/rows.h"

static const double second_ns = 1e9;
static const uint64_t redraw_ns = 100000000; /* nobody reads faster */

void progress_open(struct progress *p, const struct measurement *run,
		   const struct recorder *recorder, bool quiet)
{
	*p = (struct progress){ .run = run,
				.recorder = recorder,
				.on = !quiet && isatty(STDERR_FILENO),
				.started_ns = clock_ns() };
	p->block_ns = p->started_ns;
	for (size_t i = 0; i < run->plan->n; i++)
		p->cells += !run->plan->cells[i].status;
	if (run->resumed) {
		const struct milestone *m = &run->resumed->from;

		p->patient = m->patient - (m->pass == PASS_PATIENT);
		p->before = (unsigned)p->cells * (m->block - p->patient);
	}
}

/* A block of patience has fewer cells and counts for nothing that was planned. */
static void enter_block(struct progress *p, const struct invocation *i)
{
	uint64_t now = clock_ns();

	if (p->patience)
		p->patient_ns += now - p->block_ns;
	p->block = i->block;
	p->block_ns = now;
	p->in_block = 0;
	p->patience = p->run->patient != p->patient;
	p->patient = p->run->patient;
}

static void count_windows(struct progress *p)
{
	const struct calm *c = &p->recorder->calm;

	for (size_t k = 0; c->gated && k < c->n; k++)
		p->calm += c->window[k].calm;
	p->windows += c->gated ? c->n : 0;
}

/* Until the blocks that are planned are done, as long as they took so far; then until patience
 * ends, which it may sooner. The budget ends both. */
static double seconds_left(const struct progress *p)
{
	const struct measurement *m = p->run;
	uint64_t now = clock_ns();
	uint64_t patient = p->patient_ns + (p->patience ? now - p->block_ns : 0);
	double planned = (double)(now - p->started_ns - patient);
	double all = (double)p->cells * m->plan->blocks - p->before;
	double left = p->planned ? planned / p->planned * (all - p->planned) : NAN;

	if (p->patience)
		left = (m->patience_ns ? (double)m->patience_ns : m->patience_share * planned) -
		       (double)patient;
	if (m->budget_ns)
		left = fmin(left, (double)m->budget_ns - (double)(now - m->began_ns));
	return isnan(left) || left < 0 ? 0 : left / second_ns;
}

static struct estimate estimate_of(const struct standing_row *r, const struct metric *m)
{
	struct estimate e = { NAN, NAN, NAN, NAN };
	double *sorted = calloc(r->n + 1, sizeof *sorted);

	if (!sorted)
		return e;
	memcpy(sorted, r->v, r->n * sizeof *sorted);
	quantile_sort(sorted, r->n);
	e = interval_median(sorted, r->n, interval_ranks(r->n, INTERVAL_CONFIDENCE));
	free(sorted);
	return m->kind == KIND_RATE || m->kind == KIND_BOUND_RATE ? interval_inverse(e, second_ns)
								  : e;
}

/* ": attach 2.67 us [2.66, 2.69]"; below six calm values ": attach 2.67 us (2 calm)". */
static void headline_text(const struct progress *p, const struct invocation *i, char *buf,
			  size_t len)
{
	const struct standing_row *r =
		standing_of(&p->recorder->standing, (size_t)(i->planned - p->run->plan->cells));
	char value[100];

	*buf = '\0';
	if (!r)
		return;
	const struct metric *m = &i->planned->cell.part->metrics[r->metric];
	struct estimate e = estimate_of(r, m);
	/* The line is short: of "ns/message" the operation is left out. */
	estimate_text(&e, strncmp(m->unit, "ns/", 3) ? m->unit : "ns", value, sizeof value);
	if (!r->n)
		snprintf(buf, len, ": %s, none calm yet", m->name);
	else if (isnan(e.low))
		snprintf(buf, len, ": %s %s (%zu calm)", m->name, value, r->n);
	else
		snprintf(buf, len, ": %s %s", m->name, value);
}

/* "throughput ring/sysv 4K" */
static void cell_text(const struct cell *c, char *buf, size_t len)
{
	char bytes[32] = "";

	if (c->has & AXIS(MESSAGE))
		units_size_text(c->message, bytes, sizeof bytes);
	else if (c->has & AXIS(SIZE))
		units_size_text(c->size, bytes, sizeof bytes);
	snprintf(buf, len, "%s%s%s%s%s%s%s", c->bench->name, c->channel || c->region ? " " : "",
		 c->channel ? c->channel->name : "", c->channel && c->region ? "/" : "",
		 c->region ? c->region->name : "", *bytes ? " " : "", bytes);
}

/* What always fits stands first; the cell is cut where the line ends. */
static void draw(struct progress *p, const struct invocation *i)
{
	struct winsize size = { 0 };
	char where[80], calm[32] = "", cell[120], headline[200];
	char line[512];
	int width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col ? 80 : size.ws_col;

	if (p->patience)
		snprintf(where, sizeof where, "patience, block %u cell %u, up to", p->block + 1,
			 p->in_block);
	else
		snprintf(where, sizeof where, "block %u/%s%u cell %u/%zu,",
			 p->block + 1 - p->patient, p->run->looks ? "<=" : "", p->run->plan->blocks,
			 p->in_block, p->cells);
	if (p->windows)
		snprintf(calm, sizeof calm, ", %.0f %% calm",
			 100 * (double)p->calm / (double)p->windows);
	cell_text(&i->planned->cell, cell, sizeof cell);
	headline_text(p, i, headline, sizeof headline);
	snprintf(line, sizeof line, "%s %.0f s left%s | %s%s", where, seconds_left(p), calm, cell,
		 headline);
	fprintf(stderr, "\r\033[K%.*s", width - 1, line);
}

void progress_invocation(struct progress *p, const struct invocation *i)
{
	if (i->block != p->block || !(p->planned + p->in_block))
		enter_block(p, i);
	p->in_block++;
	p->planned += !p->patience;
	if (i->status && i->status != CANNOT)
		fprintf(stderr, "%s%s: %s\n",
			p->on ? "\r\033[K" : "shmbench run: ", i->planned->cell.bench->name,
			i->why.text);
	if (!p->on)
		return;
	if (!i->status && i->out)
		count_windows(p);
	if (clock_ns() - p->drawn_ns < redraw_ns)
		return;
	draw(p, i);
	p->drawn_ns = clock_ns();
}

void progress_close(struct progress *p)
{
	if (p->on)
		fputs("\r\033[K", stderr);
}
