/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs onto functions of user programs and libraries. The kernel wants a file and an offset in
 * it; both come from the symbols room. One function is a perf event of the uprobe PMU; a pattern, or
 * a section uprobe.multi, is one link where the kernel has it (6.6), else one event each.
 * With a process the file is looked up as that process sees it (/proc/PID/root), and only it and its
 * threads are traced.
 */
#include "internal.h"

#include "symbols/symbols.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct Place {
	char path[PATH_MAX];       /* to open */
	char shown[PATH_MAX];      /* for messages */
	const char *symbol;        /* NULL: offset says it all */
	uint64_t offset;           /* added to the symbol's */
	VEC(uint64_t) offsets;     /* in the file */
} Place;

/* The target ----------------------------------------------------------------------------------- */

/* The colon behind the file: the first one that a file or a plain name stands before, since symbols
 * of Go and C++ have slashes and colons themselves. */
static const char *find_colon(const char *target, Arena *arena)
{
	const char *colon = strchr(target, ':');

	for (const char *c = colon; c; c = strchr(c + 1, ':')) {
		const char *file = arena_strndup(arena, target, (size_t)(c - target));

		if (!strchr(file, '/') || !access(file, F_OK))
			return c;
	}
	return colon;
}

/* "symbol", "symbol+0x10", "0x1234" */
static int take_symbol(Attaching *a, Place *p, const char *text, Error *err)
{
	const char *plus = strrchr(text, '+');
	char *end;

	p->offset = a->t.offset;
	if (*text >= '0' && *text <= '9') {
		p->offset += strtoull(text, &end, 0);
		if (!*end)
			return 0;
		return error_set(err, EINVAL, "program %s: \"%s\" is not an offset in %s", a->name, text,
				 p->shown);
	}
	p->symbol = text;
	if (!plus || plus == text || plus[1] < '0' || plus[1] > '9')
		return 0;
	p->offset += strtoull(plus + 1, &end, 0);
	if (*end)
		return error_set(err, EINVAL, "program %s: \"%s\" is not an offset", a->name, plus + 1);
	p->symbol = arena_strndup(a->m->arena, text, (size_t)(plus - text));
	return 0;
}

static int find_place(Attaching *a, Place *p, Error *err)
{
	const char *target = a->t.target, *colon = find_colon(target, a->m->arena);
	const char *file = target, *symbol = colon ? colon + 1 : "";
	int error;

	if (colon) {
		file = arena_strndup(a->m->arena, target, (size_t)(colon - target));
	} else if (a->t.pid > 0 && !strchr(target, '/') && !a->t.offset) {
		file = arena_printf(a->m->arena, "/proc/%d/exe", a->t.pid);
		symbol = target;
	} else if (!a->t.offset) {
		error_set(err, EINVAL, "program %s: \"%s\" is a file without a function", a->name, target);
		return error_remedy(err, "Give FILE:FUNCTION, for example /bin/bash:readline or c:malloc, "
				    "or FILE:0xOFFSET.");
	}
	/* the link names the right file in any namespace */
	if (starts_with(file, "/proc/") && !access(file, F_OK)) {
		snprintf(p->path, sizeof(p->path), "%s", file);
		snprintf(p->shown, sizeof(p->shown), "%s", file);
	} else {
		error = symbols_resolve_file(file, a->t.pid, p->path, p->shown, PATH_MAX, err);
		if (error)
			return error_context(err, "program %s", a->name);
	}
	return *symbol ? take_symbol(a, p, symbol, err) : (p->offset = a->t.offset, 0);
}

/* Symbols -------------------------------------------------------------------------------------- */

static int refuse_go(Attaching *a, const Place *p, Error *err)
{
	error_set(err, EOPNOTSUPP, "program %s: a uretprobe would crash %s, which is a Go program: its "
		  "stacks move, and with them the return addresses that the probe replaces", a->name,
		  p->shown);
	return error_remedy(err, "Use uprobes at the function's return instructions "
			    "(uprobe:FILE:FUNCTION+OFFSET).");
}

typedef struct Pattern { Attaching *a; Place *p; } Pattern;

