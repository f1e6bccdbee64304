/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code [-v] [-k DIRECTORY] [-p NAME] FILE...: the code that this compiler makes beside clang's. Each
 * file is compiled by both, each program loaded and run by both on the same inputs, in the kernel
 * and in an interpreter that counts. Results must be equal; a table shows instructions emitted,
 * executed and processed by the verifier as ratios ours / clang's, worst first. -k keeps the
 * objects, -p takes one program, -v says what the verifier refused.
 */
#include "bpf/compile.h"
#include "interpret.h"
#include "kernel/kernel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { INPUTS = 8, MAX_PACKET = 512, MAX_ROWS = 512, LOG_SIZE = 1 << 20 };
enum { CLANG, OURS };

typedef struct Outcome {
	bool loaded, counted;
	int unknown_helper;
	uint64_t emitted, executed, processed;
	uint32_t kernel[INPUTS];
	uint32_t interpreted[INPUTS];
	uint8_t packets[INPUTS][MAX_PACKET], counted_packets[INPUTS][MAX_PACKET];
	uint64_t digest;
} Outcome;

typedef struct Row {
	char name[160];
	bool same;
	double emitted, executed, processed;
	uint64_t counts[2][3];
} Row;

static Row rows[MAX_ROWS];
static int n_rows, n_bad;
static bool verbose;
static double compile_ms[2];
static int n_files;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Inputs ------------------------------------------------------------------------------------- */

