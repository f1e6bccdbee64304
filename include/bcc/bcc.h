/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bcc.h: the public C interface of libbcc.so. A BPF program in the BCC dialect of C, or an object file
 * made from one, is compiled, loaded, attached, and its events and maps are read.
 *
 *	bcc_error *error = NULL;
 *	bcc_module *m = bcc_module_from_file("open.bpf.c", NULL, &error);
 *	if (m && !bcc_module_on_events(m, "events", show, NULL, &error) &&
 *	    bcc_module_attach_all(m, &error) > 0)
 *		while (bcc_module_poll(m, -1) >= 0)
 *			;
 *	if (error)
 *		fprintf(stderr, "%s\n%s\n", bcc_error_message(error), bcc_error_remedy(error));
 *	bcc_error_free(error);
 *	bcc_module_free(m);
 *
 * Conventions. Functions that return int give 0 (or a count) on success and a negative errno value on
 * failure; those that return a pointer give NULL. Where there is a `bcc_error **error` it may be NULL;
 * if not, and *error is NULL, a new error is put there, which the caller frees. Strings that functions
 * return belong to the object they were asked of and live as long. The library never prints, exits,
 * forks or handles signals. A module is used by one thread at a time; compiling is not re-entrant:
 * no two threads may be in bcc_module_from_*, _load or _attach* at once.
 * Everything in the kernel hangs on file descriptors of this process: it is gone when the module is
 * freed or the process ends, however it ends.
 */
#ifndef BCC_BCC_H
#define BCC_BCC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BCC_API __attribute__((visibility("default")))

typedef struct bcc_module bcc_module;
typedef struct bcc_map bcc_map;
typedef struct bcc_error bcc_error;

/* Version of the library, "major.minor.patch". */
BCC_API const char *bcc_version(void);

/* Errors --------------------------------------------------------------------------------------- */

/* Positive errno value that comes nearest; EINVAL for a program that does not compile. */
BCC_API int bcc_error_code(const bcc_error *error);
/* What was being done to what, and the cause; one or two lines. */
BCC_API const char *bcc_error_message(const bcc_error *error);
/* What to do about it; "" if there is no advice. */
BCC_API const char *bcc_error_remedy(const bcc_error *error);
/* Compiler: all diagnostics as text. Verifier: its whole log. "" if there is none. */
BCC_API const char *bcc_error_log(const bcc_error *error);
BCC_API void bcc_error_free(bcc_error *error);               /* NULL is fine */

/* Modules -------------------------------------------------------------------------------------- */

typedef struct bcc_options {
	size_t size;                    /* sizeof(bcc_options), so that the struct may grow */
	const char *name;               /* of the source, for messages; NULL: "program" or the path */
	const char *const *cflags;      /* -DNAME[=VALUE], -UNAME, -IDIR, -include FILE, -w */
	int n_cflags;
	unsigned int perf_pages;        /* pages for each CPU of a perf buffer, a power of 2; 0: 8 */
} bcc_options;

/* Compiles a text of `length` bytes. options may be NULL. The text is copied. Code is generated at
 * the first function that needs it, so that bcc_module_bind can still set constants. */
BCC_API bcc_module *bcc_module_from_text(const char *text, size_t length, const bcc_options *options,
					 bcc_error **error);
/* The same from a file. An ELF object is recognised and handed to bcc_module_from_object. */
BCC_API bcc_module *bcc_module_from_file(const char *path, const bcc_options *options,
					 bcc_error **error);
/* Takes a BPF object file, made by `bcc compile` or by clang. */
BCC_API bcc_module *bcc_module_from_object(const char *path, const bcc_options *options,
					   bcc_error **error);
/* Detaches, unloads, closes, frees. NULL is fine. */
BCC_API void bcc_module_free(bcc_module *module);
/* Warnings of the compiler as text; "" if there are none. */
BCC_API const char *bcc_module_warnings(bcc_module *module);

/* Sets a `const volatile` global of the program, before it is loaded. -ENOENT: there is none of that
 * name, -EBUSY: too late. */
