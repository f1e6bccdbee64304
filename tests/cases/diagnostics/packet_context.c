// error: 11 packet_context
#include <bcc/proto.h>
static int port(struct udp_t *udp)
{
	return udp->dport;
}
static int nothing(void)
{
	struct udp_t *udp = 0;

	return udp->dport;
}
int f(struct __sk_buff *skb)
{
	return nothing();
}
