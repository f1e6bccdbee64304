// error: 3 bad_macro
// error: 4 bad_directive
#define 3 4
#inlude <linux/sched.h>

int f(void *ctx)
{
	return 0;
}
