/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions as text, in the form of the kernel's verifier log: "3: (bf) r6 = r1". Source lines
 * stand above the instructions that they became, as "; text @ file:line"; maps, data and helpers
 * appear by name.
 */
#include "bpf/object.h"

typedef struct Disasm {
	const BpfObject *o;
	const BpfProgram *p;
	const Sources *sources;
	StrBuf *out;
	int line, reloc;           /* next of each */
} Disasm;

static const char *alu_text(uint8_t code)
{
	switch (BPF_OP(code)) {
#define ALU_OP(code, text) case code: return text;
#include "bpf/opcodes.def"
	default:
		return "?=";
	}
}

static const char *jump_text(uint8_t code)
{
	switch (BPF_OP(code)) {
#define JUMP_OP(code, text, inverse, swapped) case code: return text;
#include "bpf/opcodes.def"
	default:
		return "?";
	}
}

static const char *size_text(uint8_t code)
{
	switch (BPF_SIZE(code)) {
#define SIZE_OP(code, text, bytes) case code: return text;
#include "bpf/opcodes.def"
	default:
		return "?";
	}
}

/* "name" of an atomic operation; *text gets its operator, NULL if it has only a name. */
static const char *atomic_text(int32_t imm, const char **text)
{
	static const struct { int code; const char *name, *text; } ops[] = {
#define ATOMIC_OP(code, name, text) { code, name, text },
#include "bpf/opcodes.def"
	};

	for (size_t k = 0; k < ARRAY_LEN(ops); k++)
		if (ops[k].code == imm || (ops[k].text && (ops[k].code | BPF_FETCH) == imm)) {
			*text = ops[k].text;
			return ops[k].name;
		}
	*text = NULL;
	return "unknown";
}

static void show_alu(Disasm *d, const struct bpf_insn *i)
{
	char c = BPF_CLASS(i->code) == BPF_ALU ? 'w' : 'r';

	if (BPF_OP(i->code) == BPF_END) {
		const char *kind = BPF_CLASS(i->code) == BPF_ALU64 ? "bswap" :
				   BPF_SRC(i->code) == BPF_TO_BE ? "be" : "le";

		sb_printf(d->out, "r%d = %s%d r%d", i->dst_reg, kind, i->imm, i->dst_reg);
	} else if (BPF_OP(i->code) == BPF_NEG) {
		sb_printf(d->out, "%c%d = -%c%d", c, i->dst_reg, c, i->dst_reg);
	} else if (BPF_SRC(i->code) == BPF_X) {
		sb_printf(d->out, "%c%d %s %c%d", c, i->dst_reg, alu_text(i->code), c, i->src_reg);
	} else {
		sb_printf(d->out, "%c%d %s %d", c, i->dst_reg, alu_text(i->code), i->imm);
	}
}

static void show_atomic(Disasm *d, const struct bpf_insn *i)
{
	const char *text, *name = atomic_text(i->imm, &text), *size = size_text(i->code);
	const char *prefix = BPF_SIZE(i->code) == BPF_DW ? "64" : "";

	if (i->imm == BPF_CMPXCHG)
		sb_printf(d->out, "r0 = atomic%s_cmpxchg((%s *)(r%d %+d), r0, r%d)", prefix, size,
			  i->dst_reg, i->off, i->src_reg);
	else if (!text)
		sb_printf(d->out, "r%d = atomic%s_%s((%s *)(r%d %+d), r%d)", i->src_reg, prefix, name,
			  size, i->dst_reg, i->off, i->src_reg);
	else if (i->imm & BPF_FETCH)
		sb_printf(d->out, "r%d = atomic%s_fetch_%s((%s *)(r%d %+d), r%d)", i->src_reg,
			  prefix, name, size, i->dst_reg, i->off, i->src_reg);
	else
		sb_printf(d->out, "lock *(%s *)(r%d %+d) %s r%d", size, i->dst_reg, i->off, text,
			  i->src_reg);
}

static void show_memory(Disasm *d, const struct bpf_insn *i)
{
	const char *size = size_text(i->code);
	const char *sign = BPF_MODE(i->code) == 0x80 ? "s" : "u";

	switch (BPF_CLASS(i->code)) {
	case BPF_LDX:
		sb_printf(d->out, "r%d = *(%s%s *)(r%d %+d)", i->dst_reg, sign, size + 1, i->src_reg,
			  i->off);
		break;
	case BPF_ST:
		sb_printf(d->out, "*(%s *)(r%d %+d) = %d", size, i->dst_reg, i->off, i->imm);
		break;
	default:
		if (BPF_MODE(i->code) == BPF_ATOMIC)
			show_atomic(d, i);
		else
			sb_printf(d->out, "*(%s *)(r%d %+d) = r%d", size, i->dst_reg, i->off,
				  i->src_reg);
	}
}

static const BpfReloc *reloc_at(Disasm *d, uint32_t insn)
{
	while (d->reloc < d->p->relocs.n && d->p->relocs.v[d->reloc].insn < insn)
		d->reloc++;
	if (d->reloc < d->p->relocs.n && d->p->relocs.v[d->reloc].insn == insn)
		return &d->p->relocs.v[d->reloc];
	return NULL;
}

