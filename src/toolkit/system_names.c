/* SPDX-License-Identifier: Apache-2.0 */
/* The names of this machine: disks, logins, parents, kernel symbols, enumerators of the kernel. */
#include "toolkit/internal.h"

#include "kernel/kernel.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

typedef struct Disk { uint32_t dev; char name[32]; } Disk;

static struct {
	Disk *disks;
	int n_disks;
	time_t disks_read;
	uint64_t symbol_address;
	char symbol[160];
} cache;

static uint32_t kernel_dev(unsigned major, unsigned minor)
{
	return major << 20 | minor;
}

static void read_disks(void)
{
	char *text = file_read("/proc/diskstats", NULL), *save = NULL;
	time_t now = time(NULL);

	if (!text || (cache.disks && now == cache.disks_read)) {
		free(text);
		return;
	}
	cache.disks_read = now;
	cache.n_disks = 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned major, minor;
		Disk d = { 0 }, *more;

		if (sscanf(line, "%u %u %31s", &major, &minor, d.name) != 3)
			continue;
		more = realloc(cache.disks, sizeof(*more) * ((size_t)cache.n_disks + 1));
		if (!more)
			break;
		cache.disks = more;
		d.dev = kernel_dev(major, minor);
		cache.disks[cache.n_disks++] = d;
	}
	free(text);
}

static const char *known_disk(uint32_t dev)
{
	for (int i = 0; i < cache.n_disks; i++)
		if (cache.disks[i].dev == dev)
			return cache.disks[i].name;
	return NULL;
}

/* Read again when a disk is unknown (plugged in meanwhile), but not more than once a second. */
static const char *disk(void *self, uint32_t dev)
{
	const char *name = known_disk(dev);

	(void)self;
	if (name)
		return name;
	read_disks();
	return known_disk(dev);
}

static bool disk_number(void *self, const char *name, uint32_t *dev)
{
	char path[256];
	struct stat st;

	(void)self;
	snprintf(path, sizeof(path), "/dev/%s", name);
	if (strchr(name, '/') || stat(path, &st) || !S_ISBLK(st.st_mode))
		return false;
	*dev = kernel_dev(major(st.st_rdev), minor(st.st_rdev));
	return true;
}

/* From /etc/passwd itself: a static binary has no name service. */
static bool uid(void *self, const char *login, uint32_t *number)
{
	char *text = file_read("/etc/passwd", NULL), *save = NULL;
	size_t n = strlen(login);
	bool found = false;

	(void)self;
	if (!text)
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, login, n) && line[n] == ':' &&
		    sscanf(line + n, ":%*[^:]:%u", number) == 1) {
			found = true;
			break;
		}
	free(text);
	return found;
}

static int parent(void *self, int pid)
{
	char path[64], *text, *line;
	int ppid = 0;

	(void)self;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	text = file_read(path, NULL);
	line = text ? strstr(text, "\nPPid:") : NULL;
	if (line)
		ppid = atoi(line + 6);
	free(text);
	return ppid;
}

static void take_symbol(void *self, int i, const char *name, uint64_t offset, const char *module)
{
	(void)self;
	(void)i;
	(void)module;
	if (name && offset)
		snprintf(cache.symbol, sizeof(cache.symbol), "%s+0x%llx", name,
			 (unsigned long long)offset);
	else if (name)
		snprintf(cache.symbol, sizeof(cache.symbol), "%s", name);
}

static const char *ksym(void *self, uint64_t address)
{
	(void)self;
	if (address == cache.symbol_address && cache.symbol[0])
		return cache.symbol;
	cache.symbol[0] = '\0';
	cache.symbol_address = address;
	kernel_name_addresses(&address, 1, take_symbol, NULL);
	return cache.symbol[0] ? cache.symbol : NULL;
}

static bool enumerator(void *self, const char *name, int64_t *value)
{
	const Btf *btf = kernel_btf(NULL);
	uint32_t id;

	(void)self;
	return btf && btf_find_enumerator(btf, name, value, &id);
}

void tool_system_names(ToolNames *out)
{
	ToolNames names = {
		.disk = disk, .disk_number = disk_number, .uid = uid, .parent = parent,
		.ksym = ksym, .enumerator = enumerator,
	};

	*out = names;
}
