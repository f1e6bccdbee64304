// run: f = 0
#include <linux/sched.h>
#define TASK_COMM_LEN 8
#define MIN(a, b) ((a) < (b) ? (a) : (b))
struct mnt_namespace { int own; };
typedef struct { char c; } pid_info;
enum { XDP_PASS = 77 };

int f(struct xdp_md *ctx)
{
	struct mnt_namespace n = { .own = 4 };

	if (sizeof(((struct task_struct *)0)->comm) != 16)
		return 1;
	return MIN(n.own, TASK_COMM_LEN) == 4 && XDP_PASS == 77 ? 0 : 2;
}
