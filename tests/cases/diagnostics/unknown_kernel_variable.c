// error: 6 unknown_kernel_variable
extern const int no_such_kernel_variable __attribute__((section(".ksyms")));

int f(void *ctx)
{
	return no_such_kernel_variable;
}
