/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel that fuzzed programs see: a small BTF blob, three tracepoint formats, a configuration.
 * Structures are written as lines "name: member=type ..."; a type is an integer (u8 ... u64, i32,
 * i64, char), *name for a pointer to a structure, *integer, name for a structure above; [n] makes
 * an array, /n a bit-field.
 */
#include "fuzz.h"
#include "btf/btf.h"

#include <stdlib.h>

enum { MAX_STRUCTS = 40, INTEGERS = 10 };

static const char *const structs[] = {
	"list_head: next=*list_head prev=*list_head",
	"hlist_node: next=*hlist_node pprev=*u64",
	"qstr: hash=u32 len=u32 name=*u8",
	"super_block: s_dev=u32 s_magic=u64",
	"inode: i_mode=u16 i_ino=u64 i_rdev=u32 i_size=i64 i_sb=*super_block",
	"dentry: d_flags=u32 d_parent=*dentry d_name=qstr d_inode=*inode d_iname=u8[40]",
	"vfsmount: mnt_root=*dentry mnt_flags=i32",
	"mount: mnt_parent=*mount mnt_mountpoint=*dentry mnt=vfsmount",
	"path: mnt=*vfsmount dentry=*dentry",
	"fs_struct: users=i32 root=path pwd=path",
	"file: f_path=path f_inode=*inode f_flags=u32 f_pos=i64",
	"ns_common: stashed=*dentry inum=u32",
	"pid_namespace: level=u32 ns=ns_common parent=*pid_namespace",
	"mnt_namespace: ns=ns_common",
	"net: ns=ns_common ifindex=i32",
	"nsproxy: count=i32 mnt_ns=*mnt_namespace pid_ns_for_children=*pid_namespace net_ns=*net",
	"mm_struct: arg_start=u64 arg_end=u64 total_vm=u64 owner=*task_struct",
	"signal_struct: live=i32 tty=*u64 rlim=u64[4] group_exit_code=i32",
	"task_struct: thread_info=u64[2] __state=u32 stack=*u8 flags=u32 on_cpu=u32/1 sched_reset=u32/3 "
	"wide=u64/33 prio=i32 tasks=list_head mm=*mm_struct exit_code=i32 pid=i32 tgid=i32 "
	"real_parent=*task_struct group_leader=*task_struct start_time=u64 comm=char[16] fs=*fs_struct "
	"nsproxy=*nsproxy signal=*signal_struct names=qstr[3]",
	"in6_addr: u6_addr32=u32[4]",
	"sock_common: skc_daddr=u32 skc_rcv_saddr=u32 skc_dport=u16 skc_num=u16 skc_family=u16 "
	"skc_state=u8 skc_reuse=u8/4 skc_ipv6only=u8/1 skc_bound_dev_if=i32 skc_v6_daddr=in6_addr "
	"skc_v6_rcv_saddr=in6_addr skc_net=*net skc_cookie=u64",
	"sock: __sk_common=sock_common sk_rcvbuf=i32 sk_protocol=u16 sk_type=u16 sk_err=i32 "
	"sk_mark=u32 sk_max_ack_backlog=u32",
	"inet_sock: sk=sock inet_saddr=u32 inet_sport=u16",
	"sk_buff: next=*sk_buff sk=*sock len=u32 data_len=u32 mac_header=u16 network_header=u16 "
	"transport_header=u16 head=*u8 data=*u8",
	"device: parent=*device devt=u32",
	"gendisk: major=i32 first_minor=i32 disk_name=char[32]",
	"request_queue: queue_flags=u64 disk=*gendisk",
	"block_device: bd_disk=*gendisk bd_dev=u32",
	"bio: bi_next=*bio bi_opf=u32",
	"request: q=*request_queue cmd_flags=u32 __data_len=u32 __sector=u64 rq_disk=*gendisk "
	"part=*block_device bio=*bio start_time_ns=u64 io_start_time_ns=u64",
	"rq: cpu=i32 nr_running=u32 curr=*task_struct",
	"linux_binprm: mm=*mm_struct argc=i32 filename=*char interp=*char",
	"pt_regs: r15=u64 r14=u64 r13=u64 r12=u64 bp=u64 bx=u64 r11=u64 r10=u64 r9=u64 r8=u64 ax=u64 "
	"cx=u64 dx=u64 si=u64 di=u64 orig_ax=u64 ip=u64 cs=u64 flags=u64 sp=u64 ss=u64",
};

