/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/if_ether.h>
#include <linux/skbuff.h>

static inline struct ethhdr *eth_hdr(const struct sk_buff *skb)
{
	return (struct ethhdr *)(skb->head + skb->mac_header);
}
