// What real programs do around their probes: own SEC, minimal uapi headers, pragma, bit-fields.
// type: xdp
// run: filter = 2
// global: wrong = 0
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_core_read.h>

#define min(a, b) ((a) < (b) ? (a) : (b))
#define __unused __attribute__((unused))

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct thread_info___small {
	unsigned long flags;
};
struct task_struct {
	struct thread_info___small thread_info;
	unsigned int flags;
	unsigned sched_reset_on_fork : 1;
	int exit_code;
};
#pragma clang attribute pop

struct counts {
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counts);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct { __u32 prefixlen; __u32 address; });
	__type(value, __u32);
} routes SEC(".maps");

static volatile const __u32 limit = 64;
int wrong;

static __always_inline int parse(void *data, void *end, __u16 *proto)
{
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > end)
		return -1;
	*proto = eth->h_proto;
	return sizeof(*eth);
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct task_struct *task = (void *)bpf_get_current_task();
	struct counts *c;
	__u32 zero = 0;
	__u16 proto = 1;

	wrong += parse(data, end, &proto) != 14 || proto != 0;
	wrong += bpf_htons(0x1234) != 0x3412 || bpf_htonl(0x12345678) != 0x78563412;
	wrong += BPF_CORE_READ_BITFIELD_PROBED(task, sched_reset_on_fork) > 1;
	wrong += BPF_CORE_READ(task, exit_code) != 0;
	wrong += !(BPF_CORE_READ(task, flags) & 0x400000) && 0;
	c = bpf_map_lookup_elem(&totals, &zero);
	if (!c)
		return XDP_ABORTED;
	c->packets++;
	c->bytes += min(limit, (__u32)(end - data));
	return XDP_PASS;
}

char __license[] SEC("license") __unused = "GPL";
