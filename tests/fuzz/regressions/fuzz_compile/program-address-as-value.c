// warning: 4 macro_redefined
#define LIMIT 3
#define LIMIT 3
#define LIMIT  TABLE 

int LIMIT(void *ctx)
{
	return LIMIT;
}
