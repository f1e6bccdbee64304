/* SPDX-License-Identifier: Apache-2.0 */
/* Inline functions and macros of the dialect (bcc/helpers.h of old). */

/* floor(log2(v)), 0 for 0. */
static inline unsigned int bpf_log2(unsigned int v)
{
	unsigned int r = 0;

	if (v > 0xffff) {
		v >>= 16;
		r = 16;
	}
	if (v > 0xff) {
		v >>= 8;
		r += 8;
	}
	if (v > 0xf) {
		v >>= 4;
		r += 4;
	}
	if (v > 3) {
		v >>= 2;
		r += 2;
	}
	if (v > 1)
		r += 1;
	return r;
}

/* Number of the histogram slot: floor(log2(v)) + 1, 1 for 0. */
static inline unsigned int bpf_log2l(unsigned long v)
{
	unsigned long high = v >> 32;
	unsigned int r = 1;

	if (high) {
		v = high;
		r = 33;
	}
	if (v > 0xffff) {
		v >>= 16;
		r += 16;
	}
	if (v > 0xff) {
		v >>= 8;
		r += 8;
	}
	if (v > 0xf) {
		v >>= 4;
		r += 4;
	}
	if (v > 3) {
		v >>= 2;
		r += 2;
	}
	if (v > 1)
		r += 1;
	return r;
}

/* Constant for constant operands, so that they can stand behind `case`. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define bpf_htons(x) ((__be16)(x))
#define bpf_ntohs(x) ((__u16)(x))
#define bpf_htonl(x) ((__be32)(x))
#define bpf_ntohl(x) ((__u32)(x))
#else
#define bpf_htons(x) ((__be16)__builtin_bswap16(x))
#define bpf_ntohs(x) ((__u16)__builtin_bswap16(x))
#define bpf_htonl(x) ((__be32)__builtin_bswap32(x))
#define bpf_ntohl(x) ((__u32)__builtin_bswap32(x))
#endif

static inline u64 bpf_ntohll(u64 v) { return __builtin_bswap64(v); }
static inline u64 bpf_htonll(u64 v) { return __builtin_bswap64(v); }
static inline unsigned __int128 bpf_ntoh128(unsigned __int128 v)
{
	return ((unsigned __int128)__builtin_bswap64((u64)v) << 64) |
		__builtin_bswap64((u64)(v >> 64));
}
static inline unsigned __int128 bpf_hton128(unsigned __int128 v)
{
	return ((unsigned __int128)__builtin_bswap64((u64)v) << 64) |
		__builtin_bswap64((u64)(v >> 64));
}

#define MASK(n) ((n) < 64 ? ((u64)1 << ((n) & 63)) - 1 : (u64)-1)
#define MASK128(n) ((n) < 128 ? ((unsigned __int128)1 << ((n) & 127)) - 1 : (unsigned __int128)-1)

#define cursor_advance(cursor, len) ({ \
	void *__bcc_at = (void *)(cursor); \
	(cursor) = (void *)((u64)__bcc_at + (len)); \
	__bcc_at; })
#define lock_xadd(p, v) ((void)__sync_fetch_and_add(p, v))

#define SEC(name) __attribute__((section(name), used))
#define BCC_SEC(name) __attribute__((section(name), used))
#define BPF_PACKET_HEADER __attribute__((packed)) __attribute__((bcc_packet_header))
#define asm_inline asm

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define BCC_PROBE_READ(dst, src, func) \
	((void)func((void *)(dst), sizeof(*(dst)), \
		    (void *)((char *)(src) + (8 - sizeof(*(dst)) % 8) % 8)))
#else
#define BCC_PROBE_READ(dst, src, func) ((void)func((void *)(dst), sizeof(*(dst)), (void *)(src)))
#endif

struct bpf_map_def {
	unsigned int type, key_size, value_size, max_entries;
};
