/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which BPF links the kernel has. It is asked with a program that does nothing and a target that
 * cannot be (no such interface, no such function): a kernel that has the kind complains about the
 * target, one that has not about the kind. Nothing is attached.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool no(const char **why, const char *reason)
{
	if (why)
		*why = reason;
	return false;
}

static int empty_program(enum bpf_prog_type type, int attach_type)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .attempts = 1,
		    .expected_attach_type = (enum bpf_attach_type)attach_type);

	return bpf_prog_load(type, NULL, "GPL", insns, ARRAY_LEN(insns), &opts);
}

/* errno of the impossible link; 0 if it could be made all the same. */
static int try_tcx(void)
{
	const int no_such_interface = 0x7ffffff0;
	int program = empty_program(BPF_PROG_TYPE_SCHED_CLS, 0), link;

	if (program < 0)
		return -program;
	link = bpf_link_create(program, no_such_interface,
			       (enum bpf_attach_type)ATTACH_TYPE_TCX_INGRESS, NULL);
	close(program);
	if (link >= 0)
		close(link);
	return link < 0 ? -link : 0;
}

/* EINVAL for a wrong interface as for a missing kind: the version decides. */
bool kernel_has_xdp_link(const char **why)
{
	return kernel_version() >= KVERSION(5, 9) || no(why, "XDP links came with Linux 5.9");
}

bool kernel_has_tcx(const char **why)
{
	static int outcome = -1;

	if (outcome < 0)
		outcome = try_tcx();
	if (outcome == ENODEV || !outcome)
		return true;
	if (outcome == EPERM)
		return no(why, "CAP_NET_ADMIN is missing");
	return no(why, "tcx links came with Linux 6.6; the clsact qdisc is used");
}

static int try_kprobe_multi(int attach_type)
{
	const char *symbols[] = { "bcc_no_such_function" };
	LIBBPF_OPTS(bpf_link_create_opts, opts, .kprobe_multi.syms = symbols, .kprobe_multi.cnt = 1);
	int program = empty_program(BPF_PROG_TYPE_KPROBE, attach_type), link;

	if (program < 0)
		return -program;
	link = bpf_link_create(program, 0, BPF_TRACE_KPROBE_MULTI, &opts);
	close(program);
	if (link >= 0)
		close(link);
	return link < 0 ? -link : 0;
}

bool kernel_has_kprobe_multi(const char **why)
{
	static int outcome = -1;

	if (kernel_version() < KVERSION(5, 18))
		return no(why, "kprobe.multi links came with Linux 5.18");
	if (outcome < 0)
		outcome = try_kprobe_multi(BPF_TRACE_KPROBE_MULTI);
	if (outcome == EPERM)
		return no(why, "CAP_PERFMON is missing");
	if (outcome == EOPNOTSUPP)
		return no(why, "this kernel is built without fprobe (CONFIG_FPROBE)");
	return true;
}

bool kernel_has_kprobe_session(const char **why)
{
	if (!kernel_has_kprobe_multi(why))
		return false;
	if (kernel_version() >= KVERSION(6, 10))
		return true;
	return no(why, "kprobe.session came with Linux 6.10");
}

/* A directory is no file to probe: EBADF. The layout of the attribute is the kernel's since 6.6, which
 * older headers lack. */
static int try_uprobe_multi(void)
{
	unsigned long offset = 0;
	struct {
		uint32_t program, target, attach_type, flags;
		uint64_t path, offsets, counters, cookies;
		uint32_t n, multi_flags, pid, unused;
	} attr = {
		.attach_type = ATTACH_TYPE_UPROBE_MULTI, .path = (uintptr_t)"/",
		.offsets = (uintptr_t)&offset, .n = 1,
	};
	int program = empty_program(BPF_PROG_TYPE_KPROBE, ATTACH_TYPE_UPROBE_MULTI), link, code;

	if (program < 0)
		return -program;
	attr.program = (uint32_t)program;
	link = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	code = link < 0 ? errno : 0;
	if (link >= 0)
		close(link);
	close(program);
	return code;
}

bool kernel_has_uprobe_multi(const char **why)
{
	static int outcome = -1;

	if (outcome < 0)
		outcome = try_uprobe_multi();
	if (outcome == EBADF || !outcome)
		return true;
	if (outcome == EPERM)
		return no(why, "CAP_PERFMON is missing");
	return no(why, "uprobe.multi links came with Linux 6.6");
}

const char *kernel_cgroup2_mount(void)
{
	static char path[256];
	const char *text = *path ? NULL : kernel_file_text("/proc/self/mountinfo");

	for (const char *line = text; line && *line; line += *line == '\n') {
		size_t n = strcspn(line, "\n");
		const char *type = memmem(line, n, " - cgroup2 ", strlen(" - cgroup2 "));

		/* the fifth word is where it is mounted */
		if (type && sscanf(line, "%*s %*s %*s %*s %255s", path) == 1)
			break;
		line += n;
	}
	return *path ? path : NULL;
}
