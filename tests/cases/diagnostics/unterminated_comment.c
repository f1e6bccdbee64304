// error: 6 unterminated_comment
int f(void *ctx)
{
	return 0;
}
/* no end
