// error: 7 ringbuf_not_released
struct event { u64 stamp; };
BPF_RINGBUF_OUTPUT(events, 8);

int f(struct xdp_md *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));

	if (!e)
		return 0;
	e->stamp = bpf_ktime_get_ns();
	if (ctx->rx_queue_index)
		return 1;
	events.ringbuf_submit(e, 0);
	return 0;
}
