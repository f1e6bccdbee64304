// error: 6 bad_number
// error: 7 bad_number
// error: 9 bad_number
int f(void *ctx)
{
	int a = 0x;
	int b = 089;

	return a + b + 12abc;
}
