// flag: -DBPF_LICENSE=GPL
// error: 0 license_by_option
int f(void *ctx)
{
	return 0;
}
