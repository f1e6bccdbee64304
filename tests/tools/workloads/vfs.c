/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vfs DIRECTORY: when it can read a line, makes known numbers of file operations: 4000 reads, 2000
 * writes, 40 fsync, 400 opens of which 80 create, 80 unlink, 40 mkdir, 40 rmdir.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char buf[16] = "";
	int zero, file;

	if (argc != 2 || getchar() == EOF || chdir(argv[1]))
		return 1;
	zero = open("/dev/zero", O_RDONLY);
	file = open("file", O_WRONLY | O_CREAT, 0600);
	for (int k = 0; k < 4000; k++)
		if (read(zero, buf, sizeof(buf)) < 0)
			return 1;
	for (int k = 0; k < 2000; k++)
		if (write(file, buf, sizeof(buf)) < 0)
			return 1;
	for (int k = 0; k < 40; k++)
		fsync(file);
	for (int k = 0; k < 318; k++)
		close(open("file", O_RDONLY));
	for (int k = 0; k < 80; k++) {
		char name[16];

		snprintf(name, sizeof(name), "f%d", k);
		close(open(name, O_WRONLY | O_CREAT | O_EXCL, 0600));
		unlink(name);
		if (k % 2)
			continue;
		mkdir(name, 0700);
		rmdir(name);
	}
	return 0;
}
