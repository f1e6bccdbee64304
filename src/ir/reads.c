/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_reads: loads that BPF may not do become calls of the probe-read helpers.
 *
 * A LOAD or the source of a COPY in kernel, user or unknown memory is read into a stack temporary
 * (one for the whole function: what it holds is taken out right behind the call) or, where the
 * value is only stored, straight into its destination. Reads of one object near to each other in a
 * block, with nothing between that could change it, are merged into one call, and so are repeated
 * reads also in the blocks that follow. The helpers fill the destination with zeros when they fail
 * (all kernels from 5.5 on), so a failed read yields 0.
 * Keys, values and buffers of helpers that lie in such memory are first copied to the stack.
 * Needs: pass_spaces. Leaves: plain loads only; diagnostics for stores to kernel memory.
 */
#include "ir/addresses.h"

/* bpf_probe_read tells user from kernel addresses only where the two cannot overlap. */
#if defined(__s390x__) || (defined(__riscv) && __riscv_xlen == 64)
static const bool read_for_both = false;
#else
static const bool read_for_both = true;
#endif

enum {
	MAX_SPAN = 64,             /* bytes of one merged read */
	MAX_OPEN = 16,             /* groups that may still grow */
	MAX_ARGUMENT = 512,        /* helper argument copied to the stack */
	EXTERNAL_DEPTH = 6,
	CROWDED_STACK = 384,       /* bytes of objects from which on merged reads stay small */
};

/* Loads of one object that become one read. */
typedef struct Group {
	Inst *root;
	int helper;
	int64_t low, high;         /* bytes read: [root + low, root + high) */
	bool external;             /* stores of the program cannot change the memory */
	Block *block;              /* where it is read */
	VEC(Inst *) loads;
	int bytes;                 /* used of the span */
} Group;

typedef struct Reads {
	Function *f;
	Inst *temporary;           /* NULL: not needed so far */
	int max_span;
	VEC(Group *) groups;
	Group *open[MAX_OPEN];     /* groups that more reads may join at the current place */
	int n_open;
} Reads;

/* The open groups at the end of a block: Block.aux_ptr. A block with one predecessor goes on with
 * what that one has read. */
typedef struct OpenGroups {
	int n;
	Group *groups[MAX_OPEN];
} OpenGroups;

static bool needs_read(Space s)
{
	return s == SPACE_KERNEL || s == SPACE_USER || s == SPACE_UNKNOWN || s == SPACE_NONE;
}

static int helper_for(const Function *f, Space s)
{
	int wanted = s == SPACE_USER ? HELPER_PROBE_READ_USER : HELPER_PROBE_READ_KERNEL;

	if ((s == SPACE_UNKNOWN || s == SPACE_NONE) && read_for_both &&
	    ir_helper_usable(f, HELPER_PROBE_READ))
		return HELPER_PROBE_READ;
	if (!ir_helper_usable(f, wanted) && ir_helper_usable(f, HELPER_PROBE_READ))
		return HELPER_PROBE_READ;
	return wanted;
}

/* Whether the memory cannot be the program's own stack or maps: the address came from outside. */
static bool is_external(Inst *pointer, int depth)
{
	Inst *root = ir_address(pointer).root;

	if (depth > EXTERNAL_DEPTH)
		return false;
	switch (root->op) {
	case IR_PARAM:
		return root->block->function->is_program;
	case IR_CALL_HELPER:
	case IR_CONST:
		return true;
	case IR_LOAD:
		/* aux: the load reads (or read, before it was changed) memory that is not ours */
		return root->aux;
	case IR_PHI:
		for (int k = 0; k < root->n_args; k++)
			if (root->args[k] != root && !is_external(root->args[k], depth + 1))
				return false;
		return true;
	case IR_ADD:
	case IR_SUB:
	case IR_AND:
	case IR_OR:
		return is_external(root->args[0], depth + 1) ||
		       is_external(root->args[1], depth + 1);
	default:
		return false;
	}
}

static void mark_external_loads(Function *f)
{
	FOR_BLOCKS(b, f)
		FOR_INSTS(i, b)
			if (i->op == IR_LOAD) {
				Space s = ir_access_space(i->args[0], i->imm, i->width);
				i->aux = s != SPACE_STACK && s != SPACE_MAP_VALUE;
			}
}

