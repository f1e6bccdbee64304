/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before the loop: maps as the options want them, event buffers, programs, signals, timers, and the
 * child of --exec, which is started before the programs are compiled (they are bound to its process
 * id) and waits on a pipe until they are attached.
 */
#include "toolkit/run.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

typedef struct EventSink { Run *run; View *view; } EventSink;

static void on_event(void *self, int cpu, const void *data, uint32_t size)
{
	EventSink *sink = self;

	(void)cpu;
	sink->run->events++;
	rows_event(sink->run->t, sink->view, data, size, &sink->run->out);
	if (sink->run->out.n > FLUSH_BYTES)
		flush(sink->run);
}

static int use_pinned(Run *r, int map, const Option *o, Error *err)
{
	int fd;

	if (!o || !o->given)
		return 0;
	fd = bpf_obj_get(o->text);
	if (fd < 0) {
		error_errno(err, errno, "cannot open the pinned map %s", o->text);
		return error_remedy(err, "pin a map there first, e.g. with bpftool map create");
	}
	runtime_use_map(r->m, map, fd);
	close(fd);
	return 0;
}

static int set_buffer(Run *r, int map, Error *err)
{
	for (int i = 0; i < r->t->options.n; i++) {
		const Option *o = r->t->options.v[i];

		if (!o->role || strcmp(o->role, "buffer_pages") || !o->given)
			continue;
		if (o->value <= 0 || o->value & (o->value - 1))
			return error_set(err, EINVAL,
					 "Perf buffer page_cnt must be a power of two");
		runtime_set_max_entries(r->m, map, (uint32_t)o->value * PAGE);
	}
	return 0;
}

static int prepare_maps(Run *r, Error *err)
{
	const BpfObject *object = r->t->object;
	int rc = 0;

	for (int i = 0; i < object->maps.n && !rc; i++) {
		TagList tags = { 0 };
		const char *pinned;

		if (!object->maps.v[i].btf_var)
			continue;
		tags_read(r->t, object->maps.v[i].btf_var, -1, &tags);
		pinned = tags_get(r->t, &tags, "pinned_at");
		if (pinned)
			rc = use_pinned(r, i, tool_option(r->t, pinned), err);
		else if (object->maps.v[i].type == BPF_MAP_TYPE_RINGBUF)
			rc = set_buffer(r, i, err);
	}
	return rc;
}

/* Sets of keys that the program looks its filter values up in. */
static int fill_map(Run *r, int map, const Option *o, Error *err)
{
	const BpfMap *what = &r->t->object->maps.v[map];
	uint8_t value[64] = { 1 };

	for (int i = 0; o && i < o->list.n; i++) {
		int64_t key = o->list.v[i];
		int rc = what->value_size <= sizeof(value) && what->key_size <= sizeof(key) ?
			runtime_map_update(r->m, map, &key, value, BPF_ANY) : -EINVAL;

		if (rc)
			return error_errno(err, -rc, "cannot enter %lld into map %s",
					   (long long)key, what->name);
	}
	return 0;
}

static int fill_maps(Run *r, Error *err)
{
	const BpfObject *object = r->t->object;
	int rc = 0;

	for (int i = 0; i < object->maps.n && !rc; i++) {
		TagList tags = { 0 };
		const char *from;

		if (!object->maps.v[i].btf_var)
			continue;
		tags_read(r->t, object->maps.v[i].btf_var, -1, &tags);
		from = tags_get(r->t, &tags, "filled_from");
		if (from && tool_option(r->t, from) && runtime_map_fd(r->m, i) >= 0)
			rc = fill_map(r, i, tool_option(r->t, from), err);
	}
	return rc;
}

