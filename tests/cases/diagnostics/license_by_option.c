// flag: -DBPF_LICENSE=GPL
// error: 1 license_by_option
int f(void *ctx)
{
	return 0;
}
