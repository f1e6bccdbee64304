/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the name of a library or program to its file: as the process has it mapped (/proc/PID/maps),
 * by the dynamic linker's cache (/etc/ld.so.cache), in the usual directories, in PATH. All below the
 * root directory of the process if it has one of its own.
 */
#include "symbols.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Finder {
	const char *name;          /* asked for */
	size_t length;
	pid_t pid;
	char root[32];             /* "/proc/PID/root", or "" */
	char found[PATH_MAX];      /* without the root */
} Finder;

/* Roots and files ------------------------------------------------------------------------------ */

static bool same_link(const char *a, const char *b)
{
	char left[PATH_MAX], right[PATH_MAX];
	ssize_t n = readlink(a, left, sizeof(left)), k = readlink(b, right, sizeof(right));

	return n > 0 && n == k && !memcmp(left, right, (size_t)n);
}

static void find_root(Finder *f)
{
	char link[48];

	if (f->pid <= 0)
		return;
	snprintf(f->root, sizeof(f->root), "/proc/%d/root", f->pid);
	snprintf(link, sizeof(link), "/proc/%d/ns/mnt", f->pid);
	if (same_link(link, "/proc/self/ns/mnt") && same_link(f->root, "/proc/self/root"))
		f->root[0] = '\0';
}

static bool is_elf(const Finder *f, const char *path)
{
	char full[PATH_MAX], magic[EI_NIDENT];
	bool yes;
	int fd;

	if ((size_t)snprintf(full, sizeof(full), "%s%s", f->root, path) >= sizeof(full))
		return false;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	yes = read(fd, magic, sizeof(magic)) == sizeof(magic) && !memcmp(magic, ELFMAG, SELFMAG) &&
	      magic[EI_CLASS] == (sizeof(long) == 8 ? ELFCLASS64 : ELFCLASS32);
	close(fd);
	return yes;
}

static bool take(Finder *f, const char *path)
{
	if (strlen(path) >= sizeof(f->found) || !is_elf(f, path))
		return false;
	strcpy(f->found, path);
	return true;
}

/* "libc.so.6" is meant by itself, by "c" and by "libc". */
static bool is_meant(const Finder *f, const char *base)
{
	const char *rest;

	if (!strcmp(base, f->name))
		return true;
	if (starts_with(base, "lib") && !strncmp(base + 3, f->name, f->length))
		rest = base + 3 + f->length;
	else if (!strncmp(base, f->name, f->length) && starts_with(base, "lib"))
		rest = base + f->length;
	else
		return false;
	return starts_with(rest, ".so") && (!rest[3] || rest[3] == '.');
}

/* Where ---------------------------------------------------------------------------------------- */

static bool find_mapped(Finder *f)
{
	char path[48], *text, *line, *save = NULL;
	bool found = false;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%d/maps", f->pid);
	text = f->pid > 0 ? file_read(path, &size) : NULL;
	if (!text)
		return false;
	for (line = strtok_r(text, "\n", &save); line && !found; line = strtok_r(NULL, "\n", &save)) {
		const char *file = strchr(line, '/');

		if (file && is_meant(f, strrchr(file, '/') + 1))
			found = take(f, file);
	}
	free(text);
	return found;
}

/* The new form of the cache, which may stand behind the old one. Offsets of strings count from its
 * own start. */
typedef struct CacheHeader {
	char magic[20];            /* "glibc-ld.so.cache1.1", no NUL */
	uint32_t n, string_bytes, unused[5];
} CacheHeader;
typedef struct CacheEntry {
	int32_t flags;
	uint32_t key, value, os_version;
	uint64_t hardware;
} CacheEntry;

static bool search_cache(Finder *f, const char *start, size_t size)
{
	CacheHeader header;
	CacheEntry e;

	memcpy(&header, start, sizeof(header));
	for (uint32_t i = 0; i < header.n; i++) {
		size_t at = sizeof(header) + (size_t)i * sizeof(e);

		if (at + sizeof(e) > size)
			return false;
		memcpy(&e, start + at, sizeof(e));
		/* file_read ends the text with NUL, so strings end */
		if (e.key < size && e.value < size && is_meant(f, start + e.key) &&
		    take(f, start + e.value))
			return true;
	}
	return false;
}

