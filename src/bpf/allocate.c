/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Register allocation by colouring the interference graph (Chaitin and Briggs): build, coalesce
 * copies, take out nodes that certainly get a register, colour in reverse, spill what got none and
 * begin again.
 *
 * Machine registers are no nodes: each node has a set of registers forbidden to it. A value alive
 * across a call cannot be in r0 to r5. Copies from and to machine registers (arguments, results)
 * become wishes that colouring respects. Coalescing is first tried without caution; if this costs
 * a spill, it is done again with the tests of Briggs and George, which never make a colourable
 * graph uncolourable.
 */
#include "bpf/machine.h"

#include <stdlib.h>

enum { ALL_REGS = (1 << N_REGS) - 1, MAX_ROUNDS = 24 };

typedef VEC(int) IntVec;

typedef struct Copy {
	int a, b;
	float weight;
} Copy;

typedef struct Node {
	VEC(int) near;             /* interferes with; may hold merged names */
	VEC(int) copies;           /* indexes of graph.copies that were not coalesced */
	int rep;                   /* merged into this one; itself otherwise */
	int degree;
	uint16_t forbidden;
	int8_t reg;                /* -1: none yet */
	bool present;              /* occurs in the code */
	bool removed;              /* taken out by simplify */
	int n_defs;
	MInst *def;
	float cost;
	float wish[N_REGS];
} Node;

typedef struct Graph {
	MFunc *m;
	Arena *arena;
	Node *nodes;
	int n;
	uint64_t *edges;           /* hash set of pairs */
	uint32_t n_edges, cap_edges;
	VEC(Copy) copies;
	int *list, *position, n_live; /* set of live registers while a block is scanned */
	int *mark, stamp;
	IntVec stack;
} Graph;

/* Edges -------------------------------------------------------------------------------------- */

static uint64_t edge_key(int a, int b)
{
	return a < b ? (uint64_t)a << 32 | (uint32_t)b : (uint64_t)b << 32 | (uint32_t)a;
}

static uint64_t *find_edge(const Graph *g, uint64_t key)
{
	uint32_t at = (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 32) & (g->cap_edges - 1);

	while (g->edges[at] && g->edges[at] != key)
		at = (at + 1) & (g->cap_edges - 1);
	return &g->edges[at];
}

static void grow_edges(Graph *g)
{
	uint64_t *old = g->edges;
	uint32_t n = g->cap_edges;

	g->cap_edges = n ? n * 2 : 512;
	g->edges = NEW_ARRAY(g->arena, uint64_t, g->cap_edges);
	for (uint32_t k = 0; k < n; k++)
		if (old[k])
			*find_edge(g, old[k]) = old[k];
}

static bool interfere(const Graph *g, int a, int b)
{
	return *find_edge(g, edge_key(a, b)) != 0;
}

/* False if it was there. */
static bool insert_edge(Graph *g, int a, int b)
{
	uint64_t key = edge_key(a, b), *slot;

	if (g->n_edges * 2 >= g->cap_edges)
		grow_edges(g);
	slot = find_edge(g, key);
	if (*slot)
		return false;
	*slot = key;
	g->n_edges++;
	return true;
}

static void add_edge(Graph *g, int a, int b)
{
	if (a == b)
		return;
	if (a < FIRST_VREG || b < FIRST_VREG) {
		if (a >= FIRST_VREG && b < N_REGS)
			g->nodes[a].forbidden |= 1 << b;
		else if (b >= FIRST_VREG && a < N_REGS)
			g->nodes[b].forbidden |= 1 << a;
		return;
	}
	if (!insert_edge(g, a, b))
		return;
	vec_push(g->arena, &g->nodes[a].near, b);
	vec_push(g->arena, &g->nodes[b].near, a);
	g->nodes[a].degree++;
	g->nodes[b].degree++;
}

/* Building ----------------------------------------------------------------------------------- */

static void live_add(Graph *g, int r)
{
	if (g->position[r] >= 0)
		return;
	g->position[r] = g->n_live;
	g->list[g->n_live++] = r;
}

