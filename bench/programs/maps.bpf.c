/* SPDX-License-Identifier: Apache-2.0 */
/* Maps: counters, histograms, scratch space, limits, events. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct key { __u32 address; __u16 port; __u8 protocol; };
struct value { __u64 packets, bytes, first, last; };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct key);
	__type(value, struct value);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} slots SEC(".maps");

struct scratch { __u8 bytes[64]; __u32 n; __u32 sum; };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, __u64);
} started SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

#define DATA void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end

SEC("xdp")
int count_flow(struct xdp_md *ctx)
{
	DATA;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct key key = { 0 };
	struct value *v, first = { 0 };

	if ((void *)(ip + 1) + 4 > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	key.address = ip->saddr;
	key.protocol = ip->protocol;
	key.port = bpf_ntohs(((__be16 *)(ip + 1))[1]);
	v = bpf_map_lookup_elem(&flows, &key);
	if (v) {
		__sync_fetch_and_add(&v->packets, 1);
		__sync_fetch_and_add(&v->bytes, end - data);
		v->last = v->packets;
		return XDP_PASS;
	}
	first.packets = 1;
	first.bytes = end - data;
	bpf_map_update_elem(&flows, &key, &first, BPF_ANY);
	return XDP_PASS;
}

SEC("xdp")
int count_slot(struct xdp_md *ctx)
{
	__u32 size = ctx->data_end - ctx->data, key = 0;
	__u64 *v;

	for (; key < 10 && size > 1; key++)
		size >>= 1;
	v = bpf_map_lookup_elem(&slots, &key);
	if (v)
		*v += 1;
	return key;
}

SEC("xdp")
int counter(struct xdp_md *ctx)
{
	__u32 key = 3;
	__u64 *v = bpf_map_lookup_elem(&slots, &key);

	if (!v)
		return XDP_ABORTED;
	(*v)++;
	return (int)*v;
}

SEC("xdp")
int scratch_copy(struct xdp_md *ctx)
{
	DATA;
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratch, &zero);

	if (!s || data + 64 > end)
		return -1;
	__builtin_memcpy(s->bytes, data, 64);
	s->n++;
	s->sum = 0;
	for (int k = 0; k < 16; k++)
		s->sum += s->bytes[k];
	return s->sum;
}

SEC("xdp")
int limit_by_source(struct xdp_md *ctx)
{
	DATA;
	__u64 now, *last, first;
	__u32 address;

	if (data + 34 > end)
		return XDP_PASS;
	address = *(__u32 *)(data + 26);
	now = bpf_ktime_get_ns();
	last = bpf_map_lookup_elem(&started, &address);
	if (!last) {
		first = now;
		bpf_map_update_elem(&started, &address, &first, BPF_ANY);
		return XDP_PASS;
	}
	if (now < *last)
		return XDP_DROP;
	*last = now;
	return XDP_PASS;
}

struct event { __u64 time; __u32 size; __u16 kind, port; __u8 head[16]; };

SEC("xdp")
int emit_event(struct xdp_md *ctx)
{
	DATA;
	struct event *e;

	if (data + 40 > end)
		return XDP_PASS;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return XDP_DROP;
	e->time = 0;
	e->size = (__u32)(end - data);
	e->kind = 7;
	e->port = bpf_ntohs(*(__be16 *)(data + 36));
	__builtin_memcpy(e->head, data + 14, 16);
	bpf_ringbuf_submit(e, 0);
	return XDP_PASS;
}

SEC("xdp")
int emit_small(struct xdp_md *ctx)
{
	struct { __u32 a, b; __u16 c; __u8 d[6]; } e = { .a = 1, .b = 2, .c = 3 };

	e.d[0] = ctx->ingress_ifindex;
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return XDP_PASS;
}

SEC("raw_tp/sys_enter")
int start_and_stop(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 id = ctx->args[0], key;
	__u64 now = bpf_ktime_get_ns(), *from = bpf_map_lookup_elem(&started, &id), *slot;

	if (!from) {
		bpf_map_update_elem(&started, &id, &now, BPF_ANY);
		return 0;
	}
	key = (now - *from) / 1000;
	if (key > 63)
		key = 63;
	slot = bpf_map_lookup_elem(&slots, &key);
	if (slot)
		__sync_fetch_and_add(slot, 1);
	bpf_map_delete_elem(&started, &id);
	return 1;
}

SEC("tc")
int two_lookups(struct __sk_buff *ctx)
{
	__u32 a = ctx->len & 63, b = (ctx->len >> 3) & 63;
	__u64 *x = bpf_map_lookup_elem(&slots, &a), *y = bpf_map_lookup_elem(&slots, &b);

	if (!x || !y)
		return 0;
	*x += *y + 1;
	*y ^= 5;
	return (int)(*x & 0xffff);
}

char LICENSE[] SEC("license") = "GPL";
