// input: 01 02 03 04 05 06 11 12 13 14 15 16 08 00 45 00 00 1c 00 01 40 00 40 11 00 00 0a 00 00 01 0a 00 00 02 00 50 12 34 00 08 00 00
// run: f = 0
// output: 01 02 03 04 05 06 0a 0b 0c 0d 0e 0f 08 00 45 08
#include <bcc/proto.h>
#define IP_CSUM_OFF 24

__attribute__((section("tc"))) int f(struct __sk_buff *skb)
{
	u8 *cursor = 0;
	struct ethernet_t *eth = cursor_advance(cursor, sizeof(*eth));
	struct ip_t *ip = cursor_advance(cursor, sizeof(*ip));
	u32 old = ip->src, new = 0x0a000009;

	incr_cksum_l3(&ip->hchecksum, old, new);
	ip->src = new;
	ip->tos = 8;
	eth->src = 0x0a0b0c0d0e0full;
	skb->tc_index = 3;
	skb->cb[1] = skb->mark;
	return ip->src == new && ip->ver == 4 && ip->ttl == 64 ? 0 : 1;
}
