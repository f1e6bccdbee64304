/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare FIRST_SEED FILES [PROGRAMS_A_FILE], or compare FILE.c PROGRAMS SEED: generates files of
 * random programs (or takes the file), compiles each with clang -O2 and with this compiler
 * (optimised and not), runs all on the same packets with BPF_PROG_TEST_RUN, and prints "ok" or
 * "not ok" a file. A difference leaves the source in $O/differential/SEED.c. At the end the numbers
 * of instructions are compared (ours / clang's), emitted and processed by the verifier. Programs that
 * are too complex for the verifier from us alone are no difference, but few may be.
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

typedef struct Program {
	Result results[INPUTS];
	uint32_t insns, verified;  /* emitted; processed by the verifier */
	char refusal[200];         /* the end of the verifier's log */
} Program;

static uint64_t clang_insns, our_insns, clang_verified, our_verified;
static int refused_by_kernel;
static int too_complex;            /* ours, where the verifier still follows clang's */
static char last_refusal[200];

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

	if (asprintf(&command, "clang -O2 -fwrapv -fno-strict-aliasing -w -g -target bpf "
		     "-mcpu=v3 -DDIFFERENTIAL_TYPES "
		     "-I/usr/include/$(gcc -print-multiarch) -c %s -o %s", source, object) < 0)
		return false;
	ok = system(command) == 0;
	free(command);
	return ok;
}

/* Loads one program of the object alone; -1 if the kernel's verifier gives up on it. */
static int load_one(const char *path, int program, Program *out, struct bpf_object **object)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	struct bpf_program *p;
	char name[16];

	last_refusal[0] = '\0';
	*object = bpf_object__open_file(path, NULL);
	if (!*object) {
		memcpy(out->refusal, last_refusal, sizeof(out->refusal));
		return -1;
	}
	snprintf(name, sizeof(name), "p%d", program);
	bpf_object__for_each_program(p, *object)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	p = bpf_object__find_program_by_name(*object, name);
	if (!p)
		return -1;
	if (bpf_object__load(*object)) {
		memcpy(out->refusal, last_refusal, sizeof(out->refusal));
		return -1;
	}
	bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &size);
	out->insns = info.xlated_prog_len / 8;
	out->verified = info.verified_insns;
	return bpf_program__fd(p);
}

static void results_of(const char *path, uint64_t seed, int n, Program *out)
{
	memset(out, 0, (size_t)n * sizeof(*out));
	for (int i = 0; i < n; i++) {
		struct bpf_object *object = NULL;
		int fd = load_one(path, i, &out[i], &object);

		for (int k = 0; fd >= 0 && k < INPUTS; k++)
			run(fd, seed, k, &out[i].results[k]);
		bpf_object__close(object);
	}
}

