// Entries of maps that the text gives: inner maps and programs.
// run: first = 40
// run: jump = 12
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, int);
} one SEC(".maps"), two SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = { [0] = &one, [2] = (void *)&two },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 8);
		__type(key, u32);
		__type(value, u64);
	});
} by_number SEC(".maps");

int landed(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(u32));
	__array(values, int(void *));
} jumps SEC(".maps") = {
	.values = { [1] = (void *)&landed },
};

SEC("xdp")
int first(struct xdp_md *ctx)
{
	u32 index = 2, zero = 0, absent = 7;
	void *map = bpf_map_lookup_elem(&outer, &index);
	int *value;

	if (!map)
		return -1;
	value = bpf_map_lookup_elem(map, &zero);
	if (!value)
		return -2;
	*value += 40;
	if (bpf_map_lookup_elem(&by_number, &absent))
		return -3;
	return *value;
}

SEC("xdp")
int landed(struct xdp_md *ctx)
{
	return 12;
}

SEC("xdp")
int jump(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 1);
	return -1;
}

char LICENSE[] SEC("license") = "GPL";
