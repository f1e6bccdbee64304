// warning: 4 macro_redefined
#define LIMIT 3
#define LIMIT 3
#define LIMIT 4

int f(void *ctx)
{
	return LIMIT;
}
