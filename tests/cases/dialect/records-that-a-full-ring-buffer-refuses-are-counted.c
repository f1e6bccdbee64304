// run: fill = 0
// global: __bcc_lost_events = 2
struct record { char bytes[3000]; };
BPF_RINGBUF_OUTPUT(events, 1);
BPF_PERCPU_ARRAY(scratch, struct record, 1);

int fill(struct xdp_md *ctx)
{
	struct record *r = scratch.lookup(&(int){ 0 }), *reserved;

	if (!r)
		return 1;
	if (events.ringbuf_output(r, sizeof(*r), 0))
		return 2;
	if (!events.ringbuf_output(r, sizeof(*r), 0))
		return 3;
	reserved = events.ringbuf_reserve(sizeof(*reserved));
	if (!reserved)
		return 0;
	events.ringbuf_discard(reserved, 0);
	return 4;
}
