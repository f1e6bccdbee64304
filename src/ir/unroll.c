/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_unroll: full unrolling of the loops that the program marks (#pragma unroll) and, where
 * optimisation is asked for, of those that are short when unrolled.
 *
 * The trip count is found by running the exit condition on paper: it and the next value must be
 * pure operations on one PHI of the header and constants. The loop is then copied as often. What
 * lives across the copies is put into memory first, so that no copy needs PHIs for another; the
 * passes that follow (mem2reg, fold) make values of it again and remove the branches that are now
 * constant. A marked loop whose count cannot be found stays a loop, which kernels since 5.3 accept.
 * Needs: PHIs (after mem2reg). Invalidates and recomputes dominators.
 */
#include "ir/internal.h"

enum {
	MAX_TRIPS = 4096, MAX_INSTS = 16384, MAX_DEPTH = 16, MAX_LOOPS = 64,
	/* of loops without a mark: rounds, instructions that they become, those of a function */
	SHORT_TRIPS = 16, SHORT_INSTS = 140, SHORT_TOTAL = 600, OUTER_INSTS = 100,
};

typedef struct Loop {
	Function *f;
	Arena *arena;
	Block *header, *latch;
	VEC(Block *) blocks;       /* header first */
	int insts, trips;
	int cost;                  /* of one round, in instructions that will probably remain */
	bool is_inner;             /* no other loop in it */
	bool bounds_inner;         /* its counter is in the condition of a loop in it */
} Loop;

/* The loop ------------------------------------------------------------------------------------ */

static bool costs_nothing(const Inst *i)
{
	switch (i->op) {
	case IR_PHI: case IR_CONST: case IR_UNDEF: case IR_ZEXT: case IR_BITCAST: case IR_TRUNC:
	case IR_PTROFF: case IR_BR: case IR_ALLOCA:
		return true;
	case IR_SEXT:
		return i->width == 32;
	default:
		return ir_ops[i->op].flags & IRF_COMPARE;
	}
}

static bool is_called(IrOp op)
{
	return op == IR_CALL || op == IR_CALL_HELPER || op == IR_CALL_KFUNC;
}

/* Is the value computed from a PHI of the block? */
static bool depends_on(const Inst *i, const Block *header, int depth)
{
	if (i->op == IR_PHI || depth == 0)
		return i->op == IR_PHI && i->block == header;
	for (int a = 0; a < i->n_args && ir_ops[i->op].flags & IRF_PURE; a++)
		if (depends_on(i->args[a], header, depth - 1))
			return true;
	return false;
}

static void weigh(Loop *l)
{
	l->is_inner = true;
	for (int k = 0; k < l->blocks.n; k++) {
		Block *b = l->blocks.v[k];

		FOR_INSTS (i, b) {
			l->insts++;
			l->cost += is_called(i->op) ? 1 + i->n_args : !costs_nothing(i);
		}
		for (int p = 0; b != l->header && p < b->preds.n; p++) {
			if (!ir_dominates(b, b->preds.v[p]))
				continue;
			l->is_inner = false;
			l->bounds_inner |= b->last->op == IR_CONDBR &&
					   depends_on(b->last->args[0], l->header, 4);
		}
	}
}

/* What a PHI of the header gets from the new latch: a PHI there, if the ways back differ. */
static Inst *from_latch(Loop *l, const Inst *phi, Block *latch)
{
	Inst *merged = ir_inst(l->f, IR_PHI, phi->type, latch->preds.n);
	bool same = true;

	for (int k = 0; k < latch->preds.n; k++) {
		merged->args[k] = phi->args[ir_pred_index(l->header, latch->preds.v[k])];
		same &= merged->args[k] == merged->args[0];
	}
	if (same)
		return merged->args[0];
	merged->loc = phi->loc;
	merged->ctype = phi->ctype;
	ir_append(latch, merged);
	return merged;
}

static void add_way_back(Loop *l, Inst *phi, Block *latch)
{
	Inst **args = NEW_ARRAY(l->arena, Inst *, phi->n_args + 1);

	memcpy(args, phi->args, (size_t)phi->n_args * sizeof(*args));
	args[phi->n_args++] = from_latch(l, phi, latch);
	phi->args = args;
}

/* Several ways back to the header become one, over a new block. */
static void make_latch(Loop *l)
{
	Block *latch = ir_block(l->f), *h = l->header;

	for (int k = 0; k < h->preds.n; k++)
		if (ir_dominates(h, h->preds.v[k]))
			ir_add_edge(h->preds.v[k], latch);
	for (Inst *phi = h->first; phi->op == IR_PHI; phi = phi->next)
		add_way_back(l, phi, latch);
	ir_branch(latch, h);
	for (int k = 0; k < latch->preds.n; k++) {
		Inst *t = latch->preds.v[k]->last;

		for (int side = 0; side < 2; side++)
			if (t->targets[side] == h)
				t->targets[side] = latch;
		ir_remove_edge(latch->preds.v[k], h);
	}
	ir_dominators(l->f);
}

static int ways_back(const Block *header)
{
	int n = 0;

	for (int k = 0; k < header->preds.n; k++)
		n += ir_dominates(header, header->preds.v[k]);
	return n;
}

/* Block.aux is 1 for the blocks of the loop. */
static bool find_loop(Loop *l)
{
	if (ways_back(l->header) > 1)
		make_latch(l);
	FOR_BLOCKS (b, l->f)
		b->aux = 0;
	for (int k = 0; k < l->header->preds.n; k++) {
		Block *p = l->header->preds.v[k];

		if (!ir_dominates(l->header, p))
			continue;
		if (l->latch)
			return false;
		l->latch = p;
	}
	if (!l->latch)
		return false;
	l->header->aux = 1;
	vec_push(l->arena, &l->blocks, l->header);
	if (l->latch != l->header) {
		l->latch->aux = 1;
		vec_push(l->arena, &l->blocks, l->latch);
	}
	for (int k = 1; k < l->blocks.n; k++)
		for (int p = 0; p < l->blocks.v[k]->preds.n; p++) {
			Block *b = l->blocks.v[k]->preds.v[p];

			if (b->aux)
				continue;
			b->aux = 1;
			vec_push(l->arena, &l->blocks, b);
		}
	weigh(l);
	return true;
}

/* The trip count ------------------------------------------------------------------------------ */

static bool compute(const Inst *i, const Inst *phi, int64_t at, int64_t *out, int depth)
{
	int64_t x, y = 0;

	if (i == phi || i->op == IR_CONST) {
		*out = i == phi ? at : i->imm;
		return true;
	}
	if (depth == 0 || !(ir_ops[i->op].flags & IRF_PURE) || i->n_args < 1 || i->n_args > 2 ||
	    i->op == IR_PTROFF || i->op == IR_PTRADD || (i->op == IR_BITCAST && i->imm))
		return false;
	if (!compute(i->args[0], phi, at, &x, depth - 1) ||
	    (i->n_args == 2 && !compute(i->args[1], phi, at, &y, depth - 1)))
		return false;
	return ir_evaluate(i->op, i->type, i->width, i->args[0]->type, x, y, out);
}

static int index_of_latch(const Loop *l)
{
	int k = 0;

	while (l->header->preds.v[k] != l->latch)
		k++;
	return k;
}

/* Rounds that are completed before this branch leaves the loop; -1 if that cannot be told. */
static int count_trips(const Loop *l, const Inst *exit, const Inst *phi)
{
	int latch = index_of_latch(l);
	bool leaves_if = !exit->targets[0]->aux;
	const Inst *first = phi->args[1 - latch];
	int64_t at, holds;

	if (phi->n_args != 2 || first->op != IR_CONST)
		return -1;
	at = first->imm;
	for (int n = 0; n <= MAX_TRIPS; n++) {
		if (!compute(exit->args[0], phi, at, &holds, MAX_DEPTH))
			return -1;
		if (!!holds == leaves_if)
			return n;
		if (!compute(phi->args[latch], phi, at, &at, MAX_DEPTH))
			return -1;
	}
	return -1;
}

/* Every branch out of the loop that each round passes bounds it. */
static bool find_trips(Loop *l)
{
	l->trips = -1;
	for (int k = 0; k < l->blocks.n; k++) {
		const Block *b = l->blocks.v[k];
		const Inst *t = b->last;

		if (t->op != IR_CONDBR || (t->targets[0]->aux && t->targets[1]->aux) ||
		    !ir_dominates(b, l->latch))
			continue;
		for (const Inst *phi = l->header->first; phi->op == IR_PHI; phi = phi->next) {
			int n = count_trips(l, t, phi);

			if (n >= 0 && (l->trips < 0 || n < l->trips))
				l->trips = n;
		}
	}
	return l->trips >= 0 && (int64_t)(l->trips + 1) * l->insts <= MAX_INSTS;
}

/* To memory ----------------------------------------------------------------------------------- */

static Inst *new_cell(Loop *l, const Inst *i)
{
	Inst *cell = ir_inst(l->f, IR_ALLOCA, IR_PTR, 0);

	cell->imm = i->type == IR_I32 ? 4 : 8;
	cell->align = (uint32_t)cell->imm;
	cell->loc = i->loc;
	ir_insert_before(l->f->entry->first, cell);
	return cell;
}

static Inst *load_cell(Loop *l, Inst *before, Inst *cell, const Inst *like)
{
	Inst *i = ir_inst(l->f, IR_LOAD, like->type, 1);

	i->args[0] = cell;
	i->width = (uint8_t)cell->imm;
	i->ctype = like->ctype;
	i->loc = before->loc;
	ir_insert_before(before, i);
	return i;
}

static void store_cell(Loop *l, Inst *before, Inst *cell, Inst *value)
{
	Inst *i = ir_inst(l->f, IR_STORE, IR_VOID, 2);

	i->args[0] = cell;
	i->args[1] = value;
	i->width = (uint8_t)cell->imm;
	i->loc = before->loc;
	ir_insert_before(before, i);
}

static Inst *first_after_phis(Block *b)
{
	Inst *i = b->first;

	while (i->op == IR_PHI)
		i = i->next;
	return i;
}

/* PHIs of the header become cells that the blocks before it and the latch set. */
static void demote_phis(Loop *l)
{
	Inst *body = first_after_phis(l->header);

	FOR_INSTS_SAFE (phi, l->header) {
		Inst *cell, *now;

		if (phi->op != IR_PHI)
			break;
		cell = new_cell(l, phi);
		now = load_cell(l, body, cell, phi);
		for (int k = 0; k < phi->n_args; k++)
			store_cell(l, l->header->preds.v[k]->last, cell, phi->args[k]);
		ir_forward(phi, now);
		ir_remove(phi);
	}
	ir_apply_forwards(l->f);
}

/* Values of the loop that are used behind it. PHIs behind it take theirs along the edge. */
static void demote_results(Loop *l)
{
	FOR_BLOCKS (b, l->f)
		FOR_INSTS (i, b)
			i->aux_ptr = NULL;
	FOR_BLOCKS (b, l->f) {
		if (b->aux)
			continue;
		FOR_INSTS (i, b) {
			for (int a = 0; a < i->n_args; a++) {
				Inst *v = i->args[a], *def, *where = i;

				if (!v->block->aux || v->op == IR_ALLOCA)
					continue;
				if (i->op == IR_PHI && b->preds.v[a]->aux)
					continue;
				if (i->op == IR_PHI)
					where = b->preds.v[a]->last;
				if (!v->aux_ptr) {
					v->aux_ptr = new_cell(l, v);
					def = v->op == IR_PHI ? first_after_phis(v->block)
							      : v->next;
					store_cell(l, def, v->aux_ptr, v);
				}
				i->args[a] = load_cell(l, where, v->aux_ptr, v);
			}
		}
	}
}

/* Copying ------------------------------------------------------------------------------------- */

static Inst *mapped(const Loop *l, Inst *i)
{
	return i->block && i->block->function == l->f && i->aux_ptr && i->block->aux ? i->aux_ptr
										     : i;
}

static void copy_insts(Loop *l)
{
	for (int k = 0; k < l->blocks.n; k++) {
		Block *b = l->blocks.v[k], *c = ir_block(l->f);

		b->aux_ptr = c;
		c->loc = b->loc;
		c->unroll = b == l->header ? 0 : b->unroll;
		FOR_INSTS (i, b) {
			Inst *n = ir_inst(l->f, i->op, i->type, i->n_args), **args = n->args;
			int id = n->id;

			*n = *i;
			n->args = args;
			n->id = id;
			n->prev = n->next = NULL;
			i->aux_ptr = n;
			ir_append(c, n);
		}
	}
}

/* An edge out of the loop gets a twin; PHIs behind it take the copy's values. */
static void leave_from_copy(Loop *l, Block *b, Block *to)
{
	int k = 0;

	while (to->preds.v[k] != b)
		k++;
	ir_add_edge(b->aux_ptr, to);
	for (Inst *phi = to->first; phi && phi->op == IR_PHI; phi = phi->next) {
		Inst **args = NEW_ARRAY(l->arena, Inst *, phi->n_args + 1);

		memcpy(args, phi->args, (size_t)phi->n_args * sizeof(*args));
		args[phi->n_args++] = mapped(l, phi->args[k]);
		phi->args = args;
	}
}

static void connect_copy(Loop *l)
{
	for (int k = 0; k < l->blocks.n; k++) {
		Block *b = l->blocks.v[k], *c = b->aux_ptr;

		for (int p = 0; b != l->header && p < b->preds.n; p++)
			vec_push(l->arena, &c->preds, (Block *)b->preds.v[p]->aux_ptr);
		for (Inst *i = b->first, *n = c->first; i; i = i->next, n = n->next)
			for (int a = 0; a < i->n_args; a++)
				n->args[a] = mapped(l, i->args[a]);
		for (int t = 0; t < 2; t++) {
			Block *to = b->last->targets[t];

			if (!to || to == l->header)
				continue;          /* the way back is led on by chain_copies */
			if (to->aux)
				c->last->targets[t] = to->aux_ptr;
			else
				leave_from_copy(l, b, to);
		}
	}
}

/* From the end of each copy to the next one; the last round has left the loop before. */
static void chain_copies(Loop *l, Block **headers, Block **latches)
{
	Block *end = ir_block(l->f);

	ir_append(end, ir_inst(l->f, IR_UNREACHABLE, IR_VOID, 0));
	ir_remove_edge(l->latch, l->header);
	for (int n = 0; n <= l->trips; n++) {
		Block *next = n < l->trips ? headers[n + 1] : end;

		for (int t = 0; t < 2; t++)
			if (latches[n]->last->targets[t] == l->header)
				latches[n]->last->targets[t] = next;
		ir_add_edge(latches[n], next);
	}
}

static void unroll(Loop *l)
{
	Block **headers = NEW_ARRAY(l->arena, Block *, l->trips + 1);
	Block **latches = NEW_ARRAY(l->arena, Block *, l->trips + 1);

	demote_phis(l);
	demote_results(l);
	headers[0] = l->header;
	latches[0] = l->latch;
	for (int n = 1; n <= l->trips; n++) {
		copy_insts(l);
		connect_copy(l);
		headers[n] = l->header->aux_ptr;
		latches[n] = l->latch->aux_ptr;
	}
	l->header->unroll = 0;
	chain_copies(l, headers, latches);
}

static bool is_header(const Block *b)
{
	for (int k = 0; k < b->preds.n; k++)
		if (b->preds.v[k]->rpo >= b->rpo)
			return true;
	return false;
}

/* Unrolled, the counter and the test at the end of a round disappear. An outer loop is unrolled if
 * the inner ones become countable by it. */
static bool is_short(const Loop *l, int *total)
{
	int cost = (l->cost > 3 ? l->cost - 2 : 1) * l->trips;

	if (l->trips > SHORT_TRIPS || cost > (l->is_inner ? SHORT_INSTS : OUTER_INSTS) ||
	    !(l->is_inner || l->bounds_inner) || *total + cost > SHORT_TOTAL)
		return false;
	*total += cost;
	return true;
}

/* Unrolls the innermost loop that is marked, or short, and whose count can be told. */
static bool unroll_one(Function *f, int *total)
{
	Block **headers = NEW_ARRAY(f->module->arena, Block *, MAX_LOOPS);
	bool all = f->module->optimise >= 2;
	int n = 0;

	FOR_BLOCKS (b, f)
		if ((b->unroll || (all && is_header(b))) && n < MAX_LOOPS)
			headers[n++] = b;
	while (n) {
		Loop l = { .f = f, .arena = f->module->arena, .header = headers[--n] };

		if (!find_loop(&l) || !find_trips(&l))
			continue;
		if (l.header->unroll > 0 && l.trips > l.header->unroll)
			continue;
		if (!l.header->unroll && !is_short(&l, total))
			continue;
		unroll(&l);
		return true;
	}
	return false;
}

static bool has_loops(const Function *f)
{
	FOR_BLOCKS (b, f)
		if (is_header(b))
			return true;
	return false;
}

void pass_unroll(Function *f)
{
	int total = 0;

	ir_dominators(f);
	if (f->module->optimise >= 2 && has_loops(f)) {   /* to know what a round costs */
		pass_gvn(f);
		pass_memory(f);
		pass_fold(f);
		pass_dead_code(f);
		ir_dominators(f);
	}
	for (int n = 0; n < MAX_LOOPS && unroll_one(f, &total); n++) {
		pass_mem2reg(f);
		pass_fold(f);
		pass_simplify_cfg(f);
	}
}
