// warning: 3 user_warning
// message: this is old
#warning this is old

int f(void *ctx)
{
	return 0;
}
