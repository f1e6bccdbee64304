// input: 05 03 01 02 04 00 00 00 00 00 00 00 00 00 00 00
// run: loops = 55
// run: jumps = 31
// run: choices = 1235
int loops(struct xdp_md *ctx)
{
	int sum = 0, i = 0;

	for (int k = 1; k <= 4; k++)
		sum += k;
	while (i < 10) {
		i++;
		if (i == 3)
			continue;
		if (i == 9)
			break;
		sum += i;
	}
	do {
		sum += 12;
	} while (0);
	return sum;
}

int jumps(struct xdp_md *ctx)
{
	int n = 0;

again:
	n += 10;
	if (n < 30)
		goto again;
	goto out;
	n = 1000;
out: ;
	n++;
	return n;
}

static int choose(int x)
{
	switch (x) {
	case 1:
		return 1;
	case 2 ... 4:
		return 2;
	case 5: {
		int y = 3;
		return y;
	}
	default:
		break;
	case 7:
		x = 4;
		/* falls through */
	case 8:
		return x + 1;
	}
	return 0;
}

int choices(struct xdp_md *ctx)
{
	return choose(1) * 1000 + choose(3) * 100 + choose(5) * 10 + choose(7) + choose(100);
}
