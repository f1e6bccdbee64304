// error: 6 bad_paste
#define join(a, b) a ## b

int f(void *ctx)
{
	return 1 join(+, 4);
}
