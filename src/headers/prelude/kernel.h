/* SPDX-License-Identifier: Apache-2.0 */
/* Words of kernel C that need no header: attributes, marks, byte order, a few macros. */

#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((__noinline__))
#define noinline __attribute__((__noinline__))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define ____cacheline_aligned __attribute__((aligned(64)))
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __used __attribute__((used))
#define __weak __attribute__((weak))
#define __section(name) __attribute__((section(name)))
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __attribute_const__
#define __pure
#define __cold
#define __must_check
#define __init
#define __exit
#define __read_mostly
#define __force
#define __bitwise
#define __iomem
#define __private
#define __safe
#define __nocast
#define __acquires(x)
#define __releases(x)
#define __user __attribute__((btf_type_tag("user")))
#define __percpu __attribute__((btf_type_tag("percpu")))
#define __rcu __attribute__((btf_type_tag("rcu")))
#define __kernel
#define fallthrough __attribute__((fallthrough))
#define randomized_struct_fields_start
#define randomized_struct_fields_end
#define __randomize_layout
#define __counted_by(member)

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define offsetofend(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))
#define typeof_member(type, member) typeof(((type *)0)->member)
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
#define roundup_pow_of_two(n) \
	((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzll((unsigned long long)(n) - 1)))

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ntohs(x) ((__u16)(x))
#define htons(x) ((__be16)(x))
#define ntohl(x) ((__u32)(x))
#define htonl(x) ((__be32)(x))
#define cpu_to_be16(x) ((__be16)(x))
#define cpu_to_be32(x) ((__be32)(x))
#define cpu_to_be64(x) ((__be64)(x))
#define be16_to_cpu(x) ((__u16)(x))
#define be32_to_cpu(x) ((__u32)(x))
#define be64_to_cpu(x) ((__u64)(x))
#define cpu_to_le16(x) ((__le16)__builtin_bswap16(x))
#define cpu_to_le32(x) ((__le32)__builtin_bswap32(x))
#define cpu_to_le64(x) ((__le64)__builtin_bswap64(x))
#define le16_to_cpu(x) ((__u16)__builtin_bswap16(x))
#define le32_to_cpu(x) ((__u32)__builtin_bswap32(x))
#define le64_to_cpu(x) ((__u64)__builtin_bswap64(x))
#else
#define ntohs(x) ((__u16)__builtin_bswap16(x))
#define htons(x) ((__be16)__builtin_bswap16(x))
#define ntohl(x) ((__u32)__builtin_bswap32(x))
#define htonl(x) ((__be32)__builtin_bswap32(x))
#define cpu_to_be16(x) ((__be16)__builtin_bswap16(x))
#define cpu_to_be32(x) ((__be32)__builtin_bswap32(x))
#define cpu_to_be64(x) ((__be64)__builtin_bswap64(x))
#define be16_to_cpu(x) ((__u16)__builtin_bswap16(x))
#define be32_to_cpu(x) ((__u32)__builtin_bswap32(x))
#define be64_to_cpu(x) ((__u64)__builtin_bswap64(x))
#define cpu_to_le16(x) ((__le16)(x))
#define cpu_to_le32(x) ((__le32)(x))
#define cpu_to_le64(x) ((__le64)(x))
#define le16_to_cpu(x) ((__u16)(x))
#define le32_to_cpu(x) ((__u32)(x))
#define le64_to_cpu(x) ((__u64)(x))
#endif
#define __constant_htons(x) htons(x)
#define __constant_ntohs(x) ntohs(x)
#define __constant_htonl(x) htonl(x)
#define __constant_ntohl(x) ntohl(x)
#define __cpu_to_be16(x) cpu_to_be16(x)
#define __cpu_to_be32(x) cpu_to_be32(x)
#define __cpu_to_be64(x) cpu_to_be64(x)
#define __be16_to_cpu(x) be16_to_cpu(x)
#define __be32_to_cpu(x) be32_to_cpu(x)
#define __be64_to_cpu(x) be64_to_cpu(x)
#define swab16(x) ((__u16)__builtin_bswap16(x))
#define swab32(x) ((__u32)__builtin_bswap32(x))
#define swab64(x) ((__u64)__builtin_bswap64(x))

#if defined(CONFIG_ARM64_64K_PAGES) || defined(CONFIG_PPC_64K_PAGES) || \
	defined(CONFIG_PAGE_SIZE_64KB)
#define PAGE_SHIFT 16
#elif defined(CONFIG_ARM64_16K_PAGES) || defined(CONFIG_PAGE_SIZE_16KB)
#define PAGE_SHIFT 14
#else
#define PAGE_SHIFT 12
#endif
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

#define IFNAMSIZ 16
/* An enumerator or a macro, depending on the kernel; 16 everywhere. */
enum { TASK_COMM_LEN = 16 };
