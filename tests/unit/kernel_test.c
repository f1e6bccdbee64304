/* SPDX-License-Identifier: Apache-2.0 */
/* kernel: facts agree with what other means say, leave nothing behind, and a no has its reason. */
#include "kernel/kernel.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static bool may_trace(void)
{
	return !*kernel_missing_capabilities() && kernel_has_tracepoint("sched", "sched_switch");
}

static void version_is_that_of_uname(void **state)
{
	unsigned int major, minor;

	(void)state;
	assert_int_equal(sscanf(kernel_release(), "%u.%u", &major, &minor), 2);
	assert_int_equal(kernel_version() >> 16, major);
	assert_int_equal(kernel_version() >> 8 & 255, minor);
	assert_true(kernel_possible_cpus() >= kernel_online_cpus());
	assert_int_equal(kernel_online_cpus(), sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(kernel_cpu_online(0));
	assert_false(kernel_cpu_online(100000));
}

static void btf_is_read_again_after_release(void **state)
{
	uint32_t id;

	(void)state;
	if (!kernel_btf(NULL))
		skip();
	id = btf_find(kernel_btf(NULL), "task_struct", BTF_KIND_STRUCT);
	assert_int_not_equal(id, 0);
	kernel_release_btf();
	assert_int_equal(btf_find(kernel_btf(NULL), "task_struct", BTF_KIND_STRUCT), id);
	kernel_release_btf();
}

static void missing_module_btf_says_so(void **state)
{
	Error err = { 0 };

	(void)state;
	assert_null(kernel_module_btf("no_such_module", &err));
	assert_non_null(strstr(err.message, "BTF"));
	assert_null(kernel_module_btf("../vmlinux", NULL));
	kernel_release_btf();
}

static void symbols_are_found_in_one_pass(void **state)
{
	KernelSymbol s[] = { { .name = "vfs_read" }, { .name = "no_such_function_at_all" },
			     { .name = "bpf_prog_put" } };
	int n = kernel_find_symbols(s, 3);

	(void)state;
	if (n < 0)
		skip();
	assert_int_equal(n, 2);
	assert_int_equal(s[0].count, 1);
	assert_int_equal(s[1].count, 0);
	assert_int_equal(s[1].type, 0);
	assert_true(kernel_has_function("vfs_read"));
	assert_false(kernel_has_function("vfs_reed"));
}

static void near_names_are_offered(void **state)
{
	char names[300];

	(void)state;
	if (!kernel_has_function("vfs_read"))
		skip();
	assert_true(kernel_similar_functions("vfs_reed", names, sizeof(names)));
	assert_non_null(strstr(names, "vfs_read"));
	assert_false(kernel_similar_functions("qqqqzzzzxxxx", names, sizeof(names)));
}

static char named[3][80];

static void note_name(void *self, int i, const char *name, uint64_t offset, const char *module)
{
	(void)self;
	(void)module;
	snprintf(named[i], sizeof(named[i]), "%s+%llu", name ? name : "?", (unsigned long long)offset);
}

static void addresses_get_their_names(void **state)
{
	KernelSymbol s[] = { { .name = "vfs_read" }, { .name = "bpf_prog_put" } };
	uint64_t addresses[3];

	(void)state;
	if (kernel_find_symbols(s, 2) < 2 || !s[0].address)
		skip();
	addresses[0] = s[1].address + 3;
	addresses[1] = s[0].address;
	addresses[2] = 1;
	assert_int_equal(kernel_name_addresses(addresses, 3, note_name, NULL), 0);
	assert_string_equal(named[0], "bpf_prog_put+3");
	assert_string_equal(named[1], "vfs_read+0");
	assert_string_equal(named[2], "?+0");
}

static void syscall_names_take_the_prefix_of_this_kernel(void **state)
{
	char want[64];

	(void)state;
	snprintf(want, sizeof(want), "%sclone", kernel_syscall_prefix());
	assert_string_equal(kernel_syscall_function("sys_clone"), want);
	assert_string_equal(kernel_syscall_function("__arm64_sys_clone"), want);
	assert_string_equal(kernel_syscall_function("vfs_read"), "vfs_read");
	if (kernel_has_function("vfs_read"))
		assert_true(kernel_has_function(want));
}

static int count_mounts(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char line[4096];
	int n = 0;

	while (fgets(line, sizeof(line), f))
		n++;
	fclose(f);
	return n;
}

static void tracepoints_are_read_without_leaving_a_mount(void **state)
{
	int before = count_mounts(), id;
	const char *format;
	char want[32];

	(void)state;
	if (!may_trace())
		skip();
	id = kernel_tracepoint_id("sched", "sched_switch", NULL);
	assert_true(id > 0);
	format = kernel_tracepoint_format("sched", "sched_switch", NULL);
	snprintf(want, sizeof(want), "ID: %d\n", id);
	assert_non_null(strstr(format, want));
	assert_ptr_equal(format, kernel_tracepoint_format("sched", "sched_switch", NULL));
	assert_int_equal(count_mounts(), before);
}

static void missing_tracepoints_are_explained(void **state)
{
	Error err = { 0 };

	(void)state;
	if (!may_trace())
		skip();
	assert_true(kernel_tracepoint_id("sched", "sched_swich", &err) < 0);
	assert_non_null(strstr(err.message, "sched:sched_swich"));
	assert_non_null(strstr(err.remedy, "sched:sched_switch"));
	assert_true(kernel_tracepoint_id("syscall", "sched_switch", &err) < 0);
	assert_non_null(strstr(err.remedy, "sched:sched_switch"));
	assert_true(kernel_tracepoint_id("..", "sched_switch", &err) < 0);
	assert_null(kernel_tracepoint_format("nothing", "at_all", &err));
	assert_non_null(strstr(err.remedy, "no category"));
}

static void raw_tracepoints_are_known(void **state)
{
	const char *why = NULL;

	(void)state;
	if (!may_trace() && !kernel_btf(NULL))
		skip();
	assert_true(kernel_has_raw_tracepoint("sched_switch", &why));
	assert_false(kernel_has_raw_tracepoint("sched_swich", &why));
	assert_non_null(why);
	kernel_release_btf();
}

static void kprobes_need_their_pmu(void **state)
{
	const char *why = NULL;

	(void)state;
	assert_int_equal(kernel_has_kprobes(&why), !access("/sys/bus/event_source/devices/kprobe", F_OK));
	if (!kernel_has_kprobes(NULL))
		assert_non_null(strstr(why, "kprobes"));
}

static void every_feature_has_an_answer(void **state)
{
	(void)state;
	for (int i = 0; i < kernel_feature_count(); i++) {
		const Feature *f = kernel_feature_at(i);
		const char *why = NULL;
		FeatureState s = kernel_feature_probe(f, &why);

		assert_non_null(why);
		if (s == FEATURE_NO)
			assert_true(*why);
		assert_ptr_equal(kernel_feature_by_name(f->name), f);
		assert_int_equal(kernel_feature_probe(f, NULL), s);
	}
	kernel_release_btf();
}

/* A kernel that is new enough must offer what its version promises. */
static void new_kernels_have_what_they_should(void **state)
{
	static const char *const names[] = { "bpf_syscall", "ringbuf", "batch", "perf_link" };

	(void)state;
	if (*kernel_missing_capabilities())
		skip();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const Feature *f = kernel_feature_by_name(names[i]);

		if (kernel_version() >= f->since)
			assert_int_equal(kernel_feature_probe(f, NULL), FEATURE_YES);
	}
}

