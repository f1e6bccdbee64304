// error: 4 wide_string
int f(void *ctx)
{
	return L"text"[0];
}