static void live_remove(Graph *g, int r)
{
	int at = g->position[r];

	if (at < 0)
		return;
	g->list[at] = g->list[--g->n_live];
	g->position[g->list[at]] = at;
	g->position[r] = -1;
}

static float weight_of(const MBlock *b)
{
	static const float weights[] = { 1, 10, 100, 1000, 10000, 100000 };

	return weights[b->depth < 5 ? b->depth : 5];
}

static bool is_dead(const Graph *g, const MInst *i)
{
	switch (i->kind) {
	case M_MOV:
	case M_ALU:
	case M_LDIMM:
	case M_LEA:
	case M_SET:
		return i->dst >= FIRST_VREG && g->position[i->dst] < 0;
	default:
		return false;
	}
}

static void note_copy(Graph *g, const MInst *i, float weight)
{
	if (i->dst >= FIRST_VREG && i->src >= FIRST_VREG)
		vec_push(g->arena, &g->copies, (Copy){ i->dst, i->src, weight });
	else if (i->dst >= FIRST_VREG && i->src < N_REGS)
		g->nodes[i->dst].wish[i->src] += weight;
	else if (i->src >= FIRST_VREG && i->dst < N_REGS)
		g->nodes[i->src].wish[i->dst] += weight;
}

static void scan_inst(Graph *g, MBlock *b, MInst *i)
{
	int regs[8], n = machine_defs(i, regs), copied = machine_is_copy(i) ? i->src : -1;

	for (int k = 0; k < n; k++)
		for (int l = 0; l < g->n_live; l++)
			if (g->list[l] != copied)
				add_edge(g, regs[k], g->list[l]);
	for (int k = 0; k < n; k++)
		live_remove(g, regs[k]);
	if (copied >= 0)
		note_copy(g, i, weight_of(b));
	if (i->kind == M_SET) {                /* written before its operands are read */
		add_edge(g, i->dst, i->src);
		if (i->src2 >= 0)
			add_edge(g, i->dst, i->src2);
	}
	n = machine_uses(i, regs);
	for (int k = 0; k < n; k++)
		live_add(g, regs[k]);
}

static void scan_block(Graph *g, MBlock *b)
{
	int words = (g->n + 63) / 64;

	while (g->n_live)
		live_remove(g, g->list[0]);
	for (int w = 0; w < words; w++)
		for (uint64_t set = b->live_out[w]; set; set &= set - 1)
			live_add(g, w * 64 + __builtin_ctzll(set));
	for (MInst *i = b->last, *prev; i; i = prev) {
		prev = i->prev;
		if (is_dead(g, i))
			machine_remove(b, i);
		else
			scan_inst(g, b, i);
	}
}

static Graph *build_graph(MFunc *m, Arena *arena)
{
	Graph *g = NEW(arena, Graph);

	g->m = m;
	g->arena = arena;
	g->n = m->vregs.n;
	g->nodes = NEW_ARRAY(arena, Node, g->n);
	g->list = NEW_ARRAY(arena, int, g->n);
	g->position = NEW_ARRAY(arena, int, g->n);
	g->mark = NEW_ARRAY(arena, int, g->n);
	for (int r = 0; r < g->n; r++) {
		g->position[r] = -1;
		g->nodes[r].rep = r;
		g->nodes[r].reg = (int8_t)(r < N_REGS ? r : -1);
	}
	grow_edges(g);
	for (MBlock *b = m->entry; b; b = b->next)
		scan_block(g, b);
	return g;
}

/* Coalescing --------------------------------------------------------------------------------- */

static int find(Graph *g, int r)
{
	while (g->nodes[r].rep != r)
		r = g->nodes[r].rep = g->nodes[g->nodes[r].rep].rep;
	return r;
}

static int available(unsigned forbidden)
{
	return N_REGS - __builtin_popcount(forbidden & ALL_REGS);
}

static bool is_significant(const Graph *g, int r)
{
	return g->nodes[r].degree >= available(g->nodes[r].forbidden);
}

