/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers and arguments of probes. PT_REGS_PARM1 and its kin, and BPF_PROG, are in the prelude.
 * Accesses to registers of another pt_regs become reads by themselves, so the _CORE forms are the
 * plain ones. Parameters behind the first are bound by the compiler (src/lang/params.c).
 */

#define PT_REGS_PARM1_CORE(x) PT_REGS_PARM1(x)
#define PT_REGS_PARM2_CORE(x) PT_REGS_PARM2(x)
#define PT_REGS_PARM3_CORE(x) PT_REGS_PARM3(x)
#define PT_REGS_PARM4_CORE(x) PT_REGS_PARM4(x)
#define PT_REGS_PARM5_CORE(x) PT_REGS_PARM5(x)
#define PT_REGS_PARM6_CORE(x) PT_REGS_PARM6(x)
#define PT_REGS_RET_CORE(x) PT_REGS_RET(x)
#define PT_REGS_FP_CORE(x) PT_REGS_FP(x)
#define PT_REGS_RC_CORE(x) PT_REGS_RC(x)
#define PT_REGS_SP_CORE(x) PT_REGS_SP(x)
#define PT_REGS_IP_CORE(x) PT_REGS_IP(x)
#define PT_REGS_PARM1_CORE_SYSCALL(x) PT_REGS_PARM1_SYSCALL(x)
#define PT_REGS_PARM2_CORE_SYSCALL(x) PT_REGS_PARM2_SYSCALL(x)
#define PT_REGS_PARM3_CORE_SYSCALL(x) PT_REGS_PARM3_SYSCALL(x)
#define PT_REGS_PARM4_CORE_SYSCALL(x) PT_REGS_PARM4_SYSCALL(x)
#define PT_REGS_PARM5_CORE_SYSCALL(x) PT_REGS_PARM5_SYSCALL(x)
#define PT_REGS_PARM6_CORE_SYSCALL(x) PT_REGS_PARM6_SYSCALL(x)
#define PT_REGS_SYSCALL_REGS(ctx) PT_REGS_SYSCALL_CTX(ctx)
#define BPF_KPROBE_READ_RET_IP(ip, ctx) \
	({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)PT_REGS_RET(ctx)); })
#define BPF_KRETPROBE_READ_RET_IP(ip, ctx) \
	({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)(PT_REGS_FP(ctx) + sizeof(ip))); })

#define BPF_PROG2(name, ...) BPF_PROG(name, ##__VA_ARGS__)
#define BPF_KPROBE(name, ...) name(struct pt_regs *ctx, ##__VA_ARGS__)
#define BPF_KRETPROBE(name, ...) \
	__attribute__((bcc_result)) name(struct pt_regs *ctx, ##__VA_ARGS__)
#define BPF_UPROBE(name, ...) BPF_KPROBE(name, ##__VA_ARGS__)
#define BPF_URETPROBE(name, ...) BPF_KRETPROBE(name, ##__VA_ARGS__)
#define BPF_KSYSCALL(name, ...) \
	__attribute__((bcc_syscall)) name(struct pt_regs *ctx, ##__VA_ARGS__)
#define BPF_KPROBE_SYSCALL(name, ...) BPF_KSYSCALL(name, ##__VA_ARGS__)
#define BPF_KRETSYSCALL(name, ...) BPF_KRETPROBE(name, ##__VA_ARGS__)

#define BPF_SEQ_PRINTF(seq, fmt, ...) ({ \
	static const char __bcc_format[] = fmt; \
	unsigned long long __bcc_values[] = { __bcc_words(__VA_ARGS__) }; \
	bpf_seq_printf(seq, __bcc_format, sizeof(__bcc_format), __bcc_values, \
		       sizeof(__bcc_values)); })
#define BPF_SNPRINTF(out, out_size, fmt, ...) ({ \
	static const char __bcc_format[] = fmt; \
	unsigned long long __bcc_values[] = { __bcc_words(__VA_ARGS__) }; \
	bpf_snprintf(out, out_size, __bcc_format, __bcc_values, sizeof(__bcc_values)); })
