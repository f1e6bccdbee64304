// run: f = 0
#pragma clang diagnostic push
#pragma once_more unknown
#define two 1 \
	+ 1
/* a comment // in
   another */
int f(struct xdp_md *ctx) // to the end \
   of this line as well
{
	int a = 4 //* 2 */ 2
		;
	_Pragma("clang diagnostic ignored \"-Wunused\"")
	const char s[] = "one " /* between */ "two";

	return two == 2 && f == 4 && sizeof(s) == 8 && s[5] == 'w' ? __LINE__ - 16 : 1;
}
#pragma clang =diagnostic pop
