/* SPDX-License-Identifier: Apache-2.0 */
/* runtime, inside: the Module and what its files share. */
#ifndef BCC_RUNTIME_INTERNAL_H
#define BCC_RUNTIME_INTERNAL_H

#include "btf/btf.h"
#include "kernel/kernel.h"
#include "runtime.h"

typedef struct MapState {
	int fd;                    /* -1: not created */
	uint32_t max_entries;
} MapState;

typedef struct DataState {
	int fd;
	uint8_t *bytes;            /* changed copy; NULL: the object's */
} DataState;

typedef struct ProgramState {
	int fd;
	bool enabled;
	int type, attach_type;     /* attach_type -1: none */
	AttachKind attach;
	const char *target;        /* NULL: unknown */
	const char *loaded_target; /* what attach_btf_id was found for */
} ProgramState;

/* A filter of a clsact qdisc, which no descriptor holds: it is taken out by hand. */
typedef struct TcFilter {
	int interface;
	bool egress, made_qdisc;
	uint32_t handle, priority;
} TcFilter;

typedef struct Attachment {
	int program;
	int fd;                    /* BPF link, raw socket; the perf event where there are no links; -1 */
	AttachKind kind;
	TcFilter *filter;          /* NULL: the descriptor is all */
} Attachment;

/* What runtime_attach_later asked for. */
typedef struct Plan {
	int program;
	AttachTarget t;            /* strings in the module's arena */
} Plan;

/* One attachment being made. */
typedef struct Attaching {
	struct Module *m;
	int program;
	AttachTarget t;            /* kind and target filled in */
	const char *name;          /* of the program */
} Attaching;

/* One mapped ring: that of a CPU of a perf buffer, or a ring buffer map. */
typedef struct Ring {
	struct EventBuffer *owner;
	int cpu;                   /* -1: BPF ring buffer */
	int fd;                    /* perf event; ring buffer: the map's (not owned) */
	uint8_t *control;          /* perf: control page and data; ring buffer: consumer page */
	const uint8_t *producer;   /* ring buffer: producer page, data behind it */
	size_t size;               /* of the data area, a power of 2 */
	uint64_t lost_records;     /* perf: from PERF_RECORD_LOST */
	bool counts_lost;          /* perf: the kernel counts for us */
} Ring;

typedef struct EventBuffer {
	struct Module *module;
	int map;
	EventFn *fn;
	void *self;
	Ring *rings;
	int n_rings;
	uint64_t *scratch;         /* one perf event, aligned and in one piece */
	size_t scratch_size;
} EventBuffer;

struct Module {
	Arena *arena;
	const BpfObject *object;
	RuntimeOptions options;
	MapState *maps;
	DataState *data;
	ProgramState *programs;
	bool maps_created, btf_tried, conditions_checked;
	int btf_fd;                /* -1: none in the kernel */
	Btf *btf;                  /* reader of the object's, made on demand */
	VEC(Attachment) attachments;
	VEC(Plan) plans;
	StrBuf notes;              /* for runtime_notes */
	VEC(EventBuffer *) buffers;
	int epoll_fd;
	bool stop;
};

/* module.c */
const Btf *runtime_btf(Module *m);               /* of the object; NULL: none */
typedef struct GlobalPlace { int section; uint32_t offset, size; } GlobalPlace;
bool runtime_find_global(Module *m, const char *name, GlobalPlace *out);
const uint8_t *runtime_section_bytes(const Module *m, int section); /* NULL: zeros */
int runtime_refused(Error *err, int code);       /* adds the remedy for missing rights; returns -code */

/* attach.c: what the providers share */
int runtime_program_of(const Attaching *a);      /* its descriptor */
int runtime_keep(Attaching *a, int fd);          /* notes a link or socket; 0 */
int runtime_keep_event(Attaching *a, int event_fd, Error *err); /* puts the program on a perf event */
void PRINTF_LIKE(2, 3) runtime_note(Module *m, const char *fmt, ...);
bool runtime_is_pattern(const char *target);     /* has * ? or [ */
/* True for failures that concern one function of many only. */
bool runtime_can_skip(int code);

/* attach_*.c: one provider a function; all are in the table of attach.c */
typedef int AttachFn(Attaching *a, Error *err);
AttachFn runtime_attach_tracepoint, runtime_attach_raw_tracepoint, runtime_attach_trampoline,
	 runtime_attach_iterator;
AttachFn runtime_attach_kprobe, runtime_attach_uprobe, runtime_attach_perf_event;
AttachFn runtime_attach_xdp, runtime_attach_tc, runtime_attach_socket, runtime_attach_cgroup,
	 runtime_attach_netns;
/* Before the load: the attach type that a program for many functions has to be loaded with. */
void runtime_choose_multi(Module *m, int program, AttachKind kind, const char *target);
void runtime_remove_filter(const TcFilter *f);

/* create.c */
int runtime_fill_entries(Module *m, Error *err); /* maps and programs as entries of maps */
bool runtime_raise_memlock(void);                /* true the first time, if it was allowed */

/* target.c */
typedef struct BtfTarget {
	uint32_t id;
	int module_fd;             /* of the module's BTF, to be closed; -1: vmlinux */
} BtfTarget;
bool runtime_needs_btf_target(const ProgramState *s);
int runtime_find_btf_target(Module *m, int program, BtfTarget *out, Error *err);

/* btf_load.c: the object's BTF into the kernel; m->btf_fd, -1 if the kernel takes none */
void runtime_load_btf(Module *m);

/* explain.c: turns the verifier's log (taken over by err) into an error at a source line */
int runtime_explain(Module *m, int program, int code, char *log, Error *err);

/* perf_event.c */
struct perf_event_attr;
int runtime_perf_open(struct perf_event_attr *attr, pid_t pid, int cpu);    /* fd or -errno */
/* Puts the program on the event; takes the event's fd over. The attachment's fd, or -errno. */
int runtime_perf_attach(int event_fd, int program_fd);
/* Events of the whole system are opened on one CPU, which must be online. */
int runtime_perf_open_anywhere(struct perf_event_attr *attr);

/* ringbuf.c, perfbuf.c: open for a map, hand out what is there (count), close */
int runtime_ringbuf_open(EventBuffer *b, Error *err);
int runtime_ringbuf_consume(Ring *r);
void runtime_ringbuf_close(Ring *r);
int runtime_perfbuf_open(EventBuffer *b, Error *err);
int runtime_perfbuf_consume(Ring *r);
uint64_t runtime_perfbuf_lost(const Ring *r);
void runtime_perfbuf_close(Ring *r);

#endif