/* Groups -------------------------------------------------------------------------------------- */

static Inst *without_offsets(Inst *pointer, int64_t *offset)
{
	while (pointer->op == IR_PTROFF) {
		*offset += pointer->imm;
		pointer = pointer->args[0];
	}
	return pointer;
}

static bool fits(const Reads *r, const Group *g, const Inst *load, const Inst *root, int helper,
		 int64_t offset)
{
	int64_t low = offset < g->low ? offset : g->low;
	int64_t high = offset + load->width > g->high ? offset + load->width : g->high;

	if (g->root != root || g->helper != helper)
		return false;
	if (offset >= g->low && offset + load->width <= g->high)
		return true;
	/* what is read on a condition only may lie behind the end of the memory */
	return g->block == load->block && high - low <= r->max_span &&
	       (g->bytes + load->width) * 4 >= high - low;
}

static void join_group(Reads *r, Group *g, Inst *load, int64_t offset)
{
	if (offset < g->low)
		g->low = offset;
	if (offset + load->width > g->high)
		g->high = offset + load->width;
	g->bytes += load->width;
	vec_push(r->f->module->arena, &g->loads, load);
}

static void open_group(Reads *r, Group *g)
{
	if (r->n_open == MAX_OPEN) {
		r->n_open--;
		memmove(r->open, r->open + 1, sizeof(r->open[0]) * (size_t)r->n_open);
	}
	r->open[r->n_open++] = g;
}

static void add_load(Reads *r, Inst *load, Space space)
{
	Arena *arena = r->f->module->arena;
	int64_t offset = load->imm;
	Inst *root = without_offsets(load->args[0], &offset);
	int helper = helper_for(r->f, space);
	Group *g;

	for (int n = 0; n < r->n_open && !load->is_volatile; n++) {
		if (fits(r, r->open[n], load, root, helper, offset)) {
			join_group(r, r->open[n], load, offset);
			return;
		}
	}
	g = NEW(arena, Group);
	*g = (Group){ .root = root, .helper = helper, .low = offset, .high = offset,
		      .block = load->block, .external = is_external(root, 0) };
	join_group(r, g, load, offset);
	vec_push(arena, &r->groups, g);
	if (!load->is_volatile)
		open_group(r, g);
}

static void close_groups(Reads *r, bool external_too)
{
	int n_open = 0;

	for (int n = 0; n < r->n_open && !external_too; n++)
		if (r->open[n]->external)
			r->open[n_open++] = r->open[n];
	r->n_open = n_open;
}

/* Helpers that change nothing outside of the memory they are given. */
static bool is_quiet(const Inst *call)
{
	static const uint8_t quiet[] = { 1, 4, 5, 7, 8, 14, 15, 16, 35, 45, 80, 112, 113, 114, 115,
					 125, 158, 160 };

	for (size_t n = 0; n < ARRAY_LEN(quiet); n++)
		if (call->op == IR_CALL_HELPER && call->helper == quiet[n])
			return true;
	return false;
}

/* Making the calls ---------------------------------------------------------------------------- */

static Inst *temporary(Reads *r, int64_t size, Loc loc)
{
	size = (size + 7) & ~7;
	if (!r->temporary)
		r->temporary = ir_new_stack(r->f, size, 8, loc);
	if (r->temporary->imm < size)
		r->temporary->imm = size;
	return r->temporary;
}

static void call_read(Reads *r, Inst *where, int helper, Inst *to, int64_t size, Inst *from)
{
	Inst *call = ir_emit_call3(where, helper, to, ir_const(r->f, IR_I64, size), from);

	call->loc = where->loc;
}

/* The one STORE that takes the loaded value as it is, with nothing between that matters. */
static Inst *only_store(const Inst *load)
{
	Inst *i = load->next;

	if (load->n_uses != 1 || load->is_volatile)
		return NULL;
	while (i && i->op != IR_PHI && ((ir_ops[i->op].flags & IRF_PURE) || i->op == IR_LOAD)) {
		for (int k = 0; k < i->n_args; k++)
			if (i->args[k] == load)
				return NULL;
		i = i->next;
	}
	if (!i || i->op != IR_STORE || i->args[1] != load || i->args[0] == load ||
	    i->width != load->width || i->is_volatile)
		return NULL;
	return i->args[0]->space == SPACE_STACK || i->args[0]->space == SPACE_MAP_VALUE ? i : NULL;
}

