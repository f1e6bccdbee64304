// error: 4 escape_too_large
int f(void *ctx)
{
	return '\xfff';
}
