// error: 9 context_mixed
#include <linux/ip.h>
BPF_ARRAY(other, struct xdp_md, 1);
int f(struct xdp_md *ctx)
{
	u32 key = 0;
	struct xdp_md *p = other.lookup(&key);

	return (p ? p : ctx)->rx_queue_index;
}
