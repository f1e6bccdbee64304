/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel symbols out of /proc/kallsyms, always by one pass over the stream (some 100,000 lines, 20 to
 * 40 ms) and never kept as a whole: questions are put together so that one pass answers many.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The stream ----------------------------------------------------------------------------------- */

static const char *skip_hex(const char *p, uint64_t *value)
{
	for (*value = 0; *p && *p != ' '; p++)
		*value = *value << 4 | (uint64_t)(*p <= '9' ? *p - '0' : (*p | 32) - 'a' + 10);
	return p;
}

/* "ffffffff81000000 T name\t[module]" */
bool kernel_cut_symbol_line(char *text, KallsymsLine *line)
{
	char *p = (char *)skip_hex(text, &line->address), *tab;

	if (p[0] != ' ' || !p[1] || p[2] != ' ')
		return false;
	line->type = p[1];
	line->name = p + 3;
	line->module = "";
	tab = strchr(line->name, '\t');
	if (tab) {
		*tab = '\0';
		line->module = tab + 1 + (tab[1] == '[');
		line->module[strcspn(line->module, "]")] = '\0';
	}
	return true;
}

int kernel_each_symbol(bool (*each)(void *self, const KallsymsLine *line), void *self)
{
	enum { BUFFER = 32 << 10 };
	int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC), result = 0;
	char *buf = fd < 0 ? NULL : malloc(BUFFER + 1);
	size_t have = 0;
	bool more = true;
	ssize_t got;

	if (!buf) {
		result = -errno;
		if (fd >= 0)
			close(fd);
		return result;
	}
	while (more && (got = read(fd, buf + have, BUFFER - have)) > 0) {
		char *start = buf, *end;

		have += (size_t)got;
		buf[have] = '\0';
		for (; more && (end = memchr(start, '\n', have - (size_t)(start - buf))); start = end + 1) {
			KallsymsLine line;

			*end = '\0';
			if (kernel_cut_symbol_line(start, &line))
				more = each(self, &line);
		}
		have -= (size_t)(start - buf);
		memmove(buf, start, have);
		if (have == BUFFER)
			have = 0;
	}
	free(buf);
	close(fd);
	return result;
}

/* By name -------------------------------------------------------------------------------------- */

typedef struct Search { KernelSymbol *symbols; int n; } Search;

static bool is_text(char type)
{
	return type == 't' || type == 'T' || type == 'w' || type == 'W';
}

static bool match_names(void *self, const KallsymsLine *line)
{
	Search *s = self;

	for (int i = 0; i < s->n; i++) {
		KernelSymbol *k = &s->symbols[i];

		if (k->name[0] != line->name[0] || strcmp(k->name, line->name))
			continue;
		if (k->count++ && !(is_text(line->type) && !is_text(k->type)))
			continue;
		k->address = line->address;
		k->type = line->type;
		snprintf(k->module, sizeof(k->module), "%s", line->module);
	}
	return true;
}

int kernel_find_symbols(KernelSymbol *symbols, int n)
{
	Search s = { symbols, n };
	int found = 0, error;

	for (int i = 0; i < n; i++)
		symbols[i] = (KernelSymbol){ .name = symbols[i].name };
	error = kernel_each_symbol(match_names, &s);
	for (int i = 0; i < n; i++)
		found += symbols[i].count > 0;
	return error ? error : found;
}

static const KernelSymbol *find_kept(const char *name)
{
	static HashMap kept;
	KernelSymbol *k;

	kept.arena = kernel_arena();
	k = hashmap_get(&kept, str_of(name));
	if (k)
		return k;
	k = NEW(kernel_arena(), KernelSymbol);
	k->name = arena_strdup(kernel_arena(), name);
	kernel_find_symbols(k, 1);
	hashmap_put(&kept, str_of(k->name), k);
	return k;
}

bool kernel_has_symbol(const char *name)
{
	return find_kept(name)->count > 0;
}

bool kernel_has_function(const char *name)
{
	const KernelSymbol *k = find_kept(name);

	return k->count && is_text(k->type);
}

/* Similar names -------------------------------------------------------------------------------- */

enum { SIMILAR = 4 };

typedef struct Similar {
	const char *name;
	size_t length;
	char found[SIMILAR][64];
	int distance[SIMILAR];     /* 0: free */
} Similar;