/* "name result parameter ..."; btf_trace_X besides is what raw tracepoint X hands over. */
static const char *const functions[] = {
	"vfs_read i64 *file *char u64 *i64", "vfs_open i32 *path *file", "vfs_fsync i32 *file i32",
	"tcp_v4_connect i32 *sock *u8 i32", "tcp_v6_connect i32 *sock *u8 i32",
	"tcp_sendmsg i32 *sock *u8 u64", "blk_account_io_start void *request",
	"blk_mq_start_request void *request", "bpf_task_acquire *task_struct *task_struct",
	"bpf_task_release void *task_struct", "bpf_rcu_read_lock void", "bpf_rcu_read_unlock void",
	"wake_up_new_task void *task_struct", "btf_trace_sched_wakeup void *u8 *task_struct",
	"btf_trace_sched_switch void *u8 i32 *task_struct *task_struct",
	"btf_trace_block_rq_issue void *u8 *request",
};

static const struct { const char *name, *c; uint32_t bytes; int encoding; } integers[INTEGERS] = {
	{ "u8", "unsigned char", 1, 0 }, { "u16", "unsigned short", 2, 0 },
	{ "u32", "unsigned int", 4, 0 }, { "u64", "unsigned long", 8, 0 },
	{ "i8", "signed char", 1, BTF_INT_SIGNED }, { "i16", "short", 2, BTF_INT_SIGNED },
	{ "i32", "int", 4, BTF_INT_SIGNED }, { "i64", "long", 8, BTF_INT_SIGNED },
	{ "char", "char", 1, BTF_INT_SIGNED }, { "bool", "_Bool", 1, BTF_INT_BOOL },
};

typedef struct Maker {
	BtfWriter *w;
	uint32_t struct_ids[MAX_STRUCTS], pointers[MAX_STRUCTS], integer_pointers[INTEGERS];
	uint32_t sizes[MAX_STRUCTS];
} Maker;

typedef struct Shape { uint32_t id, size, align; } Shape;

static int find_struct(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(structs); i++)
		if (!strncmp(structs[i], name, n) && structs[i][n] == ':')
			return (int)i;
	return -1;
}

static int find_integer(const char *name, size_t n)
{
	for (int i = 0; i < INTEGERS; i++)
		if (strlen(integers[i].name) == n && !memcmp(integers[i].name, name, n))
			return i;
	return -1;
}

static Shape shape_of(Maker *m, const char *type, size_t n)
{
	bool pointer = type[0] == '*';
	int i = find_struct(type + pointer, n - pointer);

	if (i >= 0)
		return pointer ? (Shape){ m->pointers[i], 8, 8 }
			       : (Shape){ m->struct_ids[i], m->sizes[i], 8 };
	i = find_integer(type + pointer, n - pointer);
	if (i < 0)
		return (Shape){ 0 };
	return pointer ? (Shape){ m->integer_pointers[i], 8, 8 }
		       : (Shape){ (uint32_t)i + 1, integers[i].bytes, integers[i].bytes };
}

typedef struct Place { char name[32]; Shape shape; uint32_t bit, width; } Place;

/* Takes "member=type[n]" or "member=type/n"; *bits is the end of what is laid out so far. */
static Place place_member(Maker *m, const char *text, uint64_t *bits)
{
	Place p = { 0 };
	size_t name = strcspn(text, "="), type = strcspn(text + name + 1, " [/");
	const char *after = text + name + 1 + type;
	uint32_t count = 1;

	snprintf(p.name, sizeof(p.name), "%.*s", (int)name, text);
	p.shape = shape_of(m, text + name + 1, type);
	if (*after == '/') {
		p.width = (uint32_t)atoi(after + 1);
		if (*bits / (p.shape.size * 8) != (*bits + p.width - 1) / (p.shape.size * 8))
			*bits = (*bits + p.shape.size * 8 - 1) / (p.shape.size * 8) *
				(p.shape.size * 8);
		p.bit = (uint32_t)*bits;
		*bits += p.width;
		return p;
	}
	if (*after == '[') {
		count = (uint32_t)atoi(after + 1);
		p.shape.id = btf_add_array(m->w, p.shape.id, 3, count);
	}
	*bits = (*bits + p.shape.align * 8 - 1) / (p.shape.align * 8) * (p.shape.align * 8);
	p.bit = (uint32_t)*bits;
	*bits += (uint64_t)p.shape.size * count * 8;
	return p;
}

