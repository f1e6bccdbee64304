/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of a tool: what is accepted, what is refused and with which words. */
#include "toolkit_fixture.h"

typedef struct State {
	Fixture f;
	Tool *t;
	StrBuf out, errors;
} State;

static bool test_uid(void *self, const char *login, uint32_t *uid)
{
	(void)self;
	*uid = 1000;
	return !strcmp(login, "ada");
}

static void declare_options(Fixture *f)
{
	uint32_t pid_t_ = fixture_typedef(f, "pid_t", f->t_int);
	uint32_t uid_t_ = fixture_typedef(f, "uid_t", f->t_u32);
	uint32_t seconds = fixture_typedef(f, "seconds_t", f->t_u32);
	uint32_t ports = fixture_typedef(f, "ports_t", f->t_u8);
	uint32_t flags = fixture_typedef(f, "open_flags_t", f->t_u32);
	uint32_t err = fixture_typedef(f, "errno_t", f->t_int);
	uint32_t text = fixture_typedef(f, "text_t", f->t_u8);
	uint32_t pattern = fixture_typedef(f, "pattern_t", f->t_u8);

	fixture_option(f, "pid", pid_t_, TAGS("option:PID", "letter:'p'", "help:this process"));
	fixture_option(f, "uid", uid_t_, TAGS("option:USER", "letter:'u'", "default:-1", "help:user"));
	fixture_option(f, "failed", f->t_bool, TAGS("flag:", "letter:'x'", "help:failures"));
	fixture_option(f, "print_uid", f->t_bool, TAGS("flag:", "letter:'U'", "help:column"));
	fixture_option(f, "print_cpu", f->t_bool,
		       TAGS("flag:", "letter:'C'", "help:column", "defines:"));
	fixture_option(f, "duration", seconds,
		       TAGS("option:SECONDS", "letter:'d'", "role:duration", "help:how long"));
	fixture_option(f, "ports", ports, TAGS("option:PORTS", "letter:'P'", "help:ports"));
	fixture_option(f, "flag_filter", flags, TAGS("option:O_FLAG", "letter:'f'", "help:flags"));
	fixture_option(f, "errno", err, TAGS("option:ERRNO", "letter:'e'", "help:error"));
	fixture_option(f, "label", text,
		       TAGS("option:LABEL", "letter:0", "optional:exit", "help:label"));
	fixture_option(f, "line", pattern, TAGS("option:REGEX", "letter:'l'", "help:regex"));
	fixture_option(f, "level", f->t_u8,
		       TAGS("option:N", "letter:0", "default:3", "help:level", "role:top"));
}

static int setup(void **state)
{
	State *s = calloc(1, sizeof(*s));
	ToolNames names = { .uid = test_uid };

	fixture_begin(&s->f);
	declare_options(&s->f);
	fixture_unit_tag(&s->f, "tool:probe");
	fixture_unit_tag(&s->f, "description:Test things.");
	fixture_unit_tag(&s->f, "example:probe -x\nonly failures");
	fixture_unit_tag(&s->f, "interval:");
	fixture_unit_tag(&s->f, "exclusive:print_uid print_cpu");
	fixture_unit_tag(&s->f, "refuse?failed & ports:ERROR: can only use -x or -P. Exiting.");
	fixture_unit_tag(&s->f, "exec:pid");
	s->t = fixture_tool(&s->f, &names);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	State *s = *state;

	sb_free(&s->out);
	sb_free(&s->errors);
	arena_free(s->f.arena);
	free(s);
	return 0;
}

#define PARSE(s, ...) fixture_parse((s)->t, &(s)->out, &(s)->errors, TAGS(__VA_ARGS__))

static void bundled_flags_and_value_in_the_same_word(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "-xUp42"), PARSE_RUN);
	assert_int_equal(tool_option(s->t, "failed")->value, 1);
	assert_int_equal(tool_option(s->t, "print_uid")->value, 1);
	assert_int_equal(tool_option(s->t, "pid")->value, 42);
	assert_false(tool_option(s->t, "print_cpu")->given);
}

