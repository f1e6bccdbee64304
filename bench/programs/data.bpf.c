/* SPDX-License-Identifier: Apache-2.0 */
/* Small data on the stack and in global variables: sorting, tables, copies, events. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define DATA void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end

SEC("xdp")
int sort_four(struct xdp_md *ctx)
{
	DATA;
	__u32 *w = data + 14, a, b, c, d, t;

	if (data + 30 > end)
		return -1;
	a = w[0]; b = w[1]; c = w[2]; d = w[3];
#define ORDER(x, y) if (x > y) { t = x; x = y; y = t; }
	ORDER(a, b) ORDER(c, d) ORDER(a, c) ORDER(b, d) ORDER(b, c)
	w[0] = a; w[1] = b; w[2] = c; w[3] = d;
	return XDP_PASS;
}

SEC("xdp")
int sort_in_packet(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data + 14;

	if (data + 22 > end)
		return -1;
	for (int k = 0; k < 7; k++)
		for (int j = 0; j < 7 - k; j++)
			if (p[j] > p[j + 1]) {
				__u8 t = p[j];

				p[j] = p[j + 1];
				p[j + 1] = t;
			}
	return p[0];
}

static __u64 histogram[64];

SEC("xdp")
int histogram_of_bytes(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data;

	if (data + 32 > end)
		return -1;
	for (int k = 0; k < 32; k++)
		histogram[p[k] & 63]++;
	return (int)histogram[p[0] & 63];
}

struct counters { __u64 packets, bytes, errors; __u32 last, flags; };
static struct counters total;

SEC("xdp")
int counters(struct xdp_md *ctx)
{
	__u64 size = ctx->data_end - ctx->data;

	total.packets++;
	total.bytes += size;
	if (size < 100)
		total.errors++;
	total.last = (__u32)size;
	total.flags |= size & 3;
	return (int)(total.bytes / total.packets) + (int)total.flags;
}

static const volatile __u8 classes[16] = { 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 1, 2, 3 };

SEC("xdp")
int table_lookup(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data;
	int sum = 0;

	if (data + 16 > end)
		return -1;
	for (int k = 0; k < 16; k++)
		sum += classes[p[k] & 15];
	return sum;
}

struct event {
	__u64 time;
	__u32 pid, size;
	__u16 port, kind;
	__u8 mac[6];
	__u8 flags;
	char name[9];
};

static struct event last_event;

SEC("xdp")
int build_event(struct xdp_md *ctx)
{
	DATA;
	struct event e = { .time = 1, .pid = 42, .kind = 3, .name = "packet" };

	if (data + 40 > end)
		return -1;
	e.size = (__u32)(end - data);
	e.port = *(__u16 *)(data + 36);
	__builtin_memcpy(e.mac, data, 6);
	e.flags = e.port > 1024 ? 3 : 1;
	if (last_event.size == e.size && last_event.port == e.port)
		return 0;
	last_event = e;
	return e.size;
}

struct pair { __u64 a, b; };
struct nested { struct pair one, two; __u32 tail[4]; };
static struct nested store;

SEC("xdp")
int struct_copies(struct xdp_md *ctx)
{
	DATA;
	struct nested n;

	if (data + 62 > end)
		return -1;
	__builtin_memcpy(&n, data + 14, sizeof(n));
	n.two = n.one;
	n.tail[3] = n.tail[0];
	store = n;
	return (int)(store.two.a ^ n.tail[3]);
}

static __u64 tokens = 100, refilled;

SEC("xdp")
int token_bucket(struct xdp_md *ctx)
{
	__u64 now = bpf_ktime_get_ns(), gained = (now - refilled) / 1000;

	if (gained > 0) {
		tokens += gained;
		if (tokens > 100)
			tokens = 100;
		refilled = now;
	}
	if (tokens == 0)
		return XDP_DROP;
	tokens--;
	return XDP_PASS;
}

static __u32 recent[8], place;

SEC("xdp")
int ring_of_recent(struct xdp_md *ctx)
{
	DATA;
	__u32 address;

	if (data + 34 > end)
		return -1;
	address = *(__u32 *)(data + 26);
	for (int k = 0; k < 8; k++)
		if (recent[k] == address)
			return k;
	recent[place++ & 7] = address;
	return -2;
}

SEC("xdp")
int matrix(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data;
	int trace = 0;

	if (data + 32 > end)
		return -1;
	for (int r = 0; r < 4; r++) {
		int sum = 0;

		for (int k = 0; k < 4; k++)
			sum += p[r * 4 + k] * p[16 + k * 4 + r];
		trace += sum;
	}
	return trace;
}

static __u32 seen[8];

SEC("xdp")
int bloom(struct xdp_md *ctx)
{
	DATA;
	__u32 x, hits = 0;

	if (data + 30 > end)
		return -1;
	x = *(__u32 *)(data + 26);
	for (int k = 0; k < 3; k++) {
		__u32 bit = x >> (k * 8) & 255;

		hits += seen[bit / 32] >> (bit % 32) & 1;
		seen[bit / 32] |= 1u << (bit % 32);
	}
	return hits == 3;
}

SEC("xdp")
int operations(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data;
	__u32 a, b;

	if (data + 32 > end)
		return -1;
	a = *(__u32 *)(data + 20);
	b = *(__u32 *)(data + 24);
	switch (p[14] & 7) {
	case 0: return a + b;
	case 1: return a - b;
	case 2: return a * b;
	case 3: return a / (b | 1);
	case 4: return a & b;
	case 5: return a | b;
	case 6: return a ^ b;
	default: return a << (b & 31);
	}
}

char LICENSE[] SEC("license") = "GPL";
