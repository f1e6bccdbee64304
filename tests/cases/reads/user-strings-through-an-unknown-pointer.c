// type: raw_tracepoint
// user: hello
// args: &user 3
// run: raw_tracepoint__test = 0
int raw_tracepoint__test(struct bpf_raw_tracepoint_args *ctx)
{
	char *s = (char *)ctx->args[0];
	char buf[8] = {};

	if (s[0] != 'h' || *(s + 4) != 'o' || s[5])
		return 1;
	if (bpf_probe_read_user_str(buf, sizeof(buf), s) != 6)
		return 2;
	return buf[1] == 'e' && ctx->args[1] == 3 ? 0 : 3;
}
