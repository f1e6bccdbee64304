// error: 3 program_option
// program: f no_such_type
int f(void *ctx)
{
	return 0;
}
