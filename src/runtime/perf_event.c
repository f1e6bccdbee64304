/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perf_event_open(2), and a BPF program onto what it opens. As a provider: counters and clocks by
 * perf's names, one event for each CPU that is online, or for one process.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int runtime_perf_open(struct perf_event_attr *attr, pid_t pid, int cpu)
{
	int fd;

	attr->size = sizeof(*attr);
	fd = (int)syscall(SYS_perf_event_open, attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int runtime_perf_open_anywhere(struct perf_event_attr *attr)
{
	int fd = runtime_perf_open(attr, -1, 0);

	for (int cpu = 1; fd == -ENODEV && cpu < kernel_possible_cpus(); cpu++)
		fd = runtime_perf_open(attr, -1, cpu);
	return fd;
}

int runtime_perf_attach(int event_fd, int program_fd)
{
	static bool no_links;
	int link = -EINVAL, error;

	if (!no_links)
		link = bpf_link_create(program_fd, event_fd, BPF_PERF_EVENT, NULL);
	if (link >= 0) {
		close(event_fd);           /* the link holds the event */
		return link;
	}
	/* Links on perf events came with 5.15. */
	no_links |= !kernel_has_perf_link();
	if (ioctl(event_fd, PERF_EVENT_IOC_SET_BPF, program_fd) ||
	    ioctl(event_fd, PERF_EVENT_IOC_ENABLE, 0)) {
		error = errno;
		close(event_fd);
		return -error;
	}
	return event_fd;
}

/* By name -------------------------------------------------------------------------------------- */

static int bad_event(Attaching *a, Error *err)
{
	error_set(err, EINVAL, "program %s: \"%s\" is no perf event with a rate", a->name, a->t.target);
	return error_remedy(err, "Give 99hz (so many times a second and CPU, by the clock), EVENT:99hz, or "
			    "EVENT:1000 (every so many events), EVENT being cpu-clock, page-faults, "
			    "context-switches, cycles, cache-misses, ... or rHEX for a raw one.");
}

static bool take_event(AttachTarget *t, Str name)
{
	const PerfEventInfo *info = perf_event_by_name(name);
	char *end;

	if (info) {
		t->perf_type = info->type;
		t->perf_config = info->config;
		return true;
	}
	if (name.n < 2 || name.p[0] != 'r')
		return false;
	t->perf_type = PERF_TYPE_RAW;
	t->perf_config = strtoull(name.p + 1, &end, 16);
	return end == name.p + name.n;
}

/* "99hz", "cycles:1000000", "r1c2:100" */
static int take_target(Attaching *a, Error *err)
{
	const char *colon = strchr(a->t.target, ':'), *rate = colon ? colon + 1 : a->t.target;
	Str name = colon ? (Str){ a->t.target, (size_t)(colon - a->t.target) } : STR("cpu-clock");
	uint64_t value;
	char *end;

	value = strtoull(rate, &end, 10);
	if (!take_event(&a->t, name) || *rate < '0' || *rate > '9' || !value)
		return bad_event(a, err);
	a->t.frequency = a->t.period = 0;
	if (!strcasecmp(end, "hz"))
		a->t.frequency = value;
	else if (!*end)
		a->t.period = value;
	else
		return bad_event(a, err);
	return 0;
}

static int explain_event(Attaching *a, const struct perf_event_attr *attr, int cpu, int code, Error *err)
{
	error_errno(err, code, "cannot open perf event %s (%u:%llu) on CPU %d for program %s",
		    a->t.target ? a->t.target : "", attr->type, (unsigned long long)attr->config, cpu,
		    a->name);
	if (code == ENOENT || code == EOPNOTSUPP)
		return error_remedy(err, "This machine does not have the event, as is usual for hardware "
				    "events in virtual machines. cpu-clock works everywhere.");
	if (code == EINVAL && attr->freq)
		return error_remedy(err, "The frequency may be above kernel.perf_event_max_sample_rate.");
	return runtime_refused(err, code);
}

int runtime_attach_perf_event(Attaching *a, Error *err)
{
	struct perf_event_attr attr = { 0 };
	int from = a->t.cpu_only ? a->t.cpu : 0, error = 0;
	int to = a->t.cpu_only ? a->t.cpu + 1 : kernel_possible_cpus();

	if (a->t.target && *a->t.target)
		error = take_target(a, err);
	if (error)
		return error;
	attr.type = a->t.perf_type;
	attr.config = a->t.perf_config;
	attr.freq = a->t.frequency != 0;
	attr.sample_period = a->t.frequency ? a->t.frequency : a->t.period;
	if (!attr.sample_period) {
		error_set(err, EINVAL, "program %s: a perf event needs a period or a frequency", a->name);
		return error_remedy(err, "For example 99hz.");
	}
	for (int cpu = from; cpu < to && !error; cpu++) {
		int fd = runtime_perf_open(&attr, a->t.pid > 0 ? a->t.pid : -1, cpu);

		if (fd == -ENODEV && !a->t.cpu_only)
			continue;
		error = fd < 0 ? explain_event(a, &attr, cpu, -fd, err) : runtime_keep_event(a, fd, err);
	}
	return error;
}
