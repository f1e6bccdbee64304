/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads of kernel objects and questions about kernel types. A member access that leads into kernel
 * or user memory is a safe read anyway, so BPF_CORE_READ is the chain of accesses, relocated to the
 * kernel's layout by __builtin_preserve_access_index (src/lang/core.c). Only reads into a given
 * destination name their helper, because its result is asked for.
 */

#define __bcc_pick10(a, b, c, d, e, f, g, h, i, j, name, ...) name
#define __bcc_arrow1(s, a) (s)->a
#define __bcc_arrow2(s, a, b) (s)->a->b
#define __bcc_arrow3(s, a, b, c) (s)->a->b->c
#define __bcc_arrow4(s, a, b, c, d) (s)->a->b->c->d
#define __bcc_arrow5(s, a, b, c, d, e) (s)->a->b->c->d->e
#define __bcc_arrow6(s, a, b, c, d, e, f) (s)->a->b->c->d->e->f
#define __bcc_arrow7(s, a, b, c, d, e, f, g) (s)->a->b->c->d->e->f->g
#define __bcc_arrow8(s, a, b, c, d, e, f, g, h) (s)->a->b->c->d->e->f->g->h
#define __bcc_arrow9(s, a, b, c, d, e, f, g, h, i) (s)->a->b->c->d->e->f->g->h->i
#define __bcc_arrow(...) \
	__bcc_pick10(__VA_ARGS__, __bcc_arrow9, __bcc_arrow8, __bcc_arrow7, __bcc_arrow6, \
		     __bcc_arrow5, __bcc_arrow4, __bcc_arrow3, __bcc_arrow2, __bcc_arrow1, \
		     )(__VA_ARGS__)
#define __bcc_core(...) __builtin_preserve_access_index(__bcc_arrow(__VA_ARGS__))
#define __bcc_core_at(...) \
	((const void *)__builtin_preserve_access_index(&__bcc_arrow(__VA_ARGS__)))
#define __bcc_user(p) __builtin_bcc_as_user(p)

#define BPF_CORE_READ(...) __bcc_core(__VA_ARGS__)
#define BPF_CORE_READ_USER(src, ...) __bcc_core(__bcc_user(src), ##__VA_ARGS__)
#define BPF_CORE_READ_INTO(dst, ...) \
	bpf_probe_read_kernel(dst, sizeof(*(dst)), __bcc_core_at(__VA_ARGS__))
#define BPF_CORE_READ_USER_INTO(dst, src, ...) \
	bpf_probe_read_user(dst, sizeof(*(dst)), __bcc_core_at(__bcc_user(src), ##__VA_ARGS__))
#define BPF_CORE_READ_STR_INTO(dst, ...) \
	bpf_probe_read_kernel_str(dst, sizeof(*(dst)), __bcc_core_at(__VA_ARGS__))
#define BPF_CORE_READ_USER_STR_INTO(dst, src, ...) \
	bpf_probe_read_user_str(dst, sizeof(*(dst)), \
				__bcc_core_at(__bcc_user(src), ##__VA_ARGS__))

#define BPF_PROBE_READ(...) BPF_CORE_READ(__VA_ARGS__)
#define BPF_PROBE_READ_USER(...) BPF_CORE_READ_USER(__VA_ARGS__)
#define BPF_PROBE_READ_INTO(...) BPF_CORE_READ_INTO(__VA_ARGS__)
#define BPF_PROBE_READ_USER_INTO(...) BPF_CORE_READ_USER_INTO(__VA_ARGS__)
#define BPF_PROBE_READ_STR_INTO(...) BPF_CORE_READ_STR_INTO(__VA_ARGS__)
#define BPF_PROBE_READ_USER_STR_INTO(...) BPF_CORE_READ_USER_STR_INTO(__VA_ARGS__)

#define bpf_core_read(dst, size, src) \
	bpf_probe_read_kernel(dst, size, (const void *)__builtin_preserve_access_index(src))
#define bpf_core_read_user(dst, size, src) \
	bpf_probe_read_user(dst, size, (const void *)__builtin_preserve_access_index(src))
#define bpf_core_read_str(dst, size, src) \
	bpf_probe_read_kernel_str(dst, size, (const void *)__builtin_preserve_access_index(src))
#define bpf_core_read_user_str(dst, size, src) \
	bpf_probe_read_user_str(dst, size, (const void *)__builtin_preserve_access_index(src))
#define bpf_core_cast(ptr, type) ((typeof(type) *)__builtin_bcc_as_kernel(ptr))

#define BPF_CORE_READ_BITFIELD(s, field) \
	((unsigned long long)__builtin_preserve_access_index((s)->field))
#define BPF_CORE_READ_BITFIELD_PROBED(s, field) BPF_CORE_READ_BITFIELD(s, field)
#define BPF_CORE_WRITE_BITFIELD(s, field, value) ((s)->field = (value))

enum bpf_field_info_kind {
	BPF_FIELD_BYTE_OFFSET, BPF_FIELD_BYTE_SIZE, BPF_FIELD_EXISTS, BPF_FIELD_SIGNED,
	BPF_FIELD_LSHIFT_U64, BPF_FIELD_RSHIFT_U64,
};
enum bpf_type_id_kind { BPF_TYPE_ID_LOCAL, BPF_TYPE_ID_TARGET };
enum bpf_type_info_kind { BPF_TYPE_EXISTS, BPF_TYPE_SIZE, BPF_TYPE_MATCHES };
enum bpf_enum_value_kind { BPF_ENUMVAL_EXISTS, BPF_ENUMVAL_VALUE };

#define __bcc_field1(field) field
#define __bcc_field2(type, field) ((typeof(type) *)0)->field
#define __bcc_field(...) __bcc_pick2(__VA_ARGS__, __bcc_field2, __bcc_field1)(__VA_ARGS__)
#define bpf_core_field_exists(...) __builtin_preserve_field_info(__bcc_field(__VA_ARGS__), 2)
#define bpf_core_field_size(...) __builtin_preserve_field_info(__bcc_field(__VA_ARGS__), 1)
#define bpf_core_field_offset(...) __builtin_preserve_field_info(__bcc_field(__VA_ARGS__), 0)
#define bpf_core_type_exists(type) __builtin_bcc_type_info(type, 0)
#define bpf_core_type_size(type) __builtin_bcc_type_info(type, 1)
#define bpf_core_type_matches(type) __builtin_bcc_type_info(type, 2)
#define bpf_core_type_id_kernel(type) __builtin_bcc_type_info(type, 3)
#define bpf_core_enum_value_exists(type, name) __builtin_bcc_enum_value(type, name, 0)
#define bpf_core_enum_value(type, name) __builtin_bcc_enum_value(type, name, 1)
