// error: 6 program_parameters
// message: at most 6
struct pt_regs { unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di; };

int kprobe__vfs_read(struct pt_regs *ctx, int a, int b, int c, int d, int e, int f,
		     int g)
{
	return a;
}
