/* SPDX-License-Identifier: MIT */
/* The suites. Axes that a line does not name have their defaults; `file` regions multiply by the
 * directories of the run. Budgets leave room for the report: smoke is done in 10 s, quick in 90. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "plan/suite.h"

#define SECOND 1000000000ull
#define LINES  (const char *const[])

const struct suite suites[] = {
	{
		.name = "smoke",
		.about = "one cell per benchmark and mechanism, once: does everything run?",
		.blocks = 1,
		.budget_ns = 8 * SECOND,
		.request =
			LINES{
				"null",
				"attach/life --size 64K",
				"attach/again --size 64K --state resident",
				"attach/populated --size 1M --state resident",
				"first-touch --size 4M",
				"first-touch --size 4M --state resident --access read",
				"touch-profile --size 4M",
				"throughput --message 64 --region sysv,posix,memfd,file,anon",
				"latency --message 8 --region sysv,posix,memfd,file,anon",
				"bounds",
				NULL,
			},
	},
	{
		.name = "quick",
		.about = "System V against its relatives: attach, first touch, messages",
		.blocks = 8,
		.budget_ns = 80 * SECOND,
		.request =
			LINES{
				"null",
				"attach/life --size 4K,64M",
				"attach/again --size 4K,1M,64M --state resident",
				"attach/populated --size 1M --state resident",
				"first-touch --size 16M",
				"first-touch --size 64M --state resident --access read",
				"first-touch --size 16M --order random --region sysv,memfd",
				"first-touch --size 64M --order random --state resident "
				"--access read --region sysv,memfd",
				"touch-profile --size 16M --region sysv,memfd",
				"throughput --message 8,64,4K,64K "
				"--region sysv,posix,memfd,file,anon",
				"latency --message 8 --region sysv,posix,memfd,file,anon",
				"bounds --message 8,64,4K,64K",
				NULL,
			},
	},
	{
		.name = "full",
		.about = "every axis that the machine offers",
		.blocks = 30,
		.budget_ns = 1800 * SECOND,
		.request =
			LINES{
				"null",
				"attach/life --size 4K..1G:x16 --access write,read",
				"attach/again --size 4K..1G:x16 --state resident --access "
				"write,read",
				"attach/again --size 64K --state cold --access read --region file",
				"attach/populated --size 64K,1M,16M,64M --state resident",
				"first-touch --size 64K,16M,256M --access write,read",
				"first-touch --size 64K,16M,256M --state resident --access "
				"write,read",
				"first-touch --size 16M --state cold --access read --region file",
				"first-touch --size 16M --order random,reverse",
				"first-touch --size 64M --order random,reverse --state resident "
				"--access read",
				"first-touch --size 16M --memory as-is",
				"touch-profile --size 16M",
				"touch-profile --size 64M --state resident --access read",
				"throughput --message 8..64K:x2",
				"throughput --message 64,4K --region sysv,posix,memfd,file,anon "
				"--publish 1,32 --consume copy,checksum",
				"throughput --message 64 --place same,smt,l2,l3,package,machine",
				"latency --message 8,64,4K --region sysv,posix,memfd,file,anon",
				"latency --message 8 --place same,smt,l2,l3,package,machine",
				"latency --rate 10%..95%:+17%",
				"bounds --message 8..64K:x2",
				NULL,
			},
	},
	{ 0 },
};

const struct suite *suite_find(const char *name)
{
	for (const struct suite *s = suites; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

int suite_requests(const struct suite *s, struct request **requests, size_t *n, struct why *w)
{
	int err = 0;

	*n = 0;
	while (s->request[*n])
		++*n;
	*requests = calloc(*n, sizeof **requests);
	if (!*requests)
		return fail(w, ENOMEM, "the suite %s", s->name);
	for (size_t i = 0; i < *n && !err; i++)
		err = request_parse(&(*requests)[i], s->request[i], w);
	return err;
}

int suite_outline(struct plan *p, const struct suite *s, const struct topology *t,
		  const char *const directories[], struct why *w)
{
	struct wish wish = {
		.directories = directories, .blocks = s->blocks, .topology = t, .outline = true
	};
	int err = suite_requests(s, &wish.request, &wish.requests, w);

	if (!err)
		err = plan_make(p, &wish, w);
	requests_free(wish.request, wish.requests);
	return err;
}
