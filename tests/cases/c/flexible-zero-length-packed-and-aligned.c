// run: f = 0
struct header { u8 kind; u32 length; } __attribute__((packed));
struct message { struct header h; u8 body[0]; };
struct cell { u8 c; } __attribute__((aligned(8)));
struct anonymous { struct { u8 a, b; }; union { u16 ab; struct header; }; };
typedef u32 unaligned_u32 __attribute__((aligned(1)));
enum __attribute__((packed)) tiny { ONE = 1, TWO };

int f(struct xdp_md *ctx)
{
	u8 raw[16] = { 1, 5, 0, 0, 0, 42, 43 };
	struct message *m = (void *)raw;
	struct anonymous x = { .a = 1, .b = 2, .length = 7 };

	if (sizeof(struct header) != 5 || sizeof(*m) != 5 || sizeof(struct cell) != 8)
		return 1;
	if (m->h.length != 5 || m->body[1] != 43 || _Alignof(struct cell) != 8)
		return 2;
	if (sizeof(enum tiny) != 1 || *(unaligned_u32 *)(raw + 1) != 5)
		return 3;
	return x.b == 2 && x.length == 7 && offsetof(struct anonymous, length) == 3 ? 0 : 4;
}
