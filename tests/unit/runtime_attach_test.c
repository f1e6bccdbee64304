/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attaching through the public interface: user functions of this very program, interfaces of a network
 * namespace of our own, a control group, sockets, perf events, iterators; and what is refused. Also the
 * reader of symbols, on this program and on damaged copies of it.
 */
#include "bcc/bcc.h"
#include "kernel/kernel.h"
#include "symbols/symbols.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define TRACED __attribute__((noinline, used, visibility("default")))

/* What the probes are put on. */
TRACED int rt_traced_first(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

TRACED int rt_traced_second(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n * 3;
}

static const char source[] =
	"#include <linux/ptrace.h>\n"
	"BPF_ARRAY(counts, u64, 8);\n"
	"int rt_user(struct pt_regs *ctx) { counts.increment(0); return 0; }\n"
	"int rt_xdp(struct xdp_md *ctx) { counts.increment(1); return XDP_PASS; }\n"
	"int rt_perf(struct bpf_perf_event_data *ctx) { counts.increment(2); return 0; }\n"
	"__attribute__((section(\"tc\"))) int rt_tc(struct __sk_buff *skb)\n"
	"{ counts.increment(3); return -1; }\n"
	"__attribute__((section(\"socket\"))) int rt_socket(struct __sk_buff *skb)\n"
	"{ counts.increment(4); return -1; }\n"
	"__attribute__((section(\"cgroup_skb/egress\"))) int rt_group(struct __sk_buff *skb)\n"
	"{ counts.increment(5); return 1; }\n"
	"__attribute__((section(\"sk_lookup\"))) int rt_lookup(struct bpf_sk_lookup *ctx)\n"
	"{ counts.increment(6); return 1; }\n";

enum { USER, XDP, PERF, TC, SOCKET, GROUP, LOOKUP };

static bool may_load(void)
{
	return !*kernel_missing_capabilities();
}

static bcc_module *make(const char *text)
{
	bcc_error *error = NULL;
	bcc_module *m = bcc_module_from_text(text, strlen(text), NULL, &error);

	if (!m)
		fprintf(stderr, "# %s\n%s\n", bcc_error_message(error), bcc_error_log(error));
	return m;
}

static uint64_t count_of(bcc_module *m, uint32_t key)
{
	uint64_t value = 0;

	bcc_map_lookup(bcc_module_map(m, "counts"), &key, &value);
	return value;
}

/* 0, or the errno with the message shown. */
static int attach(bcc_module *m, const char *program, const char *kind, const char *target, int pid,
		  uint32_t flags)
{
	bcc_attach_options o = { .size = sizeof(o), .kind = kind, .target = target, .pid = pid,
				 .flags = flags };
	bcc_error *error = NULL;
	int result = bcc_module_attach(m, program, &o, &error);

	if (error)
		fprintf(stderr, "# %s\n", bcc_error_message(error));
	bcc_error_free(error);
	return result;
}

/* The refusal must be of this kind and say these words in its message or remedy. */
static void refused(bcc_module *m, const char *program, const char *kind, const char *target, int code,
		    const char *words)
{
	bcc_attach_options o = { .size = sizeof(o), .kind = kind, .target = target };
	bcc_error *error = NULL;

	assert_int_equal(bcc_module_attach(m, program, &o, &error), -code);
	assert_non_null(error);
	if (!strstr(bcc_error_message(error), words) && !strstr(bcc_error_remedy(error), words))
		fail_msg("\"%s\" (%s) lacks \"%s\"", bcc_error_message(error),
			 bcc_error_remedy(error), words);
	bcc_error_free(error);
}

/* Symbols -------------------------------------------------------------------------------------- */

static void a_symbol_has_its_place_in_the_file(void **state)
{
	SymbolFile *f = symbols_open("/proc/self/exe", NULL, NULL);
	char in_file[16];
	FileSymbol s;
	int fd;

	(void)state;
	assert_non_null(f);
	assert_int_equal(symbols_find(f, "rt_traced_first", &s, NULL), 0);
	assert_true(s.size > 0);
	assert_false(s.is_resolver);
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	assert_int_equal(pread(fd, in_file, 4, (off_t)s.offset), 4);
	assert_memory_equal(in_file, (const void *)rt_traced_first, 4);
	close(fd);
	assert_false(symbols_is_go(f));
	symbols_close(f);
}

static void a_missing_symbol_names_its_neighbours(void **state)
{
	SymbolFile *f = symbols_open("/proc/self/exe", "program", NULL);
	Error err = { 0 };
	FileSymbol s;

	(void)state;
	assert_int_equal(symbols_find(f, "rt_traced_frist", &s, &err), -ENOENT);
	assert_non_null(strstr(err.message, "program has no function rt_traced_frist"));
	assert_non_null(strstr(err.remedy, "rt_traced_first"));
	symbols_close(f);
}

static void what_is_no_elf_is_refused(void **state)
{
	Error err = { 0 };

	(void)state;
	assert_null(symbols_open("/proc/self/cmdline", NULL, &err));
	assert_int_equal(err.code, ENOEXEC);
	assert_null(symbols_open("/no/such/file", NULL, &err));
	assert_int_equal(err.code, ENOENT);
}

static bool count_symbol(void *self, const FileSymbol *s)
{
	*(size_t *)self += strlen(s->name);
	return true;
}

/* Nothing to find, but nothing may crash either. */
static void damaged_files_do_no_harm(void **state)
{
	char path[] = "/tmp/bcc-elf.XXXXXX", *bytes;
	int fd = mkstemp(path);
	size_t size, sum = 0;
	FileSymbol s;

	(void)state;
	assert_true(fd >= 0);
	bytes = file_read("/proc/self/exe", &size);
	assert_non_null(bytes);
	srandom(7);
	for (int i = 0; i < 60; i++) {
		size_t length = i % 2 ? size : (size_t)random() % size;
		SymbolFile *f;

		for (int k = 0; i % 2 && k < 40; k++)
			bytes[k < 20 ? (size_t)random() % 64 + 4 : (size_t)random() % size] = (char)random();
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, bytes, length, 0), (ssize_t)length);
		f = symbols_open(path, NULL, NULL);
		if (!f)
			continue;
		symbols_find(f, "rt_traced_first", &s, NULL);
		symbols_each(f, count_symbol, &sum);
		symbols_close(f);
	}
	free(bytes);
	close(fd);
	unlink(path);
}