BCC_API int bcc_module_bind(bcc_module *module, const char *global, int64_t value);
/* Reads or writes any global variable; `size` bytes, which must be its size. Constants can be written
 * before load only (-EPERM). -ENOENT, -EINVAL. */
BCC_API int bcc_module_set_global(bcc_module *module, const char *global, const void *value, size_t size);
BCC_API int bcc_module_get_global(bcc_module *module, const char *global, void *value, size_t size);

/* Names of the programs, in the order of the source; NULL behind the last one. */
BCC_API const char *bcc_module_program(bcc_module *module, int index);
/* File descriptor of a loaded program, owned by the module; -ENOENT. */
BCC_API int bcc_module_program_fd(bcc_module *module, const char *program);

/* Creates the maps and loads all programs whose type is known. */
BCC_API int bcc_module_load(bcc_module *module, bcc_error **error);

/* Attaching ------------------------------------------------------------------------------------ */

/* Kinds and their targets:
 *   kprobe, kretprobe            kernel function, "function+offset", or a pattern: "vfs_*"
 *   fentry, fexit, fmod_ret      kernel function, "module:function"; known when the program is loaded
 *   tracepoint                   "category:event"
 *   raw_tracepoint, tp_btf       "event"
 *   lsm                          security hook: "file_open"
 *   iter                         what is iterated: "task", "bpf_map"; read by bcc_module_read_iterator
 *   uprobe, uretprobe            "FILE:function", "FILE:function+offset", "FILE:0xOFFSET" or a pattern
 *                                "FILE:mem*". FILE is a path, or the name of a library ("c",
 *                                "libssl.so.3") or program ("bash"). With pid: as that process sees
 *                                its files, or "function" alone for its own program
 *   perf_event                   "EVENT:99hz" or "EVENT:1000" (every so many events), "99hz"; or NULL
 *                                with perf_type, perf_config and period or frequency
 *   xdp, tc                      network interface: "eth0"
 *   socket_filter                network interface or "any"; bcc_module_attachment_fd gives the raw
 *                                socket, from which the packets that the program accepts can be read
 *   cgroup                       directory of a control group (version 2), absolute or below the mount
 *   netns                        network namespace for sk_lookup, flow_dissector: "self", name, path
 * Everything goes with the module or the process, with one exception: on kernels without tcx links
 * (before 6.6) a tc program is a filter, which stays if the process is killed by SIGKILL. */
typedef struct bcc_attach_options {
	size_t size;                    /* sizeof(bcc_attach_options) */
	const char *kind;               /* as above; NULL: the program's own */
	const char *target;             /* NULL: the program's own */
	int pid;                        /* uprobe, perf_event: one process only; 0: all */
	uint64_t offset;                /* uprobe: bytes, in the file or added to the function's */
	uint32_t perf_type;             /* perf_event: PERF_TYPE_* of linux/perf_event.h */
	uint64_t perf_config;           /* perf_event: PERF_COUNT_* */
	uint64_t period;                /* perf_event: every so many events; or */
	uint64_t frequency;             /* so many times a second */
	int cpu, cpu_only;              /* perf_event: on this CPU only, if cpu_only is not 0 */
	uint32_t flags;                 /* BCC_XDP_GENERIC, ... */
} bcc_attach_options;

enum {
	BCC_XDP_GENERIC = 1,            /* XDP in the network stack, works everywhere */
	BCC_XDP_NATIVE = 2,             /* XDP in the driver; none of the three: what the driver can */
	BCC_XDP_OFFLOAD = 4,            /* XDP in the device */
	BCC_EGRESS = 8,                 /* tc, cgroup_skb: outgoing packets, where the section is silent */
	BCC_CLSACT = 16,                /* tc: as a filter even if the kernel has tcx links */
};

/* Loads what is needed and attaches every program whose name or section says to what. The number
 * attached; at a failure nothing stays attached. */
BCC_API int bcc_module_attach_all(bcc_module *module, bcc_error **error);
/* Attaches one program; may be called again for further targets. options may be NULL. */
BCC_API int bcc_module_attach(bcc_module *module, const char *program, const bcc_attach_options *options,
			      bcc_error **error);
