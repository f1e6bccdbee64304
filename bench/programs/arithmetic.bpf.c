/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic: 64-bit multiplication, division, remainders, signs, fixed point. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define DATA void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end

SEC("xdp")
int nanoseconds(struct xdp_md *ctx)
{
	DATA;
	__u64 ns, us, ms;

	if (data + 24 > end)
		return -1;
	ns = *(__u64 *)(data + 14);
	us = ns / 1000;
	ms = us / 1000;
	return (int)(ms % 1000 + us % 1000 + ns % 1000);
}

SEC("xdp")
int divisions(struct xdp_md *ctx)
{
	DATA;
	__u32 *w = data + 14;
	__u64 *q = data + 14;

	if (data + 40 > end)
		return -1;
	return (int)(w[0] / 8 + w[1] % 16 + w[2] / 10 + w[3] % 7 + q[2] / 3);
}

SEC("xdp")
int average(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data;
	__u32 n = 0;
	__u64 sum = 0;

	for (int k = 0; k < 60; k++) {
		if (data + k + 1 > end)
			break;
		sum += p[k];
		n++;
	}
	return n ? (int)(sum * 1000 / n) : 0;
}

SEC("xdp")
int moving_average(struct xdp_md *ctx)
{
	DATA;
	__u32 *w = data, average = 0;

	if (data + 48 > end)
		return -1;
	for (int k = 0; k < 12; k++)
		average = average - (average >> 3) + (w[k] >> 16 >> 3);
	return average;
}

SEC("xdp")
int polynomial(struct xdp_md *ctx)
{
	DATA;
	__s64 x;

	if (data + 24 > end)
		return -1;
	x = *(__s32 *)(data + 14);
	return (int)((((3 * x + 5) * x - 7) * x + 11) >> 8);
}

SEC("xdp")
int gcd(struct xdp_md *ctx)
{
	DATA;
	__u32 a, b;

	if (data + 24 > end)
		return -1;
	a = *(__u16 *)(data + 14);
	b = *(__u16 *)(data + 16);
	for (int k = 0; k < 24 && b; k++) {
		__u32 t = a % b;

		a = b;
		b = t;
	}
	return a;
}

SEC("xdp")
int square_root(struct xdp_md *ctx)
{
	DATA;
	__u32 x, root = 0;

	if (data + 24 > end)
		return -1;
	x = *(__u16 *)(data + 14);
	for (__u32 bit = 1u << 14; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}

SEC("xdp")
int decimal_digits(struct xdp_md *ctx)
{
	DATA;
	__u32 x, n = 0, sum = 0;

	if (data + 24 > end)
		return -1;
	x = *(__u32 *)(data + 14);
	for (int k = 0; k < 10; k++) {
		sum += x % 10;
		x /= 10;
		n++;
		if (!x)
			break;
	}
	return sum << 8 | n;
}

SEC("xdp")
int scale_and_clamp(struct xdp_md *ctx)
{
	DATA;
	__u64 v;

	if (data + 24 > end)
		return -1;
	v = *(__u32 *)(data + 14);
	v = v * 1717986919ull >> 34;
	if (v > 1000000)
		v = 1000000;
	else if (v < 100)
		v = 100;
	return (int)v;
}

SEC("xdp")
int xorshift(struct xdp_md *ctx)
{
	DATA;
	__u64 x;

	if (data + 24 > end)
		return -1;
	x = *(__u64 *)(data + 14) | 1;
	for (int k = 0; k < 5; k++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	return x % 100;
}

SEC("xdp")
int compare_chain(struct xdp_md *ctx)
{
	DATA;
	__u32 *w = data + 14;
	__s32 *s = data + 14;

	if (data + 40 > end)
		return -1;
	return (w[0] < w[1]) + (s[0] < s[1]) * 2 + (w[2] == w[3]) * 4 + (w[1] > 100 && w[2] > 100) * 8 +
	       (s[3] >= 0 || s[4] <= -5) * 16;
}

SEC("xdp")
int min_max(struct xdp_md *ctx)
{
	DATA;
	__u16 *h = data, low = 0xffff, high = 0;

	if (data + 40 > end)
		return -1;
	for (int k = 0; k < 20; k++) {
		if (h[k] < low)
			low = h[k];
		if (h[k] > high)
			high = h[k];
	}
	return high - low;
}

char LICENSE[] SEC("license") = "GPL";
