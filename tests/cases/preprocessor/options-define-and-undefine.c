// flag: -DVALUE=12
// flag: -DGONE
// flag: -UGONE
// flag: -DCONTEXT=struct xdp_md
// flag: -DTEXT="ab"
// flag: -Wno-unused
// flag: -O2
// run: f = 0
#ifdef __clang__
#endif
#ifndef VALUE
#error
#endif
#ifdef GONE
#error
#endif
typedef CONTEXT context;

int f(context *ctx)
{
	return VALUE == 12 && sizeof(TEXT) == 3 ? 0 : 1;
}
