/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter of the code benchmark (interpret.h). Registers and addresses are the host's own;
 * only the fields of a packet context that the kernel turns into pointers are special.
 */
#include "interpret.h"

#include <bpf/bpf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { STACK = 512, MAX_FRAMES = 8, MAX_STEPS = 10000000 };

typedef struct Frame {
	const struct bpf_insn *back;
	uint64_t saved[4];
} Frame;

typedef struct Run {
	Machine *m;
	uint64_t r[11];
	Frame frames[MAX_FRAMES];
	int depth;
	uint8_t stack[MAX_FRAMES][STACK] __attribute__((aligned(8)));
} Run;

/* Maps --------------------------------------------------------------------------------------- */

static bool is_array(const CopyOfMap *c)
{
	return c->type == BPF_MAP_TYPE_ARRAY || c->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

bool machine_add_map(Machine *m, int fd)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	CopyOfMap *c = &m->maps[m->n_maps];

	if (m->n_maps == MAX_MAPS || bpf_obj_get_info_by_fd(fd, &info, &size))
		return false;
	*c = (CopyOfMap){ .fd = fd, .type = info.type, .key_size = info.key_size,
			  .value_size = (info.value_size + 7) & ~7u, .max_entries = info.max_entries };
	m->n_maps++;
	if (info.type == BPF_MAP_TYPE_RINGBUF)
		return true;
	c->values = calloc(c->max_entries, c->value_size);
	c->keys = calloc(c->max_entries, c->key_size ? c->key_size : 1);
	for (uint32_t k = 0; c->type == BPF_MAP_TYPE_ARRAY && k < c->max_entries; k++)
		bpf_map_lookup_elem(fd, &k, c->values + (size_t)k * c->value_size);
	return c->values && c->keys;
}

void machine_free(Machine *m)
{
	for (int k = 0; k < m->n_maps; k++) {
		free(m->maps[k].values);
		free(m->maps[k].keys);
	}
}

static CopyOfMap *map_of(Run *run, int fd)
{
	for (int k = 0; k < run->m->n_maps; k++)
		if (run->m->maps[k].fd == fd)
			return &run->m->maps[k];
	abort();
}

static int64_t find(const CopyOfMap *c, const void *key)
{
	uint32_t index;

	if (is_array(c)) {
		memcpy(&index, key, 4);
		return index < c->max_entries ? (int64_t)index : -1;
	}
	for (uint32_t k = 0; k < c->used; k++)
		if (!memcmp(c->keys + (size_t)k * c->key_size, key, c->key_size))
			return k;
	return -1;
}

static uint64_t lookup(CopyOfMap *c, const void *key)
{
	int64_t at = find(c, key);

	return at < 0 ? 0 : (uintptr_t)(c->values + (size_t)at * c->value_size);
}

static int64_t update(CopyOfMap *c, const void *key, const void *value, uint64_t flags)
{
	int64_t at = find(c, key);

	if (at >= 0 && flags == BPF_NOEXIST)
		return -17;
	if (at < 0 && flags == BPF_EXIST)
		return -2;
	if (at < 0) {
		if (is_array(c) || c->used == c->max_entries)
			return -7;
		at = c->used++;
		memcpy(c->keys + (size_t)at * c->key_size, key, c->key_size);
	}
	memcpy(c->values + (size_t)at * c->value_size, value, c->value_size);
	return 0;
}

static int64_t delete(CopyOfMap *c, const void *key)
{
	int64_t at = find(c, key);
	uint32_t last;

	if (at < 0 || is_array(c))
		return -2;
	last = --c->used;
	memmove(c->keys + (size_t)at * c->key_size, c->keys + (size_t)last * c->key_size, c->key_size);
	memmove(c->values + (size_t)at * c->value_size, c->values + (size_t)last * c->value_size,
		c->value_size);
	return 0;
}

/* Helpers ------------------------------------------------------------------------------------ */

static void digest(Machine *m, const void *data, uint64_t size)
{
	const uint8_t *p = data;

	for (uint64_t k = 0; k < size; k++)
		m->digest = (m->digest ^ p[k]) * 0x100000001b3ull;
}

static uint64_t reserve(uint64_t size)
{
	uint64_t *p = calloc(1, size + 8);

	*p = size;
	return (uintptr_t)(p + 1);
}

static uint64_t submit(Machine *m, uint64_t record, bool keep)
{
	uint64_t *p = (uint64_t *)(uintptr_t)record - 1;

	if (keep)
		digest(m, p + 1, *p);
	free(p);
	return 0;
}

static uint64_t load_bytes(Machine *m, uint32_t at, void *to, uint32_t size)
{
	if (at > m->packet_size || size > m->packet_size - at) {
		memset(to, 0, size);
		return (uint64_t)-14;
	}
	memcpy(to, m->packet + at, size);
	return 0;
}

