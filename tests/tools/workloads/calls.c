/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls: when it can read a line, makes known numbers of system calls: 1000 getppid, 500 close(-1)
 * (EBADF), 200 unlink of nothing (ENOENT), 4 nanosleep of 25 ms; with an argument, in a child process,
 * and prints pids.
 */
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void calls(void)
{
	struct timespec t = { .tv_nsec = 25000000 };

	for (int k = 0; k < 1000; k++)
		syscall(SYS_getppid);
	for (int k = 0; k < 500; k++)
		close(-1);
	for (int k = 0; k < 200; k++)
		unlink("/nonexistent/file");
	for (int k = 0; k < 4; k++)
		syscall(SYS_nanosleep, &t, NULL);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (getchar() == EOF)
		return 1;
	if (argc == 1) {
		calls();
		return 0;
	}
	if (fork() == 0) {
		calls();
		_exit(0);
	}
	wait(NULL);
	return 0;
}
