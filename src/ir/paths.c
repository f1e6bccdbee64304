/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways through a function behind the definition of a pointer that may be NULL.
 *
 * Two rounds. The rough one follows every edge but those that a comparison of the pointer itself
 * closes; a correct program usually ends there. If it finds something, the second one looks for a
 * way that can really be walked: depth first without repeating a block, with the values that PHIs
 * have on it and the conditions that were decided before. A condition that may depend on an earlier
 * one in a manner that is not understood ends the way: silence rather than a false alarm.
 */
#include "ir/internal.h"
#include "ir/validity.h"

enum {
	MAX_BLOCKS_WALKED = 3000,  /* in the second round; then nothing is reported */
	MAX_FACTS = 64,
	MAX_LEAVES = 12,
	MAX_PHIS = 64,
	DEPTH = 12,
};

/* A condition whose outcome is known on the way. */
typedef struct Fact { const Inst *condition; bool outcome; } Fact;

typedef enum Null { NULL_UNKNOWN, NULL_YES, NULL_NO } Null;

typedef struct WayState {
	Fact facts[MAX_FACTS];
	int n_facts;
	int walked;
} WayState;

typedef struct Outcome {
	enum { OPEN, TRUE_ONLY, FALSE_ONLY, TEST, TANGLED } kind;
	bool not_null_if;          /* TEST: the pointer is not NULL if the condition is this */
} Outcome;

/* Values -------------------------------------------------------------------------------------- */

static Inst *on_way(const Way *w, Inst *v)
{
	for (int n = 0; n < DEPTH && v->op == IR_PHI && !w->rough && w->phi_values[v->id]; n++)
		v = w->phi_values[v->id];
	return v;
}

static bool phi_may_lead(const Way *w, const Inst *phi, int depth)
{
	if (depth > DEPTH)
		return true;
	for (int k = 0; k < phi->n_args; k++) {
		Inst *root = ir_address(phi->args[k]).root;

		if (root == w->def || (root != phi && root->op == IR_PHI &&
				       phi_may_lead(w, root, depth + 1)))
			return true;
	}
	return false;
}

Match way_leads_to_def(const Way *w, Inst *pointer)
{
	Inst *root = pointer;

	for (int n = 0; n < DEPTH; n++) {
		root = ir_address(on_way(w, root)).root;
		if (root == w->def)
			return MATCH_YES;
		if (root->op != IR_PHI)
			return MATCH_NO;
		if (w->rough || !w->phi_values[root->id])
			return phi_may_lead(w, root, 0) ? MATCH_MAYBE : MATCH_NO;
	}
	return MATCH_MAYBE;
}

static bool constant_on_way(const Way *w, Inst *v, int64_t *n, int depth)
{
	int64_t x, y = 0;

	v = on_way(w, v);
	if (ir_is_const(v, n))
		return true;
	if (depth > DEPTH || !(ir_ops[v->op].flags & IRF_PURE) || v->n_args < 1 || v->n_args > 2)
		return false;
	if (!constant_on_way(w, v->args[0], &x, depth + 1) ||
	    (v->n_args == 2 && !constant_on_way(w, v->args[1], &y, depth + 1)))
		return false;
	return ir_evaluate(v->op, v->type, v->width, v->args[0]->type, x, y, n);
}

/* Conditions ---------------------------------------------------------------------------------- */

/* What decides about a condition: values that are no arithmetic. False if there are too many. */
static bool add_leaves(const Way *w, Inst *v, const Inst **leaves, int *n, int depth)
{
	int64_t number;

	v = on_way(w, v);
	if (ir_is_const(v, &number))
		return true;
	if (depth > DEPTH)
		return false;
	if (ir_ops[v->op].flags & IRF_PURE && v->n_args > 0) {
		for (int k = 0; k < v->n_args; k++)
			if (!add_leaves(w, v->args[k], leaves, n, depth + 1))
				return false;
		return true;
	}
	/* what was loaded from the stack is as good as the object */
	if (v->op == IR_LOAD && v->args[0]->space == SPACE_STACK) {
		Inst *object = ir_address(v->args[0]).root;

		if (object->op == IR_ALLOCA && object->var)
			v = object;
	}
	if (*n == MAX_LEAVES)
		return false;
	leaves[(*n)++] = v;
	return true;
}

static bool shares_leaf(const Way *w, Inst *a, Inst *b)
{
	const Inst *x[MAX_LEAVES], *y[MAX_LEAVES];
	int nx = 0, ny = 0;

	if (!add_leaves(w, a, x, &nx, 0) || !add_leaves(w, b, y, &ny, 0))
		return true;
	for (int i = 0; i < nx; i++)
		for (int j = 0; j < ny; j++)
			if (x[i] == y[j])
				return true;
	return false;
}

