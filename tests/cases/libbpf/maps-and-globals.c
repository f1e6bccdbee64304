// A hash map, an array and global data in libbpf's style.
// run: count = 2
// run: count = 2
// map: seen[7] = 2
// map: slots[1] = 5
// global: total = 2
// global: wanted = 3
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define MAX_ENTRIES 10240

struct value {
	u64 hits;
	char name[TASK_COMM_LEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ENTRIES);
	__type(key, u32);
	__type(value, struct value);
} seen SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u64));
} slots SEC(".maps");

const volatile int step = 1;
u64 total;
int wanted = 3;

static struct value zero;

SEC("xdp")
int count(struct xdp_md *ctx)
{
	u32 key = 7, slot = 1;
	u64 five = 5;
	struct value *v = bpf_map_lookup_elem(&seen, &key);

	if (!v) {
		bpf_map_update_elem(&seen, &key, &zero, BPF_NOEXIST);
		v = bpf_map_lookup_elem(&seen, &key);
		if (!v)
			return XDP_ABORTED;
	}
	__sync_fetch_and_add(&v->hits, step);
	total += step;
	bpf_map_update_elem(&slots, &slot, &five, BPF_ANY);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
