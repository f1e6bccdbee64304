/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tracefs: tracepoints, their ids and formats, the trace pipe.
 *
 * An existing mount is used if there is one. Otherwise fsopen/fsconfig/fsmount (5.2) give a mount that
 * is attached nowhere: only the descriptor leads to it, and it goes when that is closed. This takes
 * CAP_SYS_ADMIN and 50 us.
 */
#include "internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static int root = -1;              /* of tracefs, kept open */
static Error failure;              /* why there is none, once sought */

int kernel_detached_mount(const char *type)
{
	int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC), mount = -1, saved;

	if (fs < 0)
		return -errno;
	if (!syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	saved = errno;
	close(fs);
	return mount < 0 ? -saved : mount;
}

static int open_mounted(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	int saved = 0;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		int fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		struct statfs fs;

		if (fd < 0) {
			saved = errno == EACCES ? EACCES : saved;
			continue;
		}
		if (!fstatfs(fd, &fs) && fs.f_type == TRACEFS_MAGIC &&
		    !faccessat(fd, "trace_pipe", F_OK, 0))
			return fd;
		close(fd);
	}
	return saved ? -saved : -ENOENT;
}

static void explain_missing(int mounted, int code)
{
	error_errno(&failure, code, "cannot open tracefs, where the kernel lists its tracepoints");
	if (code == ENODEV)
		error_remedy(&failure, "This kernel is built without tracing (CONFIG_TRACING).");
	else if (mounted == -EACCES)
		error_remedy(&failure, "Run as root: /sys/kernel/tracing is closed to this user.");
	else if (!kernel_capable(CAP_SYS_ADMIN))
		error_remedy(&failure, "It is not mounted, and CAP_SYS_ADMIN is missing to mount it. "
			     "Run as root, or: mount -t tracefs tracefs /sys/kernel/tracing");
	else
		error_remedy(&failure, "Try: mount -t tracefs tracefs /sys/kernel/tracing");
}

static int need_root(Error *err)
{
	int mounted;

	if (root < 0 && !failure.code) {
		root = mounted = open_mounted();
		if (root < 0)
			root = kernel_detached_mount("tracefs");
		if (root < 0)
			explain_missing(mounted, -root);
	}
	if (root < 0 && err)
		*err = failure;
	return root < 0 ? -failure.code : root;
}

int kernel_tracefs_open(const char *path, int flags, Error *err)
{
	int dir = need_root(err), fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, path, flags | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	fd = errno;
	error_errno(err, fd, "cannot open %s in tracefs", path);
	if (fd == EACCES || fd == EPERM)
		error_remedy(err, "Run as root (lockdown: %s).", kernel_lockdown());
	return -fd;
}

/* Tracepoints ---------------------------------------------------------------------------------- */

static bool sound_name(const char *name)
{
	return *name && !strchr(name, '/') && *name != '.';
}

bool kernel_has_tracepoint(const char *category, const char *event)
{
	char path[256];
	int dir = need_root(NULL);

	if (dir < 0 || !sound_name(category) || !sound_name(event))
		return false;
	snprintf(path, sizeof(path), "events/%s/%s/id", category, event);
	return !faccessat(dir, path, F_OK, 0);
}

enum { MAX_NAMES = 4096 };

/* Names in a directory of tracefs, in *arena; their number. */
static int list_names(Arena *arena, const char *path, const char **names)
{
	int fd = kernel_tracefs_open(path, O_RDONLY | O_DIRECTORY, NULL), n = 0;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (n < MAX_NAMES && (e = readdir(d)))
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			names[n++] = arena_strdup(arena, e->d_name);
	closedir(d);
	return n;
}

/* The category that has this event, NULL if none. */
static const char *category_of(Arena *arena, const char *event)
{
	const char **names = NEW_ARRAY(arena, const char *, MAX_NAMES);
	int n = list_names(arena, "events", names);

	for (int i = 0; i < n; i++)
		if (kernel_has_tracepoint(names[i], event))
			return names[i];
	return NULL;
}

bool kernel_has_event_of_any_category(const char *event)
{
	Arena *arena = arena_new();
	bool found = category_of(arena, event);

	arena_free(arena);
	return found;
}

static int explain_no_tracepoint(const char *category, const char *event, Error *err)
{
	Arena *arena = arena_new();
	const char **names = NEW_ARRAY(arena, const char *, MAX_NAMES);
	const char *near, *elsewhere = category_of(arena, event);
	char path[256];
	int n;

	snprintf(path, sizeof(path), "events/%s", category);
	n = list_names(arena, path, names);
	near = closest_name(event, names, n);
	error_set(err, ENOENT, "there is no tracepoint %s:%s in this kernel", category, event);
	if (elsewhere)
		error_remedy(err, "Did you mean %s:%s?", elsewhere, event);
	else if (near)
		error_remedy(err, "Did you mean %s:%s?", category, near);
	else if (!n)
		error_remedy(err, "There is no category \"%s\"; its module may not be loaded.", category);
	arena_free(arena);
	return -ENOENT;
}

static int open_event(const char *category, const char *event, const char *file, Error *err)
{
	char path[256];
	int fd = need_root(err);

	if (fd < 0)
		return fd;
	if (!sound_name(category) || !sound_name(event))
		return error_set(err, EINVAL, "\"%s:%s\" is not a tracepoint name", category, event);
	snprintf(path, sizeof(path), "events/%s/%s/%s", category, event, file);
	fd = openat(fd, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return explain_no_tracepoint(category, event, err);
	return error_errno(err, errno, "cannot read %s of tracepoint %s:%s", file, category, event);
}

/* Format files asked for so far, by "category:event". */
static HashMap formats;

int kernel_tracepoint_id(const char *category, const char *event, Error *err)
{
	char text[256];
	const char *format, *id;
	ssize_t n;
	int fd;

	snprintf(text, sizeof(text), "%s:%s", category, event);
	format = hashmap_get(&formats, str_of(text));
	id = format ? strstr(format, "\nID: ") : NULL;
	if (id)
		return atoi(id + strlen("\nID: "));
	fd = open_event(category, event, "id", err);
	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return error_set(err, EIO, "cannot read the id of tracepoint %s:%s", category, event);
	text[n] = '\0';
	return atoi(text);
}

const char *kernel_tracepoint_format(const char *category, const char *event, Error *err)
{
	char *name = arena_printf(kernel_arena(), "%s:%s", category, event), *text;
	StrBuf sb = { 0 };
	char buf[4096];
	ssize_t n;
	int fd;

	formats.arena = kernel_arena();
	text = hashmap_get(&formats, str_of(name));
	if (text)
		return text;
	fd = open_event(category, event, "format", err);
	if (fd < 0)
		return NULL;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		sb_add(&sb, buf, (size_t)n);
	close(fd);
	text = arena_strndup(kernel_arena(), sb.p ? sb.p : "", sb.n);
	sb_free(&sb);
	hashmap_put(&formats, str_of(name), text);
	return text;
}
