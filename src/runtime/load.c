/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs into the kernel: relocations, function and line information, and a second load with a log
 * when the verifier refuses. Line information that a kernel does not take is left out.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Instructions --------------------------------------------------------------------------------- */

static int bad_relocation(const BpfProgram *p, const BpfReloc *r, Error *err)
{
	return error_set(err, EINVAL, "program %s: relocation at instruction %u refers to nothing",
			 p->name, r->insn);
}

static int relocate(const Module *m, const BpfProgram *p, struct bpf_insn *insns, Error *err)
{
	for (int i = 0; i < p->relocs.n; i++) {
		const BpfReloc *r = &p->relocs.v[i];
		bool wide = r->kind != RELOC_KFUNC;
		struct bpf_insn *at = &insns[r->insn];

		if (r->insn >= (uint32_t)p->insns.n || (wide && r->insn + 1 >= (uint32_t)p->insns.n) ||
		    (r->kind == RELOC_MAP && (r->index < 0 || r->index >= m->object->maps.n)) ||
		    (r->kind == RELOC_DATA && (r->index < 0 || r->index >= m->object->data.n)))
			return bad_relocation(p, r, err);
		switch (r->kind) {
		case RELOC_MAP:
			at[0].src_reg = BPF_PSEUDO_MAP_FD;
			at[0].imm = m->maps[r->index].fd;
			at[1].imm = 0;
			break;
		case RELOC_DATA:
			at[0].src_reg = BPF_PSEUDO_MAP_VALUE;
			at[0].imm = m->data[r->index].fd;
			at[1].imm = (int32_t)r->addend;
			break;
		case RELOC_CALLBACK:
			at[0].src_reg = BPF_PSEUDO_FUNC;
			at[0].imm = (int32_t)(r->addend - r->insn - 1);
			at[1].imm = 0;
			break;
		case RELOC_KFUNC:
			at[0].src_reg = BPF_PSEUDO_KFUNC_CALL;
			at[0].imm = (int32_t)r->addend;
			break;
		case RELOC_KSYM:
			at[0].src_reg = BPF_PSEUDO_BTF_ID;
			at[0].imm = (int32_t)r->addend;
			at[1].imm = 0;
			break;
		}
	}
	return 0;
}

static struct bpf_line_info *line_infos(const BpfProgram *p)
{
	struct bpf_line_info *out = calloc((size_t)p->lines.n + 1, sizeof(*out));

	for (int i = 0; out && i < p->lines.n; i++) {
		const BpfLineInfo *l = &p->lines.v[i];

		out[i] = (struct bpf_line_info){
			.insn_off = l->insn, .file_name_off = l->file_name_off, .line_off = l->line_off,
			.line_col = l->line << 10 | (l->column > 1023 ? 1023 : l->column),
		};
	}
	return out;
}

/* Programs ------------------------------------------------------------------------------------- */

enum { FIRST_LOG = 64 << 10, LARGEST_LOG = 16 << 20 };

typedef struct Loading {
	Module *m;
	const BpfProgram *p;
	const ProgramState *state;
	struct bpf_insn *insns;
	struct bpf_line_info *lines;
	struct bpf_prog_load_opts opts;
} Loading;

static int try_load(Loading *l)
{
	return bpf_prog_load((enum bpf_prog_type)l->state->type, l->p->kernel_name,
			     l->m->object->license, l->insns, (size_t)l->p->insns.n, &l->opts);
}

/* Loads with the verifier's log in *log (malloc'ed), grown until it fits. */
static int load_with_log(Loading *l, int level, char **log)
{
	int fd = -ENOSPC;

	*log = NULL;
	for (uint32_t size = FIRST_LOG; size <= LARGEST_LOG && fd == -ENOSPC; size *= 8) {
		free(*log);
		*log = calloc(1, size);
		if (!*log)
			return -ENOMEM;
		l->opts.log_buf = *log;
		l->opts.log_size = size;
		l->opts.log_level = (uint32_t)level;
		fd = try_load(l);
	}
	l->opts.log_buf = NULL;
	l->opts.log_size = l->opts.log_level = 0;
	return fd;
}

static void use_debug_info(Loading *l, bool use)
{
	const BpfProgram *p = l->p;

	use = use && l->m->btf_fd >= 0 && p->funcs.n;
	l->opts.prog_btf_fd = use ? (uint32_t)l->m->btf_fd : 0;
	l->opts.func_info = use ? p->funcs.v : NULL;
	l->opts.func_info_cnt = use ? (uint32_t)p->funcs.n : 0;
	l->opts.func_info_rec_size = sizeof(struct bpf_func_info);
	l->opts.line_info = use ? l->lines : NULL;
	l->opts.line_info_cnt = use && l->lines ? (uint32_t)p->lines.n : 0;
	l->opts.line_info_rec_size = sizeof(struct bpf_line_info);
}

