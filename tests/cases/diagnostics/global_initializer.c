// error: 8 not_constant
// error: 9 not_constant
static int second(int x)
{
	return x;
}
struct pair { int a; char *text; } other;
int counter = second(3);
long far = (long)&other.a + 1;

int f(void *ctx)
{
	return counter + far;
}