static bool has_been_found(const Similar *s, const char *name)
{
	for (int i = 0; i < SIMILAR; i++)
		if (s->distance[i] && !strcmp(s->found[i], name))
			return true;
	return false;
}

static void offer(Similar *s, const char *name, int distance)
{
	int worst = 0;

	for (int i = 0; i < SIMILAR; i++) {
		if (!s->distance[i]) {
			worst = i;
			break;
		}
		if (s->distance[i] > s->distance[worst])
			worst = i;
	}
	if ((s->distance[worst] && s->distance[worst] <= distance) || has_been_found(s, name))
		return;
	snprintf(s->found[worst], sizeof(s->found[worst]), "%s", name);
	s->distance[worst] = distance;
}

/* 1: the compiler's variant (name.isra.0), 2: with underscores or a prefix or suffix, 3: near by
 * spelling; 0: not similar. */
static int distance_of(const Similar *s, const char *name)
{
	const char *inside;
	size_t n = strlen(name);

	if (!strncmp(name, s->name, s->length) && name[s->length] == '.')
		return 1;
	inside = strstr(name, s->name);
	if (inside && n < s->length + 10 && s->length >= 4)
		return 2 + (inside == name);
	if (n + 2 < s->length || n > s->length + 2 || name[0] != s->name[0] || name[1] != s->name[1])
		return 0;
	return closest_name(s->name, &name, 1) ? 4 : 0;
}

static bool look_at(void *self, const KallsymsLine *line)
{
	Similar *s = self;
	int distance;

	if (!is_text(line->type) || strlen(line->name) >= sizeof(s->found[0]) ||
	    starts_with(line->name, "__pfx_") || starts_with(line->name, "__cfi_") ||
	    strchr(line->name, '$'))
		return true;
	distance = distance_of(s, line->name);
	if (distance)
		offer(s, line->name, distance);
	return true;
}

bool kernel_similar_functions(const char *name, char *buf, size_t size)
{
	Similar s = { .name = name, .length = strlen(name) };
	size_t n = 0;

	*buf = '\0';
	if (!s.length || kernel_each_symbol(look_at, &s))
		return false;
	for (int want = 1; want <= 4; want++)
		for (int i = 0; i < SIMILAR; i++)
			if (s.distance[i] == want && n + strlen(s.found[i]) + 3 < size)
				n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? ", " : "", s.found[i]);
	return n;
}

/* By address ----------------------------------------------------------------------------------- */

typedef struct Best {
	uint64_t address;          /* asked for */
	int index;                 /* in the caller's array */
	uint64_t start;            /* greatest symbol so far that is not above, 0 = none */
	char name[128], module[56];
} Best;

typedef struct Naming { Best *best; int n; } Naming;

static int by_address(const void *a, const void *b)
{
	const Best *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

/* A symbol is noted at the first asked address that is not below it; later ones take the best of what
 * their predecessors hold, once at the end. */
static bool note_address(void *self, const KallsymsLine *line)
{
	Naming *names = self;
	int low = 0, high = names->n;
	Best *b;

	while (low < high) {
		int middle = (low + high) / 2;

		if (names->best[middle].address < line->address)
			low = middle + 1;
		else
			high = middle;
	}
	b = &names->best[low];
	if (low == names->n || !is_text(line->type) || line->address <= b->start)
		return true;
	b->start = line->address;
	snprintf(b->name, sizeof(b->name), "%s", line->name);
	snprintf(b->module, sizeof(b->module), "%s", line->module);
	return true;
}

int kernel_name_addresses(const uint64_t *addresses, int n, KernelNameFn *each, void *self)
{
	Naming names = { calloc((size_t)n + 1, sizeof(Best)), n };
	const Best *last = NULL;
	int error;

	if (!names.best)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		names.best[i].address = addresses[i];
		names.best[i].index = i;
	}
	qsort(names.best, (size_t)n, sizeof(Best), by_address);
	error = kernel_each_symbol(note_address, &names);
	for (int i = 0; i < n; i++) {
		const Best *b = &names.best[i];

		if (b->start && (!last || b->start >= last->start))
			last = b;
		if (last)
			each(self, b->index, last->name, b->address - last->start, last->module);
		else
			each(self, b->index, NULL, 0, "");
	}
	free(names.best);
	return error;
}
