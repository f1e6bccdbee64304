// run: f = 0
#define LIMIT 40

int f(struct xdp_md *ctx)
{
	u32 n = 0, end = ctx->data_end - ctx->data, k = 0;
	char text[16] = "hello";

	while (n++ < LIMIT)
		k += 2;
	for (int i = 0; i < 100 && i < end; i++)
		k++;
	for (int i = 0, j = 10; i < j; i++, j--)
		k += 100;
	do {
		k += 1000;
	} while (n-- > 38);
	for (n = 0; n < sizeof(text) && text[n]; n++)
		;
	for (;;) {
		if (n++ == 30)
			break;
	}
	return k == 4644 && n == 31 ? 0 : k;
}
