/* SPDX-License-Identifier: MIT */
/* trips WHAT WARM TRIPS: round trips of 8 bytes with a second process on the same CPU, which this one
 * was started on: WHAT is pipe, unix-stream, unix-seqpacket, tcp, sysv-msg, posix-mq or process-vm.
 * WARM of them first. Prints the median over 40 equal parts of the mean ns of a round trip.
 *
 * On one CPU, because on two each wait is a halt and each message wakes the other: what that takes is
 * the machine's business, in a guest the host's too, and has states that last from 50 ms to minutes. */
#include "by_hand.h"
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum { PARTS = 40 };

/* One side: where it reads from and writes to. Of process-vm: which of the counters. */
struct side {
	int in, out;
};

struct kind {
	const char *name;
	void (*make)(struct side side[2]);
	int (*put)(const struct side *s, const long *message);
	int (*take)(const struct side *s, long *message);
	void (*end)(const struct side *s);
};

static int put_write(const struct side *s, const long *message)
{
	return write(s->out, message, 8) == 8;
}

static int take_read(const struct side *s, long *message)
{
	return read(s->in, message, 8) == 8;
}

/* Each process closes what is the other's. */
static void end_close(const struct side *s)
{
	close(s->in);
	if (s->out != s->in)
		close(s->out);
}

static void make_pipes(struct side side[2])
{
	int there[2], back[2];

	if (pipe(there) || pipe(back))
		die("pipe");
	side[0] = (struct side){ back[0], there[1] };
	side[1] = (struct side){ there[0], back[1] };
}

static void make_sockets(struct side side[2], int type)
{
	int fd[2];

	if (socketpair(AF_UNIX, type, 0, fd))
		die("socketpair");
	for (int i = 0; i < 2; i++)
		side[i] = (struct side){ fd[i], fd[i] };
}

static void make_stream(struct side side[2])
{
	make_sockets(side, SOCK_STREAM);
}

static void make_seqpacket(struct side side[2])
{
	make_sockets(side, SOCK_SEQPACKET);
}

static void make_tcp(struct side side[2])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
	int fd[2] = { socket(AF_INET, SOCK_STREAM, 0), -1 };

	if (bind(listener, (void *)&at, len) || listen(listener, 1) ||
	    getsockname(listener, (void *)&at, &len) || connect(fd[0], (void *)&at, len))
		die("connect");
	fd[1] = accept(listener, NULL, NULL);
	close(listener);
	for (int i = 0; i < 2; i++) {
		setsockopt(fd[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		side[i] = (struct side){ fd[i], fd[i] };
	}
}

struct typed {
	long type, message;
};

static void make_queues(struct side side[2])
{
	int a = msgget(IPC_PRIVATE, 0600), b = msgget(IPC_PRIVATE, 0600);

	side[0] = (struct side){ b, a };
	side[1] = (struct side){ a, b };
}

static int put_queue(const struct side *s, const long *message)
{
	struct typed m = { 1, *message };

	return msgsnd(s->out, &m, 8, 0) == 0;
}

static int take_queue(const struct side *s, long *message)
{
	struct typed m;
	int got = msgrcv(s->in, &m, 8, 0, 0) == 8;

	*message = m.message;
	return got;
}

static void end_queue(const struct side *s)
{
	msgctl(s->in, IPC_RMID, NULL);
}

static void make_mq(struct side side[2])
{
	struct mq_attr attr = { .mq_maxmsg = 10, .mq_msgsize = 8 };
	int mq[2];

	for (int i = 0; i < 2; i++) {
		mq[i] = mq_open("/by-hand", O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
		if (mq[i] < 0 || mq_unlink("/by-hand"))
			die("mq_open");
	}
	side[0] = (struct side){ mq[1], mq[0] };
	side[1] = (struct side){ mq[0], mq[1] };
}

static int put_mq(const struct side *s, const long *message)
{
	return mq_send(s->out, (const char *)message, 8, 0) == 0;
}

static int take_mq(const struct side *s, long *message)
{
	return mq_receive(s->in, (char *)message, 8, NULL) == 8;
}

/* What has been sent each way, to both; and the last message, to its sender: the other process has
 * one of its own at the same address. */
static _Atomic int *counter;
static long last;
static pid_t other;

static void make_vm(struct side side[2])
{
	counter = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counter == MAP_FAILED)
		die("mmap");
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	side[0] = (struct side){ 1, 0 };
	side[1] = (struct side){ 0, 1 };
}

static int put_vm(const struct side *s, const long *message)
{
	last = *message;
	atomic_fetch_add(&counter[s->out], 1);
	return syscall(SYS_futex, &counter[s->out], FUTEX_WAKE, 1, NULL, NULL, 0) >= 0;
}

static int take_vm(const struct side *s, long *message)
{
	struct iovec to = { message, 8 }, from = { &last, 8 };
	static int taken;

	while (counter[s->in] == taken)
		syscall(SYS_futex, &counter[s->in], FUTEX_WAIT, taken, NULL, NULL, 0);
	taken++;
	return process_vm_readv(other, &to, 1, &from, 1, 0) == 8;
}

static void end_vm(const struct side *s)
{
	(void)s;
}

static const struct kind kinds[] = {
	{ "pipe", make_pipes, put_write, take_read, end_close },
	{ "unix-stream", make_stream, put_write, take_read, end_close },
	{ "unix-seqpacket", make_seqpacket, put_write, take_read, end_close },
	{ "tcp", make_tcp, put_write, take_read, end_close },
	{ "sysv-msg", make_queues, put_queue, take_queue, end_queue },
	{ "posix-mq", make_mq, put_mq, take_mq, end_close },
	{ "process-vm", make_vm, put_vm, take_vm, end_vm },
};

static const struct kind *kind_of(const char *what)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].name, what))
			return &kinds[i];
	fprintf(stderr, "there is no '%s'\n", what);
	exit(2);
}

/* Until it is killed: what process-vm sent last lies here. */
static void echo(const struct kind *k, const struct side *s)
{
	long message;

	while (k->take(s, &message) && k->put(s, &message))
		;
	_exit(1);
}

/* Queues outlive a process that does not take them away. */
static struct ends {
	const struct kind *kind;
	const struct side *side;
} ends;

static void end_both(void)
{
	for (int i = 0; i < 2; i++)
		ends.kind->end(&ends.side[i]);
}

/* It ends by itself only when something has failed; nobody would answer any more. */
static void on_child(int signal)
{
	(void)signal;
	end_both();
	_exit(1);
}

static double trips(const struct kind *k, const struct side *s, int n)
{
	double start = now();
	long message = 0;

	for (int i = 0; i < n; i++, message++)
		if (!k->put(s, &message) || !k->take(s, &message))
			end_both(), die("round trip");
	return (now() - start) / n;
}

int main(int argc, char **argv)
{
	const struct kind *k = kind_of(argv[argc - 3]);
	int warm = atoi(argv[argc - 2]), n = atoi(argv[argc - 1]) / PARTS;
	struct side side[2];
	double ns[PARTS];

	k->make(side);
	ends = (struct ends){ k, side };
	signal(SIGCHLD, on_child);
	other = fork();
	if (!other) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		other = getppid();
		echo(k, &side[1]);
	}
	trips(k, &side[0], warm);
	for (int part = 0; part < PARTS; part++)
		ns[part] = trips(k, &side[0], n);
	signal(SIGCHLD, SIG_DFL);
	kill(other, SIGKILL);
	printf("%.2f\n", median(ns, PARTS));
	end_both();
}
