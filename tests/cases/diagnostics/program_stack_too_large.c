// error: 11 program_stack_too_large
static __attribute__((noinline)) int other(int n)
{
	volatile char buffer[400];

	for (int i = 0; i < 400; i++)
		buffer[i] = n;
	return buffer[n & 255];
}

int f(struct xdp_md *ctx)
{
	volatile char buffer[200];

	for (int i = 0; i < 200; i++)
		buffer[i] = i;
	return buffer[ctx->rx_queue_index & 127] + other(3);
}