/* Before bcc_module_load or _attach_all: bcc_module_attach_all shall attach the program to this instead
 * of its own target. May be called several times for one program. */
BCC_API int bcc_module_attach_later(bcc_module *module, const char *program,
				    const bcc_attach_options *options, bcc_error **error);
/* Descriptor of a program's attachment number `index`, from 0: a BPF link, the raw socket of a socket
 * filter, a perf event. Owned by the module; -ENOENT. */
BCC_API int bcc_module_attachment_fd(bcc_module *module, const char *program, int index);
/* Runs an attached iterator: a descriptor to read(2) its output from until the end, which the caller
 * closes. */
BCC_API int bcc_module_read_iterator(bcc_module *module, const char *program, bcc_error **error);
/* What was left out though it was asked for, such as functions of a pattern that cannot be probed: one
 * line each; "" if nothing. */
BCC_API const char *bcc_module_notes(bcc_module *module);
/* Detaches one program, or all of them (NULL). They stay loaded. */
BCC_API int bcc_module_detach(bcc_module *module, const char *program);

/* Events --------------------------------------------------------------------------------------- */

/* `data` is valid during the call, aligned to 8 bytes; `size` in bytes, at least what was submitted
 * (perf buffers round up). cpu is -1 for ring buffers. */
typedef void bcc_event_fn(void *self, int cpu, const void *data, size_t size);

/* Opens the perf or ring buffer that a map is. To miss nothing, before attaching. */
BCC_API int bcc_module_on_events(bcc_module *module, const char *map, bcc_event_fn *callback, void *self,
				 bcc_error **error);
/* Waits up to timeout_ms (-1: for ever), then calls back for every event that is there. Their number,
 * 0 after the time, -EINTR after a signal. */
BCC_API int bcc_module_poll(bcc_module *module, int timeout_ms);
/* Within a callback: makes bcc_module_poll return after it. */
BCC_API void bcc_module_stop(bcc_module *module);
/* Descriptor for poll(2) or epoll(7), readable when events are there; owned by the module; -1 if no
 * buffer is open. */
BCC_API int bcc_module_fd(bcc_module *module);
/* Events that did not fit into the buffers so far. */
BCC_API uint64_t bcc_module_lost(bcc_module *module);

/* Maps ----------------------------------------------------------------------------------------- */

/* A map by its name in the source; NULL: there is none. Belongs to the module. The maps exist in the
 * kernel from bcc_module_load, _attach or _on_events on. */
BCC_API bcc_map *bcc_module_map(bcc_module *module, const char *name);
BCC_API const char *bcc_map_name(const bcc_map *map);
BCC_API int bcc_map_fd(const bcc_map *map);                  /* owned by the module; -1 before load */
BCC_API size_t bcc_map_key_size(const bcc_map *map);         /* bytes */
/* Bytes of a value as lookup and update take it: for per-CPU maps one value for each possible CPU,
 * each rounded up to 8 bytes. */
BCC_API size_t bcc_map_value_size(const bcc_map *map);
/* 0, -ENOENT, other -errno. flags: BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. */
BCC_API int bcc_map_lookup(const bcc_map *map, const void *key, void *value);
BCC_API int bcc_map_update(const bcc_map *map, const void *key, const void *value, uint64_t flags);
BCC_API int bcc_map_delete(const bcc_map *map, const void *key);

enum {
	BCC_MAP_CLEAR = 1,              /* takes the entries out; arrays are zeroed */
	BCC_MAP_SUM = 2,                /* per-CPU values are added up; `value` is then one value */
	BCC_MAP_SKIP_ZERO = 4,          /* leaves out entries whose value is all zero */
};
/* Return 0 to go on, anything else to stop. */
typedef int bcc_map_fn(void *self, const void *key, const void *value);
/* Reads all entries at once, then calls back for each. The number of calls, or -errno. */
BCC_API int bcc_map_each(const bcc_map *map, int flags, bcc_map_fn *callback, void *self,
			 bcc_error **error);
/* Removes all entries; arrays are zeroed. */
BCC_API int bcc_map_clear(const bcc_map *map, bcc_error **error);

#ifdef __cplusplus
}
#endif

#endif
