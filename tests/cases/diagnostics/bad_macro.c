// error: 4 bad_macro
// error: 5 bad_macro
// error: 6 bad_directive
#define twice(a, a) a
#define text(x) #y
#undef

int f(void *ctx)
{
	return 0;
}