static bool briggs(Graph *g, int a, int b)
{
	int significant = 0, room = available(g->nodes[a].forbidden | g->nodes[b].forbidden);
	int both[2] = { a, b };

	g->stamp++;
	for (int side = 0; side < 2; side++) {
		const Node *n = &g->nodes[both[side]];

		for (int k = 0; k < n->near.n; k++) {
			int r = find(g, n->near.v[k]);

			if (g->mark[r] == g->stamp)
				continue;
			g->mark[r] = g->stamp;
			significant += is_significant(g, r);
		}
	}
	return significant < room;
}

static bool george(Graph *g, int a, int b)
{
	const Node *n = &g->nodes[b];

	if (n->forbidden & ~g->nodes[a].forbidden)
		return false;
	for (int k = 0; k < n->near.n; k++) {
		int r = find(g, n->near.v[k]);

		if (is_significant(g, r) && !interfere(g, r, a))
			return false;
	}
	return true;
}

static void merge(Graph *g, int a, int b)
{
	Node *to = &g->nodes[a], *from = &g->nodes[b];

	for (int k = 0; k < from->near.n; k++) {
		int r = find(g, from->near.v[k]);

		if (r == b || r == a || !insert_edge(g, a, r)) {
			if (r != a && r != b && g->mark[r] != -b - 1)
				g->nodes[r].degree--;
			g->mark[r] = -b - 1;
			continue;
		}
		g->mark[r] = -b - 1;
		vec_push(g->arena, &to->near, r);
		vec_push(g->arena, &g->nodes[r].near, a);
		to->degree++;
	}
	to->forbidden |= from->forbidden;
	for (int r = 0; r < N_REGS; r++)
		to->wish[r] += from->wish[r];
	from->rep = a;
}

static int heavier_first(const void *x, const void *y)
{
	const Copy *a = x, *b = y;

	return a->weight < b->weight ? 1 : a->weight > b->weight ? -1 :
	       a->a != b->a ? a->a - b->a : a->b - b->b;
}

static bool may_merge(Graph *g, int a, int b, bool careful)
{
	const MVreg *va = &g->m->vregs.v[a], *vb = &g->m->vregs.v[b];

	if (interfere(g, a, b) || !available(g->nodes[a].forbidden | g->nodes[b].forbidden))
		return false;
	if (va->level || vb->level)    /* short ones exist to relieve the long ones */
		return false;
	return !careful || briggs(g, a, b) || george(g, a, b) || george(g, b, a);
}

static void coalesce(Graph *g, bool careful)
{
	if (g->copies.n)
		qsort(g->copies.v, (size_t)g->copies.n, sizeof(Copy), heavier_first);
	for (int k = 0; k < g->copies.n; k++) {
		int a = find(g, g->copies.v[k].a), b = find(g, g->copies.v[k].b);

		if (a == b)
			continue;
		if (may_merge(g, a, b, careful))
			merge(g, a, b);
	}
	for (int k = 0; k < g->copies.n; k++) {
		int a = find(g, g->copies.v[k].a), b = find(g, g->copies.v[k].b);

		if (a == b)
			continue;
		vec_push(g->arena, &g->nodes[a].copies, k);
		vec_push(g->arena, &g->nodes[b].copies, k);
	}
}

/* Costs -------------------------------------------------------------------------------------- */

/* What can be made again wherever it is used instead of being kept. */
static bool can_remake(const Graph *g, const Node *n)
{
	if (n->n_defs != 1)
		return false;
	switch (n->def->kind) {
	case M_LDIMM:
	case M_LEA:
		return true;
	case M_MOV:
		return n->def->src < 0;
	case M_LOAD:               /* a reload of what still lives in the slot */
		return n->def->object > 0 && n->def->object == g->m->vregs.v[n - g->nodes].slot;
	default:
		return false;
	}
}

