// run: f = 0
struct key { u8 kind; u32 id; u8 tail; };
BPF_HASH(counts, struct key, u64);
BPF_HASH(inits, struct key, struct key);

int f(struct xdp_md *ctx)
{
	struct key k = { .kind = 1, .id = ctx->rx_queue_index }, other = {}, *v;

	k.tail = 2;
	other = k;
	counts.increment(k);
	counts.increment(other, 4);
	counts.atomic_increment((struct key){ 1, 0, 2 });
	inits.update(&k, &(struct key){ .id = 7 });
	v = inits.lookup(&other);
	u64 *n = counts.lookup(&k);
	return v && v->id == 7 && n && *n == 6 ? 0 : 1;
}
