/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/forked.h"
#include "command/load.h"
#include "plan/bind.h"

__attribute__((noreturn)) static void spin(void)
{
	for (volatile unsigned long n = 0;; n++)
		;
}

__attribute__((noreturn)) static void stream(char *to, char *from, size_t bytes)
{
	for (;;) {
		memcpy(to, from, bytes);
		/* The compiler may not see that the copy is never read. */
		__asm__ volatile("" : : "r"(to) : "memory");
	}
}

/* One byte to `ready` when the work begins. */
__attribute__((noreturn)) static void be_load(const struct load_wish *l, pid_t parent, int ready)
{
	char *buffer = NULL;
	int cpu;

	forked_die_with(parent);
	if (bind_cpu(l->cpus, &cpu, &(struct why){ 0 }))
		_exit(1);
	if (l->load == LOAD_STREAM) {
		buffer = malloc(2 * l->bytes);
		if (!buffer)
			_exit(1);
		memset(buffer, 1, 2 * l->bytes);
	}
	if (write(ready, "", 1) != 1)
		_exit(1);
	if (l->load == LOAD_SPIN)
		spin();
	stream(buffer, buffer + l->bytes, l->bytes);
}

pid_t load_start(const struct load_wish *l, struct why *w)
{
	pid_t parent = getpid(), pid;
	int ready[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC))
		return fail(w, errno, "a pipe from a load");
	pid = fork();
	if (pid == 0)
		be_load(l, parent, ready[1]);
	close(ready[1]);
	bool begun = pid > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	if (pid > 0 && !begun)
		waitpid(pid, NULL, 0);
	if (!begun)
		return fail(w, 0, "no load can be put on CPU %.40s", l->cpus);
	return pid;
}

bool load_stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}
