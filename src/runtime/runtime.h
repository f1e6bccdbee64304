/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime: OBJECT -> kernel. A Module creates the object's maps, loads and attaches its programs,
 * reads its event buffers and maps. It owns every file descriptor it opens (all O_CLOEXEC); what it
 * puts into the kernel hangs on those descriptors alone, so it is gone after runtime_free and after
 * kill -9 (pinned maps excepted: pinning asks for that).
 * Order of use: new, set globals, [on_events], load, attach, poll / read maps, free.
 * Functions returning int give 0 (or a count) and -errno with *err set; err may be NULL.
 * A Module is used by one thread at a time.
 */
#ifndef BCC_RUNTIME_H
#define BCC_RUNTIME_H

#include "base/base.h"
#include "bpf/object.h"

#include <sys/types.h>

typedef struct Module Module;

typedef struct RuntimeOptions {
	uint32_t perf_pages;       /* data pages per CPU of a perf buffer, a power of 2; 0: 8 */
	int log_level;             /* verifier log of successful loads as well: 1, 2, 4 (statistics) */
	StrBuf *log;               /* where that goes; NULL: nowhere */
	bool only_used;            /* maps and data that no program refers to are not created (fd -1) */
} RuntimeOptions;

/* module.c ------------------------------------------------------------------------------------- */

/* Makes no system call. The object must outlive the module; it is not changed. options may be NULL. */
Module *runtime_new(const BpfObject *object, const RuntimeOptions *options);
void runtime_free(Module *m);                    /* detaches, unloads, closes; NULL is fine */
const BpfObject *runtime_object(const Module *m);

/* Index of a map or program by its C name, -1 if there is none. Indices are those of the object. */
int runtime_find_map(const Module *m, const char *name);
int runtime_find_program(const Module *m, const char *name);
int runtime_map_fd(const Module *m, int map);          /* -1 before load; stays the module's */
int runtime_program_fd(const Module *m, int program);  /* -1 if not loaded */

/* Global data by variable name (needs the object's BTF): any variable before load; afterwards only
 * those that are not constant. size must be the variable's. -ENOENT, -EINVAL, -EPERM. */
int runtime_set_global(Module *m, const char *name, const void *value, size_t size);
int runtime_get_global(Module *m, const char *name, void *value, size_t size);
/* The same by position. */
int runtime_set_data(Module *m, int section, uint32_t offset, const void *bytes, uint32_t size);
int runtime_get_data(Module *m, int section, uint32_t offset, void *bytes, uint32_t size);

/* Before load: changes what the object says. */
void runtime_set_max_entries(Module *m, int map, uint32_t n);
void runtime_use_map(Module *m, int map, int fd);      /* shares another module's map; fd is dup'ed */
void runtime_enable(Module *m, int program, bool on);  /* a disabled one is neither loaded nor attached */
/* Gives a program its kind and target where the object leaves it open or another is wanted;
 * type 0 / target NULL: unchanged. */
void runtime_set_program_type(Module *m, int program, int type, int expected_attach_type);
void runtime_set_target(Module *m, int program, AttachKind kind, const char *target);

/* load.c --------------------------------------------------------------------------------------- */

/* Creates the maps and global data, and fills BTF in; no programs. Called by the others when needed. */
int runtime_create_maps(Module *m, Error *err);
/* Loads all enabled programs whose type is known. vmlinux BTF may be read for it: afterwards the
 * caller may drop that by kernel_release_btf(), once the compilation does not need it.
 * Programs with the tag "only_if:OPTION" whose OPTION (a constant global) is 0 are disabled first.
 * A refusal by the verifier is explained at its source line; the whole log is in err->log. */
int runtime_load(Module *m, Error *err);
int runtime_load_program(Module *m, int program, Error *err);

/* attach.c ------------------------------------------------------------------------------------- */

enum {
	ATTACH_GENERIC = 1,        /* XDP: in the network stack, works everywhere */
	ATTACH_NATIVE = 2,         /* XDP: in the driver; neither: what the driver can */
	ATTACH_OFFLOAD = 4,        /* XDP: in the device */
	ATTACH_EGRESS = 8,         /* tc, cgroup_skb: outgoing packets, where the program does not say */
	ATTACH_CLSACT = 16,        /* tc: by a clsact qdisc even if the kernel has tcx links */
};

typedef struct AttachTarget {
	AttachKind kind;           /* ATTACH_NONE: the program's own */
	const char *target;        /* as at AttachKind in facts.h; NULL: the program's own. Those of
				    * kprobes, uprobes may be patterns of a shell: "vfs_*", "c:mem*" */
	pid_t pid;                 /* uprobes, perf events: one process (all its threads; its mount
				    * namespace); 0 = all */
	int cpu;                   /* perf events: only this one if cpu_only */
	bool cpu_only;
	uint64_t offset;           /* uprobe: file offset (added to the symbol's, if target has one) */
	uint32_t perf_type;        /* ATTACH_PERF_EVENT without a target: PERF_TYPE_*, PERF_COUNT_*, */
	uint64_t perf_config;
	uint64_t period, frequency; /* one of them not 0 */
	uint32_t flags;            /* ATTACH_GENERIC ... */
} AttachTarget;

/* Loads the program if it is not, and attaches it; may be called several times for one program
 * (several functions). t may be NULL. */
int runtime_attach(Module *m, int program, const AttachTarget *t, Error *err);
/* Attaches every loaded program with attached_by_name and a target. At the first failure all
 * attachments made by this call are undone. Returns the number attached. */