static void libraries_are_found_by_name(void **state)
{
	char path[PATH_MAX], other[PATH_MAX];
	Error err = { 0 };

	(void)state;
	assert_int_equal(symbols_resolve_file("c", 0, path, NULL, sizeof(path), &err), 0);
	assert_non_null(strstr(path, "libc.so"));
	assert_int_equal(symbols_resolve_file("libc.so.6", 0, other, NULL, sizeof(other), &err), 0);
	assert_int_equal(symbols_resolve_file("sh", 0, path, NULL, sizeof(path), &err), 0);
	assert_non_null(strstr(path, "/sh"));
	assert_int_equal(symbols_resolve_file("no-such-thing", 0, path, NULL, sizeof(path), &err), -ENOENT);
	assert_int_equal(symbols_resolve_file("c", 4194999, path, NULL, sizeof(path), &err), -ESRCH);
}

/* Uprobes -------------------------------------------------------------------------------------- */

static void call_traced(int times)
{
	for (volatile int i = 0; i < times; i++) {
		rt_traced_first(i);
		rt_traced_second(i);
	}
}

static void uprobes_count(const char *kind, const char *target, int pid, uint64_t expected)
{
	bcc_module *m = make(source);

	assert_non_null(m);
	assert_int_equal(attach(m, "rt_user", kind, target, pid, 0), 0);
	call_traced(10);
	assert_int_equal(count_of(m, USER), expected);
	assert_int_equal(bcc_module_detach(m, "rt_user"), 0);
	call_traced(10);
	assert_int_equal(count_of(m, USER), expected);
	bcc_module_free(m);
}

