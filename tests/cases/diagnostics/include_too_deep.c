// error: 2 include_too_deep
#include __FILE__

int f(void *ctx)
{
	return 0;
}
