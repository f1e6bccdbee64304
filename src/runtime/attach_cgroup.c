/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs onto control groups (cgroup_skb, sock, sock_addr, sockopt, sysctl, device, sock_ops,
 * lsm_cgroup; links since 5.7) and network namespaces (flow dissector 5.8, sk_lookup 5.9). Several
 * programs may be on one group; a namespace has one flow dissector.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef CGROUP2_SUPER_MAGIC
#define CGROUP2_SUPER_MAGIC 0x63677270
#endif

/* Control groups ------------------------------------------------------------------------------- */

static int open_group(Attaching *a, Error *err)
{
	const char *mount = kernel_cgroup2_mount(), *path = a->t.target;
	char below[PATH_MAX];
	struct statfs fs;
	int fd, code;

	/* "system.slice", "/system.slice" and "/" are meant below the mount if there are such groups */
	if (mount && !starts_with(path, mount) &&
	    (size_t)snprintf(below, sizeof(below), "%s/%s", mount, path) < sizeof(below) &&
	    (!strcmp(path, "/") || access(path, F_OK)))
		path = below;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		code = errno;
		error_errno(err, code, "program %s: cannot open cgroup %s", a->name, a->t.target);
		return mount ? error_remedy(err, "Give a directory below %s.", mount) :
			error_remedy(err, "No cgroup2 is mounted: mount -t cgroup2 none /sys/fs/cgroup");
	}
	if (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		return fd;
	close(fd);
	error_set(err, EINVAL, "program %s: %s is not a control group of version 2", a->name, path);
	return error_remedy(err, mount ? "Give a directory below %s." : "No cgroup2 is mounted%s.",
			    mount ? mount : "");
}

/* Where the section does not say (cgroup/skb) it is the direction; others have one place. */
static int attach_type_of(const Attaching *a)
{
	const ProgramState *s = &a->m->programs[a->program];
	const ProbeKindInfo *kind;

	if (s->attach_type >= 0)
		return s->attach_type;
	if (s->type == BPF_PROG_TYPE_CGROUP_SKB)
		return a->t.flags & ATTACH_EGRESS ? BPF_CGROUP_INET_EGRESS : BPF_CGROUP_INET_INGRESS;
	kind = probe_kind_of_type(s->type, -1);
	return kind ? kind->attach_type : -1;
}

int runtime_attach_cgroup(Attaching *a, Error *err)
{
	int group = open_group(a, err), fd, type = attach_type_of(a);

	if (group < 0)
		return group;
	if (type == BPF_LSM_CGROUP && !strcmp(a->t.target, a->m->programs[a->program].target)) {
		close(group);
		return error_set(err, EINVAL, "program %s: which control group shall have hook %s?", a->name,
				 a->t.target);
	}
	fd = bpf_link_create(runtime_program_of(a), group, (enum bpf_attach_type)type, NULL);
	close(group);
	if (fd >= 0)
		return runtime_keep(a, fd);
	error_errno(err, -fd, "cannot attach program %s to cgroup %s", a->name, a->t.target);
	if (fd == -EPERM && !*kernel_missing_capabilities())
		return error_remedy(err, "A group above has a program that lets no other one in, or "
				    "CAP_NET_ADMIN is missing.");
	return runtime_refused(err, -fd);
}

/* Network namespaces --------------------------------------------------------------------------- */

int runtime_attach_netns(Attaching *a, Error *err)
{
	const ProgramState *s = &a->m->programs[a->program];
	int type = s->type == BPF_PROG_TYPE_SK_LOOKUP ? BPF_SK_LOOKUP : BPF_FLOW_DISSECTOR;
	const char *name = a->t.target;
	int space, fd, code;

	if (!strcmp(name, "self"))
		name = "/proc/self/ns/net";
	else if (!strchr(name, '/'))
		name = arena_printf(a->m->arena, "/run/netns/%s", name);
	space = open(name, O_RDONLY | O_CLOEXEC);
	if (space < 0) {
		code = errno;
		error_errno(err, code, "program %s: cannot open network namespace %s", a->name, name);
		return error_remedy(err, "Give \"self\", a name that ip netns lists, or /proc/PID/ns/net.");
	}
	fd = bpf_link_create(runtime_program_of(a), space, (enum bpf_attach_type)type, NULL);
	close(space);
	if (fd >= 0)
		return runtime_keep(a, fd);
	error_errno(err, -fd, "cannot attach program %s to network namespace %s", a->name, name);
	if (fd == -EEXIST)
		return error_remedy(err, "It has a flow dissector already, or the first namespace has one "
				    "for all.");
	return runtime_refused(err, -fd);
}
