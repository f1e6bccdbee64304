/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile FILE...: time of the compile step alone (text -> OBJECT), for each file the median of 21
 * new processes (what a user waits for) and of 200 compilations in one process, and the growth of
 * the process by 1,000 of them.
 */
#include "bpf/compile.h"
#include "kernel/kernel.h"

#include <malloc.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COLD = 21, WARM = 200, MANY = 1000 };

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double compile_once(const char *path, const char *text, size_t size)
{
	BpfCompileOptions options = { .lang = { .name = path }, .optimise = 2 };
	double begin = now_ms();
	Host host = { 0 };
	BpfCompilation *c;
	bool ok;

	kernel_host(&host);
	c = bpf_compile_begin(text, size, &options, &host);
	ok = bpf_compile_finish(c);
	bpf_compile_free(c);
	return ok ? now_ms() - begin : -1;
}

static double in_new_process(const char *path, const char *text, size_t size)
{
	double ms = -1;
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		return -1;
	pid = fork();
	if (!pid) {
		ms = compile_once(path, text, size);
		_exit(write(ends[1], &ms, sizeof(ms)) != sizeof(ms));
	}
	close(ends[1]);
	if (read(ends[0], &ms, sizeof(ms)) != sizeof(ms))
		ms = -1;
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return ms;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), compare);
	return v[n / 2];
}

static long resident_kb(void)
{
	char *text = file_read("/proc/self/statm", NULL), *p = text ? strchr(text, ' ') : NULL;
	long pages = p ? strtol(p, NULL, 10) : 0;

	free(text);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static long growth_kb(const char *path, const char *text, size_t size)
{
	long before;

	for (int i = 0; i < 20; i++)
		compile_once(path, text, size);
	before = resident_kb();
	for (int i = 0; i < MANY; i++)
		compile_once(path, text, size);
	return resident_kb() - before;
}

int main(int argc, char **argv)
{
	double cold[COLD], warm[WARM];

	printf("%-40s %10s %10s %14s\n", "", "first ms", "next ms", "1000 grow KB");
	/* All new processes first: they must not inherit what this one has learnt of the kernel. */
	for (int i = 1; i < argc; i++) {
		size_t size;
		char *text = file_read(argv[i], &size);

		if (!text) {
			perror(argv[i]);
			return 1;
		}
		for (int k = 0; k < COLD; k++)
			cold[k] = in_new_process(argv[i], text, size);
		printf("%-40s %10.2f", argv[i], median(cold, COLD));
		fflush(stdout);
		pid_t pid = fork();

		if (!pid) {
			for (int k = 0; k < WARM; k++)
				warm[k] = compile_once(argv[i], text, size);
			printf(" %10.2f %14ld\n", median(warm, WARM), growth_kb(argv[i], text, size));
			exit(0);
		}
		waitpid(pid, NULL, 0);
		free(text);
	}
	return 0;
}
