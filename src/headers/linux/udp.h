/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/in.h>
#include <linux/skbuff.h>

struct udphdr {
	__be16 source, dest, len;
	__sum16 check;
};
static inline struct udp_sock *udp_sk(const struct sock *sk) { return (struct udp_sock *)sk; }
static inline struct udphdr *udp_hdr(const struct sk_buff *skb)
{
	return (struct udphdr *)(skb->head + skb->transport_header);
}
