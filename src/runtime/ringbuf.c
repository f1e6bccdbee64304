/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BPF ring buffers (5.8). The map is mapped in two parts: the consumer's page, which we write, and
 * read-only the producer's page with the data behind it, mapped twice in a row so that records never
 * wrap. A record is a length word with two flags, a word for the kernel, then the data, in multiples of 8.
 */
#include "internal.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int runtime_ringbuf_open(EventBuffer *b, Error *err)
{
	Module *m = b->module;
	const char *name = m->object->maps.v[b->map].name;
	Ring *r = b->rings = NEW(m->arena, Ring);
	size_t page = page_size();
	void *p;

	r->owner = b;
	r->cpu = -1;
	r->fd = m->maps[b->map].fd;
	r->size = m->maps[b->map].max_entries;
	p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (p == MAP_FAILED)
		return error_errno(err, errno, "cannot map the ring buffer %s", name);
	r->control = p;
	p = mmap(NULL, page + 2 * r->size, PROT_READ, MAP_SHARED, r->fd, (off_t)page);
	if (p == MAP_FAILED) {
		int code = errno;

		munmap(r->control, page);
		r->control = NULL;
		return error_errno(err, code, "cannot map the ring buffer %s", name);
	}
	r->producer = p;
	b->n_rings = 1;
	return 0;
}

int runtime_ringbuf_consume(Ring *r)
{
	unsigned long *consumed = (unsigned long *)r->control;
	const unsigned long *produced = (const unsigned long *)r->producer;
	const uint8_t *data = r->producer + page_size();
	/* What comes in meanwhile is for the next call, or a flood would keep us here. */
	unsigned long at = *consumed, end = __atomic_load_n(produced, __ATOMIC_ACQUIRE);
	EventBuffer *b = r->owner;
	int n = 0;

	while (at < end) {
		const uint32_t *record = (const uint32_t *)(data + (at & (r->size - 1)));
		uint32_t head = __atomic_load_n(record, __ATOMIC_ACQUIRE);
		uint32_t length = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (head & BPF_RINGBUF_BUSY_BIT)
			break;
		at += (length + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;
		if (!(head & BPF_RINGBUF_DISCARD_BIT)) {
			b->fn(b->self, -1, record + 2, length);
			n++;
		}
		__atomic_store_n(consumed, at, __ATOMIC_RELEASE);
		if (b->module->stop)
			break;
	}
	return n;
}

void runtime_ringbuf_close(Ring *r)
{
	if (r->control)
		munmap(r->control, page_size());
	if (r->producer)
		munmap((void *)r->producer, page_size() + 2 * r->size);
	r->control = NULL;
	r->producer = NULL;
}
