// error: 7 not_constant
// error: 9 global_initializer
static int second(int x)
{
	return x;
}
int counter = second(3);
struct pair { int a; char *text; } other;
long far = (long)&other.a + 1;

int f(void *ctx)
{
	return counter + far;
}
