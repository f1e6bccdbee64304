/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Perf buffers: for each online CPU a software perf event whose ring this process maps and whose
 * descriptor lies in the map at the CPU's index. Records may wrap at the end of the ring, and their
 * data starts at an odd multiple of 4, so each is copied to an aligned place first.
 *
 * Losses: PERF_FORMAT_LOST (6.0) makes the kernel count them per event, exact at any time. Before,
 * they are known from PERF_RECORD_LOST, which comes with the next record that fits.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DEFAULT_PAGES = 8, READ_FORMAT_LOST = 1 << 4 };

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static int open_counting(Ring *r)
{
	static bool no_lost;
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW, .sample_period = 1, .wakeup_events = 1,
	};
	int fd = -EINVAL;

	if (!no_lost) {
		attr.read_format = READ_FORMAT_LOST;
		fd = runtime_perf_open(&attr, -1, r->cpu);
		r->counts_lost = fd >= 0;
	}
	if (fd == -EINVAL) {
		no_lost = true;
		attr.read_format = 0;
		fd = runtime_perf_open(&attr, -1, r->cpu);
	}
	return fd;
}

static int open_cpu(EventBuffer *b, int cpu)
{
	Module *m = b->module;
	Ring *r = &b->rings[b->n_rings];
	void *p;

	*r = (Ring){ .owner = b, .cpu = cpu };
	r->size = page_size() * (m->options.perf_pages ? m->options.perf_pages : DEFAULT_PAGES);
	r->fd = open_counting(r);
	if (r->fd == -ENODEV)
		return 0;                  /* offline */
	if (r->fd < 0)
		return r->fd;
	b->n_rings++;
	p = mmap(NULL, page_size() + r->size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	r->control = p;
	return bpf_map_update_elem(m->maps[b->map].fd, &cpu, &r->fd, BPF_ANY);
}

int runtime_perfbuf_open(EventBuffer *b, Error *err)
{
	int cpus = kernel_possible_cpus(), error = 0;

	b->rings = NEW_ARRAY(b->module->arena, Ring, cpus);
	for (int cpu = 0; cpu < cpus && !error; cpu++)
		error = open_cpu(b, cpu);
	if (!error)
		return 0;
	error_errno(err, -error, "cannot open the perf buffer %s",
		    b->module->object->maps.v[b->map].name);
	if (error == -EPERM || error == -ENOMEM)
		error_remedy(err, "Try fewer pages, or raise kernel.perf_event_mlock_kb.");
	return runtime_refused(err, -error);
}

/* Copies bytes out of the ring, which may wrap. */
static void copy_out(const Ring *r, uint64_t at, void *to, size_t n)
{
	const uint8_t *data = r->control + page_size();
	size_t from = at & (r->size - 1), first = r->size - from;

	if (first > n)
		first = n;
	memcpy(to, data + from, first);
	memcpy((uint8_t *)to + first, data, n - first);
}

static void *need_scratch(EventBuffer *b, size_t n)
{
	if (b->scratch_size < n) {
		b->scratch_size = n < 1024 ? 1024 : n;
		b->scratch = arena_alloc(b->module->arena, b->scratch_size);
	}
	return b->scratch;
}

static int handle_record(Ring *r, uint64_t at, const struct perf_event_header *h)
{
	EventBuffer *b = r->owner;

	if (h->type == PERF_RECORD_SAMPLE && h->size >= sizeof(*h) + sizeof(uint32_t)) {
		uint32_t size, most = h->size - (uint32_t)(sizeof(*h) + sizeof(size));

		copy_out(r, at + sizeof(*h), &size, sizeof(size));
		if (size > most)
			size = most;
		copy_out(r, at + sizeof(*h) + sizeof(size), need_scratch(b, size), size);
		b->fn(b->self, r->cpu, b->scratch, size);
		return 1;
	}
	if (h->type == PERF_RECORD_LOST && h->size >= sizeof(*h) + 2 * sizeof(uint64_t)) {
		uint64_t lost[2];          /* id, count */

		copy_out(r, at + sizeof(*h), lost, sizeof(lost));
		r->lost_records += lost[1];
	}
	return 0;
}

int runtime_perfbuf_consume(Ring *r)
{
	struct perf_event_mmap_page *page = (struct perf_event_mmap_page *)r->control;
	uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE), tail = page->data_tail;
	int n = 0;

	while (tail < head && !r->owner->module->stop) {
		struct perf_event_header h;

		copy_out(r, tail, &h, sizeof(h));
		if (h.size < sizeof(h))
			break;
		n += handle_record(r, tail, &h);
		tail += h.size;
		__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
	}
	return n;
}

uint64_t runtime_perfbuf_lost(const Ring *r)
{
	uint64_t values[2] = { 0 };        /* counter, lost */

	if (!r->counts_lost || read(r->fd, values, sizeof(values)) != sizeof(values))
		return r->lost_records;
	return values[1];
}

void runtime_perfbuf_close(Ring *r)
{
	if (r->control)
		munmap(r->control, page_size() + r->size);
	r->control = NULL;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}
