// run: f = 0
#define twice(x) ((x) * 2)
#define join(a, b) a ## b
#define name(n) join(var_, n)
#define text(x) #x
#define quoted(x) text(x)
#define last(first, ...) __VA_ARGS__
#define gnu(args...) sum(args)
#define maybe(fmt, args...) count(fmt, ##args)
#define count(...) third(__VA_ARGS__, 3, 2, 1)
#define third(a, b, c, d, ...) d
#define empty
#define VERSION KERNEL_VERSION(5, 10, 3)
static int sum(int a, int b)
{
	return a + b;
}
#if defined(twice) && !defined undefined_name && VERSION >= 0x050a00 && (-1 < 0u) == 0
#define chosen 1
#elif 1 / 0
#define chosen 2
#else
#error
#endif
#ifndef chosen
#error not chosen
#endif
#if 'A' == 65 && (1 ? 2 : 3) == 2 && ~0 == -1 && 7 % 4 == 3 && __INT_MAX__ == 2147483647
#else
#error arithmetic
#endif
#undef chosen

int f(struct xdp_md *ctx)
{
	int var_1 = 5, self = 3, c0 = __COUNTER__, c1 = __COUNTER__;

#define self self + 1
	if (twice(3 + 1) != 8 || name(1) != 5)
		return 1;
	if (sizeof(quoted(twice(1) "a")) != sizeof("((1) * 2) \"a\""))
		return 2;
	if (last(1, 2) != 2 || gnu(3, 4) != 7)
		return 3;
	if (maybe("x") != 1 || maybe("x", 1) != 2 || maybe("x", 1, 2) != 3)
		return 4;
	if (self != 4 || c1 != c0 + 1)
		return 5;
	if (sizeof(__FILE__) < 3 || sizeof(__func__) != 2 empty)
		return 6;
	return twice
		(4) == 8 ? 0 : 7;
}
#ifdef chosen
int f(void)
#endif
