/* SPDX-License-Identifier: Apache-2.0 */
/*
 * toolkit: from the declarations that an OBJECT carries (see bcc/tool.h) to a command line and to
 * views: event rows, histograms, tables, rates; as text or as JSON Lines.
 *
 * A Tool is read from an object's declarations (tool_read), takes the command line (tool_parse),
 * hands out the constants to compile with (tool_each_constant), reads the finished object's views
 * (tool_views) and runs it (tool_run). Everything but tool_run works without a kernel: on BTF,
 * bytes and a table of names (ToolNames), with output going to a StrBuf.
 */
#ifndef BCC_TOOLKIT_H
#define BCC_TOOLKIT_H

#include "base/base.h"
#include "bpf/object.h"
#include "btf/btf.h"
#include "runtime/runtime.h"

#include <regex.h>
#include <time.h>

typedef struct Tool Tool;

/* Declaration tags, "key[?cond]:value" (spec.c) ------------------------------------------------ */

typedef VEC(const char *) TagList;

/* The meaning of a value, from its type's name. */
typedef enum Semantic {
	SEM_PLAIN,                 /* integer, or text if a char array */
#define X(name, type, json, from) SEM_##name,
#include "semantics.def"
#undef X
	SEM_COUNT
} Semantic;

/* How a value looks in JSON. */
typedef enum JsonKind { JSON_NUMBER, JSON_TEXT, JSON_LIST } JsonKind;

JsonKind semantic_json(Semantic s);
/* Nanoseconds in one unit of a duration type; 0 if it is no duration. */
uint64_t semantic_unit(Semantic s);

/* Options (options.c, values.c, help.c) -------------------------------------------------------- */

typedef struct Option {
	const char *name;          /* of the global; '_' is '-' on the command line */
	const char *long_name;
	const char *alias;         /* NULL: none */
	char letter;               /* 0: none */
	const char *metavar;       /* NULL: a flag */
	const char *help;
	const char *role;          /* "interval", "duration", "top", "buffer_pages", ...; NULL */
	const char *action;        /* NULL: none */
	const char *optional;      /* value if only the name is given; NULL: a value is needed */
	bool defines, hidden, builtin;
	Semantic semantic;
	uint32_t size;             /* of the global, bytes */
	bool is_signed;
	/* result */
	bool given;
	int64_t value;             /* the constant */
	double number;             /* durations: seconds, fractions kept */
	const char *text;
	VEC(int64_t) list;
} Option;

typedef enum ParseResult { PARSE_RUN, PARSE_DONE, PARSE_USAGE, PARSE_REFUSED } ParseResult;

/* Names that only a system knows; every member may be NULL (then numbers are shown). */
typedef struct ToolNames {
	void *self;
	const char *(*disk)(void *self, uint32_t dev);
	bool (*disk_number)(void *self, const char *name, uint32_t *dev);
	bool (*uid)(void *self, const char *login, uint32_t *uid);
	int (*parent)(void *self, int pid);             /* 0: unknown */
	const char *(*ksym)(void *self, uint64_t address);
	/* enumerators of the kernel's BTF, for request flags; false: unknown */
	bool (*enumerator)(void *self, const char *name, int64_t *value);
} ToolNames;

/* Columns and views (views.c, column.c) -------------------------------------------------------- */

typedef struct Format {
	bool left, zero, plus, space, alternate;
	int width, precision;      /* -1: none */
	char conversion;           /* d u x X o f s */
} Format;

typedef struct Column {
	const char *name;          /* of the member: JSON key */
	const char *heading;       /* NULL: no column, but perhaps a section */
	Format format;
	Semantic semantic;
	uint32_t offset, size;     /* within the struct; size 0: virtual */
	uint32_t bit_offset, bit_width;
	bool is_signed, is_text, is_array, is_bool;
	bool shown;                /* in text */
	bool tight;
	uint64_t unit;             /* show in so many nanoseconds; 0: as it is */
	uint64_t count;            /* elements of an array */
	bool utc, quoted;
	const char *const *names;  /* text for 0, 1, ... */
	int n_names;
	bool has_none;
	int64_t none_value;
	const char *none_text;
	const char *unknown;       /* text for a disk without name */
	const char *section;       /* name, for keyed histograms */
	const Option *shows;
	const Option *contains, *matches;
	regex_t *pattern;          /* of matches */
	int parent_of;             /* column index, -1 */
	uint64_t origin;           /* ktime: the first value seen */
	bool has_origin;
} Column;

