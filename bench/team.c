/* SPDX-License-Identifier: MIT */
/* Threads that wait for a job. */
#include <errno.h>
#include <limits.h>
#include "base/futex.h"
#include "base/pause.h"
#include "team.h"

static void spin_until(_Atomic uint32_t *word, uint32_t value)
{
	while (atomic_load_explicit(word, memory_order_acquire) != value)
		cpu_pause();
}

/* The calling thread's part, pages being what cannot be divided. */
static void do_part(struct member *m)
{
	struct team *team = m->team;
	struct region *r = &team->task.region;
	size_t page = page_bytes(r->page), pages = r->len / page;
	size_t first = pages * m->index / team->members;
	size_t end = pages * (m->index + 1) / team->members;

	m->why.text[0] = '\0';
	m->status = end > first ? team->fn(&team->task, (char *)r->addr + first * page,
					   (end - first) * page, &m->why)
				: 0;
}

static void *member_main(void *arg)
{
	struct member *m = arg;
	struct team *team = m->team;

	m->status = team->task.bind_member(&team->task, m->index, &m->why);
	atomic_fetch_add_explicit(&team->done, 1, memory_order_release);
	for (uint32_t job = 0;; job++) {
		futex_sleep_while(&team->woken, job);
		atomic_fetch_add_explicit(&team->ready, 1, memory_order_release);
		spin_until(&team->go, job + 1); /* pairs with the store in team_run */
		if (!team->fn)
			return NULL;
		do_part(m);
		atomic_fetch_add_explicit(&team->done, 1, memory_order_release);
	}
}

/* Once per job and once at the start, every other member adds one. */
static void await(struct team *team, _Atomic uint32_t *count, uint32_t times)
{
	spin_until(count, times * (team->members - 1));
}

static int first_failure(const struct team *team, struct why *w)
{
	for (unsigned i = 0; i < team->members; i++)
		if (team->member[i].status) {
			if (!w->text[0])
				*w = team->member[i].why;
			return team->member[i].status;
		}
	return 0;
}

int team_open(struct team *team, const struct task *t)
{
	*team = (struct team){ .task = *t, .members = 1 };
	for (unsigned i = 0; i < t->cell->threads && i < TEAM_MAX; i++) {
		struct member *m = &team->member[i];

		*m = (struct member){ .team = team, .index = i };
		int err = i ? pthread_create(&m->thread, NULL, member_main, m) : 0;
		if (err) {
			team_close(team);
			return fail(t->why, err, "thread %u of %ju", i + 1,
				    (uintmax_t)t->cell->threads);
		}
		team->members = i + 1;
	}
	await(team, &team->done, 1);
	int err = first_failure(team, t->why);
	if (err)
		team_close(team);
	return err;
}

void team_ready(struct team *team)
{
	/* Those who were woken for a job that then failed to come are still there. */
	if (team->members == 1 || team->woken != team->go)
		return;
	uint32_t job = atomic_fetch_add_explicit(&team->woken, 1, memory_order_release);

	futex_wake(&team->woken, INT_MAX);
	await(team, &team->ready, job + 1);
}

/* After team_ready. */
int team_run(struct team *team, team_fn *fn)
{
	uint32_t job = atomic_load_explicit(&team->go, memory_order_relaxed);

	team->fn = fn;
	/* Pairs with spin_until in member_main: they see fn and the region. */
	atomic_store_explicit(&team->go, job + 1, memory_order_release);
	do_part(&team->member[0]);
	await(team, &team->done, job + 2);
	return first_failure(team, team->task.why);
}

void team_close(struct team *team)
{
	team_ready(team);
	team->fn = NULL;
	atomic_fetch_add_explicit(&team->go, 1, memory_order_release);
	for (unsigned i = 1; i < team->members; i++)
		pthread_join(team->member[i].thread, NULL);
	team->members = 1;
}