static void long_options_with_equals_separate_and_prefix(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "--pid=7", "--flag_filter", "O_CREAT", "--dur", "1.5"), PARSE_RUN);
	assert_int_equal(tool_option(s->t, "pid")->value, 7);
	assert_int_equal(tool_option(s->t, "flag_filter")->value, 0100);
	assert_true(s->t->duration == 1.5);
}

static void ambiguous_prefix_is_a_usage_error(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "--print"), PARSE_USAGE);
	assert_non_null(strstr(text_of(&s->errors), "ambiguous: --print-uid, --print-cpu"));
	assert_non_null(strstr(text_of(&s->errors), "usage: probe"));
}

static void unknown_option_names_the_nearest(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "--faild"), PARSE_USAGE);
	assert_non_null(strstr(text_of(&s->errors), "did you mean --failed?"));
}

static void positionals_mix_with_options(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "2", "-x", "10"), PARSE_RUN);
	assert_true(s->t->interval == 2);
	assert_int_equal(s->t->count, 10);
}

static void third_positional_is_refused(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "2", "10", "3"), PARSE_USAGE);
	assert_non_null(strstr(text_of(&s->errors), "unexpected argument '3'"));
}

static void bad_numbers_say_what_was_found(void **state)
{
	static const struct { const char *option, *value, *message; } bad[] = {
		{ "-p", "abc", "argument -p/--pid: 'abc' is not a process or thread id" },
		{ "-p", "-3", "'-3' is not a process" },
		{ "-d", "5x", "'5x' is not a time" },
		{ "-d", "0", "must be positive" },
		{ "-P", "80,99999", "'99999' is not a port" },
		{ "-u", "nobody-here", "neither a user number nor a login name" },
		{ "-e", "EWHAT", "couldn't map EWHAT to an errno" },
		{ "-l", "(", "not a regular expression" },
		{ "--level", "256", "256 is out of range" },
		{ "--level", "x", "'x' is not a number" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		State *s;

		setup((void **)&s);
		assert_int_equal(PARSE(s, bad[i].option, bad[i].value), PARSE_USAGE);
		assert_non_null(strstr(text_of(&s->errors), bad[i].message));
		assert_null(s->out.p);
		teardown((void **)&s);
	}
	(void)state;
}

static void missing_value_is_a_usage_error(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "-p"), PARSE_USAGE);
	assert_non_null(strstr(text_of(&s->errors), "a value is missing (PID)"));
}

static void login_names_and_defaults(void **state)
{
	State *s = *state;

	assert_int_equal(tool_option(s->t, "uid")->value, -1);
	assert_int_equal(tool_option(s->t, "level")->value, 3);
	assert_int_equal(PARSE(s, "-u", "ada"), PARSE_RUN);
	assert_int_equal(tool_option(s->t, "uid")->value, 1000);
}

static void flags_of_open_are_ored_and_unknown_ones_refused(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "-f", "O_WRONLY", "-fO_RDWR"), PARSE_RUN);
	assert_int_equal(tool_option(s->t, "flag_filter")->value, 3);
	assert_int_equal(PARSE(s, "-f", "O_NO"), PARSE_REFUSED);
	assert_string_equal(text_of(&s->errors), "Bad flag: O_NO\n");
}

static void lists_of_ports(void **state)
{
	State *s = *state;
	const Option *o = tool_option(s->t, "ports");

	assert_int_equal(PARSE(s, "-P", "80,443"), PARSE_RUN);
	assert_int_equal(o->list.n, 2);
	assert_int_equal(o->list.v[1], 443);
	assert_int_equal(o->value, 2);
}

static void errors_by_name_or_number(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "-e", "enoent"), PARSE_RUN);
	assert_int_equal(tool_option(s->t, "errno")->value, 2);
	assert_int_equal(PARSE(s, "-e", "13"), PARSE_RUN);
	assert_int_equal(tool_option(s->t, "errno")->value, 13);
}

static void value_may_be_left_out_where_declared(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "--label", "-x"), PARSE_RUN);
	assert_string_equal(tool_option(s->t, "label")->text, "exit");
	assert_int_equal(PARSE(s, "--label=L"), PARSE_RUN);
	assert_string_equal(tool_option(s->t, "label")->text, "L");
}