/* The same comparison (1), the inverse one (-1), or another (0). */
static int same_condition(const Inst *a, const Inst *b)
{
	if (a == b)
		return 1;
	if (!(ir_ops[a->op].flags & ir_ops[b->op].flags & IRF_COMPARE) ||
	    a->args[0] != b->args[0] || a->args[1] != b->args[1])
		return 0;
	return a->op == b->op ? 1 : ir_inverse(a->op) == b->op ? -1 : 0;
}

static Outcome known(bool outcome)
{
	return (Outcome){ .kind = outcome ? TRUE_ONLY : FALSE_ONLY };
}

static Outcome by_facts(const Way *w, Inst *condition)
{
	const WayState *s = w->state;
	bool tangled = false;

	for (int n = s->n_facts - 1; n >= 0; n--) {
		int same = same_condition(s->facts[n].condition, condition);

		if (same)
			return known(s->facts[n].outcome == (same > 0));
		tangled |= shares_leaf(w, (Inst *)s->facts[n].condition, condition);
	}
	return (Outcome){ .kind = tangled ? TANGLED : OPEN };
}

/* A comparison of the pointer with NULL, also within && and ||: *sure is false if only one outcome
 * of the condition says something. */
static bool is_null_test(const Way *w, Inst *c, bool *not_null_if, int depth)
{
	int64_t n;

	c = on_way(w, c);
	if (depth > DEPTH || c->n_args == 0)
		return false;
	if (c->op == IR_ZEXT || c->op == IR_TRUNC || c->op == IR_SEXT)
		return is_null_test(w, c->args[0], not_null_if, depth + 1);
	if ((c->op != IR_EQ && c->op != IR_NE) || !constant_on_way(w, c->args[1], &n, 0) || n)
		return false;
	if (ir_ops[c->args[0]->op].flags & IRF_COMPARE && c->args[0]->type == IR_I32) {
		if (!is_null_test(w, c->args[0], not_null_if, depth + 1))
			return false;
		*not_null_if ^= c->op == IR_EQ;
		return true;
	}
	if (c->args[0]->type == IR_I32 || way_leads_to_def(w, c->args[0]) != MATCH_YES)
		return false;
	*not_null_if = c->op == IR_NE;
	return true;
}

/* The pointer takes part in the condition, but not as a plain comparison with NULL. */
static bool involves_def(const Way *w, Inst *c)
{
	const Inst *leaves[MAX_LEAVES];
	int n = 0;

	if (!add_leaves(w, c, leaves, &n, 0))
		return true;
	for (int k = 0; k < n; k++)
		if (leaves[k] == w->def ||
		    (leaves[k]->op == IR_PHI && phi_may_lead(w, leaves[k], 0)))
			return true;
	return false;
}

static Outcome outcome_of(const Way *w, Inst *c)
{
	Outcome o = { .kind = TEST };
	int64_t n;

	if (is_null_test(w, c, &o.not_null_if, 0))
		return o;
	if (w->rough)
		return (Outcome){ .kind = OPEN };
	if (constant_on_way(w, c, &n, 0))
		return known(n != 0);
	if (involves_def(w, c))
		return (Outcome){ .kind = TANGLED };
	return by_facts(w, c);
}

/* Edges --------------------------------------------------------------------------------------- */

/* Which targets the way may take from a branch, and what is then known of the pointer. */
static int choices(const Way *w, const Block *b, Null null, Block *to[2], Null then[2])
{
	const Inst *t = b->last;
	int n = ir_successors(b, to), out = 0;
	Outcome o;

	then[0] = then[1] = null;
	if (n < 2)
		return n;
	o = outcome_of(w, t->args[0]);
	if (o.kind == TANGLED)
		return 0;
	for (int k = 0; k < 2; k++) {
		bool value = k == 0;
		Null after = null;

		if ((o.kind == TRUE_ONLY && !value) || (o.kind == FALSE_ONLY && value))
			continue;
		if (o.kind == TEST) {
			after = value == o.not_null_if ? NULL_NO : NULL_YES;
			if ((null == NULL_YES && after == NULL_NO) ||
			    (null == NULL_NO && after == NULL_YES))
				continue;
		}
		if (after == (w->drop_null ? NULL_YES : NULL_NO))
			continue;
		to[out] = t->targets[k];
		then[out++] = after;
	}
	return out;
}

static WayAnswer visit_from(Way *w, Inst *i)
{
	for (; i; i = i->next) {
		WayAnswer answer;

		if (i == w->def)
			return WAY_STOP;
		answer = w->visit(w, i);
		if (answer == WAY_FOUND)
			w->found = i;
		if (answer != WAY_ON)
			return answer;
	}
	return WAY_ON;
}

/* Rough round --------------------------------------------------------------------------------- */

