// error: 13 macro_too_large
#define a0 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1
#define a1 a0 + a0 + a0 + a0 + a0 + a0 + a0 + a0
#define a2 a1 + a1 + a1 + a1 + a1 + a1 + a1 + a1
#define a3 a2 + a2 + a2 + a2 + a2 + a2 + a2 + a2
#define a4 a3 + a3 + a3 + a3 + a3 + a3 + a3 + a3
#define a5 a4 + a4 + a4 + a4 + a4 + a4 + a4 + a4
#define a6 a5 + a5 + a5 + a5 + a5 + a5 + a5 + a5
#define a7 a6 + a6 + a6 + a6 + a6 + a6 + a6 + a6

int f(void *ctx)
{
	return a7;
}
