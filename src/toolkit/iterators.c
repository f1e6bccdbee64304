/* SPDX-License-Identifier: Apache-2.0 */
/* Output of iterator programs: read to its end once, as soon as everything is attached. */
#include "toolkit/run.h"

#include <errno.h>
#include <unistd.h>

static void show(Run *r, int program)
{
	Error err = { 0 };
	int fd = runtime_read_iterator(r->m, program, &err);
	char text[8192];
	ssize_t n = 0;

	if (fd < 0) {
		fprintf(stderr, "%s: %s\n", r->t->program, err.message);
		error_clear(&err);
		return;
	}
	while ((n = read(fd, text, sizeof(text))) > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR))) {
		if (n > 0)
			sb_add(&r->out, text, (size_t)n);
		if (r->out.n > FLUSH_BYTES)
			flush(r);
	}
	if (n < 0)
		fprintf(stderr, "%s: cannot read iterator %s: %s\n", r->t->program,
			r->t->object->programs.v[program].name, strerror(errno));
	close(fd);
	flush(r);
}

bool show_iterators(Run *r)
{
	int shown = 0;

	for (int i = 0; i < r->t->object->programs.n; i++) {
		const BpfProgram *p = &r->t->object->programs.v[i];

		if (p->expected_attach_type != BPF_TRACE_ITER || runtime_attachment_fd(r->m, i, 0) < 0)
			continue;
		show(r, i);
		shown++;
	}
	return shown && shown == runtime_attached(r->m);
}
