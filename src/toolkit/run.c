/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a tool: load, attach, then one loop over signals, timers and event buffers until the end.
 * Signals come through a signalfd, intervals through a timerfd with absolute expiry (no drift).
 * Output is collected and written whenever everything that was there has been handled, so each line
 * is out at once but a flood of events costs few writes. At the end programs are detached first, so
 * that what is in the buffers is all there is; then the last report is due.
 */
#include "toolkit/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Output --------------------------------------------------------------------------------------- */

void flush(Run *r)
{
	size_t done = 0;

	while (done < r->out.n && !r->write_errno) {
		ssize_t n = write(STDOUT_FILENO, r->out.p + done, r->out.n - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			r->write_errno = errno;
	}
	sb_clear(&r->out);
	if (r->write_errno)
		r->stop = true;
}

/* What could not be shown, as soon as it is known. */
static void tell_lost(Run *r)
{
	uint64_t lost = runtime_lost(r->m, -1);

	if (lost > r->lost_told)
		fprintf(stderr, "Possibly lost %llu samples\n",
			(unsigned long long)(lost - r->lost_told));
	r->lost_told = lost;
}

static void tell_counters(Run *r)
{
	uint64_t refused = 0, missed;

	tell_lost(r);
	if (!runtime_get_global(r->m, "__bcc_refused", &refused, sizeof(refused)) && refused)
		fprintf(stderr, "%llu updates were refused because a map was full\n",
			(unsigned long long)refused);
	missed = runtime_missed(r->m);
	if (missed)
		fprintf(stderr, "%llu events were missed because the program was already running\n",
			(unsigned long long)missed);
}

/* Reports -------------------------------------------------------------------------------------- */

static int read_map(Run *r, const View *v, MapEntries *e, Error *err)
{
	int flags = MAP_CLEAR | MAP_SUM;

	if (v->kind != VIEW_RATES && v->kind != VIEW_AVERAGE)
		flags |= MAP_SKIP_ZERO;
	return runtime_map_read(r->m, v->map, flags, e, err);
}

static void report_one(Run *r, View *v, double seconds)
{
	Error err = { 0 };
	MapEntries e;
	Entries entries;

	if (runtime_map_fd(r->m, v->map) < 0)
		return;
	if (read_map(r, v, &e, &err)) {
		fprintf(stderr, "%s: %s\n", r->t->program, err.message);
		error_clear(&err);
		return;
	}
	entries = (Entries){ e.n, e.key_stride, e.value_stride, e.keys, e.values };
	report_view(r->t, v, &entries, seconds, &r->out);
	runtime_map_entries_free(&e);
}

static double seconds_since(struct timespec *then)
{
	struct timespec now;
	double s;

	clock_gettime(CLOCK_MONOTONIC, &now);
	s = (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
	*then = now;
	return s > 0 ? s : 1e-9;
}

static void report(Run *r, bool last)
{
	Tool *t = r->t;
	const char *blank = tags_get(t, &t->tags, "blank");
	const char *time_format = tags_get(t, &t->tags, "report_time");
	double seconds = seconds_since(&r->last_report);
	bool text = !t->json;

	if (last && tool_view_of(t, VIEW_RATES))
		return;
	if (!last && t->interval > 0)
		seconds = t->interval;
	if (text && !blank && !tool_view_of(t, VIEW_RATES))
		sb_putc(&r->out, '\n');
	if (text && time_format) {
		clock_text(time_format, false, &r->out);
		sb_putc(&r->out, '\n');
	}
	for (int i = 0; i < t->views.n; i++) {
		if (text && i && t->views.v[i].title)
			sb_putc(&r->out, '\n');
		if (t->views.v[i].kind != VIEW_EVENTS)
			report_one(r, &t->views.v[i], seconds);
	}
	if (text && blank && !strcmp(blank, "after"))
		sb_putc(&r->out, '\n');
	r->done_reports++;
	flush(r);
}

/* The loop ------------------------------------------------------------------------------------- */

static void on_interval(Run *r)
{
	uint64_t expired = 0;

	if (read(r->timer, &expired, sizeof(expired)) != sizeof(expired))
		return;
	report(r, false);
	tell_lost(r);
	r->elapsed += r->t->interval * (double)expired;
	if (r->t->count && r->done_reports >= r->t->count)
		r->stop = true;
	if (r->t->duration > 0 && r->elapsed >= r->t->duration - 1e-9)
		r->stop = true;
}

/* True if the tool shall end with what is due. */
static bool on_signal(Run *r)
{
	struct signalfd_siginfo info;
	bool end = false;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			end = true;
		else if (waitpid(r->t->child, NULL, WNOHANG) == r->t->child)
			end = true;
	}
	return end;
}

static void loop(Run *r)
{
	const bool once = tags_get(r->t, &r->t->tags, "end_after_event") != NULL;
	bool ended = show_iterators(r);

	while (!r->stop && !ended) {
		struct pollfd fds[] = {
			{ .fd = r->signals, .events = POLLIN },
			{ .fd = r->timer, .events = POLLIN },
			{ .fd = r->deadline, .events = POLLIN },
			{ .fd = runtime_epoll_fd(r->m), .events = POLLIN },
			{ .fd = r->trace ? runtime_trace_fd(r->trace) : -1, .events = POLLIN },
		};
		uint64_t before = r->events;

		if (poll(fds, ARRAY_LEN(fds), 1000) < 0 && errno != EINTR)
			break;
		if (fds[3].revents)
			runtime_consume(r->m);
		if (fds[4].revents)
			read_traces(r);
		flush(r);
		if (!fds[3].revents || fds[1].revents)
			tell_lost(r);
		if (fds[1].revents & POLLIN)
			on_interval(r);
		if (fds[0].revents & POLLIN)
			ended = on_signal(r);
		if (fds[2].revents & POLLIN || (once && r->events > before))
			ended = true;
	}
	runtime_detach(r->m, -1);
	if (r->events || runtime_epoll_fd(r->m) >= 0)
		runtime_consume(r->m);
	read_traces(r);
	flush(r);
	if (!r->stop && r->reports)
		report(r, true);
}

static void print_start(Run *r)
{
	Tool *t = r->t;
	const char *banner = tags_get(t, &t->tags, "banner");

	if (t->json)
		return;
	if (banner) {
		tool_template(t, banner, &r->out);
		sb_putc(&r->out, '\n');
	}
	if (tags_get(t, &t->tags, "trace_heading"))
		sb_printf(&r->out, "%s\n", tags_get(t, &t->tags, "trace_heading"));
	for (int i = 0; i < t->views.n; i++)
		if (t->views.v[i].kind == VIEW_EVENTS)
			rows_heading(t, &t->views.v[i], &r->out);
		else if (t->views.v[i].kind == VIEW_RATES)
			report_rates_heading(t, &t->views.v[i], &r->out);
	flush(r);
}

static int finish(Run *r, Error *err)
{
	const char *goodbye = tags_get(r->t, &r->t->tags, "goodbye");

	if (goodbye && !r->t->json && !r->write_errno) {
		sb_printf(&r->out, "%s\n", goodbye);
		flush(r);
	}
	tell_counters(r);
	if (r->write_errno && r->write_errno != EPIPE)
		return error_errno(err, r->write_errno, "cannot write the output");
	return 0;
}

int tool_run(Tool *t, Error *err, void (*attached)(void *self), void *self)
{
	RuntimeOptions options = { .only_used = true };
	Run r = { .t = t, .signals = -1, .timer = -1, .deadline = -1 };
	int rc;

	take_signals(&r);
	r.m = runtime_new(t->object, &options);
	rc = load_and_attach(&r, err);
	if (!rc) {
		if (attached)
			attached(self);
		print_start(&r);
		start_timers(&r);
		let_child_go(t);
		loop(&r);
		rc = finish(&r, err);
	} else if (t->child) {
		kill(t->child, SIGKILL);
	}
	runtime_free(r.m);
	if (r.trace)
		runtime_trace_close(r.trace);
	give_signals_back(&r);
	close(r.timer);
	close(r.deadline);
	sb_free(&r.out);
	return rc ? 1 : 0;
}
