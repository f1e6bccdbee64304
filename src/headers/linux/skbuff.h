/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/if_packet.h>
#include <linux/netdevice.h>

static inline unsigned char *skb_transport_header(const struct sk_buff *skb)
{
	return skb->head + skb->transport_header;
}
static inline unsigned char *skb_network_header(const struct sk_buff *skb)
{
	return skb->head + skb->network_header;
}
static inline unsigned char *skb_mac_header(const struct sk_buff *skb)
{
	return skb->head + skb->mac_header;
}
static inline unsigned char *skb_end_pointer(const struct sk_buff *skb)
{
	return skb->head + skb->end;
}
#define skb_shinfo(skb) ((struct skb_shared_info *)skb_end_pointer(skb))
static inline unsigned int skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}
static inline bool skb_is_nonlinear(const struct sk_buff *skb) { return skb->data_len; }
static inline u16 skb_get_queue_mapping(const struct sk_buff *skb) { return skb->queue_mapping; }
static inline u16 skb_queue_mapping(const struct sk_buff *skb) { return skb->queue_mapping; }
static inline u16 skb_get_rx_queue(const struct sk_buff *skb) { return skb->queue_mapping - 1; }
static inline bool skb_rx_queue_recorded(const struct sk_buff *skb)
{
	return skb->queue_mapping != 0;
}
#if __btf_has_field(struct sk_buff, vlan_all)
#define skb_vlan_tag_present(skb) (!!(skb)->vlan_all)
#else
#define skb_vlan_tag_present(skb) ((skb)->vlan_present)
#endif
#define skb_vlan_tag_get(skb) ((skb)->vlan_tci)
