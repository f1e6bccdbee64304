/* SPDX-License-Identifier: Apache-2.0 */
/* Every line of JSON is valid, whatever bytes names have. */
#include "toolkit_fixture.h"

static void expect_json(const char *bytes, size_t n, const char *expected)
{
	StrBuf out = { 0 };

	json_string(&out, bytes, n);
	assert_string_equal(out.p, expected);
	sb_free(&out);
}

#define EXPECT(bytes, expected) expect_json(bytes, sizeof(bytes) - 1, expected)

static void plain_text_and_utf8_stay(void **state)
{
	(void)state;
	EXPECT("", "\"\"");
	EXPECT("bash", "\"bash\"");
	EXPECT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9d", "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9d\"");
}

static void control_characters_are_escaped(void **state)
{
	(void)state;
	EXPECT("a\"b\\c", "\"a\\\"b\\\\c\"");
	EXPECT("\n\t\r\b\f", "\"\\n\\t\\r\\b\\f\"");
	EXPECT("\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"");
	EXPECT("a\0b", "\"a\\u0000b\"");
}

static void invalid_utf8_is_replaced(void **state)
{
	(void)state;
	EXPECT("a\xff" "b", "\"a\xef\xbf\xbd" "b\"");
	EXPECT("\xc3", "\"\xef\xbf\xbd\"");
	EXPECT("\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void overlong_forms_and_surrogates_are_replaced(void **state)
{
	(void)state;
	EXPECT("\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	EXPECT("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	EXPECT("\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void keys_are_separated(void **state)
{
	StrBuf out = { 0 };
	bool first = true;

	(void)state;
	json_key(&out, &first, "a");
	sb_puts(&out, "1");
	json_key(&out, &first, "b");
	assert_string_equal(out.p, "{\"a\":1,\"b\":");
	sb_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_and_utf8_stay),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(invalid_utf8_is_replaced),
		cmocka_unit_test(overlong_forms_and_surrogates_are_replaced),
		cmocka_unit_test(keys_are_separated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
