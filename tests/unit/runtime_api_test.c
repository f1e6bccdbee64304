/* SPDX-License-Identifier: Apache-2.0 */
/* The public interface, used as its head comment shows: text to events and maps, and what goes wrong. */
#include <bcc/bcc.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

static const char program[] =
	"struct event { u64 pid; u32 n; };\n"
	"const volatile u32 target = 0;\n"
	"BPF_PERF_OUTPUT(events);\n"
	"BPF_HASH(counts, u32, u64);\n"
	"TRACEPOINT_PROBE(syscalls, sys_enter_getppid) {\n"
	"	struct event e = {};\n"
	"	u32 pid = bpf_get_current_pid_tgid() >> 32;\n"
	"	if (pid != target) return 0;\n"
	"	e.pid = pid;\n"
	"	e.n = 7;\n"
	"	counts.increment(pid);\n"
	"	events.perf_submit(args, &e, sizeof(e));\n"
	"	return 0;\n"
	"}\n";

struct event { uint64_t pid; uint32_t n; };

static void count_event(void *self, int cpu, const void *data, size_t size)
{
	const struct event *e = data;

	(void)cpu;
	if (size >= sizeof(*e) && e->pid == (uint64_t)getpid() && e->n == 7)
		++*(int *)self;
}

static int note_count(void *self, const void *key, const void *value)
{
	uint32_t pid;

	memcpy(&pid, key, sizeof(pid));
	if (pid == (uint32_t)getpid())
		memcpy(self, value, sizeof(uint64_t));
	return 0;
}

static void text_becomes_events_and_counts(void **state)
{
	bcc_options options = { .size = sizeof(options), .name = "getppid.bpf.c" };
	bcc_error *error = NULL;
	bcc_module *m;
	uint64_t count = 0;
	int events = 0;

	(void)state;
	if (geteuid())
		skip();
	m = bcc_module_from_text(program, strlen(program), &options, &error);
	if (error)
		print_message("%s\n%s", bcc_error_message(error), bcc_error_log(error));
	assert_non_null(m);
	assert_string_equal(bcc_module_warnings(m), "");
	assert_int_equal(bcc_module_bind(m, "no_such_global", 1), -ENOENT);
	assert_int_equal(bcc_module_bind(m, "target", getpid()), 0);
	assert_int_equal(bcc_module_on_events(m, "events", count_event, &events, &error), 0);
	assert_int_equal(bcc_module_bind(m, "target", getpid()), -EBUSY);
	assert_int_equal(bcc_module_attach_all(m, &error), 1);
	for (int i = 0; i < 50; i++)
		syscall(SYS_getppid);
	while (bcc_module_poll(m, 0) > 0)
		;
	assert_int_equal(events + bcc_module_lost(m), 50);
	assert_int_equal(bcc_map_each(bcc_module_map(m, "counts"), 0, note_count, &count, &error), 1);
	assert_int_equal(count, 50);
	assert_int_equal(bcc_map_key_size(bcc_module_map(m, "counts")), 4);
	assert_int_equal(bcc_map_clear(bcc_module_map(m, "counts"), &error), 0);
	assert_null(bcc_module_map(m, "no_such_map"));
	assert_int_equal(bcc_module_on_events(m, "no_such_map", count_event, NULL, &error), -ENOENT);
	assert_int_equal(bcc_error_code(error), ENOENT);
	bcc_error_free(error);
	bcc_module_free(m);
}

static void a_program_that_does_not_compile_is_shown(void **state)
{
	static const char text[] = "int f(void *ctx) { return x y; }\n";
	bcc_error *error = NULL;

	(void)state;
	assert_null(bcc_module_from_text(text, strlen(text), NULL, &error));
	assert_non_null(error);
	assert_non_null(strstr(bcc_error_message(error), "does not compile"));
	assert_non_null(strstr(bcc_error_log(error), "program:1:"));
	bcc_error_free(error);
	assert_null(bcc_module_from_text(text, strlen(text), NULL, NULL));
}

static void files_that_are_not_there_are_named(void **state)
{
	bcc_error *error = NULL;

	(void)state;
	assert_null(bcc_module_from_file("/nonexistent/x.c", NULL, &error));
	assert_int_equal(bcc_error_code(error), ENOENT);
	assert_non_null(strstr(bcc_error_message(error), "/nonexistent/x.c"));
	bcc_error_free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_events_and_counts),
		cmocka_unit_test(a_program_that_does_not_compile_is_shown),
		cmocka_unit_test(files_that_are_not_there_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
