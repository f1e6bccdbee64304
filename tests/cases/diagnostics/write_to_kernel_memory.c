// error: 5 write_to_kernel_memory
#include <net/sock.h>
int kprobe__tcp_connect(struct pt_regs *ctx, struct sock *sk)
{
	sk->__sk_common.skc_family = 3;
	return 0;
}
