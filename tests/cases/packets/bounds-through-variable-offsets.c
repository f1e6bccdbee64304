// input: 05 00 00 00 00 01 02 03 04 05 06 07 08 09
// run: f = 294
int f(struct xdp_md *ctx)
{
	u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end, *p = data;
	u32 sum = 0, length;

	if (data + 4 > end)
		return -1;
	length = data[0] & 15;
	p += length;
	if (p + 2 > end)
		return -2;
	sum = p[0] << 8 | p[1];
	for (int i = 0; i < 8; i++) {
		if (p + i + 1 > end)
			break;
		sum += p[i];
	}
	return sum;
}
