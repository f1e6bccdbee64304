/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vfsstat: rates of the common VFS operations. fsync is counted where all its forms meet.
 */
#include <bcc/tool.h>

TOOL("vfsstat", "Count VFS operations: read, write, fsync, open, create, unlink, mkdir, rmdir.");
EXAMPLE("vfsstat", "each second");
EXAMPLE("vfsstat 5 3", "each five seconds, three times");
EXAMPLE("vfsstat -p 185", "process 185 only");

OPTION(pid_t, pid, 'p', "PID", "trace this process only");
INTERVAL_COUNT_DEFAULT(1);

struct counts {
	u64 read COLUMN("READ/s", "%8d");
	u64 write COLUMN("WRITE/s", "%8d");
	u64 fsync COLUMN("FSYNC/s", "%8d");
	u64 open COLUMN("OPEN/s", "%8d");
	u64 create COLUMN("CREATE/s", "%8d");
	u64 unlink COLUMN("UNLINK/s", "%8d");
	u64 mkdir COLUMN("MKDIR/s", "%8d");
	u64 rmdir COLUMN("RMDIR/s", "%8d");
};
BPF_PERCPU_ARRAY(counts, struct counts, 1) RATES;

static struct counts *wanted(void)
{
	if (pid && pid != bpf_get_current_pid_tgid() >> 32)
		return NULL;
	return counts.lookup(&(int){ 0 });
}

#if __kernel_has_fentry(vfs_read)
#define ON_CALL(function) KFUNC_PROBE(function)
#else
#define ON_CALL(function) int kprobe__##function(struct pt_regs *ctx)
#endif

#define COUNT(function, member)                  \
	ON_CALL(function)                        \
	{                                        \
		struct counts *c = wanted();     \
                                                 \
		if (c)                           \
			c->member++;             \
		return 0;                        \
	}

COUNT(vfs_read, read)
COUNT(vfs_write, write)
COUNT(vfs_fsync_range, fsync)
COUNT(vfs_open, open)
COUNT(vfs_create, create)
COUNT(vfs_unlink, unlink)
COUNT(vfs_mkdir, mkdir)
COUNT(vfs_rmdir, rmdir)
