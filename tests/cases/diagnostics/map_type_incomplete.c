// error: 5 map_type_incomplete
// error: 6 map_type_incomplete
struct nowhere_defined;
struct empty {};
BPF_HASH(by_key, struct nowhere_defined);
BPF_HASH(to_value, u32, struct empty);
int f(struct xdp_md *ctx)
{
	return 0;
}
