// warning: 8 insert_on_array
BPF_ARRAY(slots, u64, 4);
int f(struct xdp_md *ctx)
{
	int key = 1;
	u64 value = 2;

	slots.insert(&key, &value);
	return 0;
}
