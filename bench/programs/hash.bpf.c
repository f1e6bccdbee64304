/* SPDX-License-Identifier: Apache-2.0 */
/* Checksums and hashes of packet bytes. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define DATA void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)~sum;
}

SEC("xdp")
int ip_checksum(struct xdp_md *ctx)
{
	DATA;
	__u16 *p = data + 14;
	__u32 sum = 0;

	if ((void *)(p + 10) > end)
		return -1;
#pragma unroll
	for (int k = 0; k < 10; k++)
		sum += p[k];
	return fold(sum);
}

SEC("xdp")
int checksum_loop(struct xdp_md *ctx)
{
	DATA;
	__u16 *p = data;
	__u32 sum = 0;

	for (int k = 0; k < 100; k++) {
		if ((void *)(p + 1) > end)
			break;
		sum += *p++;
	}
	return fold(sum);
}

SEC("xdp")
int fnv1a(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data;
	__u32 hash = 2166136261u;

	if (data + 64 > end)
		return -1;
	for (int k = 0; k < 64; k++)
		hash = (hash ^ p[k]) * 16777619u;
	return hash & 0x7fffffff;
}

#define ROL32(x, n) ((x) << (n) | (x) >> (32 - (n)))

static __always_inline __u32 jhash3(__u32 a, __u32 b, __u32 c, __u32 seed)
{
	a += seed + 0xdeadbeef + 12;
	b += seed + 0xdeadbeef + 12;
	c += seed + 0xdeadbeef + 12;
	c ^= b; c -= ROL32(b, 14);
	a ^= c; a -= ROL32(c, 11);
	b ^= a; b -= ROL32(a, 25);
	c ^= b; c -= ROL32(b, 16);
	a ^= c; a -= ROL32(c, 4);
	b ^= a; b -= ROL32(a, 14);
	c ^= b; c -= ROL32(b, 24);
	return c;
}

SEC("xdp")
int jhash(struct xdp_md *ctx)
{
	DATA;
	__u32 *w = data + 26;

	if ((void *)(w + 3) > end)
		return -1;
	return jhash3(w[0], w[1], w[2], 0x12345678) & 0xffffff;
}

SEC("xdp")
int jhash_twice(struct xdp_md *ctx)
{
	DATA;
	__u32 *w = data, hash;

	if ((void *)(w + 6) > end)
		return -1;
	hash = jhash3(w[0], w[1], w[2], 7);
	hash = jhash3(w[3], w[4], w[5], hash);
	return hash % 1021;
}

#define ROL64(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define SIP_ROUND \
	v0 += v1; v1 = ROL64(v1, 13); v1 ^= v0; v0 = ROL64(v0, 32); \
	v2 += v3; v3 = ROL64(v3, 16); v3 ^= v2; \
	v0 += v3; v3 = ROL64(v3, 21); v3 ^= v0; \
	v2 += v1; v1 = ROL64(v1, 17); v1 ^= v2; v2 = ROL64(v2, 32)

SEC("xdp")
int siphash(struct xdp_md *ctx)
{
	DATA;
	__u64 v0 = 0x736f6d6570736575ull, v1 = 0x646f72616e646f6dull;
	__u64 v2 = 0x6c7967656e657261ull, v3 = 0x7465646279746573ull;
	__u64 *m = data;

	if ((void *)(m + 2) > end)
		return -1;
	for (int k = 0; k < 2; k++) {
		v3 ^= m[k];
		SIP_ROUND;
		SIP_ROUND;
		v0 ^= m[k];
	}
	v2 ^= 0xff;
	SIP_ROUND;
	SIP_ROUND;
	v0 ^= v1 ^ v2 ^ v3;
	return (int)(v0 ^ v0 >> 32);
}

SEC("xdp")
int crc8(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data, crc = 0;

	if (data + 14 > end)
		return -1;
	for (int k = 0; k < 14; k++) {
		crc ^= p[k];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1;
	}
	return crc;
}

SEC("xdp")
int crc32_word(struct xdp_md *ctx)
{
	DATA;
	__u32 crc = ~0u;

	if (data + 18 > end)
		return -1;
	crc ^= *(__u32 *)(data + 14);
	for (int bit = 0; bit < 32; bit++)
		crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	return ~crc;
}

SEC("xdp")
int adler32(struct xdp_md *ctx)
{
	DATA;
	__u32 a = 1, b = 0;
	__u8 *p = data;

	if (data + 32 > end)
		return -1;
	for (int k = 0; k < 32; k++) {
		a = (a + p[k]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

SEC("xdp")
int murmur_mix(struct xdp_md *ctx)
{
	DATA;
	__u64 h;

	if (data + 20 > end)
		return -1;
	h = *(__u64 *)(data + 6);
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdull;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ull;
	h ^= h >> 33;
	return h & 0xffff;
}

SEC("xdp")
int checksum_update(struct xdp_md *ctx)
{
	DATA;
	struct iphdr *ip = data + 14;
	__u32 sum, old, new = bpf_htonl(0x0a000001);

	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	old = ip->saddr;
	sum = (__u16)~ip->check;
	sum += (~old & 0xffff) + (~old >> 16);
	sum += (new & 0xffff) + (new >> 16);
	ip->saddr = new;
	ip->check = fold(sum);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
