/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's trace pipe, where bpf_trace_printk writes:
 *     TASK-PID   [CPU] FLAGS  SECONDS.MICROSECONDS: bpf_trace_printk: MESSAGE
 * TASK may hold blanks, dashes and brackets, so the "[CPU]" is sought by its form.
 */
#include "internal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUFFER = 8192 };

struct TracePipe {
	int fd;
	size_t start, end;         /* of what is read and not handed out */
	char buf[BUFFER + 1];
};

TracePipe *runtime_trace_open(Error *err)
{
	TracePipe *t;
	int fd = kernel_tracefs_open("trace_pipe", O_RDONLY | O_NONBLOCK, err);

	if (fd < 0)
		return NULL;
	t = malloc(sizeof(*t));
	if (!t) {
		error_set(err, ENOMEM, "out of memory");
		close(fd);
		return NULL;
	}
	t->fd = fd;
	t->start = t->end = 0;
	return t;
}

int runtime_trace_fd(const TracePipe *t)
{
	return t->fd;
}

void runtime_trace_close(TracePipe *t)
{
	if (!t)
		return;
	close(t->fd);
	free(t);
}

/* The last "[digits] " of the line's head: a task's name may look like one, but it stands before. */
static char *find_cpu(char *line)
{
	char *found = NULL;

	for (char *p = line; (p = strchr(p, '[')); p++) {
		size_t n = strspn(p + 1, "0123456789");

		if (n && p[n + 1] == ']' && p[n + 2] == ' ' && p > line && p[-1] == ' ')
			found = p;
		if (found && p - line > 64)
			break;
	}
	return found;
}

static bool parse_task(char *line, char *cpu, TraceLine *out)
{
	char *end = cpu, *dash;

	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	if (end > line && end[-1] == ')') {        /* "(  TGID)" */
		while (end > line && *end != '(')
			end--;
		while (end > line && isspace((unsigned char)end[-1]))
			end--;
	}
	for (dash = end; dash > line && isdigit((unsigned char)dash[-1]); dash--)
		;
	if (dash == end || dash <= line || dash[-1] != '-')
		return false;
	out->pid = atoi(dash);
	line += strspn(line, " ");
	snprintf(out->task, sizeof(out->task), "%.*s", (int)(dash - 1 - line), line);
	return true;
}

/* The kernel remembers names for few processes only. */
static void find_name(TraceLine *out)
{
	char path[32], *name;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/comm", out->pid);
	name = file_read(path, &n);
	if (!name)
		return;
	name[strcspn(name, "\n")] = '\0';
	snprintf(out->task, sizeof(out->task), "%s", name);
	free(name);
}

static bool parse_rest(char *p, TraceLine *out)
{
	unsigned long long seconds;
	char fraction[16] = "", *end;
	int used = 0;

	if (sscanf(p, "[%d] %7s %llu.%15[0-9]:%n", &out->cpu, out->flags, &seconds, fraction, &used) != 4 ||
	    !used)
		return false;
	out->time_ns = strtoull(fraction, NULL, 10);
	for (size_t i = strlen(fraction); i < 9; i++)
		out->time_ns *= 10;
	out->time_ns += seconds * 1000000000ull;
	end = strstr(p + used, ": ");
	if (!end)
		return false;
	out->message = end + 2;
	return true;
}

void runtime_trace_parse(char *line, TraceLine *out)
{
	char *cpu = find_cpu(line);

	*out = (TraceLine){ .line = line, .message = line, .cpu = -1 };
	if (!cpu || !parse_task(line, cpu, out) || !parse_rest(cpu, out))
		*out = (TraceLine){ .line = line, .message = line, .cpu = -1 };
}

static bool take_line(TracePipe *t, TraceLine *out)
{
	char *start, *end;

	/* A message that ends its line leaves an empty one behind. */
	while (t->start < t->end && t->buf[t->start] == '\n')
		t->start++;
	start = t->buf + t->start;
	end = memchr(start, '\n', t->end - t->start);
	if (!end && t->end - t->start == BUFFER)
		end = t->buf + t->end;             /* longer than the buffer: in pieces */
	if (!end)
		return false;
	*end = '\0';
	t->start = (size_t)(end - t->buf) + (end < t->buf + t->end);
	runtime_trace_parse(start, out);
	if (!strcmp(out->task, "<...>"))
		find_name(out);
	return true;
}

static int fill(TracePipe *t)
{
	ssize_t n;

	memmove(t->buf, t->buf + t->start, t->end - t->start);
	t->end -= t->start;
	t->start = 0;
	n = read(t->fd, t->buf + t->end, BUFFER - t->end);
	if (n < 0)
		return -errno;
	t->end += (size_t)n;
	return (int)n;
}

int runtime_trace_read(TracePipe *t, int timeout_ms, TraceLine *out)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };

	for (;;) {
		int n;

		if (take_line(t, out))
			return 1;
		n = fill(t);
		if (n > 0)
			continue;
		if (n < 0 && n != -EAGAIN)
			return n;
		n = poll(&p, 1, timeout_ms);
		if (n <= 0)
			return n < 0 ? -errno : 0;
		n = fill(t);
		if (n < 0 && n != -EAGAIN)
			return n;
		if (n <= 0 && timeout_ms >= 0)
			return 0;
	}
}