typedef VEC(Column) Columns;

typedef enum ViewKind {
	VIEW_EVENTS, VIEW_LOG2, VIEW_LINEAR, VIEW_TABLE, VIEW_RATES, VIEW_AVERAGE, VIEW_LINES,
	VIEW_DUMP,                 /* of programs that declare nothing: name=value */
} ViewKind;

typedef struct View {
	ViewKind kind;
	int map;                   /* index in the object */
	const char *name;
	const char *label;         /* unit of a histogram, rows' name */
	const char *title;
	const char *format;        /* VIEW_LINES */
	Columns key, value;        /* events: value is the event */
	uint32_t key_size, value_size;
	int slot;                  /* key column of a histogram's slot; -1: none */
	int section;               /* key column of the section; -1: none */
	bool joint_section;        /* all columns but the slot are the section */
	bool sort_in_key;
	int sort;                  /* column to sort by, descending; -1: by key */
} View;

/* --attach of bcc run: a program by name, and what it shall be attached to. */
typedef struct AttachRequest {
	const char *program;
	AttachTarget target;
} AttachRequest;

struct Tool {
	Arena *arena;
	const BpfObject *object;
	Btf *btf;
	const char *name;          /* NULL: the object declares no tool */
	const char *description;
	TagList tags;              /* unit-level */
	VEC(Option *) options;
	VEC(View) views;
	VEC(const char *) command; /* --exec */
	bool json;
	bool print_source;         /* --ebpf */
	bool takes_interval;       /* positional [interval [count]] */
	double interval;           /* seconds; 0: until the end */
	uint64_t count;
	double duration;           /* seconds; 0: none */
	ToolNames names;
	const char *program;       /* as the user called it, for messages */
	VEC(AttachRequest) attach; /* besides what the programs' names say */
	int child, child_release;  /* --exec: its process id, the pipe that lets it go */
};

/* Reads the declarations; a Tool without a name if there is no TOOL(). NULL with err set: bad BTF.
 * `object` must outlive the tool. */
Tool *tool_read(Arena *arena, const BpfObject *object, const ToolNames *names, Error *err);
/* Takes the command line (without the name of the tool). Texts for the user go to `out` (help) or
 * `errors`. argv must live as long as the tool. */
ParseResult tool_parse(Tool *t, int argc, char **argv, StrBuf *out, StrBuf *errors);
Option *tool_option(const Tool *t, const char *name);
/* Value of a condition ("a & !b | c"); an empty one is true. */
bool tool_condition(const Tool *t, const char *cond);
/* -DOPTION_name=1 for the options that must be known to the preprocessor; count, texts in `out`. */
int tool_defines(const Tool *t, Arena *arena, const char ***out);
/* All constants to compile with. */
void tool_each_constant(const Tool *t, void (*each)(void *self, const char *name, int64_t value),
			void *self);
/* Reads the views of the finished object (which replaces the declarations). 0, or -errno. */
int tool_views(Tool *t, const BpfObject *object, Error *err);
/* Views for the maps that declare none: events and contents as name=value. */
void tool_default_views(Tool *t);
View *tool_view_of(Tool *t, ViewKind kind);

/* spec.c: tags */
const char *tags_get(const Tool *t, const TagList *tags, const char *key); /* last that holds */
bool tags_each(const Tool *t, const TagList *tags, const char *key, int *at, const char **value);
bool tags_has(const TagList *tags, const char *key);      /* under any condition */
void tags_read(Tool *t, uint32_t id, int component, TagList *out);
Semantic semantic_of_type(const Btf *b, uint32_t type);

/* help.c */
void tool_usage(const Tool *t, StrBuf *out);
void tool_help(const Tool *t, StrBuf *out);
/* "{option}" and "{?option:text}" replaced. */
void tool_template(const Tool *t, const char *text, StrBuf *out);