/* value of a read that is stored right away: read into the destination */
static bool read_in_place(Reads *r, Group *g)
{
	Inst *load = g->loads.v[0], *store = only_store(load);
	Inst *to, *from;

	if (g->loads.n != 1 || !store)
		return false;
	from = ir_emit_offset(store, g->root, g->low);
	to = ir_emit_offset(store, store->args[0], store->imm);
	call_read(r, store, g->helper, to, load->width, from);
	store->prev->loc = load->loc;
	ir_remove(store);
	ir_remove(load);
	return true;
}

static void lower_group(Reads *r, Group *g)
{
	Inst *first = g->loads.v[0], *temp, *to, *from;
	int64_t shift = g->low & 7;  /* fields keep their alignment: the stack's rule is strict */

	if (read_in_place(r, g))
		return;
	temp = temporary(r, g->high - g->low + shift, first->loc);
	from = ir_emit_offset(first, g->root, g->low);
	to = ir_emit_offset(first, temp, shift);
	call_read(r, first, g->helper, to, g->high - g->low, from);
	for (int n = 0; n < g->loads.n; n++) {
		Inst *load = g->loads.v[n];
		int64_t offset = load->imm;

		without_offsets(load->args[0], &offset);
		if (n > 0) {
			ir_remove(load);
			ir_insert_after(g->loads.v[n - 1], load);
		}
		load->args[0] = temp;
		load->imm = offset - g->low + shift;
		load->member = NULL;
		load->record = NULL;
	}
}

static void report_mixed_context(Reads *r, const Inst *access, Inst *pointer)
{
	const Inst *root = ir_address(pointer).root;
	Diags *d = r->f->module->diags;

	if (root->op != IR_PHI)
		return;
	for (int k = 0; k < root->n_args; k++) {
		if (root->args[k]->space != SPACE_CONTEXT)
			continue;
		diag_hint(d, diag_report(d, access->loc, DIAG_context_mixed,
					 "this pointer leads to the context on one way and to "
					 "other memory on another"),
			  "access each in its own branch");
		return;
	}
}

static void lower_copy(Reads *r, Inst *copy, Space from)
{
	Inst *to = copy->args[0];

	if (to->space == SPACE_PACKET || to->space == SPACE_CONTEXT) {
		to = temporary(r, copy->imm, copy->loc);
		call_read(r, copy, helper_for(r->f, from), to, copy->imm, copy->args[1]);
		copy->args[1] = to;
		return;
	}
	call_read(r, copy, helper_for(r->f, from), to, copy->imm, copy->args[1]);
	ir_remove(copy);
}

/* Stores -------------------------------------------------------------------------------------- */

static void check_write(Reads *r, const Inst *store)
{
	Diags *d = r->f->module->diags;
	Inst *pointer = store->args[0];
	Diag *diag;

	switch (pointer->space) {
	case SPACE_USER:
	case SPACE_KERNEL:
	case SPACE_TRUSTED:
		break;
	case SPACE_NONE:
	case SPACE_UNKNOWN:
		report_mixed_context(r, store, pointer);
		/* a pointer that was kept in stack memory may well lead to the stack */
		if (is_external(pointer, 0))
			break;
		return;
	default:
		return;
	}
	if (pointer->space == SPACE_TRUSTED && ir_program_type(r->f) != PROG_TRACING &&
	    ir_program_type(r->f) != PROG_LSM)
		return;
	diag = diag_report(d, store->loc, DIAG_write_to_kernel_memory,
			   "a program may not write to %s memory",
			   pointer->space == SPACE_USER ? "user" :
			   pointer->space == SPACE_UNKNOWN ? "kernel or user" : "kernel");
	if (pointer->space == SPACE_USER || pointer->space == SPACE_UNKNOWN)
		diag_hint(d, diag, "change a local copy; bpf_probe_write_user(dst, src, size) "
			  "writes to the memory of the current process");
	else
		diag_hint(d, diag, "change a local copy: struct x copy = *p; copy.field = ...;");
}

/* Helper arguments ---------------------------------------------------------------------------- */