static bool match_pattern(void *self, const FileSymbol *s)
{
	Pattern *m = self;

	if (!s->is_resolver && !fnmatch(m->p->symbol, s->name, 0))
		vec_push(m->a->m->arena, &m->p->offsets, s->offset);
	return true;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int find_pattern(Attaching *a, Place *p, SymbolFile *f, Error *err)
{
	Pattern m = { a, p };
	int kept = 0;

	symbols_each(f, match_pattern, &m);
	if (!p->offsets.n)
		return error_set(err, ENOENT, "program %s: no function of %s matches \"%s\"", a->name,
				 p->shown, p->symbol);
	qsort(p->offsets.v, (size_t)p->offsets.n, sizeof(uint64_t), by_value);
	for (int i = 0; i < p->offsets.n; i++)
		if (!kept || p->offsets.v[kept - 1] != p->offsets.v[i])
			p->offsets.v[kept++] = p->offsets.v[i];
	p->offsets.n = kept;
	return 0;
}

static int find_symbol(Attaching *a, Place *p, SymbolFile *f, Error *err)
{
	FileSymbol s;
	int error = symbols_find(f, p->symbol, &s, err);

	if (error)
		return error_context(err, "program %s", a->name);
	if (s.size && p->offset >= s.size)
		return error_set(err, EINVAL, "program %s: offset %llu lies behind the end of %s, which has "
				 "%llu bytes", a->name, (unsigned long long)p->offset, p->symbol,
				 (unsigned long long)s.size);
	if (s.is_resolver)
		runtime_note(a->m, "program %s: %s of %s only chooses, once, the function that will be "
			     "called; probe that one", a->name, p->symbol, p->shown);
	vec_push(a->m->arena, &p->offsets, s.offset + p->offset);
	return 0;
}

static int find_offsets(Attaching *a, Place *p, Error *err)
{
	SymbolFile *f = symbols_open(p->path, p->shown, err);
	int error = 0;

	if (!f)
		return error_context(err, "program %s", a->name);
	if (a->t.kind == ATTACH_URETPROBE && symbols_is_go(f))
		error = refuse_go(a, p, err);
	else if (!p->symbol)
		vec_push(a->m->arena, &p->offsets, p->offset);
	else if (runtime_is_pattern(p->symbol))
		error = find_pattern(a, p, f, err);
	else
		error = find_symbol(a, p, f, err);
	symbols_close(f);
	return error;
}

/* The kernel ----------------------------------------------------------------------------------- */

static int explain(Attaching *a, const Place *p, uint64_t offset, int code, Error *err)
{
	if (code == ESRCH)
		return error_set(err, code, "program %s: there is no process %d", a->name, a->t.pid);
	error_errno(err, code, "cannot probe %s at offset 0x%llx for program %s", p->shown,
		    (unsigned long long)offset, a->name);
	if (code == EINVAL)
		return error_remedy(err, "The offset must be that of the first byte of an instruction.");
	if (code == EOPNOTSUPP || code == 524)
		return error_remedy(err, "The kernel cannot probe the instruction there; try the next one.");
	return runtime_refused(err, code);
}

/* The attribute as the kernel has it since 6.6, which older headers lack. */
typedef struct UprobeMulti {
	uint32_t program, target, attach_type, flags;
	uint64_t path, offsets, counters, cookies;
	uint32_t n, multi_flags, pid, unused;
} UprobeMulti;

static int attach_multi(Attaching *a, Place *p, Error *err)
{
	const ProgramState *s = &a->m->programs[a->program];
	UprobeMulti attr = {
		.program = (uint32_t)s->fd, .attach_type = (uint32_t)s->attach_type,
		.path = (uintptr_t)p->path, .offsets = (uintptr_t)p->offsets.v,
		.n = (uint32_t)p->offsets.n, .multi_flags = a->t.kind == ATTACH_URETPROBE,
		.pid = a->t.pid > 0 ? (uint32_t)a->t.pid : 0,
	};
	int fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	return fd < 0 ? explain(a, p, p->offsets.v[0], errno, err) : runtime_keep(a, fd);
}

static int attach_events(Attaching *a, Place *p, Error *err)
{
	struct perf_event_attr attr = {
		.sample_period = 1, .type = (uint32_t)kernel_uprobe_pmu(), .config1 = (uintptr_t)p->path,
	};
	int bit = 0, skipped = 0, error;

	if (a->t.kind == ATTACH_URETPROBE) {
		kernel_pmu_retprobe_bit("uprobe", &bit);
		attr.config |= 1ull << bit;
	}
	for (int i = 0; i < p->offsets.n; i++) {
		int fd;

		attr.config2 = p->offsets.v[i];
		fd = a->t.pid > 0 ? runtime_perf_open(&attr, a->t.pid, -1) :
		     runtime_perf_open_anywhere(&attr);
		if (fd < 0 && p->offsets.n > 1 && runtime_can_skip(-fd) && ++skipped < p->offsets.n)
			continue;
		if (fd < 0)
			return explain(a, p, p->offsets.v[i], -fd, err);
		error = runtime_keep_event(a, fd, err);
		if (error)
			return error;
	}
	if (skipped)
		runtime_note(a->m, "program %s: %d of %d functions that match %s cannot be probed", a->name,
			     skipped, p->offsets.n, a->t.target);
	return 0;
}

static bool is_multi(int attach_type)
{
	return attach_type == ATTACH_TYPE_UPROBE_MULTI || attach_type == ATTACH_TYPE_UPROBE_SESSION;
}

int runtime_attach_uprobe(Attaching *a, Error *err)
{
	Place p = { .symbol = NULL };
	int error;

	if (kernel_uprobe_pmu() < 0)
		return error_set(err, ENODEV, "program %s: this kernel is built without uprobes", a->name);
	error = find_place(a, &p, err);
	if (!error)
		error = find_offsets(a, &p, err);
	if (error)
		return error;
	return is_multi(a->m->programs[a->program].attach_type) ? attach_multi(a, &p, err) :
	       attach_events(a, &p, err);
}
