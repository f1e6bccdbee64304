// error: 7 packet_access_unchecked
#include <linux/if_ether.h>
int f(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	return eth->h_proto == 8 ? XDP_DROP : XDP_PASS;
}