static void uprobes_attach_by_every_kind_of_target(void **state)
{
	char exe[PATH_MAX], target[PATH_MAX + 64];
	SymbolFile *f = symbols_open("/proc/self/exe", NULL, NULL);
	FileSymbol s;
	pid_t other;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	(void)state;
	if (!may_load() || kernel_uprobe_pmu() < 0) {
		symbols_close(f);
		skip();
	}
	exe[n > 0 ? n : 0] = '\0';
	assert_int_equal(symbols_find(f, "rt_traced_first", &s, NULL), 0);
	symbols_close(f);
	snprintf(target, sizeof(target), "%s:rt_traced_first", exe);
	uprobes_count("uprobe", target, 0, 10);
	uprobes_count(NULL, target, 0, 10);
	uprobes_count("uretprobe", target, getpid(), 10);
	snprintf(target, sizeof(target), "%s:rt_traced_first+0x0", exe);
	uprobes_count("uprobe", target, 0, 10);
	snprintf(target, sizeof(target), "%s:0x%llx", exe, (unsigned long long)s.offset);
	uprobes_count("uprobe", target, 0, 10);
	snprintf(target, sizeof(target), "%s:rt_traced_*", exe);
	uprobes_count("uprobe", target, 0, 20);
	uprobes_count("uprobe", "rt_traced_second", getpid(), 10);
	snprintf(target, sizeof(target), "%s:rt_traced_first", exe);
	other = fork();
	if (!other)
		_exit(pause());
	uprobes_count("uprobe", target, other, 0);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

static void uprobes_that_cannot_be_say_why(void **state)
{
	bcc_module *m = make(source);

	(void)state;
	if (!may_load() || kernel_uprobe_pmu() < 0)
		skip();
	refused(m, "rt_user", "uprobe", "/proc/self/exe:rt_traced_firts", ENOENT, "rt_traced_first");
	refused(m, "rt_user", "uprobe", "/proc/self/exe:rt_traced_first+0x10000", EINVAL, "behind the end");
	refused(m, "rt_user", "uprobe", "/proc/self/exe:rt_none_*", ENOENT, "matches");
	refused(m, "rt_user", "uprobe", "/proc/self/exe", EINVAL, "FILE:FUNCTION");
	refused(m, "rt_user", "uprobe", "/no/such/file:f", ENOENT, "/no/such/file");
	refused(m, "rt_user", "uprobe", "/etc/passwd:f", ENOEXEC, "ELF");
	refused(m, "rt_user", "xdp", "lo", EINVAL, "type kprobe");
	refused(m, "rt_xdp", NULL, NULL, EINVAL, "eth0");
	bcc_module_free(m);
}

/* The network ---------------------------------------------------------------------------------- */

static void send_packets(int n)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	for (int i = 0; i < n; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
		close(fd);
	}
	usleep(50000);
}

static bool enter_own_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd;

	if (unshare(CLONE_NEWNET))
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		return false;
	close(fd);
	return true;
}

/* Runs in a process of its own, which has a network of its own; 77: that is not allowed here. */
static void in_own_network(int (*test)(void))
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(enter_own_network() ? test() : 77);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* 0 if the program sees packets while it is attached and none afterwards; else where it failed. */
static int counts_packets(const char *program, int key, const char *target, uint32_t flags)
{
	bcc_module *m = make(source);
	uint64_t seen;

	if (!m || attach(m, program, NULL, target, 0, flags))
		return 1;
	send_packets(3);
	seen = count_of(m, (uint32_t)key);
	if (seen < 3)
		return 2;
	bcc_module_detach(m, program);
	seen = count_of(m, (uint32_t)key);
	send_packets(3);
	if (count_of(m, (uint32_t)key) != seen)
		return 3;
	bcc_module_free(m);
	return 0;
}

static int xdp_in_own_network(void)
{
	bcc_module *m = make(source), *other = make(source);

	if (counts_packets("rt_xdp", XDP, "lo", BCC_XDP_GENERIC) || counts_packets("rt_xdp", XDP, "lo", 0))
		return 1;
	/* one link for each mode of an interface */
	if (attach(m, "rt_xdp", NULL, "lo", 0, 0) || !attach(other, "rt_xdp", NULL, "lo", 0, 0))
		return 2;
	bcc_module_free(m);
	bcc_module_free(other);
	return 0;
}

static int tc_in_own_network(void)
{
	return counts_packets("rt_tc", TC, "lo", 0) || counts_packets("rt_tc", TC, "lo", BCC_EGRESS) ||
	       counts_packets("rt_tc", TC, "lo", BCC_CLSACT) ||
	       counts_packets("rt_tc", TC, "lo", BCC_CLSACT | BCC_EGRESS);
}

static int socket_in_own_network(void)
{
	bcc_module *m = make(source);
	char packet[2048];
	int fd;

	if (counts_packets("rt_socket", SOCKET, "any", 0))
		return 1;
	if (attach(m, "rt_socket", NULL, "lo", 0, 0))
		return 2;
	fd = bcc_module_attachment_fd(m, "rt_socket", 0);
	send_packets(1);
	/* Ethernet, IP and UDP headers, one byte */
	if (recv(fd, packet, sizeof(packet), 0) != 14 + 20 + 8 + 1)
		return 3;
	bcc_module_free(m);
	return 0;
}

