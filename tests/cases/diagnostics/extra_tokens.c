// warning: 3 extra_tokens
// warning: 4 extra_tokens
#ifdef __KERNEL__ is set
#endif kernel

int f(void *ctx)
{
	return 0;
}
