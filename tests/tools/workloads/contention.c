/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contention: when it can read a line, two threads and a child process share one CPU for a second;
 * prints its process id, the ids of the threads, and the child's.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void busy(void)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do {
		for (volatile int k = 0; k < 100000; k++)
			;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - from.tv_sec + (now.tv_nsec - from.tv_nsec) / 1e9 < 1);
}

static void *thread(void *id)
{
	*(long *)id = syscall(SYS_gettid);
	busy();
	return NULL;
}

int main(void)
{
	pthread_t t;
	cpu_set_t one;
	long id;
	pid_t child;

	if (getchar() == EOF)
		return 1;
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	child = fork();
	if (!child) {
		busy();
		_exit(0);
	}
	pthread_create(&t, NULL, thread, &id);
	busy();
	pthread_join(t, NULL);
	waitpid(child, NULL, 0);
	printf("%d\t%ld\t%d\n", getpid(), id, child);
	return 0;
}
