// error: 7 macro_arguments
// error: 8 macro_arguments
#define sum(a, b) ((a) + (b))

int f(void *ctx)
{
	return sum(1) +
	       sum(1, 2, 3);
}
