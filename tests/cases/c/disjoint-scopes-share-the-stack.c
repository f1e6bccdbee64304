static __always_inline u32 use(char *p, int n)
{
	bpf_get_current_comm(p, n);
	return p[0];
}

static u32 one(int k)
{
	char buffer[200];

	return use(buffer, sizeof(buffer)) + k;
}

int raw_tracepoint__f(struct bpf_raw_tracepoint_args *ctx)
{
	u32 sum = 0;

	{
		char a[300];

		sum += use(a, sizeof(a));
	}
	{
		char b[300];

		sum += use(b, sizeof(b));
	}
	if (sum)
		sum += one(1) + one(2) + one(3);
	else
		sum += one(4);
	return sum;
}