static uint64_t random_from(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 24;
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint8_t *put_ipv4(uint8_t *p, uint8_t protocol, unsigned size)
{
	p[0] = 0x45;
	put16(p + 2, size);
	p[6] = 0x40;
	p[8] = 64;
	p[9] = protocol;
	memcpy(p + 12, "\x0a\x01\x02\x03\xc0\xa8\x01\x37", 8);
	return p + 20;
}

static uint8_t *put_ipv6(uint8_t *p, uint8_t protocol, unsigned size)
{
	memset(p, 0, 40);
	p[0] = 0x60;
	put16(p + 4, size);
	p[6] = protocol;
	p[7] = 64;
	p[8] = 0xfd;
	p[23] = 1;
	p[24] = 0xfd;
	p[39] = 2;
	return p + 40;
}

static void put_ports(uint8_t *p, bool is_tcp, unsigned from, unsigned to)
{
	put16(p, from);
	put16(p + 2, to);
	if (is_tcp) {
		p[12] = 0x50;
		p[13] = 0x12;
	}
}

/* Packets as they come: IPv4 and IPv6, TCP and UDP, one with a VLAN tag, ARP, and noise. */
static uint32_t make_packet(int n, uint8_t *packet)
{
	static const uint16_t sizes[INPUTS] = { 128, 200, 96, 256, 64, 333, 74, 110 };
	static const char text[] = "GET /index.html HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n";
	uint64_t state = (uint64_t)n * 7919 + 17;
	uint8_t *p = packet + 14;

	for (int k = 0; k < MAX_PACKET; k++)
		packet[k] = (uint8_t)random_from(&state);
	if (n == 7)
		return sizes[n];
	put16(packet + 12, n == 4 ? 0x0806 : n == 2 || n == 6 ? 0x86dd : n == 3 ? 0x8100 : 0x0800);
	if (n == 3) {
		put16(p, 0x0064);
		put16(p + 2, 0x0800);
		p += 4;
	}
	if (n == 4)
		return sizes[n];
	p = n == 2 || n == 6 ? put_ipv6(p, n == 2 ? 6 : 17, sizes[n] - 54u) :
			       put_ipv4(p, n & 1 ? 17 : 6, sizes[n] - 14u);
	put_ports(p, !(n & 1) && n != 6, 40000u + (unsigned)n, n == 1 ? 53 : n == 5 ? 4789 : 80);
	if (n == 0)
		memcpy(p + 20, text, sizeof(text) - 1);
	return sizes[n];
}

static void make_arguments(int n, uint64_t *arguments)
{
	uint64_t state = (uint64_t)n * 104729 + 3;

	for (int k = 0; k < 8; k++)
		arguments[k] = random_from(&state) >> (n * 5 % 32);
}

/* Running ------------------------------------------------------------------------------------ */

static bool run_in_kernel(int fd, enum bpf_prog_type type, int n, Outcome *o)
{
	uint8_t in[MAX_PACKET];
	uint64_t arguments[8];
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (type == BPF_PROG_TYPE_RAW_TRACEPOINT) {
		make_arguments(n, arguments);
		opts.ctx_in = arguments;
		opts.ctx_size_in = sizeof(arguments);
	} else {
		opts.data_in = in;
		opts.data_size_in = make_packet(n, in);
		opts.data_out = o->packets[n];
		opts.data_size_out = MAX_PACKET;
	}
	if (bpf_prog_test_run_opts(fd, &opts))
		return false;
	o->kernel[n] = opts.retval;
	return true;
}

static bool run_counted(Machine *m, int n, Outcome *o)
{
	void *context = m->context;
	uint64_t result;

	m->packet = o->counted_packets[n];
	m->packet_size = make_packet(n, m->packet);
	memset(m->context, 0, sizeof(m->context));
	if (m->type == BPF_PROG_TYPE_RAW_TRACEPOINT) {
		make_arguments(n, m->context);
	} else if (m->type != BPF_PROG_TYPE_XDP) {
		struct __sk_buff *skb = context;

		skb->len = m->packet_size;
		skb->ifindex = 1;
		memcpy(&skb->protocol, m->packet + 12, 2);
	} else {
		struct xdp_md *xdp = context;

		xdp->ingress_ifindex = 1;
	}
	if (!machine_run(m, &result))
		return false;
	o->interpreted[n] = (uint32_t)result;      /* what the kernel looks at */
	return true;
}

static uint64_t processed_in(const char *log)
{
	const char *p = strstr(log, "processed ");

	return p ? strtoull(p + 10, NULL, 10) : 0;
}

static void count(struct bpf_object *object, struct bpf_program *p, Outcome *o)
{
	Machine m = { .insns = bpf_program__insns(p), .n = bpf_program__insn_cnt(p),
		      .type = bpf_program__type(p), .clock = 1000000, .seed = 42 };
	struct bpf_map *map;

	o->counted = true;
	bpf_object__for_each_map(map, object)
		o->counted &= machine_add_map(&m, bpf_map__fd(map));
	for (int n = 0; o->counted && n < INPUTS; n++)
		o->counted = run_counted(&m, n, o);
	o->executed = m.executed;
	o->digest = m.digest;
	o->unknown_helper = m.unknown_helper;
	machine_free(&m);
}

static void measure(const char *path, const char *name, Outcome *o)
{
	static char log[LOG_SIZE];
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *p, *wanted;

	*o = (Outcome){ 0 };
	if (!object)
		return;
	bpf_object__for_each_program(p, object)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	wanted = bpf_object__find_program_by_name(object, name);
	log[0] = '\0';
	if (wanted) {
		bpf_program__set_log_buf(wanted, log, sizeof(log));
		bpf_program__set_log_level(wanted, 4);
	}
	if (!wanted || bpf_object__load(object)) {
		if (verbose)
			printf("# %s: %s not loaded\n%s", path, name, log);
		bpf_object__close(object);
		return;
	}
	o->loaded = true;
	o->processed = processed_in(log);
	o->emitted = bpf_program__insn_cnt(wanted);
	for (int n = 0; n < INPUTS; n++)
		o->loaded &= run_in_kernel(bpf_program__fd(wanted), bpf_program__type(wanted), n, o);
	count(object, wanted, o);
	bpf_object__close(object);
}

/* Comparing ---------------------------------------------------------------------------------- */

static bool same_outcome(const Outcome *a, const Outcome *b)
{
	return !memcmp(a->kernel, b->kernel, sizeof(a->kernel)) &&
	       !memcmp(a->packets, b->packets, sizeof(a->packets)) &&
	       !memcmp(a->interpreted, b->interpreted, sizeof(a->interpreted)) &&
	       !memcmp(a->counted_packets, b->counted_packets, sizeof(a->counted_packets)) &&
	       a->digest == b->digest;
}

static void complain(const char *name, const char *what)
{
	printf("not ok %s: %s\n", name, what);
	n_bad++;
}

static void compare(const char *file, const char *name, char objects[2][256])
{
	static Outcome o[2];
	Row *row = &rows[n_rows];

	for (int k = CLANG; k <= OURS; k++)
		measure(objects[k], name, &o[k]);
	snprintf(row->name, sizeof(row->name), "%s/%s", file, name);
	if (!o[CLANG].loaded || !o[OURS].loaded) {
		complain(row->name, !o[CLANG].loaded ? "clang's is refused" : "ours is refused");
		return;
	}
	if (!o[CLANG].counted || !o[OURS].counted) {
		complain(row->name, "the interpreter does not know a helper");
		return;
	}
	row->same = same_outcome(&o[CLANG], &o[OURS]);
	if (!row->same) {
		complain(row->name, "results differ");
		for (int n = 0; verbose && n < INPUTS; n++)
			printf("#   %d: kernel %#x %#x, counted %#x %#x\n", n, o[0].kernel[n],
			       o[1].kernel[n], o[0].interpreted[n], o[1].interpreted[n]);
	}
	for (int k = CLANG; k <= OURS; k++) {
		row->counts[k][0] = o[k].emitted;
		row->counts[k][1] = o[k].executed;
		row->counts[k][2] = o[k].processed;
	}
	row->emitted = (double)o[OURS].emitted / (double)o[CLANG].emitted;
	row->executed = (double)o[OURS].executed / (double)o[CLANG].executed;
	row->processed = (double)o[OURS].processed / (double)o[CLANG].processed;
	if (n_rows < MAX_ROWS - 1)
		n_rows++;
}

static bool compile_with_clang(const char *file, const char *object)
{
	char command[1024];
	double start = now_ms();
	bool ok;

	snprintf(command, sizeof(command), "clang -O2 -g -w -mcpu=v3 -target bpf "
		 "-I/usr/include/$(gcc -print-multiarch) -c %s -o %s", file, object);
	ok = system(command) == 0;
	compile_ms[CLANG] += now_ms() - start;
	return ok;
}

static char *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (!f || !text)
		abort();
	*size = fread(text, 1, (1 << 20) - 1, f);
	fclose(f);
	return text;
}

