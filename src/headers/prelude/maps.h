/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The macros that declare maps. All become
 *   __bcc_map(group, "type", KEY, VALUE, name, entries, flags [, "pin"] [, public|shared])
 * where the type of a map of maps is "type$inner".
 * __bcc_pickN chooses by the number of arguments: the macro behind the last of N of them.
 */

#define __bcc_pick2(a, b, name, ...) name
#define __bcc_pick3(a, b, c, name, ...) name
#define __bcc_pick4(a, b, c, d, name, ...) name
#define __bcc_pick7(a, b, c, d, e, f, g, name, ...) name

/* General */
#define BPF_TABLE(type, key, leaf, name, size) \
	__bcc_map(general, type, key, leaf, name, size, 0)
#define BPF_F_TABLE(type, key, leaf, name, size, flags) \
	__bcc_map(general, type, key, leaf, name, size, flags)
#define BPF_TABLE_PUBLIC(type, key, leaf, name, size) \
	__bcc_map(general, type, key, leaf, name, size, 0, public)
#define BPF_TABLE_SHARED(...) \
	__bcc_pick7(__VA_ARGS__, , __bcc_shared6, __bcc_shared5, , , , )(__VA_ARGS__)
#define __bcc_shared5(type, key, leaf, name, size) \
	__bcc_map(general, type, key, leaf, name, size, 0, shared)
#define __bcc_shared6(type, key, leaf, name, size, flags) \
	__bcc_map(general, type, key, leaf, name, size, flags, shared)
#define BPF_TABLE_PINNED(...) \
	__bcc_pick7(__VA_ARGS__, __bcc_pinned7, __bcc_pinned6, , , , , )(__VA_ARGS__)
#define __bcc_pinned6(type, key, leaf, name, size, path) \
	__bcc_map(general, type, key, leaf, name, size, 0, path)
#define __bcc_pinned7(type, key, leaf, name, size, path, flags) \
	__bcc_map(general, type, key, leaf, name, size, flags, path)

#define BPF_QUEUESTACK(type, name, leaf, size, flags) \
	__bcc_map(queue, type, void, leaf, name, size, flags)
#define BPF_QUEUESTACK_PINNED(type, name, leaf, size, flags, path) \
	__bcc_map(queue, type, void, leaf, name, size, flags, path)
#define BPF_QUEUESTACK_PUBLIC(type, name, leaf, size, flags) \
	__bcc_map(queue, type, void, leaf, name, size, flags, public)
#define BPF_QUEUESTACK_SHARED(type, name, leaf, size, flags) \
	__bcc_map(queue, type, void, leaf, name, size, flags, shared)
#define BPF_QUEUE(...) \
	__bcc_pick4(__VA_ARGS__, __bcc_queue4, __bcc_queue3, __bcc_queue3, )("queue", __VA_ARGS__)
#define BPF_STACK(...) \
	__bcc_pick4(__VA_ARGS__, __bcc_queue4, __bcc_queue3, __bcc_queue3, )("stack", __VA_ARGS__)
#define __bcc_queue3(type, name, leaf, size) __bcc_map(queue, type, void, leaf, name, size, 0)
#define __bcc_queue4(type, name, leaf, size, flags) \
	__bcc_map(queue, type, void, leaf, name, size, flags)

/* Hashes: name [, key [, leaf [, size]]] */
#define __bcc_hash(type, ...) \
	__bcc_pick4(__VA_ARGS__, __bcc_hash4, __bcc_hash3, __bcc_hash2, __bcc_hash1) \
	(type, __VA_ARGS__)
#define __bcc_hash1(type, name) __bcc_map(general, type, u64, u64, name, 10240, 0)
#define __bcc_hash2(type, name, key) __bcc_map(general, type, key, u64, name, 10240, 0)
#define __bcc_hash3(type, name, key, leaf) __bcc_map(general, type, key, leaf, name, 10240, 0)
#define __bcc_hash4(type, name, key, leaf, size) __bcc_map(general, type, key, leaf, name, size, 0)
#define BPF_HASH(...) __bcc_hash("hash", __VA_ARGS__)
#define BPF_PERCPU_HASH(...) __bcc_hash("percpu_hash", __VA_ARGS__)
#define BPF_LRU_HASH(...) __bcc_hash("lru_hash", __VA_ARGS__)
#define BPF_LRU_PERCPU_HASH(...) __bcc_hash("lru_percpu_hash", __VA_ARGS__)

#define BPF_LPM_TRIE(...) \
	__bcc_pick4(__VA_ARGS__, __bcc_trie4, __bcc_trie3, __bcc_trie2, __bcc_trie1)(__VA_ARGS__)
#define __bcc_trie1(name) __bcc_trie4(name, u64, u64, 10240)
#define __bcc_trie2(name, key) __bcc_trie4(name, key, u64, 10240)
#define __bcc_trie3(name, key, leaf) __bcc_trie4(name, key, leaf, 10240)
#define __bcc_trie4(name, key, leaf, size) \
	__bcc_map(general, "lpm_trie", key, leaf, name, size, 1 /* BPF_F_NO_PREALLOC */)

/* Arrays: name [, leaf [, size]] */
#define __bcc_array(type, ...) \
	__bcc_pick3(__VA_ARGS__, __bcc_array3, __bcc_array2, __bcc_array1)(type, __VA_ARGS__)
#define __bcc_array1(type, name) __bcc_map(general, type, int, u64, name, 10240, 0)
#define __bcc_array2(type, name, leaf) __bcc_map(general, type, int, leaf, name, 10240, 0)
#define __bcc_array3(type, name, leaf, size) __bcc_map(general, type, int, leaf, name, size, 0)
#define BPF_ARRAY(...) __bcc_array("array", __VA_ARGS__)
#define BPF_PERCPU_ARRAY(...) __bcc_array("percpu_array", __VA_ARGS__)

