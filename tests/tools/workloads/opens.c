/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opens DIRECTORY: when it can read a line, opens files there in every way, from two threads, and
 * prints for each call: pid, tid, result, errno, flags (octal), mode (octal or n/a), path.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static FILE *deeds;

static void done(long ret, const char *path, long flags, long mode)
{
	int error = ret < 0 ? errno : 0;
	int has_mode = flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY));

	fprintf(deeds, "%d\t%ld\t%ld\t%d\t%08lo\t", getpid(), syscall(SYS_gettid), ret < 0 ? -1 : ret,
		error, flags);
	if (has_mode)
		fprintf(deeds, "%04lo", mode);
	else
		fprintf(deeds, "n/a ");
	fprintf(deeds, "\t%s\n", path);
	if (ret >= 0)
		close(ret);
}

static void by_openat(int dir, const char *path, long flags, long mode)
{
	done(syscall(SYS_openat, dir, path, flags, mode), path, flags, mode);
}

static void *second(void *unused)
{
	by_openat(AT_FDCWD, "second-thread", O_WRONLY | O_CREAT, 0600);
	return unused;
}

int main(int argc, char **argv)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC };
	pthread_t thread;
	char path[300];
	int dir;

	deeds = fdopen(dup(1), "w");
	if (argc != 2 || chdir(argv[1]) || !deeds || getchar() == EOF)
		return 1;
#ifdef SYS_open
	done(syscall(SYS_open, "by-open", O_RDWR | O_CREAT, 0640), "by-open", O_RDWR | O_CREAT, 0640);
	done(syscall(SYS_open, "missing", O_RDONLY, 0), "missing", O_RDONLY, 0);
#endif
	snprintf(path, sizeof(path), "%s/by-open", argv[1]);
	by_openat(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW, 0);
	by_openat(AT_FDCWD, "by-open/below", O_RDONLY, 0);
	by_openat(AT_FDCWD, ".", O_WRONLY, 0);
	by_openat(AT_FDCWD, ".", O_RDWR | O_TMPFILE, 0600);
	by_openat(AT_FDCWD, "spaces and \303\274", O_RDONLY | O_CREAT | O_EXCL | O_TRUNC, 0444);
	by_openat(-7, "no-directory", O_RDONLY, 0);
	dir = open(argv[1], O_PATH | O_DIRECTORY);
	fprintf(deeds, "%d\t%d\t%d\t0\t%08o\tn/a \t%s\n", getpid(), getpid(), dir,
		O_PATH | O_DIRECTORY, argv[1]);
	by_openat(dir, "by-open", O_RDONLY | O_APPEND, 0);
	done(syscall(SYS_openat2, AT_FDCWD, "by-open", &how, sizeof(how)), "by-open", how.flags, 0);
	how = (struct open_how){ .flags = O_WRONLY | O_CREAT, .mode = 0604, .resolve = RESOLVE_BENEATH };
	done(syscall(SYS_openat2, dir, "by-openat2", &how, sizeof(how)), "by-openat2", how.flags, 0604);
	how.flags |= 1ull << 40;
	done(syscall(SYS_openat2, dir, "bad-flags", &how, sizeof(how)), "bad-flags", how.flags & 0xffffffff,
	     0604);
	pthread_create(&thread, NULL, second, NULL);
	pthread_join(thread, NULL);
	return fclose(deeds) != 0;
}
