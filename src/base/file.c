/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, also those whose size is not known before reading. */
#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_read(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t cap = 4096, n = 0;
	ssize_t got = -1;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0)
		cap = (size_t)st.st_size + 1;
	text = malloc(cap);
	while (text && (got = read(fd, text + n, cap - n - 1)) > 0) {
		n += (size_t)got;
		if (n + 1 == cap)
			text = realloc(text, cap *= 2);
	}
	if (got < 0) {
		int saved = errno;

		free(text);
		close(fd);
		errno = saved;
		return NULL;
	}
	close(fd);
	text[n] = '\0';
	if (size)
		*size = n;
	return text;
}
