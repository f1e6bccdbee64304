// error: 3 header_not_found
#include <linux/sched.h>
#include "no_such_file.h"

int f(void *ctx)
{
	return 0;
}
