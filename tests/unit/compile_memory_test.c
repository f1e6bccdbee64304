/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a compilation leaves behind: nothing, however often it is repeated. And what it does not ask
 * for: a tool without kernel types never causes the kernel's BTF to be read.
 */
#include "bpf/compile.h"
#include "kernel/kernel.h"
#include "toolkit/embedded.h"

#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { WARM_UP = 100, REPETITIONS = 1000, MOST_GROWTH_KB = 1024 };

static const EmbeddedTool *tool(const char *name)
{
	for (int i = 0; i < embedded_tool_count; i++)
		if (!strcmp(embedded_tools[i].name, name))
			return &embedded_tools[i];
	fail_msg("no tool %s", name);
	return NULL;
}

static void compile(const EmbeddedTool *t, const Host *host)
{
	BpfCompileOptions options = { .lang.name = t->file, .optimise = 2 };
	BpfCompilation *c = bpf_compile_begin(t->source, t->size, &options, host);

	assert_non_null(bpf_compile_finish(c));
	assert_int_equal(bpf_compile_diags(c)->errors, 0);
	bpf_compile_free(c);
}

static long resident_kb(void)
{
	long pages = 0, all;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &all, &pages), 2);
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void compile_often(const char *name)
{
	const EmbeddedTool *t = tool(name);
	long before;
	Host host;

	kernel_host(&host);
	for (int i = 0; i < WARM_UP; i++)
		compile(t, &host);
	before = resident_kb();
	for (int i = 0; i < REPETITIONS; i++)
		compile(t, &host);
	assert_in_range(resident_kb(), 0, before + MOST_GROWTH_KB);
}

static void a_thousand_compilations_do_not_grow_the_process(void **state)
{
	(void)state;
	compile_often("opensnoop");
}

static void nor_do_those_that_read_kernel_types(void **state)
{
	(void)state;
	compile_often("execsnoop");
	kernel_release_btf();
}

static int asked_for_btf;

static const Btf *count_btf(void *self)
{
	(void)self;
	asked_for_btf++;
	return kernel_btf(NULL);
}

static void tools_without_kernel_types_never_ask_for_btf(void **state)
{
	static const char *const names[] = { "opensnoop", "runqlat", "syscount" };
	Host host;

	(void)state;
	kernel_host(&host);
	host.btf = count_btf;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		asked_for_btf = 0;
		compile(tool(names[i]), &host);
		if (asked_for_btf)
			fail_msg("%s asked for the kernel's BTF", names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tools_without_kernel_types_never_ask_for_btf),
		cmocka_unit_test(a_thousand_compilations_do_not_grow_the_process),
		cmocka_unit_test(nor_do_those_that_read_kernel_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