int runtime_attach_all(Module *m, Error *err);
/* Before load: runtime_attach_all shall attach the program to this, instead of its own target; may be
 * called several times. Fails if the program's type cannot be attached so. *t is copied. */
int runtime_attach_later(Module *m, int program, const AttachTarget *t, Error *err);
void runtime_detach(Module *m, int program);           /* -1: all; programs stay loaded */
int runtime_attached(const Module *m);                 /* number of attachments */
/* Descriptor of the program's n-th attachment: a BPF link, the raw socket of a socket filter (packets
 * can be read from it), a perf event; the module's. -1: none, or one without (clsact). */
int runtime_attachment_fd(const Module *m, int program, int n);
/* What an attached iterator has to say, as a new descriptor to read() to the end; -errno. */
int runtime_read_iterator(Module *m, int program, Error *err);
/* A target that a kind takes, for messages: "eth0"; NULL: programs of the kind are not attached. */
const char *runtime_target_example(AttachKind kind);
/* What was left out so far though it was asked for (functions that cannot be probed), as lines. */
const char *runtime_notes(const Module *m);
/* Times that programs were not run because they were already running on that CPU (kernel >= 5.12). */
uint64_t runtime_missed(Module *m);

/* events.c ------------------------------------------------------------------------------------- */

/* data is valid during the call only and 8-byte aligned; size is what the program submitted, for perf
 * buffers rounded up as the kernel does. cpu is -1 for ring buffers. */
typedef void EventFn(void *self, int cpu, const void *data, uint32_t size);

/* Opens the event buffer (perf output or ring buffer) of a map; creates the maps if needed. To lose
 * nothing call it before attaching. */
int runtime_on_events(Module *m, int map, EventFn *fn, void *self, Error *err);
/* Waits up to timeout_ms (-1: for ever) and hands out everything that is there. Number of events,
 * or -EINTR and other -errno. Without any buffer it only waits. */
int runtime_poll(Module *m, int timeout_ms);
int runtime_consume(Module *m);                        /* the same without waiting */
void runtime_stop_polling(Module *m);                  /* from within an EventFn: the poll returns after it */
/* An epoll descriptor that is readable when events are there; -1 if no buffer is open. */
int runtime_epoll_fd(Module *m);
/* Events dropped because a buffer was full, exact as of now: map index, or -1 for all maps.
 * Perf buffers are counted by the kernel. For ring buffers it is the program that knows: the global
 * variable "__bcc_lost_MAP" (8 bytes), which the dialect's ringbuf methods add to, is read. */
uint64_t runtime_lost(Module *m, int map);

/* maps.c --------------------------------------------------------------------------------------- */

/* All entries of a map at one time, in two arrays. */
typedef struct MapEntries {
	uint32_t n;
	uint32_t key_size, value_size;   /* value_size: of one CPU's value as declared */
	uint32_t cpus;                   /* values per entry: possible CPUs; 1 after MAP_SUM */
	uint32_t key_stride, value_stride; /* bytes from one entry to the next */
	uint32_t cpu_stride;             /* bytes from one CPU's value to the next within an entry */
	uint8_t *keys, *values;          /* malloc'ed */
} MapEntries;

enum {
	MAP_CLEAR = 1,             /* take the entries out (hash maps) or set them to zero (arrays) */
	MAP_SUM = 2,               /* per-CPU values are added up to one: integers by their BTF type */
	MAP_SKIP_ZERO = 4,         /* leave out entries whose values are all zero */
};

int runtime_map_read(Module *m, int map, int flags, MapEntries *out, Error *err);
void runtime_map_entries_free(MapEntries *e);
static inline const void *map_key(const MapEntries *e, uint32_t i)
{
	return e->keys + (size_t)i * e->key_stride;
}
static inline void *map_value(const MapEntries *e, uint32_t i)
{
	return e->values + (size_t)i * e->value_stride;
}
/* Removes all entries; arrays are zeroed. */
int runtime_map_clear(Module *m, int map, Error *err);
/* Single elements; per-CPU maps: value holds possible CPUs times the size rounded up to 8. */
int runtime_map_lookup(Module *m, int map, const void *key, void *value);
int runtime_map_update(Module *m, int map, const void *key, const void *value, uint64_t flags);
int runtime_map_delete(Module *m, int map, const void *key);
/* Bytes that a value buffer for lookup and update must have. */
uint32_t runtime_map_value_bytes(const Module *m, int map);

/* Stack of a stack-trace map: up to `max` addresses into ips; the number, or -errno. */
int runtime_stack(Module *m, int map, int32_t stack_id, uint64_t *ips, int max);

/* trace_pipe.c --------------------------------------------------------------------------------- */

/* Lines of bpf_trace_printk from the kernel's trace pipe (shared by the whole system). */
typedef struct TracePipe TracePipe;

typedef struct TraceLine {
	char task[32];
	int pid, cpu;
	char flags[8];
	uint64_t time_ns;          /* the trace clock */
	const char *message;       /* without end of line; valid until the next read */
	const char *line;          /* as the kernel wrote it */
} TraceLine;

TracePipe *runtime_trace_open(Error *err);
int runtime_trace_fd(const TracePipe *t);              /* for poll() */
/* 1 with a line, 0 after timeout_ms (-1: wait for ever), -errno (-EINTR). Lines that are no
 * trace_printk output give an empty task and message == line. */
int runtime_trace_read(TracePipe *t, int timeout_ms, TraceLine *out);
void runtime_trace_close(TracePipe *t);
/* Cuts up one line in place; names that the kernel forgot stay "<...>". */
void runtime_trace_parse(char *line, TraceLine *out);

#endif
