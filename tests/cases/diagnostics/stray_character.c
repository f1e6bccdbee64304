// error: 6 stray_character
int f(void *ctx)
{
	int a = 1;

	return a @;
}
