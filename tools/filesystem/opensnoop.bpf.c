/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opensnoop: which files are opened by whom, with what result. System call tracepoints; what was
 * asked for is kept by thread until the call returns, so that the path is read once, at the end.
 */
#include <bcc/tool.h>
#include <linux/fcntl.h>

TOOL("opensnoop", "Trace open(), openat() and openat2() system-wide.");
EXAMPLE("opensnoop", "all files opened");
EXAMPLE("opensnoop -x", "only failed opens");
EXAMPLE("opensnoop -p 181", "only process 181");
EXAMPLE("opensnoop -Uu root", "only of root, with a UID column");
EXAMPLE("opensnoop -ef O_WRONLY -f O_RDWR", "only for writing, with flags and mode");
EXAMPLE("opensnoop --exec ls /tmp", "what ls opens");

FLAG(timestamp, 'T', "time of each event in seconds since the first");
FLAG(print_uid, 'U', "UID column");
FLAG(failed, 'x', "failed opens only");
OPTION(pid_t, pid, 'p', "PID", "trace this process only");
OPTION(tid_t, tid, 't', "TID", "trace this thread only");
CONTAINER_FILTERS;
OPTION_DEFAULT(uid_t, uid, -1, 'u', "USER", "trace this user only (number or login name)");
OPTION(seconds_t, duration, 'd', "SECONDS", "end after this time") ROLE(duration);
OPTION(text_t, name, 'n', "NAME", "only processes whose name contains this");
FLAG(extended_fields, 'e', "FLAGS and MODE columns");
OPTION(open_flags_t, flag_filter, 'f', "O_FLAG",
       "only with this flag; give it again for any of several");
FLAG(full_path, 'F', "put the current directory in front of relative paths") DEFINES;
OPTION_DEFAULT(u32, buffer_pages, 64, 'b', "PAGES", "size of the event buffer (default 64)")
	ROLE(buffer_pages);
EXEC(pid);

struct open {
	ktime_ns_t ts COLUMN_IF(timestamp, "TIME(s)", "%-14.9f") TIGHT;
	uid_t uid COLUMN_IF(print_uid, "UID", "%-6d") TIGHT;
	pid_t pid COLUMN("PID", "%-6d") HEADING_IF(tid, "TID");
	comm_t comm COLUMN("COMM", "%-16s") CONTAINS(name);
	int fd COLUMN("FD", "%4d");
	errno_t err COLUMN("ERR", "%3d");
	u32 flags COLUMN_IF(extended_fields, "FLAGS", "%08o");
	int mode COLUMN_IF(extended_fields, "MODE", "%04o") NONE(-1, "n/a");
#if OPTION_full_path
	whole_path_t path COLUMN("PATH", "%s");
#else
	path_t path COLUMN("PATH", "%s");
#endif
};
EVENTS(opens, struct open);

struct call {
	const char *path;
	u32 flags, mode;
};
BPF_HASH(calls, u32, struct call);
COUNT_REFUSED;

static int enter(const char *path, u32 flags, u32 mode)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 thread = id;
	struct call call = { path, flags, mode };

	if (tid ? tid != thread : pid && pid != id >> 32)
		return 0;
	if (uid != (uid_t)-1 && uid != (uid_t)bpf_get_current_uid_gid())
		return 0;
	if (flag_filter && !(flags & flag_filter))
		return 0;
	if (OTHER_CONTAINER())
		return 0;
	TRACK(calls, &thread, &call);
	return 0;
}

#if OPTION_full_path
/* Appends the names of the directories from the current one up to the root. */
static u32 add_directories(struct open *e, u32 n)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct vfsmount *vfs = task->fs->pwd.mnt;
	struct mount *mount = (struct mount *)((char *)vfs - offsetof(struct mount, mnt));
	struct dentry *dentry = task->fs->pwd.dentry;

	for (int i = 0; i < 31; i++) {
		struct dentry *up = dentry->d_parent;
		long added;

		if (dentry == mount->mnt.mnt_root) {
			if (mount->mnt_parent == mount)
				break;
			dentry = mount->mnt_mountpoint;
			mount = mount->mnt_parent;
			continue;
		}
		if (dentry == up || n > sizeof(e->path) - 256)
			break;
		added = bpf_probe_read_kernel_str(&e->path[n], 256, dentry->d_name.name);
		/* 0 is let through so that the verifier's states of n stay comparable */
		if (added < 0 || added > 256)
			break;
		n += added;
		dentry = up;
	}
	return n;
}
#endif

static int leave(long ret)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 thread = id;
	struct call *call = calls.lookup(&thread);
	struct open *e;
	long n;

	if (!call)
		return 0;
	e = failed && ret >= 0 ? NULL : EVENT_SCRATCH(opens);
	if (e) {
		e->ts = bpf_ktime_get_ns();
		e->uid = bpf_get_current_uid_gid();
		e->pid = tid ? thread : id >> 32;
		bpf_get_current_comm(&e->comm, sizeof(e->comm));
		e->fd = ret < 0 ? -1 : ret;
		e->err = ret < 0 ? -ret : 0;
		e->flags = call->flags;
		e->mode = call->flags & (O_CREAT | __O_TMPFILE) ? (int)call->mode : -1;
		n = bpf_probe_read_user_str(&e->path, 4096, call->path);
		if (n <= 0 || n > 4096) {
			e->path[0] = 0;
			n = 1;
		}
#if OPTION_full_path
		if (e->path[0] != '/')
			n = add_directories(e, n);
		if (n > sizeof(e->path))
			n = sizeof(e->path);
#endif
		EVENT_OUTPUT(opens, e, offsetof(struct open, path) + n);
	}
	calls.delete(&thread);
	return 0;
}

#if __kernel_has_tracepoint(syscalls, sys_enter_open)
TRACEPOINT_PROBE(syscalls, sys_enter_open)
{
	return enter(args->filename, args->flags, args->mode);
}

TRACEPOINT_PROBE(syscalls, sys_exit_open)
{
	return leave(args->ret);
}
#endif

TRACEPOINT_PROBE(syscalls, sys_enter_openat)
{
	return enter(args->filename, args->flags, args->mode);
}

TRACEPOINT_PROBE(syscalls, sys_exit_openat)
{
	return leave(args->ret);
}

#if __kernel_has_tracepoint(syscalls, sys_enter_openat2)
TRACEPOINT_PROBE(syscalls, sys_enter_openat2)
{
	u64 how[2] = {};         /* flags and mode of the user's struct open_how */

	bpf_probe_read_user(how, sizeof(how), (void *)args->how);
	return enter(args->filename, how[0], how[1]);
}

TRACEPOINT_PROBE(syscalls, sys_exit_openat2)
{
	return leave(args->ret);
}
#endif
