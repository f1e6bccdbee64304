// run: f = 0
int f(struct xdp_md *ctx)
{
	u8 parts[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	int sum = 0, i;

#pragma unroll
	for (i = 0; i < 8; i++)
		sum += parts[i] * i;
#pragma clang loop unroll(full)
	for (int j = 4; j; j--) {
		if (j == 2)
			continue;
		sum += j * 1000;
	}
#pragma unroll(3)
	for (int j = 0; j < 9; j += 3) {
		if (parts[j] == 7)
			break;
		sum += 100000;
	}
	return sum == 208168 && i == 8 ? 0 : sum;
}
