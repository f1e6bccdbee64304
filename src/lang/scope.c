/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scopes. A symbol hangs off its Atom; what it hides hangs off the symbol. Leaving a scope puts
 * back what was visible before. What the program did not write (pool, helper table, BTF) is marked
 * is_external, lives at file scope and never gets in front of a name of the program; a program's
 * declaration may come at any later place and hides it from then on.
 */
#include "internal.h"

static Symbol **slot_of(Symbol *s)
{
	return s->kind == SYMBOL_TAG ? &s->name->tag : &s->name->symbol;
}

void scope_enter(Lang *l)
{
	Scope *s = NEW(l->arena, Scope);

	s->parent = l->scope;
	s->is_file = !l->scope;
	l->scope = s;
	if (s->is_file)
		l->file_scope = s;
}

static void uncover(Scope *scope)
{
	for (Symbol *s = scope->symbols; s; s = s->next_in_scope)
		*slot_of(s) = s->shadowed;
}

void scope_leave(Lang *l)
{
	uncover(l->scope);
	l->scope = l->scope->parent;
}

Scope *scope_suspend(Lang *l)
{
	Scope *suspended = l->scope;

	while (l->scope != l->file_scope) {
		uncover(l->scope);
		l->scope = l->scope->parent;
	}
	return suspended;
}

/* Symbols of a scope are linked newest first; they are put back oldest first. */
static void cover(Scope *scope)
{
	Symbol *reversed = NULL, *next;

	for (Symbol *s = scope->symbols; s; s = next) {
		next = s->next_in_scope;
		s->next_in_scope = reversed;
		reversed = s;
	}
	scope->symbols = NULL;
	for (Symbol *s = reversed; s; s = next) {
		next = s->next_in_scope;
		s->shadowed = *slot_of(s);
		*slot_of(s) = s;
		s->next_in_scope = scope->symbols;
		scope->symbols = s;
	}
}

void scope_resume(Lang *l, Scope *suspended)
{
	VEC(Scope *) inner = { 0 };

	for (Scope *s = suspended; s != l->file_scope; s = s->parent)
		vec_push(l->arena, &inner, s);
	while (inner.n)
		cover(vec_pop(&inner));
	l->scope = suspended;
}

static Symbol *new_symbol(Lang *l, SymbolKind kind, Atom *name, Type *type, Loc loc, Scope *scope)
{
	Symbol *s = NEW(l->arena, Symbol);

	s->kind = kind;
	s->name = name;
	s->type = type;
	s->loc = loc;
	s->scope = scope;
	return s;
}

static void install(Symbol *s, Symbol **slot)
{
	s->shadowed = *slot;
	*slot = s;
	s->next_in_scope = s->scope->symbols;
	s->scope->symbols = s;
}

Symbol *scope_declare_external(Lang *l, SymbolKind kind, Atom *name, Type *type, Loc loc)
{
	Symbol *s = new_symbol(l, kind, name, type, loc, l->file_scope);
	Symbol **slot = slot_of(s);

	s->is_external = true;
	while (*slot && (*slot)->scope != l->file_scope)
		slot = &(*slot)->shadowed;
	if (*slot && !(*slot)->is_external)
		return s;
	install(s, slot);
	return s;
}

Symbol *scope_declare(Lang *l, SymbolKind kind, Atom *name, Type *type, Loc loc)
{
	Symbol *s;

	if (l->snippet_depth && l->scope == l->file_scope)
		return scope_declare_external(l, kind, name, type, loc);
	s = new_symbol(l, kind, name, type, loc, l->scope);
	install(s, slot_of(s));
	return s;
}

Symbol *scope_find_here(Lang *l, Atom *name, bool tag)
{
	Symbol *s = tag ? name->tag : name->symbol;

	return s && s->scope == l->scope ? s : NULL;
}