static bool is_about_debug_info(const char *log)
{
	return log && (strstr(log, "line_info") || strstr(log, "func_info") || strstr(log, "func info"));
}

static int load_prepared(Loading *l, int program, Error *err)
{
	const RuntimeOptions *options = &l->m->options;
	char *log = NULL;
	int fd;

	use_debug_info(l, true);
	fd = options->log_level ? load_with_log(l, options->log_level, &log) : try_load(l);
	if (fd == -EPERM && runtime_raise_memlock())
		fd = try_load(l);
	if (fd < 0 && !log)
		fd = load_with_log(l, 1, &log);
	if (fd < 0 && is_about_debug_info(log)) {
		use_debug_info(l, false);
		free(log);
		fd = load_with_log(l, 1, &log);
	}
	if (fd < 0)
		return runtime_explain(l->m, program, -fd, log, err);
	if (options->log && options->log_level && log)
		sb_puts(options->log, log);
	free(log);
	return fd;
}

static int load_into(Loading *l, int program, Error *err)
{
	BtfTarget target = { 0, -1 };
	int fd = -ENOMEM, error = 0;

	if (runtime_needs_btf_target(l->state))
		error = runtime_find_btf_target(l->m, program, &target, err);
	if (error)
		return error;
	l->opts.attach_btf_id = target.id;
	if (target.module_fd >= 0)
		l->opts.attach_btf_obj_fd = (uint32_t)target.module_fd;
	l->insns = malloc((size_t)l->p->insns.n * sizeof(*l->insns));
	l->lines = line_infos(l->p);
	if (l->insns && l->lines) {
		memcpy(l->insns, l->p->insns.v, (size_t)l->p->insns.n * sizeof(*l->insns));
		fd = relocate(l->m, l->p, l->insns, err);
	}
	if (!fd)
		fd = load_prepared(l, program, err);
	free(l->insns);
	free(l->lines);
	if (target.module_fd >= 0)
		close(target.module_fd);
	return fd;
}

int runtime_load_program(Module *m, int program, Error *err)
{
	const BpfProgram *p = &m->object->programs.v[program];
	ProgramState *s = &m->programs[program];
	Loading l = { .m = m, .p = p, .state = s };
	int error;

	if (s->fd >= 0)
		return 0;
	if (!s->type)
		return error_set(err, EINVAL, "program %s: its type is not known from its name or section",
				 p->name);
	if (runtime_needs_btf_target(s) && !s->target)
		return error_set(err, EINVAL, "program %s: no function or event to attach to is given",
				 p->name);
	runtime_choose_multi(m, program, s->attach, s->target);
	error = runtime_create_maps(m, err);
	if (error)
		return error;
	l.opts = (struct bpf_prog_load_opts){
		.sz = sizeof(l.opts), .kern_version = m->object->kernel_version,
		.expected_attach_type = s->attach_type < 0 ? 0 : (enum bpf_attach_type)s->attach_type,
		.prog_flags = p->sleepable ? BPF_F_SLEEPABLE : 0,
	};
	s->fd = load_into(&l, program, err);
	if (s->fd >= 0) {
		s->loaded_target = s->target;
		return 0;
	}
	error = s->fd;
	s->fd = -1;
	return error;
}

/* only_if -------------------------------------------------------------------------------------- */

typedef struct Condition { Module *m; bool off; } Condition;

static void check_tag(void *self, const char *tag)
{
	Condition *c = self;
	uint8_t value[16] = { 0 }, zeros[16] = { 0 };
	GlobalPlace g;

	if (!starts_with(tag, "only_if:") ||
	    !runtime_find_global(c->m, tag + strlen("only_if:"), &g) || g.size > sizeof(value))
		return;
	if (!runtime_get_data(c->m, g.section, g.offset, value, g.size))
		c->off |= !memcmp(value, zeros, sizeof(value));
}

static void check_conditions(Module *m)
{
	const BpfObject *o = m->object;
	const Btf *b;

	if (m->conditions_checked)
		return;
	m->conditions_checked = true;
	if (!o->btf || !memmem(o->btf, o->btf_size, "only_if:", strlen("only_if:")))
		return;
	b = runtime_btf(m);
	for (int i = 0; b && i < o->programs.n; i++) {
		Condition c = { m, false };

		if (o->programs.v[i].funcs.n)
			btf_each_tag(b, o->programs.v[i].funcs.v[0].btf_id, -1, check_tag, &c);
		if (c.off)
			m->programs[i].enabled = false;
	}
}

int runtime_load(Module *m, Error *err)
{
	int error;

	check_conditions(m);
	error = runtime_create_maps(m, err);
	for (int i = 0; i < m->object->programs.n && !error; i++) {
		const ProgramState *s = &m->programs[i];

		if (!s->enabled || !s->type || (runtime_needs_btf_target(s) && !s->target))
			continue;
		error = runtime_load_program(m, i, err);
	}
	if (!error)
		error = runtime_fill_entries(m, err);
	return error;
}
