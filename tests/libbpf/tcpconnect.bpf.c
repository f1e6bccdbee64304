// SPDX-License-Identifier: Apache-2.0
/* TCP connections at their begin: entry and return of two kernel functions. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_endian.h>

#define MOST_PORTS 64

struct event {
	union {
		__u32 saddr_v4;
		__u8 saddr_v6[16];
	};
	union {
		__u32 daddr_v4;
		__u8 daddr_v6[16];
	};
	char task[TASK_COMM_LEN];
	__u64 when;
	__u32 family, pid, uid;
	__u16 sport, dport;
};

struct flow4 {
	__u32 saddr, daddr;
	__u16 sport, dport;
};

const volatile int ports[MOST_PORTS];
const volatile int n_ports = 0;
const volatile pid_t target = 0;
const volatile bool count = false;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, u32);
	__type(value, struct sock *);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct flow4);
	__type(value, u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

static __always_inline bool is_other_port(__u16 port)
{
	if (n_ports == 0)
		return false;
	for (int i = 0; i < n_ports && i < MOST_PORTS; i++)
		if (port == ports[i])
			return false;
	return true;
}

static __always_inline int enter(struct sock *sk)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id;

	if (target && (id >> 32) != target)
		return 0;
	bpf_map_update_elem(&sockets, &tid, &sk, 0);
	return 0;
}

static __always_inline void count_v4(struct sock *sk, __u16 sport, __u16 dport)
{
	struct flow4 key = {};
	static __u64 none;
	__u64 *value;

	BPF_CORE_READ_INTO(&key.saddr, sk, __sk_common.skc_rcv_saddr);
	BPF_CORE_READ_INTO(&key.daddr, sk, __sk_common.skc_daddr);
	key.sport = sport;
	key.dport = dport;
	value = bpf_map_lookup_elem(&counts, &key);
	if (!value) {
		bpf_map_update_elem(&counts, &key, &none, BPF_NOEXIST);
		value = bpf_map_lookup_elem(&counts, &key);
		if (!value)
			return;
	}
	__atomic_add_fetch(value, 1, __ATOMIC_RELAXED);
}

static __always_inline void trace(struct pt_regs *ctx, pid_t pid, struct sock *sk, int version,
				  __u16 sport, __u16 dport)
{
	struct event event = {};

	event.family = version == 4 ? 2 : 10;
	event.pid = pid;
	event.uid = bpf_get_current_uid_gid();
	event.when = bpf_ktime_get_ns() / 1000;
	event.sport = sport;
	event.dport = dport;
	if (version == 4) {
		BPF_CORE_READ_INTO(&event.saddr_v4, sk, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO(&event.daddr_v4, sk, __sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO(&event.saddr_v6, sk,
				   __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32);
		BPF_CORE_READ_INTO(&event.daddr_v6, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr32);
	}
	bpf_get_current_comm(event.task, sizeof(event.task));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
}

static __always_inline int leave(struct pt_regs *ctx, int result, int version)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id;
	struct sock **place, *sk;
	__u16 sport, dport;

	place = bpf_map_lookup_elem(&sockets, &tid);
	if (!place)
		return 0;
	if (result)
		goto end;
	sk = *place;
	BPF_CORE_READ_INTO(&dport, sk, __sk_common.skc_dport);
	BPF_CORE_READ_INTO(&sport, sk, __sk_common.skc_num);
	if (is_other_port(bpf_ntohs(dport)))
		goto end;
	if (!count)
		trace(ctx, id >> 32, sk, version, sport, dport);
	else if (version == 4)
		count_v4(sk, sport, dport);
end:
	bpf_map_delete_elem(&sockets, &tid);
	return 0;
}

SEC("kprobe/tcp_v4_connect")
int BPF_KPROBE(enter_v4, struct sock *sk)
{
	return enter(sk);
}

SEC("kretprobe/tcp_v4_connect")
int BPF_KRETPROBE(leave_v4, int result)
{
	return leave(ctx, result, 4);
}

SEC("kprobe/tcp_v6_connect")
int BPF_KPROBE(enter_v6, struct sock *sk)
{
	return enter(sk);
}

SEC("kretprobe/tcp_v6_connect")
int BPF_KRETPROBE(leave_v6, int result)
{
	return leave(ctx, result, 6);
}

char LICENSE[] SEC("license") = "GPL";
