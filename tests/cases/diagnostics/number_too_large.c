// error: 4 number_too_large
int f(void *ctx)
{
	return 0x10000000000000000;
}
