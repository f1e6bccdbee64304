// flag: --unknown-flag
// warning: 0 unknown_cflag
int f(void *ctx)
{
	return 0;
}
