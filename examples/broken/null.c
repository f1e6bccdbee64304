/* SPDX-License-Identifier: Apache-2.0 */
/* What the compiler says of a map value that is used without a test: bcc check examples/broken/null.c */
BPF_HASH(counts, u32);

int kprobe__do_exit(struct pt_regs *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *value = counts.lookup(&pid);

	*value += 1;
	return 0;
}
