// run: expressions = 0
// run: constants = 0
#define max_of(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); _a > _b ? _a : _b; })
_Static_assert(sizeof(long) == 8, "LP64");
enum colour { RED, GREEN = 5, BLUE };
typedef struct { u32 n; u8 data[]; } flexible;

int expressions(struct xdp_md *ctx)
{
	int i = 3, arr[] = { 1, 2, 3, [7] = 9 };
	__auto_type big = 1ull << 40;

	if (max_of(i++, 2) != 3 || i != 4)
		return 1;
	if ((i ?: 7) != 4 || (0 ?: 7) != 7)
		return 2;
	if (sizeof(arr) != 32 || arr[7] != 9 || arr[5])
		return 3;
	if (big >> 40 != 1)
		return 4;
	if (__builtin_types_compatible_p(typeof(i), unsigned))
		return 5;
	if (__builtin_choose_expr(1, 3, "x") != 3 || !__builtin_constant_p(3 + 4))
		return 6;
	if (_Generic(big, int: 1, unsigned long long: 2, default: 3) != 2)
		return 7;
	return __builtin_expect(i == 4, 1) && __builtin_bswap32(0x01020304) == 0x04030201 ? 0 : 8;
}

int constants(struct xdp_md *ctx)
{
	u64 delta = 1000000;

	if (!(delta >= 1000000.0))
		return 1;
	if (BLUE != 6 || sizeof(flexible) != 4)
		return 2;
	if (offsetof(struct { int a; struct { char b[4]; } c; }, c.b[2]) != 6)
		return 3;
	if ('\x41' != 'A' || "ab" "c"[2] != 'c' || 0b101 != 5 || 010 != 8)
		return 4;
	return (sizeof("four") == 5 && __LINE__ == 42) ? 0 : 5;
}
