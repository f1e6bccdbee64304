/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_dead_code: keeps what an effect needs and removes the rest, cycles of PHIs included.
 *
 * Effects are stores, calls, branches, volatile loads. Helpers that only tell something (time, pid,
 * ...) have none: clang keeps such calls, here they go when nobody uses the result. An atomic
 * operation whose old value is not used becomes the plain one, which every kernel has.
 * Needs: nothing. Keeps dominators. Leaves n_uses valid.
 */
#include "ir/internal.h"

/* Helpers without any effect and without memory arguments. */
static bool only_tells(int helper)
{
	enum {
		KTIME_GET_NS = 5, SMP_PROCESSOR_ID = 8, PID_TGID = 14, UID_GID = 15,
		CURRENT_TASK = 35, NUMA_NODE_ID = 42, CGROUP_ID = 80, ANCESTOR_CGROUP_ID = 123,
		JIFFIES64 = 118, KTIME_GET_BOOT_NS = 125, CURRENT_TASK_BTF = 158,
		KTIME_GET_COARSE_NS = 160, FUNC_IP = 173, ATTACH_COOKIE = 174, TASK_PT_REGS = 175,
		KTIME_GET_TAI_NS = 208,
	};

	switch (helper) {
	case KTIME_GET_NS: case SMP_PROCESSOR_ID: case PID_TGID: case UID_GID: case CURRENT_TASK:
	case NUMA_NODE_ID: case CGROUP_ID: case ANCESTOR_CGROUP_ID: case JIFFIES64:
	case KTIME_GET_BOOT_NS: case CURRENT_TASK_BTF: case KTIME_GET_COARSE_NS: case FUNC_IP:
	case ATTACH_COOKIE: case TASK_PT_REGS: case KTIME_GET_TAI_NS:
		return true;
	default:
		return false;
	}
}

static bool is_root(const Inst *i)
{
	if (i->op == IR_CALL_HELPER)
		return !only_tells(i->helper);
	return (ir_ops[i->op].flags & IRF_EFFECT) || i->is_volatile || i->op == IR_PARAM;
}

static void mark_needed(Function *f)
{
	Inst **stack = NEW_ARRAY(f->module->arena, Inst *, f->n_values + 1);
	int n = 0;

	FOR_BLOCKS (b, f) {
		FOR_INSTS (i, b) {
			i->aux = is_root(i);
			i->n_uses = 0;
			if (i->aux)
				stack[n++] = i;
		}
	}
	while (n) {
		Inst *i = stack[--n];

		for (int a = 0; a < i->n_args; a++) {
			Inst *arg = i->args[a];

			arg->n_uses++;
			if (!arg->aux) {
				arg->aux = 1;
				stack[n++] = arg;
			}
		}
	}
}

static void drop_old_value(Inst *i)
{
	static const AtomicKind plain[] = {
		[ATOMIC_FETCH_ADD] = ATOMIC_ADD, [ATOMIC_FETCH_AND] = ATOMIC_AND,
		[ATOMIC_FETCH_OR] = ATOMIC_OR, [ATOMIC_FETCH_XOR] = ATOMIC_XOR,
	};

	if (i->atomic >= ATOMIC_FETCH_ADD && i->atomic <= ATOMIC_FETCH_XOR) {
		i->atomic = plain[i->atomic];
		i->type = IR_VOID;
	}
}

void pass_dead_code(Function *f)
{
	mark_needed(f);
	FOR_BLOCKS (b, f) {
		FOR_INSTS_SAFE (i, b) {
			if (!i->aux)
				ir_remove(i);
			else if (i->op == IR_ATOMIC && !i->n_uses)
				drop_old_value(i);
		}
	}
}
