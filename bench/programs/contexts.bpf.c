/* SPDX-License-Identifier: Apache-2.0 */
/* Raw tracepoints, sockets and tc: contexts other than XDP. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

static __u64 slots[32];
static __u64 started[64];

static __always_inline int slot_of(__u64 v)
{
	int n = 0;

	if (v >= 1ull << 32) { v >>= 32; n += 32; }
	if (v >= 1u << 16) { v >>= 16; n += 16; }
	if (v >= 1u << 8) { v >>= 8; n += 8; }
	if (v >= 1u << 4) { v >>= 4; n += 4; }
	if (v >= 1u << 2) { v >>= 2; n += 2; }
	return v >= 2 ? n + 1 : n;
}

SEC("raw_tp/sys_enter")
int latency_slot(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 delta = ctx->args[1] - ctx->args[0];
	int slot;

	if ((__s64)delta < 0)
		return 0;
	slot = slot_of(delta / 1000);
	if (slot >= 32)
		slot = 31;
	slots[slot]++;
	return slot;
}

SEC("raw_tp/sys_enter")
int start_time(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 key = ctx->args[0] & 63;
	__u64 now = bpf_ktime_get_ns(), before = started[key];

	started[key] = now;
	if (!before)
		return 0;
	return now > before;
}

SEC("raw_tp/sys_enter")
int filter_ids(struct bpf_raw_tracepoint_args *ctx)
{
	long id = ctx->args[1];

	if (id == 0 || id == 1 || id == 2 || id == 257)
		return 1;
	if (id >= 41 && id <= 59)
		return 2;
	if (id < 0 || id > 0x1000000)
		return 3;
	return 0;
}

SEC("raw_tp/sys_enter")
int pid_and_tid(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 both = bpf_get_current_pid_tgid();
	__u32 pid = both >> 32, tid = (__u32)both;

	if (pid == 0 || pid == tid + 1)
		return 0;
	return (ctx->args[0] & 0xff) + (ctx->args[1] & 1 ? 256 : 0);
}

SEC("raw_tp/sys_enter")
int state_names(struct bpf_raw_tracepoint_args *ctx)
{
	switch (ctx->args[0] & 15) {
	case 0: return 'R';
	case 1: return 'S';
	case 2: return 'D';
	case 4: return 'T';
	case 8: return 't';
	case 9: return 'X';
	case 12: return 'Z';
	default: return '?';
	}
}

SEC("raw_tp/sys_enter")
int device_number(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 dev = ctx->args[2], major = dev >> 20, minor = dev & 0xfffff;

	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

SEC("socket")
int socket_filter(struct __sk_buff *skb)
{
	__u8 head[8];

	if (skb->len < 64)
		return 0;
	if (bpf_skb_load_bytes(skb, 26, head, sizeof(head)))
		return 0;
	if (head[0] == 10 && head[4] == 192)
		return skb->len;
	return head[0] ^ head[7];
}

SEC("socket")
int socket_ports(struct __sk_buff *skb)
{
	struct { __be16 from, to; } ports;

	if (bpf_skb_load_bytes(skb, 34, &ports, sizeof(ports)) < 0)
		return 0;
	if (bpf_ntohs(ports.to) < 1024)
		return bpf_ntohs(ports.to);
	if (bpf_ntohs(ports.from) < 1024)
		return bpf_ntohs(ports.from) + 10000;
	return 65535;
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 class;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return 0;
	switch (ip->tos >> 2) {
	case 46: class = 1; break;
	case 34 ... 38: class = 2; break;
	case 0: class = 4; break;
	default: class = 3; break;
	}
	if (ip->protocol == IPPROTO_UDP && class > 1)
		class--;
	skb->priority = class;
	skb->mark = skb->mark << 4 | class;
	return (int)class;
}

SEC("tc")
int rewrite_port(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u16 *port = data + 36;

	if ((void *)(port + 1) > end)
		return 0;
	if (*port == bpf_htons(80))
		*port = bpf_htons(8080);
	else if (*port == bpf_htons(53))
		*port = bpf_htons(5353);
	return 0;
}

static __attribute__((noinline)) __u32 mix(__u32 a, __u32 b)
{
	a ^= b << 7 | b >> 25;
	a *= 0x9e3779b1;
	return a ^ a >> 15;
}

SEC("tc")
int subprogram(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 *w = data, h = 1;

	if (data + 16 > end)
		return 0;
	h = mix(h, w[0]);
	h = mix(h, w[1]);
	h = mix(h, w[2]);
	return h & 0xff;
}

char LICENSE[] SEC("license") = "GPL";