static void make_struct(Maker *m, int index)
{
	const char *text = structs[index], *p = strchr(text, ':') + 1;
	char name[32];
	Place places[32];
	uint64_t bits = 0;
	int n = 0;

	snprintf(name, sizeof(name), "%.*s", (int)(p - 1 - text), text);
	for (; *p; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (*p)
			places[n++] = place_member(m, p, &bits);
	}
	m->sizes[index] = (uint32_t)(bits + 63) / 64 * 8;
	m->struct_ids[index] = btf_begin_struct(m->w, BTF_KIND_STRUCT, name, m->sizes[index]);
	btf_patch_ref(m->w, m->pointers[index], m->struct_ids[index]);
	for (int i = 0; i < n; i++)
		btf_add_member(m->w, places[i].name, places[i].shape.id, places[i].bit,
			       places[i].width);
}

static void make_function(Maker *m, const char *text)
{
	size_t n = strcspn(text, " "), type;
	const char *p = text + n + 1;
	uint32_t proto, pointer;
	char name[40], param[16];

	snprintf(name, sizeof(name), "%.*s", (int)n, text);
	type = strcspn(p, " ");
	proto = btf_begin_func_proto(m->w, shape_of(m, p, type).id);
	for (int i = 0; p[type]; i++) {
		p += type + 1;
		type = strcspn(p, " ");
		snprintf(param, sizeof(param), "p%d", i);
		btf_add_param(m->w, param, shape_of(m, p, type).id);
	}
	if (!starts_with(name, "btf_trace_")) {
		btf_add_func(m->w, name, proto, BTF_FUNC_STATIC);
		return;
	}
	pointer = btf_add_ref(m->w, BTF_KIND_PTR, "", proto);
	btf_add_ref(m->w, BTF_KIND_TYPEDEF, name, pointer);
}

static void make_names(Maker *m)
{
	uint32_t var;

	btf_begin_enum(m->w, "req_opf", 4, false);
	btf_add_enumerator(m->w, "REQ_OP_READ", 0);
	btf_add_enumerator(m->w, "REQ_OP_WRITE", 1);
	btf_begin_enum(m->w, "wide_flags", 8, false);
	btf_add_enumerator(m->w, "WIDE_FLAG", 1LL << 40);
	btf_add_ref(m->w, BTF_KIND_TYPEDEF, "sector_t", 4);
	btf_add_ref(m->w, BTF_KIND_TYPEDEF, "blk_opf_t", 3);
	btf_add_ref(m->w, BTF_KIND_FWD, "nowhere", 0);
	var = btf_add_var(m->w, "runqueues", m->struct_ids[find_struct("rq", 2)],
			  BTF_VAR_GLOBAL_ALLOCATED);
	btf_begin_datasec(m->w, ".data..percpu", 4096);
	btf_add_secinfo(m->w, var, 64, m->sizes[find_struct("rq", 2)]);
}

const uint8_t *fuzz_btf(size_t *size)
{
	static const uint8_t *blob;
	static uint32_t blob_size;
	static Arena *arena;
	Maker m = { 0 };

	if (!blob) {
		arena = arena_new();
		m.w = btf_writer_new(arena);
		for (int i = 0; i < INTEGERS; i++)
			btf_add_int(m.w, integers[i].c, integers[i].bytes, integers[i].encoding,
				    integers[i].bytes * 8);
		for (int i = 0; i < INTEGERS; i++)
			m.integer_pointers[i] = btf_add_ref(m.w, BTF_KIND_PTR, "", (uint32_t)i + 1);
		for (size_t i = 0; i < ARRAY_LEN(structs); i++)
			m.pointers[i] = btf_add_ref(m.w, BTF_KIND_PTR, "", 0);
		for (size_t i = 0; i < ARRAY_LEN(structs); i++)
			make_struct(&m, (int)i);
		for (size_t i = 0; i < ARRAY_LEN(functions); i++)
			make_function(&m, functions[i]);
		make_names(&m);
		blob = btf_finish(m.w, &blob_size);
	}
	*size = blob_size;
	return blob;
}

/* Answers -------------------------------------------------------------------------------------- */

