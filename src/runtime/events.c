/* SPDX-License-Identifier: Apache-2.0 */
/* Events of all buffers of a module behind one epoll descriptor. */
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

static int need_epoll(Module *m)
{
	if (m->epoll_fd < 0)
		m->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return m->epoll_fd;
}

static int watch(Module *m, Ring *r)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = r };

	return epoll_ctl(m->epoll_fd, EPOLL_CTL_ADD, r->fd, &e) ? -errno : 0;
}

static int open_buffer(EventBuffer *b, Error *err)
{
	const BpfMap *map = &b->module->object->maps.v[b->map];

	switch (map->type) {
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return runtime_perfbuf_open(b, err);
	case BPF_MAP_TYPE_RINGBUF:
		return runtime_ringbuf_open(b, err);
	default:
		return error_set(err, EINVAL, "map %s is no event buffer", map->name);
	}
}

static EventBuffer *find_buffer(Module *m, int map)
{
	for (int i = 0; i < m->buffers.n; i++)
		if (m->buffers.v[i]->map == map)
			return m->buffers.v[i];
	return NULL;
}

int runtime_on_events(Module *m, int map, EventFn *fn, void *self, Error *err)
{
	EventBuffer *b;
	int error;

	if (map < 0 || map >= m->object->maps.n)
		return error_set(err, EINVAL, "there is no such map");
	b = find_buffer(m, map);
	if (b) {
		b->fn = fn;
		b->self = self;
		return 0;
	}
	error = runtime_create_maps(m, err);
	if (error || m->maps[map].fd < 0)          /* no map: no program uses it (only_used) */
		return error;
	if (need_epoll(m) < 0)
		return error_errno(err, errno, "cannot create an epoll descriptor");
	b = NEW(m->arena, EventBuffer);
	*b = (EventBuffer){ .module = m, .map = map, .fn = fn, .self = self };
	vec_push(m->arena, &m->buffers, b);
	error = open_buffer(b, err);
	for (int i = 0; i < b->n_rings && !error; i++) {
		error = watch(m, &b->rings[i]);
		if (error)
			error_errno(err, -error, "cannot wait for the events of %s",
				    m->object->maps.v[map].name);
	}
	return error;
}

static int consume(Ring *r)
{
	return r->cpu < 0 ? runtime_ringbuf_consume(r) : runtime_perfbuf_consume(r);
}

int runtime_poll(Module *m, int timeout_ms)
{
	struct epoll_event ready[64];
	int n, events = 0;

	/* Perf events wake up once: what a stopped poll left is not announced again. */
	if (m->stop && (events = runtime_consume(m)))
		return events;
	m->stop = false;
	if (m->epoll_fd < 0) {
		n = poll(NULL, 0, timeout_ms);
		return n < 0 ? -errno : 0;
	}
	n = epoll_wait(m->epoll_fd, ready, ARRAY_LEN(ready), timeout_ms);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n && !m->stop; i++)
		events += consume(ready[i].data.ptr);
	return events;
}

int runtime_consume(Module *m)
{
	int events = 0;

	m->stop = false;
	for (int i = 0; i < m->buffers.n; i++)
		for (int r = 0; r < m->buffers.v[i]->n_rings && !m->stop; r++)
			events += consume(&m->buffers.v[i]->rings[r]);
	return events;
}

void runtime_stop_polling(Module *m)
{
	m->stop = true;
}

int runtime_epoll_fd(Module *m)
{
	return m->epoll_fd;
}

static uint64_t lost_of(Module *m, const EventBuffer *b)
{
	uint64_t sum = 0;
	char name[128];

	for (int i = 0; i < b->n_rings; i++)
		if (b->rings[i].cpu >= 0)
			sum += runtime_perfbuf_lost(&b->rings[i]);
	if (b->n_rings && b->rings[0].cpu < 0) {
		snprintf(name, sizeof(name), "__bcc_lost_%s", m->object->maps.v[b->map].name);
		runtime_get_global(m, name, &sum, sizeof(sum));
	}
	return sum;
}

uint64_t runtime_lost(Module *m, int map)
{
	uint64_t sum = 0;

	for (int i = 0; i < m->buffers.n; i++)
		if (map < 0 || m->buffers.v[i]->map == map)
			sum += lost_of(m, m->buffers.v[i]);
	return sum;
}
