// error: 4 user_error
// message: say -DWANTED
#ifndef WANTED
#error say -DWANTED
#endif

int f(void *ctx)
{
	return 0;
}
