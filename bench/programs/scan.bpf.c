/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning bytes: strings, needles, state machines, run lengths. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define DATA void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end

SEC("xdp")
int is_http_get(struct xdp_md *ctx)
{
	DATA;
	char *p = data + 54;

	if ((void *)(p + 4) > end)
		return 0;
	return p[0] == 'G' && p[1] == 'E' && p[2] == 'T' && p[3] == ' ';
}

SEC("xdp")
int http_method(struct xdp_md *ctx)
{
	DATA;
	char *p = data + 54;

	if ((void *)(p + 8) > end)
		return 0;
	switch (p[0]) {
	case 'G': return p[1] == 'E' && p[2] == 'T' ? 1 : 0;
	case 'P': return p[1] == 'O' ? 2 : p[1] == 'U' ? 3 : 0;
	case 'H': return 4;
	case 'D': return p[1] == 'E' && p[5] == 'E' ? 5 : 0;
	default: return 0;
	}
}

SEC("xdp")
int find_line_end(struct xdp_md *ctx)
{
	DATA;
	char *p = data + 54;
	int k;

	for (k = 0; k < 64; k++) {
		if ((void *)(p + k + 2) > end)
			return -1;
		if (p[k] == '\r' && p[k + 1] == '\n')
			break;
	}
	return k;
}

SEC("xdp")
int count_words(struct xdp_md *ctx)
{
	DATA;
	char *p = data;
	int inside = 0, words = 0;

	if (data + 64 > end)
		return -1;
	for (int k = 0; k < 64; k++) {
		int letter = (p[k] >= 'a' && p[k] <= 'z') || (p[k] >= 'A' && p[k] <= 'Z');

		if (letter && !inside)
			words++;
		inside = letter;
	}
	return words;
}

SEC("xdp")
int parse_number(struct xdp_md *ctx)
{
	DATA;
	char *p = data;
	__u32 n = 0, digits = 0;

	for (int k = 0; k < 100; k++) {
		if (data + k + 1 > end)
			break;
		if (p[k] < '0' || p[k] > '9')
			continue;
		n = n * 10 + (p[k] - '0');
		digits++;
	}
	return n ^ digits << 24;
}

enum state { START, NAME, VALUE, DONE };

SEC("xdp")
int machine(struct xdp_md *ctx)
{
	DATA;
	char *p = data;
	enum state state = START;
	int n = 0;

	if (data + 64 > end)
		return -1;
	for (int k = 0; k < 64; k++) {
		char c = p[k];

		switch (state) {
		case START:
			if (c > 'A')
				state = NAME;
			break;
		case NAME:
			if (c == ':' || c == ' ')
				state = VALUE;
			else
				n++;
			break;
		case VALUE:
			if (c == '\n' || c < 0)
				state = DONE;
			break;
		case DONE:
			state = START;
			n += 100;
			break;
		}
	}
	return n + state * 10000;
}

SEC("xdp")
int hex_digit(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data;
	__u32 v = 0;

	if (data + 8 > end)
		return -1;
	for (int k = 0; k < 8; k++) {
		__u8 c = p[k] & 0x7f;

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (c - 'A' + 10);
	}
	return v;
}

SEC("xdp")
int to_upper(struct xdp_md *ctx)
{
	DATA;
	char *p = data + 54;

	if (data + 70 > end)
		return -1;
	for (int k = 0; k < 16; k++)
		if (p[k] >= 'a' && p[k] <= 'z')
			p[k] -= 'a' - 'A';
	return XDP_PASS;
}

SEC("xdp")
int prefix_equal(struct xdp_md *ctx)
{
	DATA;
	static const char wanted[] = "/index.html";
	char *p = data + 58;

	if ((void *)(p + 11) > end)
		return 0;
	for (int k = 0; k < 11; k++)
		if (p[k] != wanted[k])
			return k + 1;
	return 100;
}

SEC("xdp")
int skip_options(struct xdp_md *ctx)
{
	DATA;
	__u8 *p = data + 14;
	int n = 0;

	for (int k = 0; k < 20; k++) {
		if ((void *)(p + 2) > end)
			return -1;
		if (p[0] == 0)
			break;
		if (p[0] == 1) {
			p++;
		} else {
			p += (p[1] & 15) + 2;
			n++;
		}
	}
	return n;
}

char LICENSE[] SEC("license") = "GPL";