static bool call_helper(Run *run, int helper)
{
	Machine *m = run->m;
	uint64_t *r = run->r;
	void *p2 = (void *)(uintptr_t)r[2], *p3 = (void *)(uintptr_t)r[3];

	switch (helper) {
	case BPF_FUNC_map_lookup_elem: r[0] = lookup(map_of(run, (int)r[1]), p2); break;
	case BPF_FUNC_map_update_elem:
		r[0] = (uint64_t)update(map_of(run, (int)r[1]), p2, p3, r[4]);
		break;
	case BPF_FUNC_map_delete_elem: r[0] = (uint64_t)delete(map_of(run, (int)r[1]), p2); break;
	case BPF_FUNC_ktime_get_ns: r[0] = m->clock += 1237; break;
	case BPF_FUNC_get_prandom_u32:
		m->seed = m->seed * 6364136223846793005ull + 1442695040888963407ull;
		r[0] = m->seed >> 33;
		break;
	case BPF_FUNC_get_smp_processor_id: r[0] = 0; break;
	case BPF_FUNC_get_current_pid_tgid: r[0] = 0x123400005678; break;
	case BPF_FUNC_skb_load_bytes: r[0] = load_bytes(m, (uint32_t)r[2], p3, (uint32_t)r[4]); break;
	case BPF_FUNC_ringbuf_reserve: r[0] = reserve(r[2]); break;
	case BPF_FUNC_ringbuf_submit: r[0] = submit(m, r[1], true); break;
	case BPF_FUNC_ringbuf_discard: r[0] = submit(m, r[1], false); break;
	case BPF_FUNC_ringbuf_output: digest(m, p2, r[3]); r[0] = 0; break;
	default:
		m->unknown_helper = helper;
		return false;
	}
	return true;
}

/* Instructions ------------------------------------------------------------------------------- */

static uint64_t swap(uint64_t v, int bits, bool to_big)
{
	switch (bits) {
	case 16: return to_big ? htobe16((uint16_t)v) : (uint16_t)v;
	case 32: return to_big ? htobe32((uint32_t)v) : (uint32_t)v;
	default: return to_big ? htobe64(v) : v;
	}
}

static uint64_t alu64(uint8_t op, uint64_t a, uint64_t b)
{
	switch (op) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_DIV: return b ? a / b : 0;
	case BPF_MOD: return b ? a % b : a;
	case BPF_OR: return a | b;
	case BPF_AND: return a & b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return a << (b & 63);
	case BPF_RSH: return a >> (b & 63);
	case BPF_ARSH: return (uint64_t)((int64_t)a >> (b & 63));
	case BPF_NEG: return -a;
	default: return b;
	}
}

static uint32_t alu32(uint8_t op, uint32_t a, uint32_t b)
{
	switch (op) {
	case BPF_LSH: return a << (b & 31);
	case BPF_RSH: return a >> (b & 31);
	case BPF_ARSH: return (uint32_t)((int32_t)a >> (b & 31));
	default: return (uint32_t)alu64(op, a, b);
	}
}

static bool jumps(uint8_t op, uint64_t a, uint64_t b, bool is_32)
{
	int64_t sa = is_32 ? (int32_t)a : (int64_t)a, sb = is_32 ? (int32_t)b : (int64_t)b;

	if (is_32) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (op) {
	case BPF_JA: return true;
	case BPF_JEQ: return a == b;
	case BPF_JNE: return a != b;
	case BPF_JGT: return a > b;
	case BPF_JGE: return a >= b;
	case BPF_JLT: return a < b;
	case BPF_JLE: return a <= b;
	case BPF_JSET: return a & b;
	case BPF_JSGT: return sa > sb;
	case BPF_JSGE: return sa >= sb;
	case BPF_JSLT: return sa < sb;
	default: return sa <= sb;
	}
}

static int bytes_of(uint8_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B: return 1;
	case BPF_H: return 2;
	case BPF_W: return 4;
	default: return 8;
	}
}

/* A field of the context that stands for a pointer. */
static bool packet_pointer(const Machine *m, uint64_t at, uint64_t *value)
{
	uint64_t offset = at - (uintptr_t)m->context;
	bool is_xdp = m->type == BPF_PROG_TYPE_XDP;

	if (offset >= CONTEXT_SIZE || m->type == BPF_PROG_TYPE_RAW_TRACEPOINT)
		return false;
	if (offset == (is_xdp ? offsetof(struct xdp_md, data) : offsetof(struct __sk_buff, data)) ||
	    offset == (is_xdp ? offsetof(struct xdp_md, data_meta) :
				offsetof(struct __sk_buff, data_meta)))
		*value = (uintptr_t)m->packet;
	else if (offset == (is_xdp ? offsetof(struct xdp_md, data_end) :
				     offsetof(struct __sk_buff, data_end)))
		*value = (uintptr_t)m->packet + m->packet_size;
	else
		return false;
	return true;
}

static uint64_t load(Run *run, const struct bpf_insn *i)
{
	uint64_t at = run->r[i->src_reg] + (int64_t)i->off, v = 0;

	if (!packet_pointer(run->m, at, &v))
		memcpy(&v, (void *)(uintptr_t)at, (size_t)bytes_of(i->code));
	return v;
}

