/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bcc/tool.h: how a tool says what it is. A tool is one file of the dialect; the macros below declare
 * its name, its options, and what it shows. They become BTF declaration tags, so that the compiled
 * object is a complete tool: command line, help, text and JSON all come from here.
 *
 *   TOOL("opensnoop", "Trace open(), openat() and openat2() system-wide.");
 *   OPTION(pid_t, pid, 'p', "PID", "trace this process only");      pid is 0 or the number, a constant
 *   FLAG(failed, 'x', "show failed opens only");                    failed is 0 or 1, a constant
 *   struct open { pid_t pid COLUMN("PID", "%-6d"); ... };
 *   EVENTS(opens, struct open);
 *
 * Conditions (COND) are made of option names, '!', '&' and '|': an option counts when it was given.
 * Where several tags of one kind hold, the last one wins: COLUMN("PID", "%-6d") HEADING_IF(tid, "TID").
 */

#define __bcc_decl_tag(text) __attribute__((btf_decl_tag(text)))

/* The tool ------------------------------------------------------------------------------------- */

#define TOOL(name, description) __bcc_tag("tool", name); __bcc_tag("description", description)
/* A paragraph of help, an example with its explanation. */
#define DETAILS(text) __bcc_tag("details", text)
#define EXAMPLE(command, what) __bcc_tag("example", command "\n" what)
/* First line of the text output. {option} is replaced by what the user gave, {?option:text} by the
 * text if the option was given. */
#define BANNER(text) __bcc_tag("banner", text)
#define BANNER_IF(cond, text) __bcc_tag("banner?" #cond, text)
/* Printed before the end, e.g. "Detaching...". */
#define GOODBYE(text) __bcc_tag("goodbye", text)

/* Options -------------------------------------------------------------------------------------- */

/* A value or, with FLAG, a switch. The letter is 0 for options that have only a long name, which is
 * NAME with - for _. Without it on the command line the constant is 0, or the default. */
#define OPTION(type, name, letter, metavar, help) \
	OPTION_DEFAULT(type, name, 0, letter, metavar, help)
