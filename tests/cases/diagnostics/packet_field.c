// error: 8 packet_field
#include <bcc/proto.h>
int f(struct __sk_buff *skb)
{
	u8 *cursor = 0;
	struct ip6_opt_t *option = cursor_advance(cursor, sizeof(*option));

	return bpf_dext_pkt(skb, 0, skb->len, 8) + option->ext_len;
}