/* values.c: text -> value of an option; false with a message in `why` */
bool option_value(const Tool *t, Option *o, const char *text, StrBuf *why);
bool parse_number(const char *text, int64_t *value);
bool parse_seconds(const char *text, double *seconds);

/* names.c: tables that need no system */
const char *syscall_name(int number);             /* NULL: unknown */
int syscall_number(const char *name);             /* -1: unknown */
int syscall_limit(void);                          /* numbers are below it */
int errno_number(const char *name);               /* with or without E; 0: unknown */
const char *errno_name(int number);
const char *signal_name(int number);              /* without SIG; NULL: unknown */
bool open_flag(const char *name, uint32_t *flag);
void req_flags_text(const ToolNames *names, uint32_t flags, StrBuf *out);

/* column.c: formats and values ----------------------------------------------------------------- */

bool format_parse(const char *text, Format *f);    /* false: not one conversion */
void format_text(const Format *f, const char *text, size_t n, StrBuf *out);
void format_heading(const Format *f, const char *heading, StrBuf *out, bool last);
uint64_t column_raw(const Column *c, const uint8_t *data, size_t size); /* sign-extended */
void column_text(const Tool *t, Column *c, const uint8_t *data, size_t size, StrBuf *out);
void column_cell(const Tool *t, Column *c, const uint8_t *data, size_t size, StrBuf *out);
void column_json(const Tool *t, Column *c, const uint8_t *data, size_t size, StrBuf *out);
/* The wall clock that rows show; 0 (the default): now. For tests. */
void column_set_clock(const struct timespec *fixed);
void clock_text(const char *strftime_format, bool utc, StrBuf *out);

/* json.c --------------------------------------------------------------------------------------- */

/* A quoted string; control characters are escaped, bytes that are not UTF-8 become U+FFFD. */
void json_string(StrBuf *out, const char *text, size_t n);
void json_key(StrBuf *out, bool *first, const char *name);

/* rows.c: events ------------------------------------------------------------------------------- */

void rows_heading(const Tool *t, View *v, StrBuf *out);
/* One event as text or JSON, by t->json; false: a filter dropped it. */
bool rows_event(const Tool *t, View *v, const uint8_t *data, size_t size, StrBuf *out);

/* histogram.c ---------------------------------------------------------------------------------- */

enum { HISTOGRAM_SLOTS = 1025 };

typedef struct Histogram {
	uint64_t slots[HISTOGRAM_SLOTS];
	int max;                   /* highest slot not 0; -1: empty */
} Histogram;

void histogram_add(Histogram *h, uint64_t slot, uint64_t count);
void histogram_log2(const Histogram *h, const char *label, StrBuf *out);
void histogram_linear(const Histogram *h, const char *label, StrBuf *out);

/* report.c, table.c: views of maps ------------------------------------------------------------- */

/* A map's content: n keys and values at strides. */
typedef struct Entries {
	uint32_t n, key_stride, value_stride;
	const uint8_t *keys, *values;
} Entries;

void report_histograms(const Tool *t, View *v, const Entries *e, StrBuf *out);
void report_table(const Tool *t, View *v, const Entries *e, StrBuf *out);
void report_rates_heading(const Tool *t, View *v, StrBuf *out);
void report_rates(const Tool *t, View *v, const Entries *e, double seconds, StrBuf *out);
void report_average(const Tool *t, View *v, const Entries *e, StrBuf *out);
void report_lines(const Tool *t, View *v, const Entries *e, StrBuf *out);
void report_dump(const Tool *t, View *v, const Entries *e, StrBuf *out);
void report_view(const Tool *t, View *v, const Entries *e, double seconds, StrBuf *out);

/* run.c ---------------------------------------------------------------------------------------- */

/* --exec: starts the child, held back until tool_run has attached; binds its pid. 0, or -errno. */
int tool_start_command(Tool *t, Error *err);
/* Loads, attaches, shows until the end; the exit status. Failures at run time are put into err
 * (status 1). `attached` (may be NULL) is called once everything is attached. */
int tool_run(Tool *t, Error *err, void (*attached)(void *self), void *self);

/* system_names.c: ToolNames of this machine. */
void tool_system_names(ToolNames *out);

#endif
