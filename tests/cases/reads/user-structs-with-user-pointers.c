// type: raw_tracepoint
// user: abcdefgh
// args: &user 1
// run: raw_tracepoint__test = 0
struct inner { char text[8]; };
struct outer { char tag[8]; };

int raw_tracepoint__test(struct bpf_raw_tracepoint_args *ctx)
{
	struct outer *o = (struct outer *)ctx->args[0];
	union { struct outer *o; char *c; u64 n; } u = { .n = ctx->args[0] };
	char *which = ctx->args[1] ? o->tag : (char *)0;
	char **pp = &which, copy[8];

	if (o->tag[0] != 'a' || o->tag[7] != 'h' || u.c[1] != 'b' || u.o->tag[2] != 'c')
		return 1;
	if ((*pp)[3] != 'd' || *(which + 4) != 'e')
		return 2;
	__builtin_memcpy(copy, o->tag, 8);
	if (copy[5] != 'f')
		return 3;
	*(struct outer *)copy = *o;
	return copy[6] == 'g' && *(u16 *)&o->tag[1] == 0x6362 ? 0 : 4;
}