static int lookup_in_own_network(void)
{
	return counts_packets("rt_lookup", LOOKUP, "self", 0);
}

static void xdp_programs_see_packets(void **state)
{
	(void)state;
	if (!may_load())
		skip();
	in_own_network(xdp_in_own_network);
}

static void tc_programs_see_packets(void **state)
{
	(void)state;
	if (!may_load())
		skip();
	in_own_network(tc_in_own_network);
}

static void socket_filters_give_their_packets(void **state)
{
	(void)state;
	if (!may_load())
		skip();
	in_own_network(socket_in_own_network);
}

static void sk_lookup_programs_are_asked(void **state)
{
	(void)state;
	if (!may_load() || kernel_version() < KVERSION(5, 9))
		skip();
	in_own_network(lookup_in_own_network);
}

static void interfaces_that_are_not_are_refused(void **state)
{
	bcc_module *m = make(source);

	(void)state;
	if (!may_load())
		skip();
	refused(m, "rt_xdp", "xdp", "nosuch0", ENODEV, "lo");
	refused(m, "rt_lookup", NULL, "no-such-space", ENOENT, "ip netns");
	refused(m, "rt_group", NULL, "/proc", EINVAL, "control group");
	bcc_module_free(m);
}

static void cgroup_programs_see_packets(void **state)
{
	char group[512], file[600];
	const char *mount = kernel_cgroup2_mount();
	int status = 77;
	pid_t child;

	(void)state;
	snprintf(group, sizeof(group), "%s/bcc-test-%d", mount ? mount : "", getpid());
	if (!may_load() || !mount || mkdir(group, 0755))
		skip();
	child = fork();
	if (!child) {
		FILE *procs;

		snprintf(file, sizeof(file), "%s/cgroup.procs", group);
		procs = fopen(file, "w");
		if (!procs || fprintf(procs, "0") < 0 || fclose(procs) || !enter_own_network())
			_exit(77);
		_exit(counts_packets("rt_group", GROUP, strrchr(group, '/') + 1, 0));
	}
	waitpid(child, &status, 0);
	rmdir(group);
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Perf events, iterators ----------------------------------------------------------------------- */

static void perf_events_attach_by_name(void **state)
{
	bcc_module *m = make(source);

	(void)state;
	if (!may_load())
		skip();
	assert_int_equal(attach(m, "rt_perf", NULL, "page-faults:1", getpid(), 0), 0);
	for (int i = 0; i < 20; i++) {
		char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		*(volatile char *)page = 1;
		munmap(page, 4096);
	}
	assert_true(count_of(m, PERF) >= 20);
	bcc_module_detach(m, NULL);
	refused(m, "rt_perf", NULL, "page-faults", EINVAL, "99hz");
	refused(m, "rt_perf", NULL, "no-such-event:99hz", EINVAL, "cpu-clock");
	refused(m, "rt_perf", NULL, "cpu-clock:0hz", EINVAL, "99hz");
	bcc_module_free(m);
}

static void iterators_are_read(void **state)
{
	static const char text[] =
		"int bpf_iter__task(struct bpf_iter__task *ctx) {\n"
		"	char format[] = \"<%d>\";\n"
		"	u64 values[1] = { 0 };\n"
		"	if (!ctx->task) return 0;\n"
		"	values[0] = ctx->task->pid;\n"
		"	bpf_seq_printf(ctx->meta->seq, format, sizeof(format), values, sizeof(values));\n"
		"	return 0;\n"
		"}\n";
	bcc_error *error = NULL;
	char out[1 << 16], self[16];
	size_t have = 0;
	bcc_module *m;
	ssize_t n;
	int fd;

	(void)state;
	if (!may_load() || !kernel_btf(NULL))
		skip();
	m = make(text);
	assert_non_null(m);
	assert_int_equal(bcc_module_attach_all(m, &error), 1);
	fd = bcc_module_read_iterator(m, "bpf_iter__task", &error);
	assert_true(fd >= 0);
	while ((n = read(fd, out + have, sizeof(out) - 1 - have)) > 0)
		have += (size_t)n;
	out[have] = '\0';
	close(fd);
	snprintf(self, sizeof(self), "<%d>", getpid());
	assert_non_null(strstr(out, self));
	bcc_module_free(m);
	kernel_release_btf();
}

/* Later, and what is left ---------------------------------------------------------------------- */

static void targets_can_be_given_before_the_load(void **state)
{
	bcc_attach_options o = { .size = sizeof(o), .target = "page-faults:1", .pid = getpid() };
	bcc_module *m = make(source);

	(void)state;
	if (!may_load())
		skip();
	assert_int_equal(bcc_module_attach_later(m, "rt_perf", &o, NULL), 0);
	assert_int_equal(bcc_module_attach_later(m, "no_such", &o, NULL), -ENOENT);
	assert_int_equal(bcc_module_attach_all(m, NULL), 1);
	assert_true(bcc_module_attachment_fd(m, "rt_perf", 0) >= 0);
	assert_int_equal(bcc_module_attachment_fd(m, "rt_perf", 100000), -ENOENT);
	assert_int_equal(bcc_module_attachment_fd(m, "rt_xdp", 0), -ENOENT);
	bcc_module_free(m);
}

static int programs_named(const char *name)
{
	uint32_t id = 0;
	int n = 0;

	while (!bpf_prog_get_next_id(id, &id)) {
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			n += !strcmp(info.name, name);
		if (fd >= 0)
			close(fd);
	}
	return n;
}

static void be_killed(int ready)
{
	static const char text[] =
		"#include <linux/ptrace.h>\n"
		"int rt_left_u(struct pt_regs *ctx) { return 0; }\n"
		"int rt_left_x(struct xdp_md *ctx) { return XDP_PASS; }\n"
		"__attribute__((section(\"socket\"))) int rt_left_s(struct __sk_buff *skb) { return 0; }\n"
		"__attribute__((section(\"tc\"))) int rt_left_t(struct __sk_buff *skb) { return -1; }\n";
	bcc_module *m = make(text);
	char ok = m && enter_own_network() &&
		  !attach(m, "rt_left_u", "uprobe", "/proc/self/exe:rt_traced_first", 0, 0) &&
		  !attach(m, "rt_left_x", NULL, "lo", 0, 0) && !attach(m, "rt_left_s", NULL, "lo", 0, 0) &&
		  (!kernel_has_tcx(NULL) || !attach(m, "rt_left_t", NULL, "lo", 0, 0));

	if (write(ready, &ok, 1) == 1)
		pause();
	_exit(1);
}

static void nothing_is_left_after_kill(void **state)
{
	static const char *const names[] = { "rt_left_u", "rt_left_x", "rt_left_s", "rt_left_t" };
	int ready[2], left = 1;
	char ok = 0;
	pid_t child;

	(void)state;
	if (!may_load())
		skip();
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child)
		be_killed(ready[1]);
	assert_int_equal(read(ready[0], &ok, 1), 1);
	assert_int_equal(ok, 1);
	assert_int_equal(programs_named("rt_left_x"), 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (int i = 0; i < 300 && left; i++) {
		left = 0;
		for (size_t k = 0; k < ARRAY_LEN(names); k++)
			left += programs_named(names[k]);
		usleep(10000);
	}
	assert_int_equal(left, 0);
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_symbol_has_its_place_in_the_file),
		cmocka_unit_test(a_missing_symbol_names_its_neighbours),
		cmocka_unit_test(what_is_no_elf_is_refused),
		cmocka_unit_test(damaged_files_do_no_harm),
		cmocka_unit_test(libraries_are_found_by_name),
		cmocka_unit_test(uprobes_attach_by_every_kind_of_target),
		cmocka_unit_test(uprobes_that_cannot_be_say_why),
		cmocka_unit_test(xdp_programs_see_packets),
		cmocka_unit_test(tc_programs_see_packets),
		cmocka_unit_test(socket_filters_give_their_packets),
		cmocka_unit_test(sk_lookup_programs_are_asked),
		cmocka_unit_test(interfaces_that_are_not_are_refused),
		cmocka_unit_test(cgroup_programs_see_packets),
		cmocka_unit_test(perf_events_attach_by_name),
		cmocka_unit_test(iterators_are_read),
		cmocka_unit_test(targets_can_be_given_before_the_load),
		cmocka_unit_test(nothing_is_left_after_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
