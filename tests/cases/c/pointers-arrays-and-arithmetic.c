// run: f = 0
struct item { int id; char tag[4]; };

static int total(const int *v, int n)
{
	int t = 0;

	for (int i = 0; i < n; i++)
		t += *v++;
	return t;
}

static void fill(struct item *it, int id)
{
	it->id = id;
	it->tag[1] = 'x';
	(*it).tag[2] = it->tag[1] + 1;
}

int f(struct xdp_md *ctx)
{
	int v[5] = { 1, 2, 3, 4, 5 }, *p = &v[1], **pp = &p, m[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
	struct item items[2] = {}, *it = items + 1;
	char *bytes;

	if (*p++ != 2 || *p != 3 || p - v != 2 || p[-1] != 2 || 2[v] != 3)
		return 1;
	**pp = 30;
	if (v[2] != 30 || total(v, 5) != 42)
		return 2;
	fill(it, 9);
	if (items[1].id != 9 || items[1].tag[2] != 'y' || items[0].id)
		return 3;
	if (m[1][2] != 6 || *(*(m + 1) + 1) != 5 || sizeof(m[0]) != 12)
		return 4;
	bytes = (char *)&v[3];
	bytes[0] = 0x44;
	if (v[3] != 0x44 || *(short *)bytes != 0x44)
		return 5;
	*pp = &v[4];
	return *p == 5 && &v[4] > &v[1] && (void *)p == (void *)(v + 4) ? 0 : 6;
}