static void exclusive_options_and_refused_combinations(void **state)
{
	State *s = *state, *other;

	assert_int_equal(PARSE(s, "-UC"), PARSE_USAGE);
	assert_non_null(strstr(text_of(&s->errors),
			       "argument -C/--print-cpu: not allowed with argument -U/--print-uid"));
	setup((void **)&other);
	assert_int_equal(PARSE(other, "-x", "-P", "1"), PARSE_REFUSED);
	assert_string_equal(text_of(&other->errors), "ERROR: can only use -x or -P. Exiting.\n");
	teardown((void **)&other);
}

static void exec_takes_the_rest(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "-x", "--exec", "ls", "-l"), PARSE_RUN);
	assert_int_equal(s->t->command.n, 3);
	assert_string_equal(s->t->command.v[1], "-l");
}

static void exec_without_command_or_with_pid_is_refused(void **state)
{
	State *s = *state, *other;

	assert_int_equal(PARSE(s, "--exec"), PARSE_REFUSED);
	assert_string_equal(text_of(&s->errors), "ERROR: --exec without command. Exiting.\n");
	setup((void **)&other);
	assert_int_equal(PARSE(other, "-p", "1", "--exec", "ls"), PARSE_REFUSED);
	assert_string_equal(text_of(&other->errors), "ERROR: can only use -p or --exec. Exiting.\n");
	teardown((void **)&other);
}

static void help_goes_to_standard_output(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "-h"), PARSE_DONE);
	assert_non_null(strstr(s->out.p, "usage: probe [-p PID]"));
	assert_non_null(strstr(s->out.p, "[interval [count]]"));
	assert_non_null(strstr(s->out.p, "  -p, --pid PID           this process\n"));
	assert_non_null(strstr(s->out.p, "--label[=LABEL]"));
	assert_non_null(strstr(s->out.p, "--json"));
	assert_null(strstr(s->out.p, "--ebpf"));
	assert_non_null(strstr(s->out.p, "probe -x                        # only failures"));
	assert_null(s->errors.p);
}

static void conditions(void **state)
{
	State *s = *state;

	assert_int_equal(PARSE(s, "-x", "-p", "1"), PARSE_RUN);
	assert_true(tool_condition(s->t, "failed"));
	assert_true(tool_condition(s->t, "failed & pid"));
	assert_false(tool_condition(s->t, "failed & !pid"));
	assert_true(tool_condition(s->t, "print_uid | pid"));
	assert_true(tool_condition(s->t, "!print_uid & !print_cpu"));
	assert_true(tool_condition(s->t, ""));
	assert_false(tool_condition(s->t, "no_such_option"));
}

static void options_for_the_preprocessor(void **state)
{
	State *s = *state;
	const char **defines;

	assert_int_equal(tool_defines(s->t, s->f.arena, &defines), 0);
	assert_int_equal(PARSE(s, "-C"), PARSE_RUN);
	assert_int_equal(tool_defines(s->t, s->f.arena, &defines), 1);
	assert_string_equal(defines[0], "-DOPTION_print_cpu=1");
}

static void templates(void **state)
{
	State *s = *state;
	StrBuf text = { 0 };

	assert_int_equal(PARSE(s, "-x"), PARSE_RUN);
	tool_template(s->t, "Tracing {?failed:failed }{?print_uid:uid }calls, top {level}...", &text);
	assert_string_equal(text.p, "Tracing failed calls, top 3...");
	sb_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(bundled_flags_and_value_in_the_same_word),
		T(long_options_with_equals_separate_and_prefix),
		T(ambiguous_prefix_is_a_usage_error), T(unknown_option_names_the_nearest),
		T(positionals_mix_with_options), T(third_positional_is_refused),
		T(bad_numbers_say_what_was_found), T(missing_value_is_a_usage_error),
		T(login_names_and_defaults), T(flags_of_open_are_ored_and_unknown_ones_refused),
		T(lists_of_ports), T(errors_by_name_or_number),
		T(value_may_be_left_out_where_declared),
		T(exclusive_options_and_refused_combinations), T(exec_takes_the_rest),
		T(exec_without_command_or_with_pid_is_refused), T(help_goes_to_standard_output),
		T(conditions), T(options_for_the_preprocessor), T(templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
