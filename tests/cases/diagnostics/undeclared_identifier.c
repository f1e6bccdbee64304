// error: 7 undeclared_identifier
// error: 8 undeclared_identifier
// message: count
int f(struct xdp_md *ctx)
{
	int count = 1;
	coutn++;
	return nonsense_that_is_nowhere;
}
