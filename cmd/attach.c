/* SPDX-License-Identifier: Apache-2.0 */
/* The argument of bcc run --attach: which program to attach to what. */
#include "cmd.h"

#include <stdlib.h>

static const struct { const char *name; uint32_t flag; } words[] = {
	{ "generic", ATTACH_GENERIC }, { "native", ATTACH_NATIVE }, { "offload", ATTACH_OFFLOAD },
	{ "ingress", 0 }, { "egress", ATTACH_EGRESS }, { "clsact", ATTACH_CLSACT },
};

static bool take_number(const char *text, const char *key, int *out)
{
	char *end;
	long value;

	if (!starts_with(text, key))
		return false;
	text += strlen(key);
	value = strtol(text, &end, 10);
	if (end == text || *end || value < 0 || value > INT32_MAX)
		return false;
	*out = (int)value;
	return true;
}

static bool take_word(AttachTarget *t, const char *word)
{
	int pid;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(word, words[i].name)) {
			t->flags |= words[i].flag;
			return true;
		}
	if (take_number(word, "pid=", &pid)) {
		t->pid = pid;
		return true;
	}
	if (!take_number(word, "cpu=", &t->cpu))
		return false;
	t->cpu_only = true;
	return true;
}

bool take_attach_request(Arena *arena, const char *text, AttachRequest *out)
{
	const char *equals = strchr(text, '=');
	char *target, *comma, *colon;

	*out = (AttachRequest){ 0 };
	if (!equals || equals == text || !equals[1]) {
		usage_failure("run", "--attach %s: NAME=TARGET or NAME=KIND:TARGET expected, "
			      "such as f=xdp:eth0, "
			      "f=uprobe:/bin/bash:readline, f=perf_event:99hz", text);
		return false;
	}
	out->program = arena_strndup(arena, text, (size_t)(equals - text));
	target = arena_strdup(arena, equals + 1);
	/* symbols may have commas: only words that are known are taken off */
	while ((comma = strrchr(target, ',')) && take_word(&out->target, comma + 1))
		*comma = '\0';
	colon = strchr(target, ':');
	if (colon)
		out->target.kind = attach_kind_by_name((Str){ target, (size_t)(colon - target) });
	if (out->target.kind != ATTACH_NONE)
		target = colon + 1;
	out->target.target = *target ? target : NULL;
	return true;
}
