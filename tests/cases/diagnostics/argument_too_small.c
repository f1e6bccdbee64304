// warning: 7 argument_too_small
// type: raw_tracepoint
int f(void *ctx)
{
	char name[8];

	bpf_get_current_comm(&name, 16);
	return name[0];
}
