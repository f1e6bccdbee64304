/* SPDX-License-Identifier: Apache-2.0 */
/* Bits: counting, reversing, masks, bit-fields, byte order. */
#include <linux/bpf.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define DATA void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end

SEC("xdp")
int popcount(struct xdp_md *ctx)
{
	DATA;
	__u64 x;

	if (data + 22 > end)
		return -1;
	x = *(__u64 *)(data + 14);
	x = x - (x >> 1 & 0x5555555555555555ull);
	x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return (int)(x * 0x0101010101010101ull >> 56);
}

SEC("xdp")
int popcount_loop(struct xdp_md *ctx)
{
	DATA;
	__u32 x;
	int n = 0;

	if (data + 18 > end)
		return -1;
	for (x = *(__u32 *)(data + 14); n < 32 && x; n++)
		x &= x - 1;
	return n;
}

static __always_inline __u32 log2_u32(__u32 v)
{
	__u32 r, shift;

	r = (v > 0xffff) << 4; v >>= r;
	shift = (v > 0xff) << 3; v >>= shift; r |= shift;
	shift = (v > 0xf) << 2; v >>= shift; r |= shift;
	shift = (v > 0x3) << 1; v >>= shift; r |= shift;
	r |= v >> 1;
	return r;
}

static __always_inline __u32 log2_u64(__u64 v)
{
	__u32 high = v >> 32;

	return high ? log2_u32(high) + 32 : log2_u32((__u32)v);
}

SEC("xdp")
int log2_32(struct xdp_md *ctx)
{
	DATA;

	if (data + 18 > end)
		return -1;
	return log2_u32(*(__u32 *)(data + 14));
}

SEC("xdp")
int log2_64(struct xdp_md *ctx)
{
	DATA;

	if (data + 24 > end)
		return -1;
	return log2_u64(*(__u64 *)(data + 14)) + log2_u64(*(__u64 *)(data + 16) >> 20);
}

SEC("xdp")
int reverse_bits(struct xdp_md *ctx)
{
	DATA;
	__u32 x;

	if (data + 18 > end)
		return -1;
	x = *(__u32 *)(data + 14);
	x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
	x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
	x = (x >> 4 & 0x0f0f0f0f) | (x & 0x0f0f0f0f) << 4;
	return bpf_ntohl(x);
}

struct packed_bits {
	__u32 kind:3, level:5, code:9, count:15;
	__u8 low:4, high:4;
	__u8 flag:1, rest:7;
};

SEC("xdp")
int bitfields_read(struct xdp_md *ctx)
{
	DATA;
	struct packed_bits *b = data + 14;

	if ((void *)(b + 1) > end)
		return -1;
	return b->kind + b->level * 10 + b->code * 100 + b->count + b->low + b->high +
	       (b->flag ? b->rest : 0);
}

SEC("xdp")
int bitfields_write(struct xdp_md *ctx)
{
	DATA;
	struct packed_bits *b = data + 14;

	if ((void *)(b + 1) > end)
		return -1;
	b->level = b->kind + 1;
	b->count++;
	b->code = 0x155;
	b->high = b->low;
	b->flag ^= 1;
	return XDP_PASS;
}

SEC("xdp")
int flags_to_mask(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data, f;
	int out = 0;

	if (data + 16 > end)
		return -1;
	f = p[14];
	out |= f & 0x01 ? 0x100 : 0;
	out |= f & 0x04 ? 0x20 : 0;
	out |= f & 0x10 ? 0x1 : 0;
	out |= f & 0x40 ? 0x4000 : 0;
	return out | (f & 0x80 ? 1 : 0) << 3;
}

SEC("xdp")
int byte_order(struct xdp_md *ctx)
{
	DATA;
	__u32 *w = data + 14;
	__u16 *h = data;

	if (data + 32 > end)
		return -1;
	w[0] = bpf_htonl(bpf_ntohl(w[0]) + 1);
	h[6] = bpf_htons(bpf_ntohs(h[6]) + 3);
	*(__u64 *)(data + 20) = bpf_cpu_to_be64(bpf_be64_to_cpu(*(__u64 *)(data + 20)) << 3);
	return bpf_ntohs(h[0]) > bpf_ntohs(h[1]);
}

SEC("xdp")
int parity_and_abs(struct xdp_md *ctx)
{
	DATA;
	__s32 x;
	__u32 y;

	if (data + 22 > end)
		return -1;
	x = *(__s32 *)(data + 14);
	y = *(__u32 *)(data + 18);
	y ^= y >> 16;
	y ^= y >> 8;
	y ^= y >> 4;
	y = 0x6996 >> (y & 15) & 1;
	return (x < 0 ? -x : x) / 2 + y;
}

SEC("xdp")
int saturate(struct xdp_md *ctx)
{
	DATA;
	__s16 *p = data + 14;
	int a, b, sum;

	if (data + 20 > end)
		return -1;
	a = p[0];
	b = p[1];
	sum = a + b;
	if (sum > 32767)
		sum = 32767;
	if (sum < -32768)
		sum = -32768;
	return sum + (a > b ? a : b) - (a < b ? a : b);
}

SEC("xdp")
int one_bit_at(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data;
	__u32 n, set = 0;

	if (data + 32 > end)
		return -1;
	for (n = 0; n < 12; n++)
		set |= 1u << (p[n] & 31);
	return (set >> 3 & 1) + (set & 0xf0 ? 2 : 0) + !(set & 0x100) * 4;
}

char LICENSE[] SEC("license") = "GPL";
