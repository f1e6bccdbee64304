// error: 4 unterminated_literal
int f(void *ctx)
{
	char s[] = "text;
	;
	return s[0];
}
