/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_narrow: sign extensions that nobody needs.
 *
 * A narrow signed load costs two shifts more than an unsigned one. If all users ask only for the
 * bits that are in memory (equality with a constant, a mask, a narrow store), the load becomes
 * unsigned. Needs: nothing. Keeps dominators.
 */
#include "ir/internal.h"

static bool is_extending_load(const Inst *i)
{
	return i->op == IR_LOAD && i->is_signed && i->width < 4;
}

static int64_t mask_of(const Inst *load)
{
	return load->width == 1 ? 0xff : 0xffff;
}

/* Does `user` see only the bits that are in memory? */
static bool needs_no_sign(const Inst *user, int a, const Inst *load)
{
	const Inst *other = user->n_args == 2 ? user->args[!a] : NULL;
	int64_t mask = mask_of(load), c;

	switch (user->op) {
	case IR_EQ:
	case IR_NE:
		if (other->op != IR_CONST)
			return false;
		c = other->imm & mask;
		c |= c > mask >> 1 ? ~mask : 0;    /* as it is sign-extended */
		return load->type == IR_I32 ? (int32_t)c == (int32_t)other->imm : c == other->imm;
	case IR_AND:
		return other->op == IR_CONST && !(other->imm & ~mask);
	case IR_STORE:
		return a == 1 && user->width <= load->width;
	default:
		return false;
	}
}

/* Inst.aux counts the users that do not need the sign. */
static void count_users(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			i->aux = 0;
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			for (int a = 0; a < i->n_args; a++)
				if (is_extending_load(i->args[a]))
					i->args[a]->aux += needs_no_sign(i, a, i->args[a]);
}

static bool becomes_unsigned(const Inst *i)
{
	return is_extending_load(i) && i->aux == i->n_uses && !i->is_volatile;
}

static void change_constant(Function *f, Inst *i, int a)
{
	Inst *load = i->args[a], *c = i->args[!a];

	i->args[!a] = ir_const(f, c->type, c->imm & mask_of(load));
}

void pass_narrow(Function *f)
{
	ir_count_uses(f);
	count_users(f);
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			for (int a = 0; a < i->n_args; a++)
				if ((i->op == IR_EQ || i->op == IR_NE) && becomes_unsigned(i->args[a]))
					change_constant(f, i, a);
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			if (becomes_unsigned(i))
				i->is_signed = false;
}
