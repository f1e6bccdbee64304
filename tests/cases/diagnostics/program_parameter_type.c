// error: 5 program_parameter_type
struct pt_regs { unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di; };

struct pair { int a, b; };
int kprobe__vfs_read(struct pt_regs *ctx, struct pair pair)
{
	return pair.a;
}
