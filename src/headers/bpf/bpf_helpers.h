/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs in the style of libbpf begin with: sections, map definitions, printing. Helpers
 * themselves need no declaration. A map is a struct of pointers: numbers are the sizes of arrays
 * that members lead to, types are what members lead to (src/lang/libbpf_maps.c).
 */
#include <bcc/barrier.h>

#define __uint(name, value) int (*name)[value]
#define __type(name, type) typeof(type) *name
#define __array(name, type) typeof(type) *name[]
#define __ulong(name, value) int (*name)[value]

#define __hidden __attribute__((visibility("hidden")))
#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define bpf_ksym_exists(symbol) __builtin_bcc_ksym_exists(symbol)

enum libbpf_pin_type { LIBBPF_PIN_NONE, LIBBPF_PIN_BY_NAME };
enum libbpf_tristate { TRI_NO, TRI_YES, TRI_MODULE };

#define __bpf_unreachable() __builtin_trap()
#define bpf_tail_call_static(ctx, map, slot) bpf_tail_call(ctx, map, slot)

/* Printing: formats are constants in .rodata, values are words. */

#define __bcc_pick13(a, b, c, d, e, f, g, h, i, j, k, l, m, name, ...) name
#define __bcc_word(x) ((unsigned long long)(x))
#define __bcc_words0()
#define __bcc_words1(a) __bcc_word(a)
#define __bcc_words2(a, ...) __bcc_word(a), __bcc_words1(__VA_ARGS__)
#define __bcc_words3(a, ...) __bcc_word(a), __bcc_words2(__VA_ARGS__)
#define __bcc_words4(a, ...) __bcc_word(a), __bcc_words3(__VA_ARGS__)
#define __bcc_words5(a, ...) __bcc_word(a), __bcc_words4(__VA_ARGS__)
#define __bcc_words6(a, ...) __bcc_word(a), __bcc_words5(__VA_ARGS__)
#define __bcc_words7(a, ...) __bcc_word(a), __bcc_words6(__VA_ARGS__)
#define __bcc_words8(a, ...) __bcc_word(a), __bcc_words7(__VA_ARGS__)
#define __bcc_words9(a, ...) __bcc_word(a), __bcc_words8(__VA_ARGS__)
#define __bcc_words10(a, ...) __bcc_word(a), __bcc_words9(__VA_ARGS__)
#define __bcc_words11(a, ...) __bcc_word(a), __bcc_words10(__VA_ARGS__)
#define __bcc_words12(a, ...) __bcc_word(a), __bcc_words11(__VA_ARGS__)
#define __bcc_words(...) \
	__bcc_pick13(_, ##__VA_ARGS__, __bcc_words12, __bcc_words11, __bcc_words10, \
		     __bcc_words9, __bcc_words8, __bcc_words7, __bcc_words6, __bcc_words5, \
		     __bcc_words4, __bcc_words3, __bcc_words2, __bcc_words1, \
		     __bcc_words0)(__VA_ARGS__)

#define __bcc_print_short(fmt, ...) ({ \
	static const char __bcc_format[] = fmt; \
	bpf_trace_printk(__bcc_format, sizeof(__bcc_format), ##__VA_ARGS__); })
#define __bcc_print_long(fmt, ...) ({ \
	static const char __bcc_format[] = fmt; \
	unsigned long long __bcc_values[] = { __bcc_words(__VA_ARGS__) }; \
	bpf_trace_vprintk(__bcc_format, sizeof(__bcc_format), __bcc_values, \
			  sizeof(__bcc_values)); })
#define bpf_printk(fmt, ...) \
	__bcc_pick13(_, ##__VA_ARGS__, __bcc_print_long, __bcc_print_long, __bcc_print_long, \
		     __bcc_print_long, __bcc_print_long, __bcc_print_long, __bcc_print_long, \
		     __bcc_print_long, __bcc_print_long, __bcc_print_short, __bcc_print_short, \
		     __bcc_print_short, __bcc_print_short)(fmt, ##__VA_ARGS__)

/* Names that other headers of libbpf (usdt.bpf.h) expect to come from here. */
#define ___bpf_concat(a, b) a##b
#define ___bpf_apply(macro, n) ___bpf_concat(macro, n)
#define ___bpf_narg(...) \
	__bcc_pick13(_, ##__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

/* A bounded count that the verifier follows like any other loop. */
#define bpf_for(i, start, end) for ((i) = (start); (i) < (end); (i)++)
#define bpf_repeat(n) for (int __bcc_round = 0; __bcc_round < (n); __bcc_round++)
