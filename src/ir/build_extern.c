/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables that the kernel provides, in the manner of libbpf: `extern int CONFIG_HZ __kconfig` and
 * LINUX_KERNEL_VERSION become constants of this compilation; `extern struct rq runqueues __ksym` is
 * the address of a kernel variable, known by its id in the kernel's BTF.
 */
#include "btf/btf.h"
#include "ir/internal.h"

#include <linux/btf.h>
#include <stdlib.h>

static bool in_section(const Var *v, const char *section)
{
	return v->is_extern && v->section && !strcmp(v->section, section);
}

/* bool and int: 1 for y, 2 for m, as enum libbpf_tristate has it; char: the letter itself. */
static int64_t config_value(const Var *v, const char *text)
{
	Type *t = type_strip(v->type);

	if (!text)
		return t->kind == TYPE_INT && t->is_char ? 'n' : 0;
	if (strcmp(text, "y") && strcmp(text, "m") && strcmp(text, "n"))
		return (int64_t)strtoull(text, NULL, 0);
	if (t->kind == TYPE_INT && t->is_char)
		return text[0];
	return text[0] == 'y' ? 1 : text[0] == 'm' ? t->kind == TYPE_BOOL ? 1 : 2 : 0;
}

static bool config_is_set(const Host *host, const char *name)
{
	const char *text = host && host->config ? host->config(host->self, name) : NULL;

	return text && *text == 'y';
}

bool extern_constant(Builder *b, Var *v, int64_t *value)
{
	const Host *host = b->unit->host;
	const char *name = v->name ? v->name->text : "";

	if (!in_section(v, ".kconfig"))
		return false;
	if (!strcmp(name, "LINUX_KERNEL_VERSION"))
		*value = host ? host->kernel_version : 0;
	else if (starts_with(name, "CONFIG_"))
		*value = config_value(v, host && host->config ? host->config(host->self, name + 7)
							      : NULL);
	else if (!strcmp(name, "LINUX_HAS_SYSCALL_WRAPPER"))
		*value = config_is_set(host, "ARCH_HAS_SYSCALL_WRAPPER");
	else if (!strcmp(name, "LINUX_HAS_BPF_COOKIE"))
		*value = host && host->has &&
			 host->has(host->self, HOST_HELPER, "get_attach_cookie", NULL);
	else
		*value = 0;
	return true;
}

Inst *extern_address(Builder *b, Var *v)
{
	const Host *host = b->unit->host;
	const Btf *btf;
	uint32_t id;
	Inst *i;

	if (!in_section(v, ".ksyms"))
		return NULL;
	btf = host && host->btf ? host->btf(host->self) : NULL;
	id = btf ? btf_find(btf, v->name->text, BTF_KIND_VAR) : 0;
	if (!id) {
		Diag *d = diag_report(b->diags, b->loc, DIAG_unknown_kernel_variable,
				      "the kernel's BTF has no variable '%s'", v->name->text);

		diag_hint(b->diags, d, "BTF lists per-CPU variables only; `bcc doctor` tells "
			  "whether this kernel has BTF");
		return emit_const(b, IR_PTR, 0);
	}
	i = emit(b, IR_KSYM, IR_PTR, 0);
	i->btf_id = id;
	return i;
}
