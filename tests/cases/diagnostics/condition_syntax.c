// error: 4 condition_syntax
// error: 6 condition_syntax
// error: 8 condition_syntax
#if 1 +
#endif
#if 3 4
#endif
#if "text"
#endif

int f(void *ctx)
{
	return 0;
}
