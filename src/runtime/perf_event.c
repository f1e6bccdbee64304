/* SPDX-License-Identifier: Apache-2.0 */
/* perf_event_open(2), and a BPF program onto what it opens. */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
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
