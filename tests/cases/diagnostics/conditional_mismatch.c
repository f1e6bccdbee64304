// error: 4 conditional_mismatch
// error: 5 conditional_mismatch
// error: 6 conditional_mismatch
#else
#endif
#if 1

int f(void *ctx)
{
	return 0;
}
