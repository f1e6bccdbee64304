// run: f = 0
// since: 5.16
#include <linux/sched.h>
struct lpm_key { u32 prefix; u8 addr[4]; };
BPF_TABLE("hash", u32, u64, a, 16);
BPF_F_TABLE("lru_hash", u32, u64, b, 16, 0);
BPF_TABLE("percpu_array", int, u64, c, 4);
BPF_TABLE("lru_percpu_hash", u32, u64, d, 16);
BPF_HASH(e);
BPF_HASH(g, u32);
BPF_HASH(h, u32, struct lpm_key, 7);
BPF_PERCPU_HASH(i, u32, u64);
BPF_ARRAY(j, u32, 3);
BPF_PERCPU_ARRAY(k, u64, 3);
BPF_HISTOGRAM(l);
BPF_HISTOGRAM(m, struct lpm_key, 100);
BPF_LPM_TRIE(n, struct lpm_key, u32, 16);
BPF_STACK_TRACE(o, 100);
BPF_PROG_ARRAY(p, 4);
BPF_PERF_OUTPUT(q);
BPF_PERF_ARRAY(r, 4);
BPF_RINGBUF_OUTPUT(s, 8);
BPF_CGROUP_ARRAY(t, 2);
BPF_DEVMAP(u, 4);
BPF_CPUMAP(v, 4);
BPF_XSKMAP(w, 4);
BPF_ARRAY_OF_MAPS(x, "j", 4);
BPF_HASH_OF_MAPS(y, u32, "j", 4);
BPF_QUEUE(z, u32, 4);
BPF_STACK(aa, struct lpm_key, 4);
BPF_SOCKMAP(bb, 4);
BPF_SOCKHASH(cc, u32, 4);
BPF_SK_STORAGE(dd, u64);
BPF_TASK_STORAGE(ee, u64);
BPF_STACK_TRACE_BUILDID(ff, 10);
BPF_QUEUESTACK("queue", gg, u64, 4, 0);
BPF_LRU_HASH(hh, u32, u64, 8);

int f(struct xdp_md *ctx)
{
	return sizeof(e.leaf) == 8 && sizeof(a.key) == 4 && e.max_entries == 10240 && h.max_entries == 7 ? 0 : 1;
}
