/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts that take one system call or one short file: version, CPUs, capabilities, lockdown.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

Arena *kernel_arena(void)
{
	static Arena *arena;

	if (!arena)
		arena = arena_new();
	return arena;
}

const char *kernel_file_text(const char *path)
{
	static HashMap kept;
	static const char missing[] = "";
	char *text, *end;
	size_t size;

	kept.arena = kernel_arena();
	text = hashmap_get(&kept, str_of(path));
	if (text)
		return text == missing ? NULL : text;
	text = file_read(path, &size);
	path = arena_strdup(kernel_arena(), path);
	if (!text) {
		hashmap_put(&kept, str_of(path), (void *)missing);
		return NULL;
	}
	for (end = text + size; end > text && end[-1] == '\n'; end--)
		;
	char *copy = arena_strndup(kernel_arena(), text, (size_t)(end - text));
	free(text);
	hashmap_put(&kept, str_of(path), copy);
	return copy;
}

/* Version -------------------------------------------------------------------------------------- */

static const struct utsname *system_name(void)
{
	static struct utsname u;

	if (!u.release[0])
		uname(&u);
	return &u;
}

const char *kernel_release(void)
{
	return system_name()->release;
}

static uint32_t parse_version(const char *text)
{
	unsigned int major = 0, minor = 0, patch = 0;

	if (!text || sscanf(text, "%u.%u.%u", &major, &minor, &patch) < 2)
		return 0;
	return KVERSION(major, minor) + (patch > 255 ? 255 : patch);
}

/* Debian's uname -r stops at 5.10.0-32; the patch level is in uname -v ("#1 SMP Debian 5.10.223-1").
 * Ubuntu has it at the end of /proc/version_signature. */
uint32_t kernel_version(void)
{
	static uint32_t version;
	const char *debian = strstr(system_name()->version, "Debian "), *signature;

	if (version)
		return version;
	if (debian)
		version = parse_version(debian + strlen("Debian "));
	if (!version && strstr(system_name()->version, "Ubuntu") &&
	    (signature = kernel_file_text("/proc/version_signature"))) {
		const char *last = strrchr(signature, ' ');

		version = parse_version(last ? last + 1 : NULL);
	}
	if (!version)
		version = parse_version(kernel_release());
	return version;
}

/* CPUs ----------------------------------------------------------------------------------------- */

/* Calls each for the ranges of a list such as "0-3,8". */
static void each_cpu_range(const char *list, void (*each)(void *self, int from, int to), void *self)
{
	while (list && *list) {
		char *end;
		long from = strtol(list, &end, 10), to = from;

		if (end == list)
			return;
		if (*end == '-')
			to = strtol(end + 1, &end, 10);
		each(self, (int)from, (int)to);
		list = *end == ',' ? end + 1 : end;
		if (*end && *end != ',')
			return;
	}
}

static void find_highest(void *self, int from, int to)
{
	int *highest = self;

	(void)from;
	if (to > *highest)
		*highest = to;
}

int kernel_possible_cpus(void)
{
	static int count;
	int highest = -1;

	if (count)
		return count;
	each_cpu_range(kernel_file_text("/sys/devices/system/cpu/possible"), find_highest, &highest);
	count = highest >= 0 ? highest + 1 : (int)sysconf(_SC_NPROCESSORS_CONF);
	return count;
}

static void count_range(void *self, int from, int to)
{
	*(int *)self += to - from + 1;
}

static const char *online_list(void)
{
	return kernel_file_text("/sys/devices/system/cpu/online");
}

int kernel_online_cpus(void)
{
	static int count;

	if (!count)
		each_cpu_range(online_list(), count_range, &count);
	if (!count)
		count = (int)sysconf(_SC_NPROCESSORS_ONLN);
	return count;
}

typedef struct Sought { int cpu; bool found; } Sought;

static void find_cpu(void *self, int from, int to)
{
	Sought *s = self;

	s->found |= s->cpu >= from && s->cpu <= to;
}

bool kernel_cpu_online(int cpu)
{
	Sought s = { cpu, false };

	if (!online_list())
		return cpu < kernel_online_cpus();
	each_cpu_range(online_list(), find_cpu, &s);
	return s.found;
}

/* Rights --------------------------------------------------------------------------------------- */

bool kernel_capable(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return false;
	return data[capability / 32].effective >> capability % 32 & 1;
}

const char *kernel_missing_capabilities(void)
{
	bool split = kernel_version() >= KVERSION(5, 8);

	if (kernel_capable(CAP_SYS_ADMIN))
		return "";
	if (!split)
		return "CAP_SYS_ADMIN";
	if (kernel_capable(CAP_BPF))
		return kernel_capable(CAP_PERFMON) ? "" : "CAP_PERFMON";
	return kernel_capable(CAP_PERFMON) ? "CAP_BPF" : "CAP_BPF and CAP_PERFMON";
}

/* The chosen one of "[none] integrity confidentiality". */
static const char *chosen_word(const char *text)
{
	const char *open = text ? strchr(text, '[') : NULL;
	const char *close = open ? strchr(open, ']') : NULL;

	return close ? arena_strndup(kernel_arena(), open + 1, (size_t)(close - open - 1)) : NULL;
}

static const char *read_lockdown(void)
{
	const char *word = chosen_word(kernel_file_text("/sys/kernel/security/lockdown"));
	char text[128];
	int root, fd;
	ssize_t n;

	if (word)
		return word;
	root = kernel_detached_mount("securityfs");
	if (root < 0)
		return NULL;
	fd = openat(root, "lockdown", O_RDONLY | O_CLOEXEC);
	close(root);
	if (fd < 0)
		return errno == ENOENT ? "none" : NULL;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return chosen_word(text);
}

const char *kernel_lockdown(void)
{
	static const char *word;

	if (!word)
		word = read_lockdown();
	if (!word)
		word = "unknown";
	return word;
}
