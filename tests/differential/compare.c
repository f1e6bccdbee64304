/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare FIRST_SEED FILES [PROGRAMS_A_FILE]: generates files of random programs, compiles each with
 * clang -O2 and with this compiler (optimised and not), runs all on the same packets with
 * BPF_PROG_TEST_RUN, and prints "ok" or "not ok" a file. A difference leaves the source in
 * $O/differential/SEED.c. At the end the instruction counts are compared (ours / clang's).
 */
#include "bpf/compile.h"
#include "differential/generate.h"
#include "kernel/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { PACKET = 80, INPUTS = 4, MAX_PROGRAMS = 64 };

typedef struct Result { uint32_t retval; uint8_t packet[PACKET]; bool ran; } Result;

static uint64_t clang_insns, our_insns;
static int refused_by_kernel;

static void make_input(uint64_t seed, int n, uint8_t *packet)
{
	static const uint8_t edges[] = { 0, 0xff, 0x7f, 0x80, 1 };
	uint64_t x = seed * 2654435761u + (uint64_t)n * 40503u + 12345;

	for (int i = 0; i < PACKET; i++) {
		x = x * 6364136223846793005ull + 1442695040888963407ull;
		packet[i] = n == 0 ? edges[(x >> 40) % 5] : (uint8_t)(x >> 33);
	}
}

static bool run(int fd, uint64_t seed, int input, Result *r)
{
	uint8_t in[PACKET];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = PACKET,
		    .data_out = r->packet, .data_size_out = PACKET);

	make_input(seed, input, in);
	if (bpf_prog_test_run_opts(fd, &opts))
		return false;
	r->retval = opts.retval;
	return r->ran = true;
}

static bool compile_with_clang(const char *source, const char *object)
{
	char *command = NULL;
	bool ok;

	if (asprintf(&command, "clang -O2 -fwrapv -w -g -target bpf -mcpu=v3 -DDIFFERENTIAL_TYPES "
		     "-I/usr/include/$(gcc -print-multiarch) -c %s -o %s", source, object) < 0)
		return false;
	ok = system(command) == 0;
	free(command);
	return ok;
}

/* Loads one program of the object alone; -1 if the kernel's verifier gives up on it. */
static int load_one(const char *path, int program, uint64_t *insns, struct bpf_object **object)
{
	char name[16];
	struct bpf_program *p;

	*object = bpf_object__open_file(path, NULL);
	if (!*object)
		return -1;
	snprintf(name, sizeof(name), "p%d", program);
	bpf_object__for_each_program(p, *object)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	p = bpf_object__find_program_by_name(*object, name);
	if (!p)
		return -1;
	*insns += bpf_program__insn_cnt(p);
	return bpf_object__load(*object) ? -1 : bpf_program__fd(p);
}

static void results_of(const char *path, uint64_t seed, int n, uint64_t *insns, Result (*out)[INPUTS])
{
	for (int i = 0; i < n; i++) {
		struct bpf_object *object = NULL;
		int fd = load_one(path, i, insns, &object);

		memset(out[i], 0, sizeof(out[i]));
		for (int k = 0; fd >= 0 && k < INPUTS; k++)
			run(fd, seed, k, &out[i][k]);
		bpf_object__close(object);
	}
}

static bool compile_ourselves(const char *text, size_t size, int optimise, const char *path)
{
	BpfCompileOptions options = { .lang = { .name = "random.c" }, .optimise = optimise, .check_ir = true };
	Host host = { 0 };
	BpfCompilation *c;
	const BpfObject *o;
	Error err = { 0 };
	bool ok;

	kernel_host(&host);
	c = bpf_compile_begin(text, size, &options, &host);
	o = bpf_compile_finish(c);
	ok = o && bpf_object_write(o, path, &err) == 0;
	if (!ok) {
		StrBuf out = { 0 };

		diags_render(bpf_compile_diags(c), &out, false);
		printf("# our compiler refused: %s %s\n", out.p ? out.p : "", err.message);
		sb_free(&out);
	}
	bpf_compile_free(c);
	return ok;
}

static bool same(Result (*a)[INPUTS], Result (*b)[INPUTS], int n, const char *what)
{
	bool all = true;

	for (int i = 0; i < n; i++) {
		for (int k = 0; k < INPUTS; k++) {
			const Result *x = &a[i][k], *y = &b[i][k];

			if (!x->ran)
				continue;
			if (!y->ran) {
				printf("# p%d (%s): the kernel takes clang's, not ours\n", i, what);
				all = false;
				break;
			}
			if (x->retval != y->retval || memcmp(x->packet, y->packet, PACKET)) {
				printf("# p%d (%s), input %d: clang %#x, ours %#x\n", i, what, k,
				       x->retval, y->retval);
				all = false;
				break;
			}
		}
	}
	return all;
}

static bool compare_file(const char *dir, uint64_t seed, int n)
{
	static Result theirs[MAX_PROGRAMS][INPUTS], ours[MAX_PROGRAMS][INPUTS];
	char *source, *object;
	StrBuf text = { 0 };
	uint64_t ignored = 0;
	bool ok;
	FILE *f;

	if (asprintf(&source, "%s/%llu.c", dir, (unsigned long long)seed) < 0 ||
	    asprintf(&object, "%s/%llu.o", dir, (unsigned long long)seed) < 0)
		abort();
	generate_programs(seed, n, &text);
	f = fopen(source, "w");
	if (!f || fputs(text.p, f) < 0 || fclose(f))
		abort();
	ok = compile_with_clang(source, object);
	if (ok)
		results_of(object, seed, n, &clang_insns, theirs);
	for (int i = 0; i < n; i++)
		refused_by_kernel += !theirs[i][0].ran;
	for (int optimise = 2; ok && optimise >= 0; optimise -= 2) {
		ok = compile_ourselves(text.p, text.n, optimise, object);
		if (ok)
			results_of(object, seed, n, optimise ? &our_insns : &ignored, ours);
		/* Without optimisation a program may be too big for the verifier. */
		if (!optimise)
			for (int i = 0; i < n; i++)
				for (int k = 0; k < INPUTS; k++)
					if (!ours[i][k].ran)
						ours[i][k] = theirs[i][k];
		ok = ok && same(theirs, ours, n, optimise ? "-O2" : "-O0");
	}
	unlink(object);
	if (ok)
		unlink(source);
	sb_free(&text);
	free(source);
	free(object);
	return ok;
}

static int be_quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level, (void)fmt, (void)ap;
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	int files = argc > 2 ? atoi(argv[2]) : 10, n = argc > 3 ? atoi(argv[3]) : 20, failed = 0;
	const char *o = getenv("O");
	char *dir;

	if (n < 1 || n > MAX_PROGRAMS || asprintf(&dir, "%s/differential", o ? o : "build") < 0)
		return 2;
	libbpf_set_print(be_quiet);
	if (system("mkdir -p \"${O:-build}/differential\""))
		return 2;
	for (int i = 0; i < files; i++) {
		bool ok = compare_file(dir, first + (uint64_t)i, n);

		printf("%s random-programs-of-seed-%llu\n", ok ? "ok" : "not ok",
		       (unsigned long long)first + (unsigned long long)i);
		fflush(stdout);
		failed += !ok;
	}
	printf("# %d programs, %d of them refused by the verifier from clang as well; instructions: ours %llu, "
	       "clang %llu, ratio %.3f\n", files * n, refused_by_kernel, (unsigned long long)our_insns,
	       (unsigned long long)clang_insns, clang_insns ? (double)our_insns / (double)clang_insns : 0);
	free(dir);
	return failed != 0;
}
