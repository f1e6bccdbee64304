// error: 3 parameter_name
#include <uapi/linux/ptrace.h>
int f(struct pt_regs *ctx, int)
{
	return 0;
}
