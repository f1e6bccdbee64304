/* SPDX-License-Identifier: Apache-2.0 */
/* A running tool: what run.c (the loop), setup.c and trace.c share. */
#ifndef BCC_TOOLKIT_RUN_H
#define BCC_TOOLKIT_RUN_H

#include "toolkit/internal.h"

#include "runtime/runtime.h"

#include <signal.h>

enum { FLUSH_BYTES = 64 * 1024, PAGE = 4096 };

typedef struct Run {
	Tool *t;
	Module *m;
	StrBuf out;
	int write_errno;           /* output is broken */
	bool stop;
	bool reports;              /* there are views of maps */
	uint64_t events, lost_told;
	int signals, timer, deadline;
	double elapsed;            /* seconds of complete intervals */
	uint64_t done_reports;
	struct timespec last_report;
	TracePipe *trace;          /* the programs use bpf_trace_printk */
	sigset_t old_mask;
	struct sigaction old_pipe;
} Run;

/* run.c */
void flush(Run *r);
/* setup.c */
int load_and_attach(Run *r, Error *err);
void take_signals(Run *r);
void give_signals_back(Run *r);
void start_timers(Run *r);
void let_child_go(Tool *t);
/* iterators.c: prints what attached iterators have to say; true if nothing else is attached */
bool show_iterators(Run *r);
/* trace.c */
bool prints_traces(const BpfObject *object);
void read_traces(Run *r);

#endif