static void the_host_answers_the_compiler(void **state)
{
	Host h;

	(void)state;
	kernel_host(&h);
	assert_int_equal(h.kernel_version, kernel_version());
	assert_true(h.has(h.self, HOST_MAP_TYPE, "hash", NULL));
	assert_false(h.has(h.self, HOST_MAP_TYPE, "no_such_type", NULL));
	assert_true(h.has(h.self, HOST_HELPER, "map_lookup_elem", NULL));
	assert_false(h.has(h.self, HOST_HELPER, "no_such_helper", NULL));
	if (may_trace())
		assert_true(h.has(h.self, HOST_TRACEPOINT, "sched", "sched_switch"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_is_that_of_uname),
		cmocka_unit_test(btf_is_read_again_after_release),
		cmocka_unit_test(missing_module_btf_says_so),
		cmocka_unit_test(symbols_are_found_in_one_pass),
		cmocka_unit_test(near_names_are_offered),
		cmocka_unit_test(addresses_get_their_names),
		cmocka_unit_test(syscall_names_take_the_prefix_of_this_kernel),
		cmocka_unit_test(tracepoints_are_read_without_leaving_a_mount),
		cmocka_unit_test(missing_tracepoints_are_explained),
		cmocka_unit_test(raw_tracepoints_are_known),
		cmocka_unit_test(kprobes_need_their_pmu),
		cmocka_unit_test(every_feature_has_an_answer),
		cmocka_unit_test(new_kernels_have_what_they_should),
		cmocka_unit_test(the_host_answers_the_compiler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