static int open_events(Run *r, Error *err)
{
	for (int i = 0; i < r->t->views.n; i++) {
		View *v = &r->t->views.v[i];
		EventSink *sink;
		int rc;

		if (v->kind != VIEW_EVENTS) {
			r->reports = true;
			continue;
		}
		if (runtime_map_fd(r->m, v->map) < 0)
			continue;
		sink = NEW(r->t->arena, EventSink);
		sink->run = r;
		sink->view = v;
		rc = runtime_on_events(r->m, v->map, on_event, sink, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* An object from a file reads its options from .rodata; where they were bound, there is none. */
static void set_constant(void *self, const char *name, int64_t value)
{
	Run *r = self;
	const Option *o = tool_option(r->t, name);

	runtime_set_global(r->m, name, &value, o->size);
}

/* Attaching ------------------------------------------------------------------------------------ */

static int plan_attachments(Run *r, Error *err)
{
	for (int i = 0; i < r->t->attach.n; i++) {
		const AttachRequest *request = &r->t->attach.v[i];
		int program = runtime_find_program(r->m, request->program), rc;

		if (program < 0)
			return error_set(err, ENOENT, "there is no program %s to attach", request->program);
		rc = runtime_attach_later(r->m, program, &request->target, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The first program that could be attached if only it were known to what. */
static int nothing_attached(Run *r, Error *err)
{
	const BpfObject *o = r->t->object;

	error_set(err, ENOENT, "%s: no program could be attached", r->t->program);
	for (int i = 0; i < o->programs.n; i++) {
		const BpfProgram *p = &o->programs.v[i];
		const ProbeKindInfo *info = probe_kind_of_type(p->type, p->expected_attach_type);
		const char *example = runtime_target_example(info ? info->attach : ATTACH_NONE);

		if (example)
			return error_remedy(err, "The name of %s does not say to what. Say it: --attach "
					    "%s=%s:%s", p->name, p->name, attach_kind_name(info->attach),
					    example);
	}
	return -err->code;
}

int load_and_attach(Run *r, Error *err)
{
	int rc = prepare_maps(r, err);

	tool_each_constant(r->t, set_constant, r);
	if (!rc)
		rc = runtime_create_maps(r->m, err);
	if (!rc)
		rc = open_events(r, err);
	if (!rc)
		rc = plan_attachments(r, err);
	if (!rc)
		rc = runtime_load(r->m, err);
	if (!rc)
		rc = fill_maps(r, err);
	if (rc < 0)
		return rc;
	if (prints_traces(r->t->object) && !(r->trace = runtime_trace_open(err)))
		return -err->code;
	rc = runtime_attach_all(r->m, err);
	fputs(runtime_notes(r->m), stderr);
	if (rc == 0)
		return nothing_attached(r, err);
	return rc < 0 ? rc : 0;
}

static int make_timer(double first, double every)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	struct itimerspec spec = {
		.it_value = { (time_t)first, (long)((first - (double)(time_t)first) * 1e9) },
		.it_interval = { (time_t)every, (long)((every - (double)(time_t)every) * 1e9) },
	};

	if (fd >= 0)
		timerfd_settime(fd, 0, &spec, NULL);
	return fd;
}

void take_signals(Run *r)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (r->t->child)
		sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &r->old_mask);
	sigaction(SIGPIPE, &ignore, &r->old_pipe);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void give_signals_back(Run *r)
{
	struct signalfd_siginfo info;

	while (r->signals >= 0 && read(r->signals, &info, sizeof(info)) > 0)
		;
	close(r->signals);
	sigprocmask(SIG_SETMASK, &r->old_mask, NULL);
	sigaction(SIGPIPE, &r->old_pipe, NULL);
}

void start_timers(Run *r)
{
	Tool *t = r->t;

	clock_gettime(CLOCK_MONOTONIC, &r->last_report);
	if (r->reports && t->interval > 0)
		r->timer = make_timer(t->interval, t->interval);
	else if (t->duration > 0)
		r->deadline = make_timer(t->duration, 0);
}

/* --exec --------------------------------------------------------------------------------------- */

static void run_child(Tool *t, int wait_fd)
{
	char go;

	if (read(wait_fd, &go, 1) != 1)
		_exit(1);
	execvp(t->command.v[0], (char *const *)t->command.v);
	fprintf(stderr, "failed to exec command: %s: %s\n", t->command.v[0], strerror(errno));
	_exit(127);
}

int tool_start_command(Tool *t, Error *err)
{
	const char *name = tags_get(t, &t->tags, "exec");
	Option *pid = name ? tool_option(t, name) : NULL;
	int pipes[2];

	if (!t->command.n)
		return 0;
	if (pipe2(pipes, O_CLOEXEC))
		return error_errno(err, errno, "cannot make a pipe");
	t->child = fork();
	if (t->child < 0)
		return error_errno(err, errno, "cannot start %s", t->command.v[0]);
	if (!t->child) {
		close(pipes[1]);
		run_child(t, pipes[0]);
	}
	close(pipes[0]);
	t->child_release = pipes[1];
	if (pid) {
		pid->given = true;
		pid->value = t->child;
	}
	return 0;
}

void let_child_go(Tool *t)
{
	if (!t->child)
		return;
	if (write(t->child_release, "x", 1) < 0)
		kill(t->child, SIGKILL);
	close(t->child_release);
}