static void count_costs(Graph *g)
{
	int regs[8], n;

	for (MBlock *b = g->m->entry; b; b = b->next) {
		float weight = weight_of(b);

		for (MInst *i = b->first; i; i = i->next) {
			if (machine_is_copy(i) && find(g, i->src) == find(g, i->dst)) {
				g->nodes[find(g, i->src)].present = true;
				continue;
			}
			n = machine_uses(i, regs);
			for (int k = 0; k < n; k++)
				g->nodes[find(g, regs[k])].cost += weight;
			n = machine_defs(i, regs);
			for (int k = 0; k < n; k++) {
				Node *d = &g->nodes[find(g, regs[k])];

				d->cost += weight;
				d->present = true;
				d->n_defs++;
				d->def = i;
			}
		}
	}
	for (int r = FIRST_VREG; r < g->n; r++) {
		Node *d = &g->nodes[r];

		if (g->m->vregs.v[r].level >= 2)
			d->cost = 1e30f;
		else if (d->n_defs && can_remake(g, d))
			d->cost *= 0.4f;
	}
}

/* Colouring ---------------------------------------------------------------------------------- */

static void take_out(Graph *g, int r, IntVec *ready)
{
	Node *n = &g->nodes[r];

	n->removed = true;
	vec_push(g->arena, &g->stack, r);
	g->stamp++;
	for (int k = 0; k < n->near.n; k++) {
		int other = find(g, n->near.v[k]);
		Node *o = &g->nodes[other];
		bool was = is_significant(g, other);

		if (o->removed || g->mark[other] == g->stamp)
			continue;
		g->mark[other] = g->stamp;
		o->degree--;
		if (was && !is_significant(g, other))
			vec_push(g->arena, ready, other);
	}
}

static int cheapest(const Graph *g)
{
	int best = -1;
	float least = 0;

	for (int r = FIRST_VREG; r < g->n; r++) {
		const Node *n = &g->nodes[r];
		float cost;

		if (n->removed || n->rep != r || !n->present)
			continue;
		cost = n->cost / (float)(n->degree + 1);
		if (best < 0 || cost < least) {
			best = r;
			least = cost;
		}
	}
	return best;
}

static void simplify(Graph *g)
{
	IntVec ready = { 0 };
	int r;

	for (r = g->n - 1; r >= FIRST_VREG; r--)
		if (g->nodes[r].rep == r && g->nodes[r].present && !is_significant(g, r))
			vec_push(g->arena, &ready, r);
	for (;;) {
		while (ready.n) {
			r = vec_pop(&ready);
			if (!g->nodes[r].removed)
				take_out(g, r, &ready);
		}
		r = cheapest(g);
		if (r < 0)
			return;
		take_out(g, r, &ready);
	}
}

static void score_by_neighbours(Graph *g, int r, float *score)
{
	const Node *n = &g->nodes[r];

	g->stamp++;
	for (int k = 0; k < n->near.n; k++) {
		int other = find(g, n->near.v[k]);

		if (g->nodes[other].reg >= 0 || g->mark[other] == g->stamp)
			continue;
		g->mark[other] = g->stamp;
		for (int c = 0; c < N_REGS; c++)
			score[c] -= g->nodes[other].wish[c] * 0.5f;
	}
}

static void score_by_copies(Graph *g, int r, float *score)
{
	const Node *n = &g->nodes[r];

	for (int k = 0; k < n->copies.n; k++) {
		const Copy *copy = &g->copies.v[n->copies.v[k]];
		int a = find(g, copy->a), other = a == r ? find(g, copy->b) : a;
		const Node *o = &g->nodes[other];

		if (o->reg >= 0)
			score[o->reg] += copy->weight;
		else
			for (int c = 0; c < N_REGS; c++)
				if (o->forbidden >> c & 1)
					score[c] -= copy->weight * 0.25f;
				else
					score[c] += o->wish[c] * 0.25f;
	}
}