/* Keys, values and buffers that the verifier wants on the stack or in a map. */
static void copy_arguments(Reads *r, Inst *call)
{
	for (int k = 0; k < call->n_args; k++) {
		Inst *from = call->args[k], *copy, *room;
		char class = ir_argument_class(call, k);
		int64_t size;

		if (class != 'k' && class != 'v' && class != 'u' && class != 'r')
			continue;
		if (from->space != SPACE_KERNEL && from->space != SPACE_USER &&
		    from->space != SPACE_TRUSTED && from->space != SPACE_CONTEXT &&
		    !(from->space == SPACE_UNKNOWN && is_external(from, 0)))
			continue;
		size = ir_argument_size(call, k);
		if (size <= 0 || size > MAX_ARGUMENT || from->type == IR_I32)
			continue;
		room = ir_new_stack(r->f, size, 8, call->loc);
		copy = ir_emit(call, IR_COPY, IR_VOID, 2);
		copy->args[0] = room;
		copy->args[1] = from;
		copy->imm = size;
		call->args[k] = room;
	}
}

/* The pass ------------------------------------------------------------------------------------ */

static void read_copy(Reads *r, Inst *copy)
{
	Space from = ir_access_space(copy->args[1], 0, (uint64_t)copy->imm);

	check_write(r, copy);
	close_groups(r, false);
	/* an object typed by BTF can only be loaded field by field, so it is read as memory */
	if (from == SPACE_TRUSTED)
		from = SPACE_KERNEL;
	if (copy->imm <= 0)
		ir_remove(copy);
	else if (needs_read(from)) {
		report_mixed_context(r, copy, copy->args[1]);
		lower_copy(r, copy, from);
	}
}

static void read_load(Reads *r, Inst *load)
{
	Space from = ir_access_space(load->args[0], load->imm, load->width);

	if (!needs_read(from))
		return;
	if (!load->n_uses && !load->is_volatile) {
		ir_remove(load);
		return;
	}
	if (from == SPACE_UNKNOWN)
		report_mixed_context(r, load, load->args[0]);
	add_load(r, load, from);
}

static void read_inst(Reads *r, Inst *i)
{
	switch (i->op) {
	case IR_LOAD:
		read_load(r, i);
		break;
	case IR_COPY:
		read_copy(r, i);
		break;
	case IR_STORE:
	case IR_FILL:
	case IR_ATOMIC:
		check_write(r, i);
		close_groups(r, false);
		break;
	case IR_CALL_HELPER:
	case IR_CALL:
	case IR_CALL_KFUNC:
	case IR_BARRIER:
		close_groups(r, !is_quiet(i));
		break;
	default:
		break;
	}
}

static void read_block(Reads *r, Block *b)
{
	const OpenGroups *before = b->preds.n == 1 ? b->preds.v[0]->aux_ptr : NULL;
	OpenGroups *after = NEW(r->f->module->arena, OpenGroups);

	r->n_open = before ? before->n : 0;
	if (before)
		memcpy(r->open, before->groups, sizeof(r->open));
	FOR_INSTS_SAFE(i, b)
		read_inst(r, i);
	after->n = r->n_open;
	memcpy(after->groups, r->open, sizeof(r->open));
	b->aux_ptr = after;
}

static int64_t stack_in_use(const Function *f)
{
	int64_t bytes = 0;

	FOR_INSTS(i, f->entry)
		if (i->op == IR_ALLOCA)
			bytes += i->imm;
	return bytes;
}

void pass_reads(Function *f)
{
	Reads r = { .f = f };

	if (!f->entry)
		return;
	r.max_span = stack_in_use(f) > CROWDED_STACK ? 8 : MAX_SPAN;
	mark_external_loads(f);
	FOR_BLOCKS(b, f)
		FOR_INSTS(i, b)
			if (i->op == IR_CALL_HELPER)
				copy_arguments(&r, i);
	ir_dominators(f);                          /* predecessors come first */
	ir_count_uses(f);
	FOR_BLOCKS(b, f)
		b->aux_ptr = NULL;
	FOR_BLOCKS(b, f)
		read_block(&r, b);
	for (int n = 0; n < r.groups.n; n++)
		lower_group(&r, r.groups.v[n]);
}
