// input: 01 02 03 04 05 06 11 12 13 14 15 16 08 00 45 00 00 2c 00 01 40 00 40 06 00 00 0a 00 00 01 0a 00 00 02 00 50 12 34 00 00 00 01 00 00 00 02 50 02 10 00 00 00 00 00 ab cd 85 09 00 00 00 00
// run: f = 100
#include <bcc/proto.h>
struct own_t { u16 id; u8 flag : 1; u8 rest : 7; u8 last; } BPF_PACKET_HEADER;

__attribute__((section("tc"))) int f(struct __sk_buff *skb)
{
	u8 *cursor = 0;
	struct ethernet_t *eth = cursor_advance(cursor, sizeof(*eth));
	struct ip_t *ip;
	struct tcp_t *tcp;
	struct own_t *own;

	if (eth->type != 0x0800 || eth->dst != 0x010203040506ull)
		return 1;
	ip = cursor_advance(cursor, sizeof(*ip));
	if (ip->ver != 4 || ip->hlen != 5 || ip->nextp != 6 || ip->src != 0x0a000001 || ip->df != 1)
		return 2;
	tcp = cursor_advance(cursor, sizeof(*tcp));
	if (tcp->src_port != 80 || tcp->dst_port != 0x1234 || !tcp->flag_syn || tcp->flag_ack || tcp->offset != 5)
		return 3;
	own = cursor_advance(cursor, sizeof(*own));
	if (own->id != 0xabcd || own->flag != 1 || own->rest != 5 || own->last != 9)
		return 4;
	if (load_byte(skb, 14) != 0x45 || load_half(skb, 12) != 0x800 || load_word(skb, 26) != 0x0a000001)
		return 5;
	return 100;
}
