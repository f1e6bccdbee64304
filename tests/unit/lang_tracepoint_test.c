/* SPDX-License-Identifier: Apache-2.0 */
/* lang: structs of tracepoints from format texts. */
#include "lang_testing.h"

#define COMMON                                                                         \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

static const struct {
	const char *category, *event, *text;
} formats[] = {
	{ "syscalls", "sys_enter_openat",
	  "name: sys_enter_openat\nID: 700\nformat:\n" COMMON
	  "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
	  "\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n"
	  "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	  "\tfield:unsigned int flags;\toffset:32;\tsize:8;\tsigned:0;\n"
	  "\tfield:umode_t mode;\toffset:40;\tsize:8;\tsigned:0;\n"
	  "\nprint fmt: \"dfd: 0x%08lx; field:int bogus; offset:99; size:4;\", REC->dfd\n" },
	{ "sched", "sched_switch",
	  "name: sched_switch\nformat:\n" COMMON
	  "\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
	  "\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;\n"
	  "\tfield:long prev_state;\toffset:32;\tsize:8;\tsigned:1;\n"
	  "\tfield:char next_comm[TASK_COMM_LEN];\toffset:40;\tsize:16;\tsigned:0;\n" },
	{ "sched", "sched_process_exec",
	  "name: sched_process_exec\nformat:\n" COMMON
	  "\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;\n"
	  "\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n" },
	{ "rel", "event",
	  "format:\n" COMMON "\tfield:__rel_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;\n"
	  "\tfield:unheard_of_t what;\toffset:16;\tsize:8;\tsigned:1;\n"
	  "\tfield:struct odd thing;\toffset:24;\tsize:12;\tsigned:0;\n"
	  "\tfield:enum color c;\toffset:36;\tsize:4;\tsigned:0;\n"
	  "\tfield:__u8 saddr[4];\toffset:40;\tsize:4;\tsigned:0;\n" },
	{ "a__b", "c", "format:\n" COMMON "\tfield:u32 x;\toffset:8;\tsize:4;\tsigned:0;\n" },
	{ "broken", "lines",
	  "format:\n\tfield:int\n\tfield:;offset:8;\n\tfield:int [;\toffset:8;\tsize:4;\n"
	  "\tfield:int x;\toffset:8;\tsize:0;\n\tfield:int y;\toffset:8;\tsize:4;\tsigned:1;" },
};

static const char *find_format(void *self, const char *category, const char *event)
{
	(void)self;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (!strcmp(formats[i].category, category) && !strcmp(formats[i].event, event))
			return formats[i].text;
	return NULL;
}

static bool btf_was_asked;

static const Btf *no_btf(void *self)
{
	(void)self;
	btf_was_asked = true;
	return NULL;
}

static const Host host = { .tracepoint_format = find_format, .btf = no_btf };

static void members_are_where_the_kernel_has_them(void **state)
{
	btf_was_asked = false;
	compiled_free(
		compile_clean("#define AT(e, m, o, s) _Static_assert(__builtin_offsetof(struct "
			      "tracepoint__##e, m) == o && "
			      "sizeof(((struct tracepoint__##e *)0)->m) == s, #m)\n"
			      "AT(syscalls__sys_enter_openat, __syscall_nr, 8, 4);\n"
			      "AT(syscalls__sys_enter_openat, dfd, 16, 8);\n"
			      "AT(syscalls__sys_enter_openat, filename, 24, 8);\n"
			      "AT(syscalls__sys_enter_openat, flags, 32, 8);\n"
			      "AT(syscalls__sys_enter_openat, mode, 40, 8);\n"
			      "AT(sched__sched_switch, prev_comm, 8, 16);\n"
			      "AT(sched__sched_switch, prev_pid, 24, 4);\n"
			      "AT(sched__sched_switch, prev_state, 32, 8);\n"
			      "AT(sched__sched_switch, next_comm, 40, 16);\n"
			      "AT(sched__sched_process_exec, data_loc_filename, 8, 4);\n"
			      "AT(rel__event, what, 16, 8);\n"
			      "AT(rel__event, saddr, 40, 4);\n"
			      "AT(rel__event, c, 36, 4);\n"
			      "AT(a__b__c, x, 8, 4);\n"
			      "AT(broken__lines, y, 8, 4);\n",
			      &host));
	(void)state;
}

static void widened_fields_keep_their_sign(void **state)
{
	compiled_free(compile_clean(
		"#define SIGN(m) ((typeof(((struct tracepoint__syscalls__sys_enter_openat "
		"*)0)->m))-1 < 0)\n"
		"_Static_assert(SIGN(dfd), \"\"); _Static_assert(!SIGN(flags), \"\");\n",
		&host));
	(void)state;
}

static void plain_tracepoints_do_not_ask_for_btf(void **state)
{
	Compiled *c;

	btf_was_asked = false;
	c = compile_clean(
		"TRACEPOINT_PROBE(syscalls, sys_enter_openat) { const char *p = args->filename;\n"
		"return args->dfd + (p != 0); }\n",
		&host);
	assert_false(btf_was_asked);
	assert_string_equal(func_named(c, "tracepoint__syscalls__sys_enter_openat")->attach_target,
			    "syscalls:sys_enter_openat");
	compiled_free(c);
	(void)state;
}

static void relative_locations_read_as_plain_ones(void **state)
{
	compiled_free(compile_clean("TRACEPOINT_PROBE(rel, event) { char name[16];\n"
				    "TP_DATA_LOC_READ_STR(&name, name, sizeof(name));\n"
				    "return name[0] + args->data_loc_name; }\n",
				    &host));
	(void)state;
}

static void a_missing_tracepoint_is_one_error(void **state)
{
	expect_diag("TRACEPOINT_PROBE(sched, sched_swich) { return args->prev_pid + "
		    "args->next_pid; }\n",
		    &host, DIAG_missing_tracepoint, "sched:sched_swich");
	expect_diag("int f(struct tracepoint__nothing *args) { return args->a; }\n", &host,
		    DIAG_missing_tracepoint, "names no tracepoint");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_where_the_kernel_has_them),
		cmocka_unit_test(widened_fields_keep_their_sign),
		cmocka_unit_test(plain_tracepoints_do_not_ask_for_btf),
		cmocka_unit_test(relative_locations_read_as_plain_ones),
		cmocka_unit_test(a_missing_tracepoint_is_one_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
