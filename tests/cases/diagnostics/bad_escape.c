// warning: 4 bad_escape
int f(void *ctx)
{
	return '\q';
}
