// error: 4 map_size
// error: 5 map_size
// message: power of two
BPF_ARRAY(none, u64, 0);
BPF_RINGBUF_OUTPUT(ring, 3);
int f(struct xdp_md *ctx)
{
	return 0;
}
