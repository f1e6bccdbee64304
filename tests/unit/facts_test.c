/* SPDX-License-Identifier: Apache-2.0 */
/* facts: the tables agree with themselves, and names and sections lead to the right rows. */
#include "facts/facts.h"

#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static int parameters_of(const char *declaration)
{
	const char *p = strchr(declaration, '(');
	int n = 1;

	assert_non_null(p);
	if (strcmp(p, "(void)") == 0)
		return 0;
	for (; *p; p++)
		n += *p == ',';
	return n;
}

static void every_helper_has_a_class_for_each_parameter(void **state)
{
	(void)state;
	assert_int_equal(helper_count(), 211);
	for (int i = 0; i < helper_count(); i++) {
		const HelperInfo *h = helper_at(i);

		assert_int_equal(h->id, i + 1);
		assert_ptr_equal(helper_by_id(h->id), h);
		assert_ptr_equal(helper_by_name(str_of(h->name)), h);
		assert_non_null(strstr(h->declaration, h->name));
		assert_int_equal(parameters_of(h->declaration), strlen(h->args));
		assert_int_equal(strspn(h->args, "imkvcrwnzpofsdau.bx84leh"), strlen(h->args));
		assert_non_null(strchr("ivVAMSsTtK", h->result));
		assert_true(h->since >= KVERSION(3, 19) && h->since <= KVERSION(6, 2));
	}
	assert_null(helper_by_id(0));
	assert_null(helper_by_id(212));
	assert_null(helper_by_name(STR("bpf_nothing")));
}

static void helpers_know_their_program_types(void **state)
{
	const HelperInfo *read = helper_by_name(STR("bpf_probe_read"));

	(void)state;
	assert_true(helper_allowed(read, BPF_PROG_TYPE_KPROBE));
	assert_false(helper_allowed(read, BPF_PROG_TYPE_XDP));
	assert_true(helper_allowed(read, 0));
	assert_true(helper_allowed(helper_by_name(STR("map_lookup_elem")), BPF_PROG_TYPE_XDP));
	assert_true(helper_allowed(helper_by_name(STR("redirect_map")), BPF_PROG_TYPE_XDP));
	assert_false(helper_allowed(helper_by_name(STR("redirect_map")), BPF_PROG_TYPE_KPROBE));
}

static void map_and_program_types_have_the_kernels_numbers(void **state)
{
	(void)state;
	assert_int_equal(map_type_by_name(STR("hash"))->type, BPF_MAP_TYPE_HASH);
	assert_int_equal(map_type_by_name(STR("ringbuf"))->type, BPF_MAP_TYPE_RINGBUF);
	assert_string_equal(map_type_info(BPF_MAP_TYPE_LPM_TRIE)->enum_name,
			    "BPF_MAP_TYPE_LPM_TRIE");
	assert_true(map_type_info(BPF_MAP_TYPE_PERCPU_ARRAY)->per_cpu);
	assert_int_equal(program_type_by_name(STR("xdp"))->type, BPF_PROG_TYPE_XDP);
	assert_string_equal(program_type_info(BPF_PROG_TYPE_SK_LOOKUP)->context, "bpf_sk_lookup");
	for (int i = 1; map_type_info(i); i++)
		assert_int_equal(map_type_info(i)->type, i);
	for (int i = 1; program_type_info(i); i++)
		assert_int_equal(program_type_info(i)->type, i);
}

static void prefixes_and_sections_lead_to_probe_kinds(void **state)
{
	(void)state;
	assert_int_equal(probe_kind_by_prefix("kprobe__vfs_read")->attach, ATTACH_KPROBE);
	assert_int_equal(probe_kind_by_prefix("kretfunc__vmlinux__f")->attach, ATTACH_FEXIT);
	assert_null(probe_kind_by_prefix("kprobe__"));
	assert_null(probe_kind_by_prefix("trace_open"));
	assert_int_equal(probe_kind_by_section("kprobe/vfs_read")->attach, ATTACH_KPROBE);
	assert_int_equal(probe_kind_by_section("kprobe")->attach, ATTACH_KPROBE);
	assert_int_equal(probe_kind_by_section("kprobe.multi/vfs_*")->attach_type,
			 BPF_TRACE_KPROBE_MULTI);
	assert_int_equal(probe_kind_by_section("?tp_btf/sched_switch")->attach,
			 ATTACH_BTF_TRACEPOINT);
	assert_int_equal(probe_kind_by_section("xdp")->program_type, BPF_PROG_TYPE_XDP);
	assert_int_equal(probe_kind_by_section("cgroup/connect4")->attach_type,
			 BPF_CGROUP_INET4_CONNECT);
	assert_null(probe_kind_by_section("kprobes/x"));
	assert_null(probe_kind_by_section(".text"));
	assert_string_equal(attach_kind_name(ATTACH_LSM), "lsm");
	for (int k = ATTACH_NONE + 1; k < ATTACH_KIND_COUNT; k++)
		assert_non_null(probe_kind_of((AttachKind)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_helper_has_a_class_for_each_parameter),
		cmocka_unit_test(helpers_know_their_program_types),
		cmocka_unit_test(map_and_program_types_have_the_kernels_numbers),
		cmocka_unit_test(prefixes_and_sections_lead_to_probe_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
