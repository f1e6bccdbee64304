// run: f = 0
int f(struct xdp_md *ctx)
{
	u32 n = ctx->data_end - ctx->data;     /* 64 */
	char a[8] = "abcdefg", b[8];
	int r;

	__builtin_memcpy(b, a, 8);
	__builtin_memset(b + 4, 'z', 3);
	if (b[3] != 'd' || b[4] != 'z' || b[6] != 'z' || b[7])
		return 1;
	if (__builtin_memcmp(a, b, 4) || !__builtin_memcmp(a, b, 8))
		return 2;
	if (__builtin_popcount(n + 3) != 3 || __builtin_clz(n) != 25 || __builtin_ctz(n) != 6 ||
	    __builtin_ffs(n) != 7 || __builtin_clzll(n) != 57)
		return 3;
	if (__builtin_bswap16(n) != 0x4000 || __builtin_bswap64(n) != 64ull << 56)
		return 4;
	if (!__builtin_add_overflow(0x7fffffff, (int)n, &r) || r != (int)0x8000003f)
		return 5;
	if (__builtin_abs(-(int)n) != 64 || __builtin_offsetof(struct xdp_md, data_end) != 4)
		return 6;
	memset(b, 0, sizeof(b));
	if (likely(b[0]) || unlikely(!n))
		return 7;
	return __builtin_strlen("four") == 4 && __builtin_object_size(a, 0) == 8 ? 0 : 8;
}