static bool rough(Way *w)
{
	typedef struct Visit { Block *b; Null null; } Visit;
	Visit *stack = NEW_ARRAY(w->f->module->arena, Visit, w->f->n_blocks * 3 + 3);
	int depth = 0;

	FOR_BLOCKS(b, w->f)
		b->aux = 0;
	stack[depth++] = (Visit){ NULL, NULL_UNKNOWN };
	while (depth) {
		Visit v = stack[--depth];
		Block *b = v.b ? v.b : w->def->block, *to[2];
		Null then[2];
		WayAnswer answer = visit_from(w, v.b ? b->first : w->def->next);
		int n;

		if (answer == WAY_FOUND)
			return true;
		if (answer == WAY_STOP)
			continue;
		n = choices(w, b, v.null, to, then);
		for (int k = 0; k < n; k++) {
			if (to[k]->aux & 1 << then[k])
				continue;
			to[k]->aux |= 1 << then[k];
			stack[depth++] = (Visit){ to[k], then[k] };
		}
	}
	return false;
}

/* Second round -------------------------------------------------------------------------------- */

static int pred_index(const Block *from, const Block *to)
{
	for (int k = 0; k < to->preds.n; k++)
		if (to->preds.v[k] == from)
			return k;
	return -1;
}

static int count_phis(const Block *b)
{
	int n = 0;

	for (const Inst *i = b->first; i && i->op == IR_PHI; i = i->next)
		n++;
	return n;
}

/* Gives the PHIs of a block their values; `saved` keeps the old ones. */
static void enter(Way *w, Block *from, Block *to, Inst **saved)
{
	int edge = pred_index(from, to), n = 0;
	Inst *values[MAX_PHIS];

	for (Inst *i = to->first; i && i->op == IR_PHI; i = i->next, n++) {
		saved[n] = w->phi_values[i->id];
		if (n < MAX_PHIS)
			values[n] = edge >= 0 && edge < i->n_args ? on_way(w, i->args[edge]) : NULL;
	}
	n = 0;
	for (Inst *i = to->first; i && i->op == IR_PHI; i = i->next, n++)
		w->phi_values[i->id] = n < MAX_PHIS && values[n] != i ? values[n] : NULL;
}

static void leave(Way *w, Block *b, Inst *const *saved)
{
	int n = 0;

	for (Inst *i = b->first; i && i->op == IR_PHI; i = i->next)
		w->phi_values[i->id] = saved[n++];
}

static bool add_fact(WayState *s, const Inst *condition, bool outcome)
{
	if (s->n_facts == MAX_FACTS)
		return false;
	s->facts[s->n_facts++] = (Fact){ condition, outcome };
	return true;
}

static bool walk(Way *w, Block *b, Inst *from, Null null);

static bool follow(Way *w, Block *b, Block *to, Null then, bool two)
{
	WayState *s = w->state;
	int facts = s->n_facts;
	Inst **saved, *last = w->last_branch;
	bool found;

	if (to->aux)                               /* on the way already */
		return false;
	if (two && !add_fact(s, b->last->args[0], b->last->targets[0] == to))
		return false;
	saved = NEW_ARRAY(w->f->module->arena, Inst *, count_phis(to) + 1);
	enter(w, b, to, saved);
	w->last_branch = b->last;
	found = walk(w, to, to->first, then);
	if (!found)
		w->last_branch = last;
	leave(w, to, saved);
	s->n_facts = facts;
	return found;
}

static bool walk(Way *w, Block *b, Inst *from, Null null)
{
	WayAnswer answer;
	Block *to[2];
	Null then[2];
	bool found = false;
	int n;

	if (w->state->walked++ > MAX_BLOCKS_WALKED)
		return false;
	answer = visit_from(w, from);
	if (answer != WAY_ON)
		return answer == WAY_FOUND;
	n = choices(w, b, null, to, then);
	b->aux = 1;
	for (int k = 0; k < n && !found; k++)
		found = follow(w, b, to[k], then[k], n == 2);
	b->aux = 0;
	return found;
}

/* Conditions that must have held for the definition to be reached. */
static void add_dominating_facts(Way *w)
{
	for (Block *b = w->def->block; b->idom && w->state->n_facts < MAX_FACTS / 2; b = b->idom) {
		const Inst *t = b->idom->last;

		if (t->op == IR_CONDBR && b->preds.n == 1 &&
		    (t->targets[0] == b || t->targets[1] == b))
			add_fact(w->state, t->args[0], t->targets[0] == b);
	}
}

bool way_exists(Way *w)
{
	WayState state = { .n_facts = 0 };

	w->rough = true;
	w->state = &state;
	w->last_branch = NULL;
	if (!rough(w))
		return false;
	w->rough = false;
	w->phi_values = NEW_ARRAY(w->f->module->arena, Inst *, w->f->n_values);
	add_dominating_facts(w);
	FOR_BLOCKS(b, w->f)
		b->aux = 0;
	return walk(w, w->def->block, w->def->next, NULL_UNKNOWN);
}
