// run: f = 0
// map: slots[3] = 106
// map: slots[4] = 3
struct slot { u64 count; u32 last; };
BPF_HASH(slots, u32, struct slot, 2);

static void note(u32 key, u32 by)
{
	struct slot zero = {}, *s;

	s = slots.lookup_or_try_init(&key, &zero);
	if (s) {
		s->count += by;
		s->last = by;
	}
}

int f(struct xdp_md *ctx)
{
	u32 k = 3;
	struct slot init = { .count = 100 }, *s = slots.lookup_or_init(&k, &init);

	s->count++;
	note(k, 5);
	note(4, 1);
	note(4, 2);
	slots.lookup_or_init(&(u32){ 99 }, &init);   /* full */
	return 77;
}