static bool find_in_cache(Finder *f)
{
	static const char magic[] = "glibc-ld.so.cache1.1";
	char path[64], *text, *start;
	bool found;
	size_t size;

	snprintf(path, sizeof(path), "%s/etc/ld.so.cache", f->root);
	text = file_read(path, &size);
	if (!text)
		return false;
	start = memmem(text, size, magic, sizeof(magic) - 1);
	found = start && size - (size_t)(start - text) >= sizeof(CacheHeader) &&
		search_cache(f, start, size - (size_t)(start - text));
	free(text);
	return found;
}

static bool search_directory(Finder *f, const char *directory)
{
	char path[PATH_MAX];
	struct dirent *e;
	bool found = false;
	DIR *d;

	snprintf(path, sizeof(path), "%s%s", f->root, directory);
	d = opendir(path);
	if (!d)
		return false;
	while (!found && (e = readdir(d)))
		if (is_meant(f, e->d_name) &&
		    (size_t)snprintf(path, sizeof(path), "%s/%s", directory, e->d_name) < sizeof(path))
			found = take(f, path);
	closedir(d);
	return found;
}

static bool find_in_directories(Finder *f)
{
	static const char *const directories[] = {
#ifdef __x86_64__
		"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
#elif defined(__aarch64__)
		"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
#endif
		"/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib64", "/usr/local/lib",
	};

	for (size_t i = 0; i < ARRAY_LEN(directories); i++)
		if (search_directory(f, directories[i]))
			return true;
	return false;
}

static bool find_program(Finder *f)
{
	const char *path = getenv("PATH");
	char candidate[PATH_MAX];

	if (!path || f->root[0])
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	while (*path) {
		size_t n = strcspn(path, ":");

		if (n && (size_t)snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)n, path, f->name) <
		    sizeof(candidate) && take(f, candidate))
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

/* All ------------------------------------------------------------------------------------------ */

static bool process_exists(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return !access(path, F_OK);
}

/* A path is taken as it is, so that opening it tells what is wrong with it. */
static int find_path(Finder *f, Error *err)
{
	char full[PATH_MAX];
	int code;

	if (strlen(f->name) >= sizeof(f->found))
		return error_set(err, ENAMETOOLONG, "the path is too long: %.40s...", f->name);
	if (f->root[0] || f->name[0] == '/')
		strcpy(f->found, f->name);
	else if (realpath(f->name, full))
		strcpy(f->found, full);
	else
		return error_errno(err, errno, "cannot open %s", f->name);
	if ((size_t)snprintf(full, sizeof(full), "%s%s%s", f->root, f->found[0] == '/' ? "" : "/",
			     f->found) >= sizeof(full))
		return error_set(err, ENAMETOOLONG, "the path is too long: %.40s...", f->name);
	if (!access(full, F_OK))
		return 0;
	code = errno;
	error_errno(err, code, "cannot open %s", f->found);
	if (f->root[0])
		error_remedy(err, "The path is looked up in the mount namespace of process %d.", f->pid);
	return -code;
}

static int find_name(Finder *f, Error *err)
{
	if (find_mapped(f) || find_in_cache(f) || find_in_directories(f) || find_program(f))
		return 0;
	error_set(err, ENOENT, "there is no library lib%s.so and no program %s", f->name, f->name);
	return error_remedy(err, "Give the path of the file: /path/to/file:function.");
}

int symbols_resolve_file(const char *name, pid_t pid, char *path, char *shown, size_t size, Error *err)
{
	Finder f = { .name = name, .length = strlen(name), .pid = pid };
	int error;

	if (pid > 0 && !process_exists(pid))
		return error_set(err, ESRCH, "there is no process %d", pid);
	find_root(&f);
	error = strchr(name, '/') ? find_path(&f, err) : find_name(&f, err);
	if (error)
		return error;
	if (shown)
		snprintf(shown, size, "%s", f.found);
	if ((size_t)snprintf(path, size, "%s%s%s", f.root, f.found[0] == '/' ? "" : "/", f.found) >= size)
		return error_set(err, ENAMETOOLONG, "the path is too long: %.40s...", f.found);
	return 0;
}