#define OPTION_DEFAULT(type, name, value, letter, metavar, help) \
	const volatile type name __bcc_decl_tag("option:" metavar) __bcc_decl_tag("letter:" #letter) \
	__bcc_decl_tag("default:" #value) __bcc_decl_tag("help:" help)
#define FLAG(name, letter, help) \
	const volatile bool name __bcc_decl_tag("flag:") __bcc_decl_tag("letter:" #letter) \
	__bcc_decl_tag("help:" help)

/* After an OPTION or FLAG: */
#define LONG(long_name) __bcc_decl_tag("long:" long_name)
#define ALIAS(long_name) __bcc_decl_tag("alias:" long_name)      /* another long name */
#define ROLE(role) __bcc_decl_tag("role:" #role)                 /* interval, duration, top, buffer_pages */
#define ACTION(action) __bcc_decl_tag("action:" #action)         /* list_syscalls: done instead of tracing */
#define DEFINES __bcc_decl_tag("defines:")                       /* OPTION_name is 1 for #if if given */
#define OPTIONAL_VALUE(text) __bcc_decl_tag("optional:" text)    /* --name alone means this */
#define HIDDEN __bcc_decl_tag("hidden:")

#define EXCLUSIVE(a, b) __bcc_tag("exclusive", #a " " #b)        /* usage error, status 2 */
#define REFUSE(cond, text) __bcc_tag("refuse?" #cond, text)      /* message, status 1 */
/* [interval [count]], in seconds; without them one report at the end (or every `seconds`). */
#define INTERVAL_COUNT __bcc_tag("interval", "")
#define INTERVAL_COUNT_DEFAULT(seconds) __bcc_tag("interval", #seconds)
/* --exec COMMAND: runs it, traces only it (option gets its process id), ends with it. */
#define EXEC(option) __bcc_tag("exec", #option)
/* Ends after the first batch of events if the condition holds. */
/* Exit statuses other than 1: STATUS(no_root, 77); STATUS(load, 70). */
#define STATUS(failure, status) __bcc_tag("status_" #failure, #status)
#define END_AFTER_EVENT_IF(cond) __bcc_tag("end_after_event?" #cond, "")

/* Types of options and columns ----------------------------------------------------------------- */

typedef unsigned char text_t;            /* option: any text; the constant says whether it was given */
typedef unsigned char pattern_t;         /* option: extended regular expression */
typedef unsigned char file_t;            /* option: path */
typedef unsigned char ports_t;           /* option: list of ports, for FILLED_FROM; constant = how many */
typedef unsigned int open_flags_t;       /* option: O_X names, or-ed */
typedef unsigned int seconds_t;
typedef unsigned int tid_t;              /* thread; pid_t is a process */
typedef unsigned long long ns_t;         /* durations */
typedef unsigned long long us_t;
typedef unsigned long long ms_t;
typedef unsigned long long bytes_t;
typedef unsigned long long ktime_ns_t;   /* bpf_ktime_get_ns(); shown as seconds since the first one */
typedef char walltime_t[0];              /* no data: local time when the row is printed */
typedef char walltime_ms_t[0];           /* the same with milliseconds */
typedef char option_text_t[0];           /* no data: the text of the option in SHOWS(option) */
typedef char comm_t[16];
typedef char path_t[4096];               /* last in its struct: may be submitted in part */
typedef char args_t[7680];               /* NUL-separated; last in its struct */
/* A path and, if it does not begin with '/', the names of the directories above it, innermost first,
 * each ended by NUL; last in its struct. */
typedef char whole_path_t[4096 + 32 * 256];
typedef int errno_t;
typedef int syscall_t;                   /* number; shown by name */
typedef int exit_code_t;                 /* task_struct.exit_code */
typedef unsigned int disk_t;             /* major << 20 | minor; shown by name */
typedef unsigned short port_t;           /* host order */
typedef unsigned int req_flags_t;        /* request.cmd_flags, as text: Sync-Write */
typedef unsigned long long ksym_t;       /* kernel address, shown by name */
typedef struct ipaddr {
	union {
		u32 v4;                  /* network order */
		u8 v6[16];
	};
	u32 family;                      /* AF_INET, AF_INET6 */
} ipaddr_t;

/* Columns: after a member of an event, key or value struct ------------------------------------- */

/* The format has one conversion (d u x o f s) with flags, width, precision. Columns are separated
 * by a space, unless TIGHT. JSON uses the member's name and raw value. */
#define COLUMN(heading, format) \
	__bcc_decl_tag("heading:" heading) __bcc_decl_tag("format:" format)
#define COLUMN_IF(cond, heading, format) COLUMN(heading, format) __bcc_decl_tag("shown:" #cond)
#define HEADING_IF(cond, heading) __bcc_decl_tag("heading?" #cond ":" heading)
#define FORMAT_IF(cond, format) __bcc_decl_tag("format?" #cond ":" format)
#define TIGHT __bcc_decl_tag("tight:")
#define IN(unit) __bcc_decl_tag("in:" #unit)             /* durations are shown in ns, us, ms or s */
#define IN_IF(cond, unit) __bcc_decl_tag("in?" #cond ":" #unit)
#define NAMES(list) __bcc_decl_tag("names:" list)        /* "R,W": text for 0, 1, ... */
#define NONE(value, text) __bcc_decl_tag("none:" #value " " text)  /* this value means: nothing */
#define UNKNOWN(text) __bcc_decl_tag("unknown:" text)    /* for a disk without name; "<unknown>" */
#define SHOWS(option) __bcc_decl_tag("shows:" #option)   /* option_text_t */
#define UTC_IF(cond) __bcc_decl_tag("utc?" #cond ":")    /* walltime */
#define QUOTED_IF(cond) __bcc_decl_tag("quoted?" #cond ":")  /* args_t */
/* Rows are shown only if the text of the column contains, matches, what the option says. */
#define CONTAINS(option) __bcc_decl_tag("contains:" #option)
#define MATCHES(option) __bcc_decl_tag("matches:" #option)
/* A parent process id that the program could not tell (0) is looked up. */
#define PARENT_OF(member) __bcc_decl_tag("parent_of:" #member)

/* Anything (column, map, program) that exists only if the option was given; see design of -F in
 * opensnoop. In front of a program, after a member or a map. */
#define ONLY_IF(option) __bcc_decl_tag("only_if:" #option)

/* What is shown -------------------------------------------------------------------------------- */

/* A stream of events, one row each. */
#define EVENTS(name, type) \
	BPF_PERCPU_ARRAY(name##_scratch, type, 1); \
	BPF_RINGBUF_OUTPUT(name, 64) __bcc_decl_tag("view:events") __bcc_decl_tag("struct:" #type)
/* A record in the buffer, or NULL if it is full (counted as lost); to be submitted. */
#define EVENT_RESERVE(name, type) ((type *)name.ringbuf_reserve(sizeof(type)))
#define EVENT_SUBMIT(name, event) name.ringbuf_submit(event, 0)
/* For records whose last member is long and rarely full: memory of this CPU, and its output. */
#define EVENT_SCRATCH(name) name##_scratch.lookup(&(int){ 0 })
#define EVENT_OUTPUT(name, event, size) name.ringbuf_output(event, size, 0)

/* After a map's declaration; a map with an array or {…, slot} key of counts: */
#define LOG2(label) __bcc_decl_tag("view:log2") __bcc_decl_tag("label:" label)
#define LINEAR(label) __bcc_decl_tag("view:linear") __bcc_decl_tag("label:" label)
#define LABEL_IF(cond, label) __bcc_decl_tag("label?" #cond ":" label)
/* After the key's member before slot: name of the sections, e.g. SECTION("pid"). */
#define SECTION(name) __bcc_decl_tag("section:" name)
#define SECTION_IF(cond, name) __bcc_decl_tag("section?" #cond ":" name)
/* Rows of key and value, largest member first. */
#define TABLE __bcc_decl_tag("view:table")
#define SORTED_BY(member) __bcc_decl_tag("sort:" #member)
#define SORTED_BY_IF(cond, member) __bcc_decl_tag("sort?" #cond ":" #member)
/* A struct of counters, one row an interval, per second. */
#define RATES __bcc_decl_tag("view:rates")
/* A struct { u64 total, count; }. */
#define AVERAGE(unit) __bcc_decl_tag("view:average") __bcc_decl_tag("label:" unit)
/* Lines of key and value in printf form, "{member}" replaced. */
#define LINES(format) __bcc_decl_tag("view:lines") __bcc_decl_tag("format:" format)
/* bpf_trace_printk output: a heading, and lines of {task} {pid} {cpu} {flags} {time} {message}. */
#define TRACE_HEADING(text) __bcc_tag("trace_heading", text)
#define TRACE_LINES(format) __bcc_tag("trace_lines", format)
#define TITLE(text) __bcc_decl_tag("title:" text)        /* a line above, underlined with ~ */
#define FILLED_FROM(option) __bcc_decl_tag("filled_from:" #option)  /* keys: the elements of a list option */
#define PINNED_AT(option) __bcc_decl_tag("pinned_at:" #option)      /* the map at the path given */

/* Layout of interval reports: time line (strftime), empty line in front (default) or behind. */
#define REPORT_TIME(format) __bcc_tag("report_time", format)
#define REPORT_TIME_IF(cond, format) __bcc_tag("report_time?" #cond, format)
#define REPORT_BLANK_AFTER __bcc_tag("blank", "after")
#define REPORT_NO_BLANK __bcc_tag("blank", "none")

/* Help for programs ---------------------------------------------------------------------------- */

/* map.update, counted and reported at the end if the map is full. */
#define TRACK(map, key, value) do { \
	if (map.update(key, value)) \
		__sync_fetch_and_add(&__bcc_refused, 1); \
} while (0)
/* At file scope of a tool that uses TRACK. */
#define COUNT_REFUSED static volatile u64 __bcc_refused __bcc_decl_tag("counter:refused")

/* --cgroupmap, --mntnsmap: CONTAINER_FILTERS at file scope, `if (OTHER_CONTAINER()) return 0;`. */
#define CONTAINER_FILTERS \
	OPTION(file_t, cgroupmap, 0, "PATH", "trace the cgroups in this pinned map only"); \
	OPTION(file_t, mntnsmap, 0, "PATH", "trace the mount namespaces in this pinned map only") \
		DEFINES; \
	BPF_TABLE("hash", u64, u64, cgroup_set, 1024) PINNED_AT(cgroupmap); \
	BPF_TABLE("hash", u64, u32, mount_ns_set, 1024) PINNED_AT(mntnsmap)
#define OTHER_CONTAINER() \
	((cgroupmap && !cgroup_set.lookup(&(u64){ bpf_get_current_cgroup_id() })) || \
	 __bcc_if_option(OPTION_mntnsmap, !mount_ns_set.lookup(&(u64){ __bcc_mntns() }), 0))
#define __bcc_mntns() ({ \
	struct task_struct *__task = (struct task_struct *)bpf_get_current_task(); \
	__task->nsproxy ? __task->nsproxy->mnt_ns->ns.inum : 0; })
/* then if `option` is defined as 1, else otherwise. */
#define __bcc_if_option(option, then, otherwise) __bcc_if_option_(option, then, otherwise)
#define __bcc_if_option_(value, then, otherwise) \
	__bcc_second(__bcc_comma_##value then, otherwise, 0)
#define __bcc_comma_1 ,
#define __bcc_second(...) __bcc_second_(__VA_ARGS__)
#define __bcc_second_(a, b, ...) b
