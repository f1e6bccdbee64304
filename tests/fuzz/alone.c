/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_X [--mutate N] [--from FIRST] [--keep DIR] FILE|DIRECTORY...
 * A fuzz target without libFuzzer: takes every file, or N mutations of them, always the same ones
 * (other ones with another FIRST).
 * Without --mutate one line "ok NAME" or "not ok NAME" a file, else one for all. The work is done in
 * a child process, which is started again behind the input that killed it; such inputs are put into
 * DIR. An input has ten seconds of processor time and 2 GB.
 */
#include "fuzz.h"

#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_INPUT = 20000, SECONDS = 10, MAX_DEATHS = 10 };

typedef struct Input { char *path; uint8_t *data; size_t size; } Input;

static Arena *arena;
static VEC(Input) inputs;
static volatile int *at;           /* index of the input at work, shared with the child */

static int take_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	Input input = { 0 };

	(void)st;
	if (type != FTW_F || path[ftw->base] == '.')
		return 0;
	input.data = (uint8_t *)file_read(path, &input.size);
	if (!input.data) {
		perror(path);
		return 1;
	}
	input.path = arena_strdup(arena, path);
	if (input.size > MAX_INPUT)
		input.size = MAX_INPUT;
	vec_push(arena, &inputs, input);
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const Input *)a)->path, ((const Input *)b)->path);
}

/* The input with this number; `mutations` 0: a file as it is. */
static size_t make_input(int number, int mutations, uint8_t *out)
{
	const Input *input = inputs.n ? &inputs.v[number % inputs.n] : NULL;
	size_t size = input ? input->size : 0;

	if (input)
		memcpy(out, input->data, size);
	return mutations ? fuzz_mutate(out, size, MAX_INPUT, (unsigned)number) : size;
}

static void limit_time(void)
{
	struct itimerval limit = { .it_value.tv_sec = SECONDS };

	setitimer(ITIMER_PROF, &limit, NULL);
}

static void limit_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
	struct rlimit limit = { 2ul << 30, 2ul << 30 };

	setrlimit(RLIMIT_AS, &limit);
#endif
}

static void run_from(int first, int end, int mutations)
{
	static uint8_t buf[MAX_INPUT + 1];

	limit_memory();
	for (int i = first; i < end; i++) {
		size_t size = make_input(i, mutations, buf);
		uint8_t *exact = malloc(size ? size : 1);  /* so that a sanitizer sees its end */

		memcpy(exact, buf, size);
		*at = i;
		limit_time();
		LLVMFuzzerTestOneInput(exact, size);
		free(exact);
		if (!mutations)
			printf("ok %s\n", inputs.v[i].path);
	}
	fflush(stdout);
}

static void keep(const char *dir, const char *target, int number, int mutations)
{
	static uint8_t buf[MAX_INPUT + 1];
	size_t size = make_input(number, mutations, buf);
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s-%d", dir, target, number);
	f = fopen(path, "w");
	if (!f || fwrite(buf, 1, size, f) != size)
		perror(path);
	if (f)
		fclose(f);
	printf("# kept as %s\n", path);
}

/* The number of inputs that killed the child. */
static int run_all(const char *target, int first, int end, int mutations, const char *dir)
{
	int deaths = 0, status;

	for (; first < end && deaths < MAX_DEATHS; first = *at + 1) {
		pid_t child;

		*at = first;
		fflush(stdout);
		child = fork();
		if (!child) {
			run_from(first, end, mutations);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child)
			return deaths + 1;
		if (!status)
			return deaths;
		deaths++;
		printf("not ok %s %d: %s (%s)\n", target, *at, inputs.n ?
		       inputs.v[*at % inputs.n].path : "seed", WIFSIGNALED(status) ?
		       strsignal(WTERMSIG(status)) : "a sanitizer's report");
		if (mutations && dir)
			keep(dir, target, *at, mutations);
	}
	return deaths;
}

int main(int argc, char **argv)
{
	const char *target = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0], *dir = NULL;
	int mutations = 0, from = 0, deaths;

	arena = arena_new();
	at = mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return 2;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--mutate") && i + 1 < argc)
			mutations = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--from") && i + 1 < argc)
			from = atoi(argv[++i]);
		else if (!strcmp(argv[i], "--keep") && i + 1 < argc)
			dir = argv[++i];
		else if (nftw(argv[i], take_file, 16, 0))
			return 2;
	}
	if (inputs.n)
		qsort(inputs.v, (size_t)inputs.n, sizeof(Input), by_path);
	deaths = run_all(target, from, mutations ? from + mutations : inputs.n, mutations, dir);
	if (mutations && !deaths)
		printf("ok %s: %d mutations\n", target, mutations);
	for (int i = 0; i < inputs.n; i++)
		free(inputs.v[i].data);
	arena_free(arena);
	return deaths ? 1 : 0;
}
