// Subprograms, bpf_loop and bpf_for_each_map_elem with callbacks, tail calls.
// since: 5.17
// run: fill = 0
// run: sum = 45
// run: nested = 36
// global: visited = 10
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 10);
	__type(key, u32);
	__type(value, u64);
} numbers SEC(".maps");

int visited;

struct state {
	u64 sum;
	int factor;
};

static int fill_one(u32 index, void *data)
{
	u64 value = index;

	bpf_map_update_elem(&numbers, &index, &value, BPF_ANY);
	return 0;
}

static long add_one(struct bpf_map *map, const void *key, void *value, void *data)
{
	struct state *s = data;

	visited++;
	s->sum += *(u64 *)value * s->factor;
	return 0;
}

static __noinline u64 square(u64 x)
{
	return x * x;
}

__noinline int cube(int x)
{
	return x * square(x);
}

SEC("xdp")
int fill(struct xdp_md *ctx)
{
	bpf_loop(10, fill_one, NULL, 0);
	return 0;
}

SEC("xdp")
int sum(struct xdp_md *ctx)
{
	struct state s = { .factor = 1 };

	bpf_for_each_map_elem(&numbers, add_one, &s, 0);
	return s.sum;
}

SEC("xdp")
int nested(struct xdp_md *ctx)
{
	return cube(3) + square(3);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
