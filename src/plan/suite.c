/* SPDX-License-Identifier: MIT */
/* The suites. Axes that a line does not name have their defaults; `file` regions multiply by the
 * directories of the run. Budgets leave room for the report: smoke is done in 10 s, quick in 90. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "plan/suite.h"

#define SECOND 1000000000ull
#define LINES  (const char *const[])

/* Beside ring and pipe, which are asked for in more ways: the kernel's that people choose between,
 * and all there are. */
#define COMMON "unix-stream,sysv-msg,posix-mq"
#define OTHERS                                                                                     \
	"ring-inplace,ck-ring,fifo,vmsplice,unix-stream,unix-seqpacket,unix-dgram,tcp,"            \
	"sysv-msg,posix-mq,process-vm"

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
				"refault --size 256K",
				"populate --size 256K --populate touch",
				"lookup --segments 0",
				"attachers --size 256K --processes 2",
				"crowd/own --processes 2 --region sysv",
				"throughput --message 64 --region sysv,posix,memfd,file,anon",
				"throughput --message 64 --channel " OTHERS,
				"latency --message 8 --region sysv,posix,memfd,file,anon",
				"bounds",
				"matrix --place auto",
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
				"throughput --message 64,4K --channel " COMMON,
				"latency --message 8 --channel " COMMON,
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
				"attach/life --size 64M --page base,thp,2m",
				"first-touch --size 64M --page base,thp,2m",
				"first-touch --size 64M --state resident --access read --page "
				"thp,2m",
				"throughput --message 64,4K --page thp,2m",
				"first-touch --size 16M --node remote,interleave",
				"throughput --message 64 --node remote",
				"touch-profile --size 16M",
				"touch-profile --size 64M --state resident --access read",
				"refault",
				"populate --state fresh,resident",
				"populate --size 64M --populate touch,madvise --threads 1,2,4 "
				"--region sysv,memfd,anon",
				"lookup --segments 0,100,4000",
				"lookup --segments 0 --access read",
				"attachers --processes 1,10,100 --region sysv,posix,memfd",
				"attachers --processes 1000 --region sysv,memfd",
				"crowd/one",
				"crowd/own",
				"crowd/touch",
				"crowd/pairs --message 64,4K",
				"throughput --message 8..64K:x2",
				"throughput --message 8,64,512,4K,64K --channel " OTHERS,
				"throughput --message 64 --channel ring,ring-inplace "
				"--wait spin,yield,futex,semaphore,posix-semaphore,eventfd",
				"throughput --message 64,4K --region sysv,posix,memfd,file,anon "
				"--publish 1,32 --consume copy,checksum",
				"throughput --message 64 --place same,smt,l2,l3,package,machine",
				"latency --message 8,64,4K --region sysv,posix,memfd,file,anon",
				"latency --message 8,4K,64K --channel ring,pipe," OTHERS,
				"latency --message 8 --channel ring,ring-inplace "
				"--wait spin,yield,futex,semaphore,posix-semaphore,eventfd",
				"latency --message 8 --place same,smt,l2,l3,package,machine",
				"latency --rate 10%..95%:+17%",
				"bounds --message 8..64K:x2",
				"matrix --place representatives",
				"throughput --message 64 --channel ring --place node-pairs "
				"--node each",
				"latency --message 8 --channel ring --place node-pairs "
				"--node each",
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
