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

typedef struct Attachment {
	int program;
	int fd;                    /* BPF link, or the perf event where there are no links */
} Attachment;

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

/* create.c */
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

/* ringbuf.c, perfbuf.c: open for a map, hand out what is there (count), close */
int runtime_ringbuf_open(EventBuffer *b, Error *err);
int runtime_ringbuf_consume(Ring *r);
void runtime_ringbuf_close(Ring *r);
int runtime_perfbuf_open(EventBuffer *b, Error *err);
int runtime_perfbuf_consume(Ring *r);
uint64_t runtime_perfbuf_lost(const Ring *r);
void runtime_perfbuf_close(Ring *r);

#endif
