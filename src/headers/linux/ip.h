/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/in.h>
#include <linux/skbuff.h>

#define IPVERSION 4
#define IP_DF 0x4000
#define IP_MF 0x2000
#define IP_OFFSET 0x1fff
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
struct iphdr {
	__u8 version:4, ihl:4;
	__u8 tos;
	__be16 tot_len, id, frag_off;
	__u8 ttl, protocol;
	__sum16 check;
	__be32 saddr, daddr;
};
#else
struct iphdr {
	__u8 ihl:4, version:4;
	__u8 tos;
	__be16 tot_len, id, frag_off;
	__u8 ttl, protocol;
	__sum16 check;
	__be32 saddr, daddr;
};
#endif
static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)(skb->head + skb->network_header);
}
