// run: f = 0
int f(struct xdp_md *ctx)
{
	int odd = 0, even = 0, other = 0;

	for (int i = 0; i < 20; i++) {
		switch (i & 7) {
		case 0:
			continue;
		case 1:
		case 3:
			odd++;
			break;
		case 2:
			even++;
			/* falls through */
		case 9:
			even++;
			break;
		default:
			if (i > 15)
				goto out;
			other++;
		}
	}
out:
	return odd == 6 && even == 6 && other == 8 ? 0 : odd * 10000 + even * 100 + other;
}
