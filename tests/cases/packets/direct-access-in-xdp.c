// input: 01 02 03 04 05 06 11 12 13 14 15 16 81 00 00 07 08 00 45 00 00 1c 00 01 40 00 40 11 00 00 0a 00 00 01 0a 00 00 02 00 50 12 34 00 08 00 00
// run: f = 3
// output: 11 12 13 14 15 16 01 02 03 04 05 06 81 00
// map: protocols[17] = 1
#include <uapi/linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <linux/if_vlan.h>
BPF_ARRAY(protocols, long, 256);

static int parse_ipv4(void *data, u64 nh_off, void *data_end)
{
	struct iphdr *iph = data + nh_off;

	if ((void *)&iph[1] > data_end)
		return 0;
	return iph->protocol;
}

static void swap_addresses(void *data)
{
	unsigned short *p = data, dst[3];

	dst[0] = p[0];
	dst[1] = p[1];
	dst[2] = p[2];
	p[0] = p[3];
	p[1] = p[4];
	p[2] = p[5];
	p[3] = dst[0];
	p[4] = dst[1];
	p[5] = dst[2];
}

int f(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	void *data = (void *)(long)ctx->data;
	struct ethhdr *eth = data;
	long *value;
	u16 h_proto;
	u64 nh_off = sizeof(*eth);
	u32 index;

	if (data + nh_off > data_end)
		return XDP_DROP;
	h_proto = eth->h_proto;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		if (h_proto == htons(ETH_P_8021Q) || h_proto == htons(ETH_P_8021AD)) {
			struct vlan_hdr *vhdr = data + nh_off;

			nh_off += sizeof(struct vlan_hdr);
			if (data + nh_off > data_end)
				return XDP_DROP;
			h_proto = vhdr->h_vlan_encapsulated_proto;
		}
	}
	index = h_proto == htons(ETH_P_IP) ? parse_ipv4(data, nh_off, data_end) : 0;
	value = protocols.lookup(&index);
	if (value)
		lock_xadd(value, 1);
	swap_addresses(data);
	return index == 17 ? XDP_TX : XDP_PASS;
}