static bool pick_register(Graph *g, int r)
{
	static const float order[N_REGS] = { .04f, .09f, .08f, .07f, .06f, .05f, .03f, .02f, .01f, 0 };
	Node *n = &g->nodes[r];
	unsigned taken = n->forbidden;
	float score[N_REGS];
	int best = -1;

	for (int k = 0; k < n->near.n; k++) {
		int reg = g->nodes[find(g, n->near.v[k])].reg;

		if (reg >= 0)
			taken |= 1u << reg;
	}
	for (int c = 0; c < N_REGS; c++)
		score[c] = n->wish[c] + order[c];
	score_by_neighbours(g, r, score);
	score_by_copies(g, r, score);
	for (int c = 0; c < N_REGS; c++)
		if (!(taken >> c & 1) && (best < 0 || score[c] > score[best]))
			best = c;
	n->reg = (int8_t)best;
	return best >= 0;
}

/* The number of nodes left without a register. */
static int colour(Graph *g, bool careful)
{
	int spilled = 0;

	coalesce(g, careful);
	count_costs(g);
	simplify(g);
	while (g->stack.n)
		spilled += !pick_register(g, vec_pop(&g->stack));
	return spilled;
}

/* Results ------------------------------------------------------------------------------------ */

static void assign(Graph *g)
{
	for (MBlock *b = g->m->entry; b; b = b->next) {
		for (MInst *i = b->first; i; i = i->next) {
			int *fields[] = { &i->dst, &i->src, &i->src2 };

			for (int k = 0; k < 3; k++)
				if (*fields[k] >= FIRST_VREG)
					*fields[k] = g->nodes[find(g, *fields[k])].reg;
		}
	}
}

/* The stack slots made in this round; the node for which each was last found to be taken. */
typedef struct Slots {
	int first;
	VEC(int) taken_for;
} Slots;

/* A stack slot for node r that no interfering node of this round has. */
static int choose_slot(Graph *g, int r, Slots *slots, const int *slot_of)
{
	const Node *n = &g->nodes[r];

	for (int k = 0; k < n->near.n; k++) {
		int slot = slot_of[find(g, n->near.v[k])];

		if (slot >= slots->first)
			slots->taken_for.v[slot - slots->first] = r;
	}
	for (int k = 0; k < slots->taken_for.n; k++)
		if (slots->taken_for.v[k] != r)
			return slots->first + k;
	vec_push(g->arena, &slots->taken_for, 0);
	return machine_object(g->m, 8, 8, NULL);
}

/* False if something that cannot be spilled got no register. */
static bool spill(Graph *g)
{
	SpillSet set;
	Slots slots = { .first = g->m->objects.n };

	set.rep = NEW_ARRAY(g->arena, int, g->n);
	set.slot_of = NEW_ARRAY(g->arena, int, g->n);
	set.remake = NEW_ARRAY(g->arena, MInst *, g->n);
	memset(set.slot_of, -1, sizeof(int) * (size_t)g->n);
	for (int r = FIRST_VREG; r < g->n; r++) {
		Node *n = &g->nodes[r];

		if (n->rep != r || !n->present || n->reg >= 0)
			continue;
		if (n->cost >= 1e30f)
			return false;
		if (can_remake(g, n))
			set.remake[r] = arena_copy(g->m->arena, n->def, sizeof(MInst));
		else
			set.slot_of[r] = choose_slot(g, r, &slots, set.slot_of);
	}
	for (int r = FIRST_VREG; r < g->n; r++) {
		set.rep[r] = find(g, r);
		set.slot_of[r] = set.slot_of[set.rep[r]];
		set.remake[r] = set.remake[set.rep[r]];
	}
	spill_rewrite(g->m, &set);
	return true;
}

bool allocate_registers(MFunc *m)
{
	bool careful = false, fine = false;

	for (int round = 0; round < MAX_ROUNDS; round++) {
		Arena *scratch = arena_new();
		Graph *g;

		machine_liveness(m);
		g = build_graph(m, scratch);
		if (!colour(g, careful)) {
			assign(g);
			fine = true;
		} else if (careful) {
			fine = !spill(g);
		}
		arena_free(scratch);
		if (fine)
			break;
		careful = true;
	}
	return fine;
}
