// error: 4 bad_character_constant
int f(void *ctx)
{
	return '';
}
