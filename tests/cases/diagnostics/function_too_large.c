// error: 9 function_too_large
#define s1 *p = 1; *p = 2; *p = 3; *p = 4; *p = 5; *p = 6; *p = 7; *p = 8;
#define s2 s1 s1 s1 s1 s1 s1 s1 s1
#define s3 s2 s2 s2 s2 s2 s2 s2 s2
#define s4 s3 s3 s3 s3 s3 s3 s3 s3
#define s5 s4 s4 s4 s4 s4 s4 s4 s4
static volatile int v;

int f(struct xdp_md *ctx)
{
	volatile int *p = &v;

	if (ctx->rx_queue_index == 77) {
		s5
		s5
	}
	return *p;
}