#define BPF_HISTOGRAM(...) \
	__bcc_pick3(__VA_ARGS__, __bcc_histogram3, __bcc_histogram2, __bcc_histogram1)(__VA_ARGS__)
#define __bcc_histogram1(name) __bcc_map(general, "histogram", int, u64, name, 64, 0) \
	__attribute__((btf_decl_tag("view:log2")))
#define __bcc_histogram2(name, key) __bcc_map(general, "histogram", key, u64, name, 64, 0) \
	__attribute__((btf_decl_tag("view:log2")))
#define __bcc_histogram3(name, key, size) __bcc_map(general, "histogram", key, u64, name, size, 0) \
	__attribute__((btf_decl_tag("view:log2")))

/* Stacks */
#define BPF_MAX_STACK_DEPTH 127
#define PERF_MAX_STACK_DEPTH 127
struct bpf_stacktrace {
	u64 ip[127];
};
struct bpf_stacktrace_buildid {
	struct bpf_stack_build_id trace[127];
};
#define BPF_STACK_TRACE(name, size) \
	__bcc_map(general, "stacktrace", int, struct bpf_stacktrace, name, \
		  roundup_pow_of_two(size), 0)
#define BPF_STACK_TRACE_BUILDID(name, size) \
	__bcc_map(general, "stacktrace", int, struct bpf_stacktrace_buildid, name, \
		  roundup_pow_of_two(size), 32 /* BPF_F_STACK_BUILD_ID */)

/* Events, counters, programs */
#define BPF_PROG_ARRAY(name, size) __bcc_map(general, "prog", u32, u32, name, size, 0)
#define BPF_PERF_OUTPUT(name) __bcc_map(perf_output, "perf_output", int, u32, name, 0, 0)
#define BPF_PERF_ARRAY(name, size) __bcc_map(perf_array, "perf_array", int, u32, name, size, 0)
#define BPF_RINGBUF_OUTPUT(name, pages) \
	__bcc_map(ringbuf, "ringbuf", void, void, name, (pages) * PAGE_SIZE, 0)
#define BPF_CGROUP_ARRAY(name, size) \
	__bcc_map(cgroup_array, "cgroup_array", int, u32, name, size, 0)

/* Redirection */
#define BPF_DEVMAP(name, size) __bcc_map(devmap, "devmap", u32, int, name, size, 0)
#define BPF_CPUMAP(name, size) __bcc_map(devmap, "cpumap", u32, u32, name, size, 0)
#define BPF_XSKMAP(...) __bcc_pick3(__VA_ARGS__, __bcc_xskmap3, __bcc_xskmap2, )(__VA_ARGS__)
#define __bcc_xskmap2(name, size) __bcc_map(xskmap, "xskmap", u32, int, name, size, 0)
#define __bcc_xskmap3(name, size, path) __bcc_map(xskmap, "xskmap", u32, int, name, size, 0, path)
#define BPF_SOCKMAP(name, size) __bcc_map(sockmap, "sockmap", u32, int, name, size, 0)
#define BPF_SOCKHASH(...) \
	__bcc_pick3(__VA_ARGS__, __bcc_sockhash3, __bcc_sockhash2, __bcc_sockhash1)(__VA_ARGS__)
#define __bcc_sockhash1(name) __bcc_map(sockhash, "sockhash", u32, int, name, 10240, 0)
#define __bcc_sockhash2(name, key) __bcc_map(sockhash, "sockhash", key, int, name, 10240, 0)
#define __bcc_sockhash3(name, key, size) __bcc_map(sockhash, "sockhash", key, int, name, size, 0)

/* Maps of maps */
#define BPF_ARRAY_OF_MAPS(name, inner, size) \
	__bcc_map(general, "array_of_maps$" inner, int, int, name, size, 0)
#define BPF_HASH_OF_MAPS(...) \
	__bcc_pick4(__VA_ARGS__, __bcc_of_maps4, __bcc_of_maps3, __bcc_of_maps2, )(__VA_ARGS__)
#define __bcc_of_maps2(name, inner) __bcc_of_maps4(name, int, inner, 10240)
#define __bcc_of_maps3(name, key, inner) __bcc_of_maps4(name, key, inner, 10240)
#define __bcc_of_maps4(name, key, inner, size) \
	__bcc_map(general, "hash_of_maps$" inner, key, int, name, size, 0)

/* Storage attached to kernel objects */
#define BPF_SK_STORAGE(name, leaf) \
	__bcc_map(sk_storage, "sk_storage", int, leaf, name, 0, 1 /* BPF_F_NO_PREALLOC */)
#define BPF_INODE_STORAGE(name, leaf) \
	__bcc_map(inode_storage, "inode_storage", int, leaf, name, 0, 1 /* BPF_F_NO_PREALLOC */)
#define BPF_TASK_STORAGE(name, leaf) \
	__bcc_map(task_storage, "task_storage", int, leaf, name, 0, 1 /* BPF_F_NO_PREALLOC */)
#define BPF_CGROUP_STORAGE(name, leaf) \
	__bcc_map(cgroup_storage, "cgroup_storage", struct bpf_cgroup_storage_key, leaf, name, 0, 0)
#define BPF_PERCPU_CGROUP_STORAGE(name, leaf) \
	__bcc_map(cgroup_storage, "percpu_cgroup_storage", struct bpf_cgroup_storage_key, leaf, \
		  name, 0, 0)
