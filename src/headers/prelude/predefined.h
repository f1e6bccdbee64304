/* SPDX-License-Identifier: Apache-2.0 */
/* What a compiler for this target and a build of the kernel predefine. __bcc_arch is ours. */

#define __STDC__ 1
#define __STDC_HOSTED__ 0
#define __STDC_VERSION__ 201710L
#define __STDC_UTF_16__ 1
#define __STDC_UTF_32__ 1
#define __STDC_NO_COMPLEX__ 1
#define __STDC_NO_THREADS__ 1
#define __STDC_NO_VLA__ 1
#define __GNUC__ 4
#define __GNUC_MINOR__ 2
#define __GNUC_PATCHLEVEL__ 1
#define __GNUC_STDC_INLINE__ 1
#define __clang__ 1
#define __clang_major__ 16
#define __clang_minor__ 0
#define __clang_patchlevel__ 0
#define __VERSION__ "bcc"
#define __OPTIMIZE__ 1
#define __ELF__ 1
#define __bcc__ 1
#define __linux__ 1
#define __linux 1
#define __gnu_linux__ 1
#define __unix__ 1
#define __unix 1
#define __LP64__ 1
#define _LP64 1
#define __CHAR_BIT__ 8
#define __SIZEOF_SHORT__ 2
#define __SIZEOF_INT__ 4
#define __SIZEOF_LONG__ 8
#define __SIZEOF_LONG_LONG__ 8
#define __SIZEOF_INT128__ 16
#define __SIZEOF_POINTER__ 8
#define __SIZEOF_SIZE_T__ 8
#define __SIZEOF_PTRDIFF_T__ 8
#define __SCHAR_MAX__ 127
#define __SHRT_MAX__ 32767
#define __INT_MAX__ 2147483647
#define __LONG_MAX__ 9223372036854775807L
#define __LONG_LONG_MAX__ 9223372036854775807LL
#define __INTMAX_MAX__ 9223372036854775807L
#define __UINTMAX_MAX__ 18446744073709551615UL
#define __SIZE_MAX__ 18446744073709551615UL
#define __SIZE_TYPE__ unsigned long
#define __PTRDIFF_TYPE__ long
#define __INTPTR_TYPE__ long
#define __UINTPTR_TYPE__ unsigned long
#define __INTMAX_TYPE__ long
#define __UINTMAX_TYPE__ unsigned long
#define __WCHAR_TYPE__ int
#define __INT8_TYPE__ signed char
#define __INT16_TYPE__ short
#define __INT32_TYPE__ int
#define __INT64_TYPE__ long
#define __UINT8_TYPE__ unsigned char
#define __UINT16_TYPE__ unsigned short
#define __UINT32_TYPE__ unsigned int
#define __UINT64_TYPE__ unsigned long
#define __BIGGEST_ALIGNMENT__ 16
#define __ORDER_LITTLE_ENDIAN__ 1234
#define __ORDER_BIG_ENDIAN__ 4321
#define __ORDER_PDP_ENDIAN__ 3412
#define __ATOMIC_RELAXED 0
#define __ATOMIC_CONSUME 1
#define __ATOMIC_ACQUIRE 2
#define __ATOMIC_RELEASE 3
#define __ATOMIC_ACQ_REL 4
#define __ATOMIC_SEQ_CST 5
#define __HAVE_BUILTIN_BSWAP16__
#define __HAVE_BUILTIN_BSWAP32__
#define __HAVE_BUILTIN_BSWAP64__

#if __bcc_arch(s390x) || __bcc_arch(powerpc64be)
#define __BYTE_ORDER__ 4321
#define __BIG_ENDIAN__ 1
#define __BIG_ENDIAN 4321
#define __BIG_ENDIAN_BITFIELD 1
#else
#define __BYTE_ORDER__ 1234
#define __LITTLE_ENDIAN__ 1
#define __LITTLE_ENDIAN 1234
#define __LITTLE_ENDIAN_BITFIELD 1
#endif

#if __bcc_arch(x86_64)
#define __x86_64__ 1
#define __x86_64 1
#define __amd64__ 1
#define __amd64 1
#define __SSE2__ 1
#define __SIZEOF_LONG_DOUBLE__ 16
#define bpf_target_x86
#elif __bcc_arch(arm64)
#define __aarch64__ 1
#define __AARCH64EL__ 1
#define __ARM_ARCH 8
#define __CHAR_UNSIGNED__ 1
#define bpf_target_arm64
#elif __bcc_arch(s390x)
#define __s390__ 1
#define __s390x__ 1
#define __CHAR_UNSIGNED__ 1
#define bpf_target_s390x
#elif __bcc_arch(powerpc64)
#define __powerpc__ 1
#define __powerpc64__ 1
#define __PPC64__ 1
#define __CHAR_UNSIGNED__ 1
#define bpf_target_powerpc
#elif __bcc_arch(riscv64)
#define __riscv 1
#define __riscv_xlen 64
#define __CHAR_UNSIGNED__ 1
#define bpf_target_riscv
#elif __bcc_arch(loongarch64)
#define __loongarch__ 1
#define __loongarch_lp64 1
#define bpf_target_loongarch
#elif __bcc_arch(mips64)
#define __mips__ 1
#define __mips64 1
#define bpf_target_mips
#endif

#define __KERNEL__ 1
#define __BPF_TRACING__ 1
#define KBUILD_MODNAME "bcc"
#define CONFIG_CC_IS_CLANG 1

#if defined(CONFIG_STACKPROTECTOR) || defined(CONFIG_CC_STACKPROTECTOR_AUTO) || \
	defined(CONFIG_CC_STACKPROTECTOR_REGULAR) || defined(CONFIG_CC_STACKPROTECTOR_STRONG)
#define CONFIG_CC_STACKPROTECTOR
#endif
#if defined(CONFIG_FUNCTION_TRACER)
#define CC_USING_FENTRY
#endif

#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define IS_ENABLED(option) (__bcc_is_one(option) || __bcc_is_one(__bcc_join(option, _MODULE)))
#define IS_BUILTIN(option) __bcc_is_one(option)
#define IS_MODULE(option) __bcc_is_one(__bcc_join(option, _MODULE))
#define __bcc_join(a, b) __bcc_join_(a, b)
#define __bcc_join_(a, b) a##b
#define __bcc_is_one(x) __bcc_is_one_(x)
#define __bcc_is_one_(x) __bcc_second_of(__bcc_one_##x 1, 0, 0)
#define __bcc_one_1 0,
#define __bcc_second_of(...) __bcc_second_of_(__VA_ARGS__)
#define __bcc_second_of_(a, b, ...) b
