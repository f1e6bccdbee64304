// run: f = 0
int f(struct xdp_md *ctx)
{
	int state = 0, n = 0;

	goto first;
second: {
		int x = 4;

		n += x;
		goto done;
	}
first: ;
	int y = 3;

	n += y;
	switch (n) {
	case 3: ;
		int z = 2;

		n += z;
	}
	if (n == 5)
		goto second;
done:
	return n == 9 && !state ? 0 : n;
}