static const Btf *answer_btf(void *self)
{
	static Btf *btf;
	static Arena *arena;

	(void)self;
	if (!btf) {
		size_t size;
		const uint8_t *blob = fuzz_btf(&size);

		arena = arena_new();
		btf = btf_open(arena, blob, size, NULL, NULL);
		if (!btf)
			abort();
	}
	return btf;
}

#define FIELD(declaration, offset, size, is_signed) \
	"\tfield:" declaration ";\toffset:" #offset ";\tsize:" #size ";\tsigned:" #is_signed ";\n"
#define COMMON_FIELDS \
	"ID: 1\nformat:\n" FIELD("unsigned short common_type", 0, 2, 0) \
	FIELD("int common_pid", 4, 4, 1) "\n"

static const char *answer_format(void *self, const char *category, const char *event)
{
	(void)self;
	if (!strcmp(category, "syscalls") && starts_with(event, "sys_exit"))
		return COMMON_FIELDS FIELD("int __syscall_nr", 8, 4, 1) FIELD("long ret", 16, 8, 1);
	if (!strcmp(category, "syscalls"))
		return COMMON_FIELDS FIELD("int __syscall_nr", 8, 4, 1) FIELD("int dfd", 16, 8, 0)
		       FIELD("const char * filename", 24, 8, 0) FIELD("int flags", 32, 8, 0)
		       FIELD("umode_t mode", 40, 8, 0) FIELD("struct open_how * how", 48, 8, 0)
		       FIELD("const char *const * argv", 56, 8, 0) FIELD("char * buf", 64, 8, 0)
		       FIELD("size_t count", 72, 8, 0) FIELD("unsigned int fd", 80, 8, 0);
	return strcmp(category, "none") ?
	       COMMON_FIELDS FIELD("char prev_comm[16]", 8, 16, 0) FIELD("pid_t prev_pid", 24, 4, 1)
	       FIELD("int prev_prio", 28, 4, 1) FIELD("long prev_state", 32, 8, 1)
	       FIELD("char next_comm[16]", 40, 16, 0) FIELD("pid_t next_pid", 56, 4, 1)
	       FIELD("__data_loc char[] filename", 60, 4, 0) FIELD("pid_t pid", 64, 4, 1)
	       FIELD("dev_t dev", 68, 4, 0) FIELD("sector_t sector", 72, 8, 0)
	       FIELD("unsigned int nr_sector", 80, 4, 0) FIELD("unsigned int bytes", 84, 4, 0)
	       FIELD("char rwbs[8]", 88, 8, 0) FIELD("char comm[16]", 96, 16, 0)
	       FIELD("__rel_loc char[] cmd", 112, 4, 0) FIELD("const void * skaddr", 120, 8, 0)
	       FIELD("int oldstate", 128, 4, 1) FIELD("int newstate", 132, 4, 1)
	       FIELD("__u16 sport", 136, 2, 0) FIELD("__u16 dport", 138, 2, 0)
	       FIELD("__u16 family", 140, 2, 0) FIELD("__u16 protocol", 142, 2, 0)
	       FIELD("__u8 saddr[4]", 144, 4, 0) FIELD("__u8 daddr[4]", 148, 4, 0)
	       FIELD("__u8 saddr_v6[16]", 152, 16, 0) FIELD("__u8 daddr_v6[16]", 168, 16, 0)
	       FIELD("long id", 184, 8, 1) FIELD("unsigned long args[6]", 192, 48, 0)
	       FIELD("long ret", 240, 8, 1) : NULL;
}

static const char *answer_config(void *self, const char *name)
{
	static const char *const answers[] = { "y", "m", "250", "\"text\"", NULL };

	(void)self;
	return answers[hash_bytes(name, strlen(name)) % ARRAY_LEN(answers)];
}

static bool answer_has(void *self, HostQuestion q, const char *a, const char *b)
{
	size_t variant = (size_t)self;

	if (variant < 2)
		return !variant;
	return (variant + q + (a ? strlen(a) : 0) + (b ? strlen(b) : 0)) % 2;
}

void fuzz_host(Host *host, size_t variant)
{
	*host = (Host){
		.self = (void *)variant, .btf = answer_btf, .tracepoint_format = answer_format,
		.config = answer_config, .has = answer_has, .kernel_version = 0x60100,
		.cpus_possible = 2, .cpus_online = 2,
	};
}