static bool compile_ourselves(const char *text, size_t size, int optimise, const char *path)
{
	BpfCompileOptions options = { .lang = { .name = "random.c" }, .optimise = optimise,
				      .check_ir = true };
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

static bool same(const Program *a, const Program *b, int n, const char *what)
{
	bool all = true;

	for (int i = 0; i < n; i++) {
		for (int k = 0; k < INPUTS; k++) {
			const Result *x = &a[i].results[k], *y = &b[i].results[k];

			if (!x->ran)
				continue;
			if (!y->ran && strstr(b[i].refusal, "Processed 1000001 insn")) {
				too_complex++;
				break;
			}
			if (!y->ran) {
				printf("# p%d (%s): the kernel takes clang's (%u processed), "
				       "not ours: %s\n", i, what, a[i].verified, b[i].refusal);
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

static void count(const Program *theirs, const Program *ours, int n)
{
	for (int i = 0; i < n; i++) {
		if (!theirs[i].insns || !ours[i].insns)
			continue;
		clang_insns += theirs[i].insns;
		our_insns += ours[i].insns;
		clang_verified += theirs[i].verified;
		our_verified += ours[i].verified;
	}
}

static bool compare_with(const StrBuf *text, uint64_t seed, int n, int optimise, const char *object,
			 const Program *theirs)
{
	static Program ours[MAX_PROGRAMS];

	if (!compile_ourselves(text->p, text->n, optimise, object))
		return false;
	results_of(object, seed, n, ours);
	if (optimise)
		count(theirs, ours, n);
	/* Without optimisation a program may be too big for the verifier. */
	for (int i = 0; i < n && !optimise; i++)
		if (!ours[i].insns)
			memcpy(ours[i].results, theirs[i].results, sizeof(ours[i].results));
	return same(theirs, ours, n, optimise ? "-O2" : "-O0");
}

static bool compare_source(const char *source, const char *object, const StrBuf *text, uint64_t seed,
			   int n)
{
	static Program theirs[MAX_PROGRAMS];
	bool ok = true;

	/* clang gives up on too large a stack only. */
	if (!compile_with_clang(source, object)) {
		refused_by_kernel += n;
	} else {
		results_of(object, seed, n, theirs);
		for (int i = 0; i < n; i++)
			refused_by_kernel += !theirs[i].insns;
		ok = compare_with(text, seed, n, 2, object, theirs) &
		     compare_with(text, seed, n, 0, object, theirs);
	}
	unlink(object);
	return ok;
}

static bool compare_seed(const char *dir, uint64_t seed, int n)
{
	char *source, *object;
	StrBuf text = { 0 };
	bool ok;
	FILE *f;

	if (asprintf(&source, "%s/%llu.c", dir, (unsigned long long)seed) < 0 ||
	    asprintf(&object, "%s/%llu.o", dir, (unsigned long long)seed) < 0)
		abort();
	generate_programs(seed, n, &text);
	f = fopen(source, "w");
	if (!f || fputs(text.p, f) < 0 || fclose(f))
		abort();
	ok = compare_source(source, object, &text, seed, n);
	if (ok)
		unlink(source);
	printf("%s random-programs-of-seed-%llu\n", ok ? "ok" : "not ok", (unsigned long long)seed);
	sb_free(&text);
	free(source);
	free(object);
	return ok;
}

static bool compare_file(const char *source, int n, uint64_t seed)
{
	StrBuf text = { 0 };
	char *object;
	bool ok;

	text.p = file_read(source, &text.n);
	if (!text.p || asprintf(&object, "%s.o", source) < 0)
		return false;
	ok = compare_source(source, object, &text, seed, n);
	printf("%s %s\n", ok ? "ok" : "not ok", source);
	free(text.p);
	free(object);
	return ok;
}

/* Keeps the last line of a verifier log that is no statistics, or else libbpf's first complaint. */
static int be_quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text = NULL, *end;

	if (level != LIBBPF_WARN || vasprintf(&text, fmt, ap) < 0)
		return 0;
	end = strstr(text, "\nprocessed ");
	if (end) {
		*end = '\0';
		end = strrchr(text, '\n');
		snprintf(last_refusal, sizeof(last_refusal), "%s", end ? end + 1 : text);
	} else if (!last_refusal[0]) {
		snprintf(last_refusal, sizeof(last_refusal), "%.*s", (int)strcspn(text, "\n"),
			 text);
	}
	free(text);
	return 0;
}

int main(int argc, char **argv)
{
	bool is_file = argc > 1 && ends_with(argv[1], ".c");
	uint64_t first = argc > (is_file ? 3 : 1) ? strtoull(argv[is_file ? 3 : 1], NULL, 0) : 1;
	int files = is_file ? 1 : argc > 2 ? atoi(argv[2]) : 10, failed = 0;
	int n = is_file && argc > 2 ? atoi(argv[2]) : argc > 3 ? atoi(argv[3]) : 20;
	const char *o = getenv("O");
	char *dir;

	if (n < 1 || n > MAX_PROGRAMS || asprintf(&dir, "%s/differential", o ? o : "build") < 0)
		return 2;
	libbpf_set_print(be_quiet);
	if (system("mkdir -p \"${O:-build}/differential\""))
		return 2;
	for (int i = 0; i < files; i++) {
		failed += !(is_file ? compare_file(argv[1], n, first)
				    : compare_seed(dir, first + (uint64_t)i, n));
		fflush(stdout);
	}
	printf("# %d programs, %d of them refused by the verifier from clang as well; ours / clang's: "
	       "instructions %llu / %llu = %.3f, processed by the verifier %llu / %llu = %.3f\n",
	       files * n, refused_by_kernel, (unsigned long long)our_insns,
	       (unsigned long long)clang_insns, clang_insns ? (double)our_insns / (double)clang_insns : 0,
	       (unsigned long long)our_verified, (unsigned long long)clang_verified,
	       clang_verified ? (double)our_verified / (double)clang_verified : 0);
	printf("%s at-most-2-percent-exceed-the-verifiers-patience: %d of %d\n",
	       too_complex * 50 > files * n ? "not ok" : "ok", too_complex, files * n);
	free(dir);
	return failed || too_complex * 50 > files * n;
}
