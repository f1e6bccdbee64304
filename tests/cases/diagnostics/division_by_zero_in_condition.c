// error: 2 division_by_zero_in_condition
#if 1 / (2 - 2)
#endif
#if 0 && 1 / 0
#endif

int f(void *ctx)
{
	return 0;
}
