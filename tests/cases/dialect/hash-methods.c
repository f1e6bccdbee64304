// type: xdp
// run: fill = 0
// run: change = 0
// map: counts[1] = 11
// map: counts[2] = none
// map: counts[3] = 7
// map: counts[9] = 5
// map: small[4] = 40
BPF_HASH(counts, u32);
BPF_HASH(small, u64, u32, 16);

int fill(struct xdp_md *ctx)
{
	u32 one = 1, two = 2;
	u64 v = 10;

	if (counts.update(&one, &v))
		return 1;
	v = 20;
	if (counts.insert(&two, &v))
		return 2;
	if (counts.insert(&two, &v) != -17)
		return 3;
	return 0;
}

int change(struct xdp_md *ctx)
{
	u32 one = 1, two = 2, three = 3;
	u64 zero = 0, *p, init = 6, k = 4;
	u32 *q;

	p = counts.lookup(&one);
	if (!p || *p != 10)
		return 1;
	*p += 1;
	p = counts.lookup_or_try_init(&three, &init);
	if (!p)
		return 2;
	(*p)++;
	if (counts.delete(&two))
		return 3;
	if (counts.lookup(&two))
		return 4;
	counts.increment(9);
	counts.increment(9, 3);
	counts.atomic_increment(9);
	q = small.lookup_or_init(&k, &(u32){ 30 });
	*q += 10;
	return zero;
}
