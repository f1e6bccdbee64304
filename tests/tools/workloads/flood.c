/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood N: when it can read a line, calls openat() N times from each of two threads as fast as it
 * can, and prints the number of calls made.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *calls(void *count)
{
	for (long n = *(long *)count; n; n--)
		syscall(SYS_openat, AT_FDCWD, "/nonexistent/flood", O_RDONLY);
	return NULL;
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0;
	pthread_t threads[2];

	if (getchar() == EOF)
		return 1;
	for (int k = 0; k < 2; k++)
		pthread_create(&threads[k], NULL, calls, &count);
	for (int k = 0; k < 2; k++)
		pthread_join(threads[k], NULL);
	printf("%ld\n", 2 * count);
	return 0;
}
