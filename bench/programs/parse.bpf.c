/* SPDX-License-Identifier: Apache-2.0 */
/* Parsers of packet headers. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct vlan { __be16 tci, protocol; };

SEC("xdp")
int ethertype(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	switch (eth->h_proto) {
	case bpf_htons(ETH_P_IP):
		return XDP_PASS;
	case bpf_htons(ETH_P_IPV6):
		return XDP_PASS;
	case bpf_htons(ETH_P_ARP):
		return XDP_TX;
	default:
		return XDP_DROP;
	}
}

SEC("xdp")
int drop_port(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp;

	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	udp = (void *)ip + ip->ihl * 4;
	if ((void *)(udp + 1) > end)
		return XDP_PASS;
	if (udp->dest == bpf_htons(53))
		return XDP_DROP;
	return XDP_PASS;
}

static __always_inline int parse_vlan(void **at, void *end, __u16 *protocol)
{
	for (int k = 0; k < 2; k++) {
		struct vlan *tag = *at;

		if (*protocol != bpf_htons(ETH_P_8021Q) && *protocol != bpf_htons(ETH_P_8021AD))
			return 0;
		if ((void *)(tag + 1) > end)
			return -1;
		*protocol = tag->protocol;
		*at = tag + 1;
	}
	return 0;
}

SEC("xdp")
int vlan_depth(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	void *at = eth + 1;
	__u16 protocol;

	if (at > end)
		return XDP_DROP;
	protocol = eth->h_proto;
	if (parse_vlan(&at, end, &protocol))
		return XDP_DROP;
	return (int)(at - data) + (protocol == bpf_htons(ETH_P_IP));
}

struct flow {
	__u32 from, to;
	__u16 from_port, to_port;
	__u8 protocol;
};

static __always_inline int parse_flow(struct xdp_md *ctx, struct flow *f)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__be16 *ports;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return -1;
	if (ip->version != 4 || ip->ihl < 5)
		return -1;
	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 2) > end)
		return -1;
	f->from = ip->saddr;
	f->to = ip->daddr;
	f->protocol = ip->protocol;
	f->from_port = bpf_ntohs(ports[0]);
	f->to_port = bpf_ntohs(ports[1]);
	return 0;
}

SEC("xdp")
int flow_number(struct xdp_md *ctx)
{
	struct flow f;

	if (parse_flow(ctx, &f))
		return XDP_ABORTED;
	return (f.from ^ f.to ^ ((__u32)f.from_port << 16 | f.to_port) ^ f.protocol) & 0x7fffffff;
}

SEC("xdp")
int tcp_flags(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	int n = 0;

	if ((void *)(tcp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) ||
	    ip->protocol != IPPROTO_TCP)
		return 0;
	if (tcp->syn)
		n |= 1;
	if (tcp->ack)
		n |= 2;
	if (tcp->fin)
		n |= 4;
	if (tcp->rst)
		n |= 8;
	if (tcp->psh)
		n |= 16;
	return n + tcp->doff * 100;
}

SEC("tc")
int ipv6_next_header(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct ipv6hdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end)
		return 2;
	if (eth->h_proto != bpf_htons(ETH_P_IPV6))
		return 0;
	switch (ip->nexthdr) {
	case IPPROTO_TCP: return 11;
	case IPPROTO_UDP: return 12;
	case IPPROTO_ICMPV6: return 13;
	case IPPROTO_HOPOPTS: return 14;
	case IPPROTO_FRAGMENT: return 15;
	default: return ip->hop_limit;
	}
}

SEC("xdp")
int swap_addresses(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u8 mac[ETH_ALEN];
	__be32 address;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__builtin_memcpy(mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
	address = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = address;
	return XDP_TX;
}

SEC("tc")
int ttl_decrement(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 sum;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return 0;
	if (ip->ttl <= 1)
		return 2;
	sum = ip->check;
	sum += bpf_htons(0x0100);
	ip->check = (__u16)(sum + (sum >= 0xffff));
	ip->ttl--;
	return 0;
}

struct dns { __be16 id; __u8 rd:1, tc:1, aa:1, opcode:4, qr:1; __u8 rcode:4, z:3, ra:1; __be16 qd, an; };

SEC("xdp")
int dns_header(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	struct dns *dns = (void *)(udp + 1);

	if ((void *)(dns + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) ||
	    ip->protocol != IPPROTO_UDP || ip->ihl != 5)
		return -1;
	if (udp->dest != bpf_htons(53) && udp->source != bpf_htons(53))
		return -2;
	return dns->opcode << 8 | dns->qr << 7 | dns->rcode << 2 | dns->rd << 1 | dns->tc;
}

char LICENSE[] SEC("license") = "GPL";