static void show_reloc(Disasm *d, const BpfReloc *r)
{
	switch (r->kind) {
	case RELOC_MAP:
		sb_printf(d->out, "map[%s]", d->o->maps.v[r->index].name);
		break;
	case RELOC_DATA:
		sb_printf(d->out, "%s+%lld", d->o->data.v[r->index].name, (long long)r->addend);
		break;
	case RELOC_CALLBACK:
		sb_printf(d->out, "func@%lld", (long long)r->addend);
		break;
	case RELOC_KFUNC:
		sb_printf(d->out, "kfunc#%lld", (long long)r->addend);
		break;
	case RELOC_KSYM:
		sb_printf(d->out, "ksym#%lld", (long long)r->addend);
		break;
	}
}

static void show_load_imm(Disasm *d, const struct bpf_insn *i, uint32_t at)
{
	const BpfReloc *r = reloc_at(d, at);

	if (BPF_MODE(i->code) == BPF_ABS) {
		sb_printf(d->out, "r0 = *(%s *)skb[%d]", size_text(i->code), i->imm);
		return;
	}
	if (BPF_MODE(i->code) == BPF_IND) {
		sb_printf(d->out, "r0 = *(%s *)skb[r%d]", size_text(i->code), i->src_reg);
		return;
	}
	sb_printf(d->out, "r%d = ", i->dst_reg);
	if (r)
		show_reloc(d, r);
	else
		sb_printf(d->out, "0x%llx", (unsigned long long)(uint32_t)i->imm |
			  (unsigned long long)(uint32_t)i[1].imm << 32);
}

static void show_jump(Disasm *d, const struct bpf_insn *i, uint32_t at)
{
	char c = BPF_CLASS(i->code) == BPF_JMP32 ? 'w' : 'r';
	const HelperInfo *h;

	switch (BPF_OP(i->code)) {
	case BPF_EXIT:
		sb_puts(d->out, "exit");
		return;
	case BPF_JA:
		sb_printf(d->out, "goto pc%+d", BPF_CLASS(i->code) == BPF_JMP32 ? i->imm : i->off);
		return;
	case BPF_CALL:
		if (i->src_reg == BPF_PSEUDO_CALL) {
			sb_printf(d->out, "call pc%+d", i->imm);
		} else if (i->src_reg == BPF_PSEUDO_KFUNC_CALL) {
			const BpfReloc *r = reloc_at(d, at);

			sb_printf(d->out, "call kernel-function#%lld",
				  r ? (long long)r->addend : (long long)i->imm);
		} else {
			h = helper_by_id(i->imm);
			sb_printf(d->out, "call bpf_%s#%d", h ? h->name : "unknown", i->imm);
		}
		return;
	default:
		sb_printf(d->out, "if %c%d %s ", c, i->dst_reg, jump_text(i->code));
		if (BPF_SRC(i->code) == BPF_X)
			sb_printf(d->out, "%c%d", c, i->src_reg);
		else
			sb_printf(d->out, "0x%x", (unsigned)i->imm);
		sb_printf(d->out, " goto pc%+d", i->off);
	}
}

static void show_insn(Disasm *d, const struct bpf_insn *i, uint32_t at)
{
	sb_printf(d->out, "%u: (%02x) ", at, i->code);
	switch (BPF_CLASS(i->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		show_alu(d, i);
		break;
	case BPF_LD:
		show_load_imm(d, i, at);
		break;
	case BPF_JMP:
	case BPF_JMP32:
		show_jump(d, i, at);
		break;
	default:
		show_memory(d, i);
	}
	sb_putc(d->out, '\n');
}

static const char *btf_text_at(const BpfObject *o, uint32_t off)
{
	const struct btf_header { uint16_t magic; uint8_t version, flags; uint32_t hdr_len, type_off,
		type_len, str_off, str_len; } *h = (const void *)o->btf;
	const char *strings;

	if (!h || o->btf_size < sizeof(*h) || h->hdr_len > o->btf_size ||
	    h->str_off > o->btf_size - h->hdr_len ||
	    h->str_len > o->btf_size - h->hdr_len - h->str_off || off >= h->str_len)
		return "";
	strings = (const char *)o->btf + h->hdr_len + h->str_off;
	return memchr(strings + off, 0, h->str_len - off) ? strings + off : "";
}

static void show_source(Disasm *d, uint32_t at)
{
	const BpfLineInfo *l;
	SourcePos pos;
	const char *text;

	if (d->line >= d->p->lines.n || d->p->lines.v[d->line].insn != at)
		return;
	l = &d->p->lines.v[d->line++];
	if (d->sources && l->loc && sources_resolve(d->sources, l->loc, &pos)) {
		while (pos.text.n && (*pos.text.p == ' ' || *pos.text.p == '\t')) {
			pos.text.p++;
			pos.text.n--;
		}
		sb_printf(d->out, "; %.*s @ %s:%d\n", (int)pos.text.n, pos.text.p, pos.file,
			  pos.line);
		return;
	}
	text = btf_text_at(d->o, l->line_off);
	text += strspn(text, " \t");
	sb_printf(d->out, "; %s @ %s:%u\n", text, btf_text_at(d->o, l->file_name_off), l->line);
}

void bpf_disassemble(const BpfObject *o, const BpfProgram *p, const Sources *sources, StrBuf *out)
{
	Disasm d = { .o = o, .p = p, .sources = sources, .out = out };
	uint32_t n = (uint32_t)p->insns.n;

	for (uint32_t at = 0; at < n; at++) {
		const struct bpf_insn *i = &p->insns.v[at];
		bool wide = i->code == (BPF_LD | BPF_IMM | BPF_DW);

		show_source(&d, at);
		if (wide && at + 1 == n)
			break;
		show_insn(&d, i, at);
		at += wide;
	}
}
