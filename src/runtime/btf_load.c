/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The object's BTF into the kernel. The kernel needs it for names (bpftool), line and function
 * information, and a few map types; programs run without. So a kernel that refuses it (one that is
 * older than a kind in it) gets it with those kinds made harmless, and if it refuses that, none.
 * Type ids stay the same: a refused type is replaced in place by one of the same length in the blob.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>

static uint32_t info(uint32_t kind, uint32_t vlen)
{
	return kind << 24 | vlen;
}

/* Makes one type fit for kernels before 5.2 .. 6.0; the tail keeps its length. */
static void reduce_type(struct btf_type *t, uint32_t int_id)
{
	uint32_t vlen = BTF_INFO_VLEN(t->info), *tail = (uint32_t *)(t + 1);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_DECL_TAG:            /* 5.16: an unnamed int with its bits as the tail */
		t->name_off = 0;
		t->info = info(BTF_KIND_INT, 0);
		t->size = 1;
		tail[0] = 8;
		break;
	case BTF_KIND_TYPE_TAG:            /* 5.17 */
		t->name_off = 0;
		t->info = info(BTF_KIND_CONST, 0);
		break;
	case BTF_KIND_ENUM64:              /* 6.0: a union of ints, three words for each value */
		t->info = info(BTF_KIND_UNION, vlen);
		for (uint32_t i = 0; i < vlen; i++) {
			tail[3 * i + 1] = int_id;
			tail[3 * i + 2] = 0;
		}
		break;
	case BTF_KIND_ENUM:                /* the flag for signed enums */
		t->info &= ~(1u << 31);
		break;
	case BTF_KIND_FLOAT:               /* 5.13: a struct without members */
		t->info = info(BTF_KIND_STRUCT, 0);
		break;
	case BTF_KIND_FUNC:                /* linkage: 5.6 */
		t->info = info(BTF_KIND_FUNC, 0);
		break;
	}
}

static uint32_t some_int(const Btf *b, uint32_t n)
{
	for (uint32_t id = 1; id <= n; id++)
		if (btf_kind(btf_type(b, id)) == BTF_KIND_INT && btf_type(b, id)->size <= 8)
			return id;
	return 0;
}

static int load_reduced(Module *m)
{
	const BpfObject *o = m->object;
	Arena *a = arena_new();
	uint8_t *copy = arena_copy(a, o->btf, o->btf_size);
	Btf *b = btf_open(a, copy, o->btf_size, NULL, NULL);
	uint32_t n = b ? btf_type_count(b) : 0, int_id = some_int(b, n);
	int fd = -EINVAL;

	/* From the last to the first: finding a type by id reads the kinds of those before it. */
	for (uint32_t id = n; id >= 1; id--)
		reduce_type((struct btf_type *)btf_type(b, id), int_id);
	if (n)
		fd = bpf_btf_load(copy, o->btf_size, NULL);
	arena_free(a);
	return fd;
}

void runtime_load_btf(Module *m)
{
	if (m->btf_tried)
		return;
	m->btf_tried = true;
	if (!m->object->btf)
		return;
	m->btf_fd = bpf_btf_load(m->object->btf, m->object->btf_size, NULL);
	if (m->btf_fd < 0 && m->btf_fd != -EPERM)
		m->btf_fd = load_reduced(m);
	if (m->btf_fd < 0)
		m->btf_fd = -1;
}
