/* SPDX-License-Identifier: Apache-2.0 */
/*
 * startup ROUNDS NAME=COMMAND...: runs each command once a round, in turns, and prints for each the
 * medians of: exec to attached (ms), peak and steady resident memory (KB), CPU time until attached
 * (ms), and their ratios to the first command's.
 *
 * "Attached" is the moment at which the last BPF link or perf event appeared among the process's
 * descriptors before it went to sleep waiting for events; descriptors are polled from outside, so
 * nothing is traced and the commands run as they are. Resolution is the polling period, about 0.1 ms.
 * Steady memory is taken one second later. The command is then ended with SIGINT.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 16, MAX_ROUNDS = 100, MAX_WORDS = 64, GIVE_UP_MS = 20000, SETTLE_MS = 30 };

typedef struct Sample { double attached_ms, cpu_ms, peak_kb, steady_kb; } Sample;

typedef struct Command {
	const char *name;
	char *words[MAX_WORDS];
	Sample samples[MAX_ROUNDS];
	int n;
} Command;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool read_proc(pid_t pid, const char *file, char *out, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, out, size - 1);
	close(fd);
	if (n < 0)
		return false;
	out[n] = '\0';
	return true;
}

/* Descriptors that stand for an attachment. */
static int count_attachments(pid_t pid)
{
	char path[64], target[64];
	struct dirent *e;
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	if (!d)
		return -1;
	while ((e = readdir(d))) {
		ssize_t len = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

		if (len <= 0)
			continue;
		target[len] = '\0';
		n += strstr(target, "bpf_link") || strstr(target, "bpf-link") ||
		     strstr(target, "perf_event") || strstr(target, "raw-tracepoint");
	}
	closedir(d);
	return n;
}

static double status_kb(pid_t pid, const char *field)
{
	char text[4096], *p;

	if (!read_proc(pid, "status", text, sizeof(text)) || !(p = strstr(text, field)))
		return 0;
	return strtod(p + strlen(field) + 1, NULL);
}

static double cpu_ms(pid_t pid)
{
	char text[1024];
	unsigned long long ns;

	/* schedstat: time on CPU in ns */
	if (read_proc(pid, "schedstat", text, sizeof(text)) && sscanf(text, "%llu", &ns) == 1)
		return (double)ns / 1e6;
	return 0;
}

static bool is_asleep(pid_t pid)
{
	char text[1024], *p;

	return read_proc(pid, "stat", text, sizeof(text)) && (p = strrchr(text, ')')) && p[2] == 'S';
}

static pid_t start(char **words)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	execvp(words[0], words);
	_exit(127);
}

static void stop(pid_t pid)
{
	kill(pid, SIGINT);
	for (int i = 0; i < 200; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return;
		usleep(10000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* False if the command ended or attached nothing. */
static bool measure(Command *c, Sample *s)
{
	double begin = now_ms(), last_change = 0, quiet_since = 0;
	pid_t pid = start(c->words);
	int attachments = 0;

	while (now_ms() - begin < GIVE_UP_MS) {
		int n = count_attachments(pid);
		double t = now_ms();

		if (waitpid(pid, NULL, WNOHANG) == pid)
			return false;
		if (n > attachments) {
			attachments = n;
			last_change = t;
			s->cpu_ms = cpu_ms(pid);
			quiet_since = 0;
		} else if (!is_asleep(pid)) {
			quiet_since = 0;
		} else if (attachments && !quiet_since) {
			quiet_since = t;
		}
		if (quiet_since && t - quiet_since > SETTLE_MS)
			break;
		usleep(50);
	}
	s->attached_ms = last_change - begin;
	usleep(1000000);
	s->steady_kb = status_kb(pid, "VmRSS:");
	s->peak_kb = status_kb(pid, "VmHWM:");
	stop(pid);
	return attachments > 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const Command *c, size_t field)
{
	double v[MAX_ROUNDS];

	for (int i = 0; i < c->n; i++)
		v[i] = *(const double *)((const char *)&c->samples[i] + field);
	qsort(v, (size_t)c->n, sizeof(v[0]), compare);
	return c->n ? v[c->n / 2] : 0;
}

static void report(const Command *commands, int n)
{
	static const struct { const char *title; size_t field; } columns[] = {
		{ "attached ms", offsetof(Sample, attached_ms) },
		{ "CPU ms", offsetof(Sample, cpu_ms) },
		{ "peak KB", offsetof(Sample, peak_kb) },
		{ "steady KB", offsetof(Sample, steady_kb) },
	};

	printf("%-28s", "");
	for (int k = 0; k < 4; k++)
		printf(" %12s %7s", columns[k].title, "ratio");
	putchar('\n');
	for (int i = 0; i < n; i++) {
		printf("%-28s", commands[i].name);
		for (int k = 0; k < 4; k++) {
			double value = median(&commands[i], columns[k].field);
			double first = median(&commands[0], columns[k].field);

			if (commands[i].n)
				printf(" %12.2f %7.2f", value, first > 0 ? value / first : 0);
			else
				printf(" %12s %7s", "did not run", "");
		}
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	static Command commands[MAX_COMMANDS];
	int n = 0, rounds = argc > 2 ? atoi(argv[1]) : 0;

	if (rounds < 1 || rounds > MAX_ROUNDS || argc - 2 > MAX_COMMANDS) {
		fprintf(stderr, "usage: startup ROUNDS NAME=COMMAND...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++, n++) {
		char *equals = strchr(argv[i], '=');
		int k = 0;

		if (!equals)
			return 2;
		*equals = '\0';
		commands[n].name = argv[i];
		for (char *w = strtok(equals + 1, " "); w && k < MAX_WORDS - 1; w = strtok(NULL, " "))
			commands[n].words[k++] = w;
	}
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < n; i++) {
			Command *c = &commands[i];

			if (round == 0 || c->n)
				c->n += measure(c, &c->samples[c->n]);
		}
	}
	report(commands, n);
	return 0;
}
