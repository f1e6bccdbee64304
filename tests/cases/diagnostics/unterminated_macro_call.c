// error: 6 unterminated_macro_call
#define sum(a, b) ((a) + (b))

int f(void *ctx)
{
	return sum(1,
}
