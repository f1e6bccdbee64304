// error: 7 macro_arguments
// error: 8 macro_arguments
#define first(a, b) (a)

int f(void *ctx)
{
	return first(1) +
	       first(1, 2, 3);
}