static void atomic(Run *run, const struct bpf_insn *i)
{
	void *p = (void *)(uintptr_t)(run->r[i->dst_reg] + (int64_t)i->off);
	uint64_t *src = &run->r[i->src_reg], old = 0, new;
	size_t size = (size_t)bytes_of(i->code);

	memcpy(&old, p, size);
	if (i->imm == BPF_CMPXCHG) {
		new = old == (size == 4 ? (uint32_t)run->r[0] : run->r[0]) ? *src : old;
		run->r[0] = old;
	} else {
		new = i->imm == BPF_XCHG ? *src : alu64(i->imm & 0xf0, old, *src);
		if (i->imm & BPF_FETCH)
			*src = old;
	}
	memcpy(p, &new, size);
}

static uint64_t wide_constant(Run *run, const struct bpf_insn *i)
{
	switch (i->src_reg) {
	case BPF_PSEUDO_MAP_VALUE:
		return (uintptr_t)map_of(run, i->imm)->values + (uint32_t)i[1].imm;
	case BPF_PSEUDO_MAP_FD:
		return (uint64_t)i->imm;
	default:
		return (uint32_t)i->imm | (uint64_t)(uint32_t)i[1].imm << 32;
	}
}

static const struct bpf_insn *enter(Run *run, const struct bpf_insn *i)
{
	Frame *f = &run->frames[run->depth];

	f->back = i + 1;
	memcpy(f->saved, run->r + 6, sizeof(f->saved));
	if (++run->depth == MAX_FRAMES)
		abort();
	run->r[10] = (uintptr_t)(run->stack[run->depth] + STACK);
	return i + 1 + i->imm;
}

/* NULL: the program ends. */
static const struct bpf_insn *leave(Run *run)
{
	if (!run->depth)
		return NULL;
	run->depth--;
	memcpy(run->r + 6, run->frames[run->depth].saved, sizeof(run->frames[0].saved));
	run->r[10] = (uintptr_t)(run->stack[run->depth] + STACK);
	return run->frames[run->depth].back;
}

static void arithmetic(Run *run, const struct bpf_insn *i)
{
	uint64_t *dst = &run->r[i->dst_reg];
	uint64_t b = BPF_SRC(i->code) == BPF_X ? run->r[i->src_reg] : (uint64_t)(int64_t)i->imm;

	if (BPF_OP(i->code) == BPF_END)
		*dst = swap(*dst, i->imm, BPF_SRC(i->code) == BPF_TO_BE);
	else if (BPF_CLASS(i->code) == BPF_ALU64)
		*dst = alu64(BPF_OP(i->code), *dst, b);
	else
		*dst = alu32(BPF_OP(i->code), (uint32_t)*dst, (uint32_t)b);
}

static void store(Run *run, const struct bpf_insn *i)
{
	uint64_t v = BPF_CLASS(i->code) == BPF_ST ? (uint64_t)(int64_t)i->imm : run->r[i->src_reg];

	if (BPF_CLASS(i->code) == BPF_STX && BPF_MODE(i->code) == BPF_ATOMIC)
		atomic(run, i);
	else
		memcpy((void *)(uintptr_t)(run->r[i->dst_reg] + (int64_t)i->off), &v,
		       (size_t)bytes_of(i->code));
}

static const struct bpf_insn *jump(Run *run, const struct bpf_insn *i, bool *failed)
{
	uint64_t b = BPF_SRC(i->code) == BPF_X ? run->r[i->src_reg] : (uint64_t)(int64_t)i->imm;

	if (BPF_OP(i->code) == BPF_EXIT)
		return leave(run);
	if (BPF_OP(i->code) == BPF_CALL && i->src_reg == BPF_PSEUDO_CALL)
		return enter(run, i);
	if (BPF_OP(i->code) == BPF_CALL) {
		*failed = !call_helper(run, i->imm);
		return *failed ? NULL : i + 1;
	}
	return jumps(BPF_OP(i->code), run->r[i->dst_reg], b, BPF_CLASS(i->code) == BPF_JMP32) ?
	       i + 1 + i->off : i + 1;
}

bool machine_run(Machine *m, uint64_t *result)
{
	Run run = { .m = m };
	bool failed = false;
	int steps = 0;

	run.r[1] = (uintptr_t)m->context;
	run.r[10] = (uintptr_t)(run.stack[0] + STACK);
	for (const struct bpf_insn *i = m->insns; i; m->executed++) {
		if (++steps > MAX_STEPS)
			return false;
		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			run.r[i->dst_reg] = wide_constant(&run, i);
			i += 2;
			break;
		case BPF_LDX:
			run.r[i->dst_reg] = load(&run, i);
			i++;
			break;
		case BPF_ST:
		case BPF_STX:
			store(&run, i++);
			break;
		case BPF_ALU:
		case BPF_ALU64:
			arithmetic(&run, i++);
			break;
		default:
			i = jump(&run, i, &failed);
		}
	}
	*result = run.r[0];
	return !failed;
}