static bool compile_ourselves(const char *file, const char *object)
{
	const char *flag = getenv("BENCH_CFLAGS");
	BpfCompileOptions options = { .lang = { .name = file }, .optimise = 2 };
	Host host = { 0 };
	BpfCompilation *c;
	const BpfObject *o;
	Error err = { 0 };
	size_t size;
	char *text = read_file(file, &size);
	double start;
	bool ok;

	if (flag) {
		options.lang.cflags = &flag;
		options.lang.n_cflags = 1;
	}
	kernel_host(&host);
	start = now_ms();
	c = bpf_compile_begin(text, size, &options, &host);
	o = bpf_compile_finish(c);
	compile_ms[OURS] += now_ms() - start;
	ok = o && bpf_object_write(o, object, &err) == 0;
	if (!ok) {
		StrBuf out = { 0 };

		diags_render(bpf_compile_diags(c), &out, false);
		printf("# %s\n", verbose && out.p ? out.p : "our compiler refused it");
		sb_free(&out);
	}
	bpf_compile_free(c);
	free(text);
	return ok;
}

static void compare_file(const char *path, const char *dir, const char *only)
{
	char objects[2][256], file[64];
	const char *slash = strrchr(path, '/');
	struct bpf_object *object;
	struct bpf_program *p;

	snprintf(file, sizeof(file), "%s", slash ? slash + 1 : path);
	file[strcspn(file, ".")] = '\0';
	snprintf(objects[CLANG], sizeof(objects[0]), "%s/%s.clang.o", dir, file);
	snprintf(objects[OURS], sizeof(objects[0]), "%s/%s.ours.o", dir, file);
	if (!compile_with_clang(path, objects[CLANG]) || !compile_ourselves(path, objects[OURS])) {
		complain(file, "not compiled");
		return;
	}
	n_files++;
	object = bpf_object__open_file(objects[CLANG], NULL);
	if (!object) {
		complain(file, "libbpf does not take clang's object");
		return;
	}
	bpf_object__for_each_program(p, object)
		if (!only || !strcmp(only, bpf_program__name(p)))
			compare(file, bpf_program__name(p), objects);
	bpf_object__close(object);
}

/* The table ---------------------------------------------------------------------------------- */

static double worst(const Row *r)
{
	return r->emitted > r->executed ? r->emitted : r->executed;
}

static int by_worst(const void *a, const void *b)
{
	double x = worst(a), y = worst(b);

	return x < y ? 1 : x > y ? -1 : strcmp(((const Row *)a)->name, ((const Row *)b)->name);
}

static void print_table(void)
{
	double sums[3] = { 0 };
	int over = 0;

	qsort(rows, (size_t)n_rows, sizeof(*rows), by_worst);
	printf("%-34s %21s %21s %21s\n", "program", "emitted", "executed", "verifier");
	for (int k = 0; k < n_rows; k++) {
		const Row *r = &rows[k];
		double ratios[3] = { r->emitted, r->executed, r->processed };

		printf("%-34s", r->name);
		for (int c = 0; c < 3; c++) {
			printf(" %7llu/%-6llu%6.3f", (unsigned long long)r->counts[OURS][c],
			       (unsigned long long)r->counts[CLANG][c], ratios[c]);
			sums[c] += log(ratios[c]);
		}
		printf("\n");
		over += worst(r) > 1.25;
	}
	if (!n_rows)
		return;
	printf("geometric means of %d programs: emitted %.3f, executed %.3f, verifier %.3f; "
	       "%d above 1.25; %d not comparable or different\n", n_rows, exp(sums[0] / n_rows),
	       exp(sums[1] / n_rows), exp(sums[2] / n_rows), over, n_bad);
	printf("compiling %d files: ours %.2f ms a file (in process), clang %.0f ms a file (process)\n",
	       n_files, compile_ms[OURS] / n_files, compile_ms[CLANG] / n_files);
}

static int be_quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level, (void)fmt, (void)ap;
	return 0;
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/bench-code-XXXXXX", command[64];
	const char *keep = NULL, *only = NULL;
	int option;

	while ((option = getopt(argc, argv, "vk:p:")) != -1) {
		if (option == 'v')
			verbose = true;
		else if (option == 'k')
			keep = optarg;
		else if (option == 'p')
			only = optarg;
		else
			return 2;
	}
	libbpf_set_print(be_quiet);
	if (!keep && !mkdtemp(dir))
		return 2;
	for (int k = optind; k < argc; k++)
		compare_file(argv[k], keep ? keep : dir, only);
	print_table();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (!keep && system(command))
		return 2;
	return n_bad != 0;
}
