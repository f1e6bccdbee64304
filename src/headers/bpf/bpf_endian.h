/* SPDX-License-Identifier: Apache-2.0 */
/* Byte order. bpf_htons() and its like are known without it: prelude/helpers.h. */

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define bpf_cpu_to_be64(x) ((__be64)(x))
#define bpf_be64_to_cpu(x) ((__u64)(x))
#else
#define bpf_cpu_to_be64(x) ((__be64)__builtin_bswap64(x))
#define bpf_be64_to_cpu(x) ((__u64)__builtin_bswap64(x))
#endif
