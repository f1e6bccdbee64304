/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validity: what the verifier will ask for, checked before it does. Rule of all checks: a program
 * that the kernel accepts is never refused; where a check is not sure, it is silent.
 */
#ifndef BCC_IR_VALIDITY_H
#define BCC_IR_VALIDITY_H

#include "ir/spaces.h"

/* paths.c: ways through a function from the definition of a pointer that may be NULL ---------- */

typedef enum WayAnswer { WAY_ON, WAY_STOP, WAY_FOUND } WayAnswer;
typedef enum Match { MATCH_NO, MATCH_MAYBE, MATCH_YES } Match;

typedef struct Way Way;
struct Way {
	Function *f;
	Inst *def;                 /* the pointer */
	bool drop_null;            /* leave a way where it is NULL; else one where it is not */
	/* Asked for every inst behind the definition. */
	WayAnswer (*visit)(Way *w, Inst *i);
	void *self;
	Inst *found;               /* what visit was asked when it answered WAY_FOUND */
	Inst *last_branch;         /* before it */
	/* inside */
	bool rough;                /* first, cheap round: values of PHIs are not followed */
	Inst **phi_values;         /* by id: what a PHI is on this way */
	struct WayState *state;
};

/* Whether some way leads to WAY_FOUND; ways with contradicting conditions are ruled out. */
bool way_exists(Way *w);
/* Whether a pointer is the one of the Way, with any offset. */
Match way_leads_to_def(const Way *w, Inst *pointer);

/* One file each, named for its subject */
void check_null_tests(Function *f);              /* nullcheck.c */
void check_records_released(Function *f);        /* nullcheck.c */
void check_helpers_allowed(Function *f);         /* helpers_allowed.c */
void check_context_access(Function *f);          /* context_access.c */
void check_packet_access(Function *f);           /* packet_access.c */
void check_loops_bounded(Function *f);           /* loops_bounded.c */

#endif
