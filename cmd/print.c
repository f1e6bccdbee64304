/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to the user: diagnostics, failures at run time, wrong usage. All on standard error. */
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool wants_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && (!no || !*no) && (!term || strcmp(term, "dumb"));
}

void print_buffer(FILE *to, StrBuf *text)
{
	if (text->n)
		fwrite(text->p, 1, text->n, to);
	sb_free(text);
}

void print_diags(const Diags *d)
{
	StrBuf text = { 0 };

	diags_render(d, &text, wants_colour(STDERR_FILENO));
	print_buffer(stderr, &text);
}

void print_error(const char *who, const Error *e)
{
	bool colour = wants_colour(STDERR_FILENO);

	fflush(stdout);
	fprintf(stderr, "%s: %serror:%s %s\n", who, colour ? "\33[1;31m" : "",
		colour ? "\33[0m" : "", e->message);
	if (e->remedy[0])
		fprintf(stderr, "  %s\n", e->remedy);
}

int usage_failure(const char *command, const char *fmt, ...)
{
	const Command *c = command_by_name(command);
	va_list ap;

	if (c)
		fprintf(stderr, "usage: bcc %s %s\n", c->name, c->arguments);
	fprintf(stderr, "bcc %s: error: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return STATUS_USAGE;
}

void print_command_help(const Command *c)
{
	printf("usage: bcc %s %s\n\n%s.\n", c->name, c->arguments, c->summary);
	if (c->details)
		printf("\n%s", c->details);
}
