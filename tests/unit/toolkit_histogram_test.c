/* SPDX-License-Identifier: Apache-2.0 */
/* The classic layout of histograms, and histograms read from maps. */
#include "toolkit_fixture.h"

static void log2_narrow_layout(void **state)
{
	Histogram h = { .max = -1 };
	StrBuf out = { 0 };

	(void)state;
	histogram_add(&h, 2, 2);
	histogram_add(&h, 3, 20);
	histogram_log2(&h, "usecs", &out);
	assert_string_equal(out.p,
		"     usecs               : count     distribution\n"
		"         0 -> 1          : 0        |                                        |\n"
		"         2 -> 3          : 2        |****                                    |\n"
		"         4 -> 7          : 20       |****************************************|\n");
	sb_free(&out);
}

static void log2_wide_layout_beyond_slot_32(void **state)
{
	Histogram h = { .max = -1 };
	StrBuf out = { 0 };
	char *last;

	(void)state;
	histogram_add(&h, 1, 1);
	histogram_add(&h, 33, 4);
	histogram_log2(&h, "nsecs", &out);
	assert_non_null(strstr(out.p,
		"               nsecs                         : count     distribution\n"
		"                   0 -> 1                    : 1        |*****               |\n"));
	last = strstr(out.p, "          4294967296 -> 8589934591");
	assert_string_equal(last,
		"          4294967296 -> 8589934591           : 4        |********************|\n");
	sb_free(&out);
}

static void highest_slot_ends_at_the_largest_number(void **state)
{
	Histogram h = { .max = -1 };
	StrBuf out = { 0 };

	(void)state;
	histogram_add(&h, 64, 1);
	histogram_log2(&h, "x", &out);
	assert_non_null(strstr(out.p, " 9223372036854775808 -> 18446744073709551615 : 1"));
	sb_free(&out);
}

static void nothing_for_an_empty_histogram(void **state)
{
	Histogram h = { .max = -1 };
	StrBuf out = { 0 };

	(void)state;
	histogram_log2(&h, "usecs", &out);
	histogram_add(&h, 0, 5);
	histogram_log2(&h, "usecs", &out);
	assert_null(out.p);
}

static void linear_layout(void **state)
{
	Histogram h = { .max = -1 };
	StrBuf out = { 0 };

	(void)state;
	histogram_add(&h, 0, 1);
	histogram_add(&h, 2, 3);
	histogram_linear(&h, "kbytes", &out);
	assert_string_equal(out.p,
		"     kbytes        : count     distribution\n"
		"        0          : 1        |*************                           |\n"
		"        1          : 0        |                                        |\n"
		"        2          : 3        |****************************************|\n");
	sb_free(&out);
}

static void counts_of_64_bits_do_not_overflow_the_bar(void **state)
{
	Histogram h = { .max = -1 };
	StrBuf out = { 0 };

	(void)state;
	histogram_add(&h, 1, ~0ULL / 2);
	histogram_add(&h, 2, ~0ULL);
	histogram_log2(&h, "x", &out);
	assert_non_null(strstr(out.p, "|*******************                     |"));
	assert_non_null(strstr(out.p, "|****************************************|"));
	sb_free(&out);
}

struct key { uint32_t id, padding; uint64_t slot; };

static Tool *keyed_tool(Fixture *f)
{
	Error err = { 0 };
	uint32_t key;
	Tool *t;

	fixture_begin(f);
	fixture_option(f, "tids", f->t_bool, TAGS("flag:", "letter:'L'", "help:threads"));
	key = btf_begin_struct(f->w, BTF_KIND_STRUCT, "key", sizeof(struct key));
	btf_add_member(f->w, "id", f->t_u32, 0, 0);
	btf_add_member(f->w, "slot", f->t_u64, 64, 0);
	fixture_tags(f, key, 0, TAGS("section:pid", "section?tids:tid"));
	fixture_map(f, "dists", BPF_MAP_TYPE_HASH, key, sizeof(struct key), f->t_u64, 8,
		    TAGS("view:log2", "label:usecs"));
	fixture_unit_tag(f, "tool:lat");
	t = fixture_tool(f, NULL);
	assert_int_equal(tool_views(t, &f->object, &err), 0);
	assert_int_equal(t->views.n, 1);
	return t;
}

static const struct key keys[] = { { 9, 0, 1 }, { 7, 0, 2 }, { 9, 0, 2 } };
static const uint64_t counts[] = { 1, 5, 1 };
static const Entries entries = { 3, sizeof(struct key), 8, (const uint8_t *)keys,
				 (const uint8_t *)counts };

static void sections_are_sorted_and_have_their_own_scale(void **state)
{
	Fixture f;
	Tool *t = keyed_tool(&f);
	StrBuf out = { 0 };

	(void)state;
	report_histograms(t, &t->views.v[0], &entries, &out);
	assert_string_equal(out.p,
		"\npid = 7\n"
		"     usecs               : count     distribution\n"
		"         0 -> 1          : 0        |                                        |\n"
		"         2 -> 3          : 5        |****************************************|\n"
		"\npid = 9\n"
		"     usecs               : count     distribution\n"
		"         0 -> 1          : 1        |****************************************|\n"
		"         2 -> 3          : 1        |****************************************|\n");
	sb_free(&out);
	arena_free(f.arena);
}

static void section_name_follows_the_option(void **state)
{
	Fixture f;
	Tool *t = keyed_tool(&f);
	StrBuf out = { 0 }, errors = { 0 };
	Error err = { 0 };

	(void)state;
	assert_int_equal(fixture_parse(t, &out, &errors, TAGS("-L")), PARSE_RUN);
	assert_int_equal(tool_views(t, &f.object, &err), 0);
	report_histograms(t, &t->views.v[0], &entries, &out);
	assert_non_null(strstr(out.p, "\ntid = 7\n"));
	sb_free(&out);
	arena_free(f.arena);
}

static void json_histogram(void **state)
{
	struct timespec fixed = { 86400 * 365, 0 };
	Entries one = entries;
	Fixture f;
	Tool *t = keyed_tool(&f);
	StrBuf out = { 0 };

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	column_set_clock(&fixed);
	one.n = 1;
	t->json = true;
	report_histograms(t, &t->views.v[0], &one, &out);
	assert_string_equal(out.p,
		"{\"ts\":\"1971-01-01 00:00:00\",\"val_type\":\"usecs\",\"data\":["
		"{\"interval-start\":0,\"interval-end\":1,\"count\":1}],\"pid\":9}\n");
	column_set_clock(NULL);
	sb_free(&out);
	arena_free(f.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log2_narrow_layout),
		cmocka_unit_test(log2_wide_layout_beyond_slot_32),
		cmocka_unit_test(highest_slot_ends_at_the_largest_number),
		cmocka_unit_test(nothing_for_an_empty_histogram),
		cmocka_unit_test(linear_layout),
		cmocka_unit_test(counts_of_64_bits_do_not_overflow_the_bar),
		cmocka_unit_test(sections_are_sorted_and_have_their_own_scale),
		cmocka_unit_test(section_name_follows_the_option),
		cmocka_unit_test(json_histogram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
