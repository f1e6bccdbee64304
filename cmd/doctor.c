/* SPDX-License-Identifier: Apache-2.0 */
/* bcc doctor: what this kernel and this process offer; what is missing, why, and what is lost. */
#include "cmd.h"

#include "kernel/kernel.h"

#include <unistd.h>

static const char *state_text(FeatureState s, bool colour)
{
	switch (s) {
	case FEATURE_YES: return colour ? "\33[32myes\33[0m    " : "yes    ";
	case FEATURE_NO: return colour ? "\33[31mno\33[0m     " : "no     ";
	default: return colour ? "\33[33munknown\33[0m" : "unknown";
	}
}

static int title_width(void)
{
	size_t width = 0;

	for (int i = 0; i < kernel_feature_count(); i++)
		if (strlen(kernel_feature_at(i)->title) > width)
			width = strlen(kernel_feature_at(i)->title);
	return (int)width;
}

static void print_text(const Feature *f, FeatureState s, const char *why)
{
	int width = title_width();

	printf("%-*s  %s  %s\n", width, f->title, state_text(s, wants_colour(STDOUT_FILENO)), why);
	if (s == FEATURE_NO && f->lost && *f->lost)
		printf("%-*s           without it: %s\n", width, "", f->lost);
}

static void print_json(const Feature *f, FeatureState s, const char *why)
{
	static const char *const states[] = { "no", "yes", "unknown" };
	StrBuf line = { 0 };
	bool first = true;

	json_key(&line, &first, "feature");
	json_string(&line, f->name, strlen(f->name));
	json_key(&line, &first, "state");
	json_string(&line, states[s], strlen(states[s]));
	json_key(&line, &first, "why");
	json_string(&line, why, strlen(why));
	sb_puts(&line, "}\n");
	print_buffer(stdout, &line);
}

int cmd_doctor(int argc, char **argv)
{
	bool json = argc == 2 && !strcmp(argv[1], "--json");

	if (argc > 1 && !json)
		return usage_failure("doctor", "unexpected argument '%s'", argv[1]);
	if (!json)
		printf("kernel %s, bcc " BCC_VERSION "\n", kernel_release());
	if (!json && *kernel_missing_capabilities())
		printf("this process lacks %s: run it as root for all answers\n",
		       kernel_missing_capabilities());
	for (int i = 0; i < kernel_feature_count(); i++) {
		const Feature *f = kernel_feature_at(i);
		const char *why = "";
		FeatureState s = kernel_feature_probe(f, &why);

		if (json)
			print_json(f, s, why ? why : "");
		else
			print_text(f, s, why ? why : "");
	}
	return STATUS_OK;
}
