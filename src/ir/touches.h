/* SPDX-License-Identifier: Apache-2.0 */
/*
 * touches: which bytes of which stack objects every instruction reads and writes; the ground of
 * pass_init (are they written before they are read?) and pass_stack (which can share their place?).
 */
#ifndef BCC_IR_TOUCHES_H
#define BCC_IR_TOUCHES_H

#include "ir/addresses.h"

typedef enum TouchKind {
	TOUCH_READ,                /* must be initialised */
	TOUCH_HOLD,                /* what is there is still needed, but nobody checks it */
	TOUCH_WRITE,               /* certainly written */
	TOUCH_MAY_WRITE,
} TouchKind;

/* A stack object that is tracked. Larger ones than TOUCHES_MAX_OBJECT are not. */
typedef struct Object {
	Inst *alloca;
	int index;                 /* in Touches.objects */
	int first;                 /* bit of its byte 0 in sets of bytes */
	int size;
	bool escapes;              /* its address lies in memory or goes through a PHI */
	Block *home;               /* pass_init: common dominator of all touches */
	int offset;                /* pass_stack: place in the frame */
} Object;

enum { TOUCHES_MAX_OBJECT = 4096 };

typedef struct Touch {
	TouchKind kind;
	Object *object;
	int from, to;              /* bytes of the object */
	Inst *inst;                /* what does it; the terminator of a block for a PHI behind it */
} Touch;

typedef struct BlockTouches {      /* Block.aux_ptr */
	VEC(Touch) touches;        /* in the order of the insts */
	uint64_t *set;             /* of bytes, for the data flow of the pass */
} BlockTouches;

typedef struct Touches {
	Function *f;
	Arena *arena;
	VEC(Object *) objects;     /* ALLOCA.aux_ptr leads to its Object */
	int bits, words;           /* of a set of bytes */
} Touches;

void touches_find(Touches *t, Function *f);
static inline BlockTouches *touches_of(const Block *b) { return b->aux_ptr; }

/* Sets of bytes */
uint64_t *touches_new_set(const Touches *t);
bool touches_has(const uint64_t *set, int bit);
void touches_set_range(uint64_t *set, const Touch *t);
void touches_clear_range(uint64_t *set, const Touch *t);

#endif
