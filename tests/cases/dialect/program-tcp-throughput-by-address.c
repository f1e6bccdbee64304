// loads
#include <uapi/linux/ptrace.h>
#include <net/sock.h>
#include <bcc/proto.h>

struct ipv4_key_t {
	u32 pid;
	char name[TASK_COMM_LEN];
	u32 saddr;
	u32 daddr;
	u16 lport;
	u16 dport;
};
BPF_HASH(ipv4_send_bytes, struct ipv4_key_t);
BPF_HASH(ipv4_recv_bytes, struct ipv4_key_t);

struct ipv6_key_t {
	unsigned __int128 saddr;
	unsigned __int128 daddr;
	u32 pid;
	char name[TASK_COMM_LEN];
	u16 lport;
	u16 dport;
	u64 __pad__;
};
BPF_HASH(ipv6_send_bytes, struct ipv6_key_t);
BPF_HASH(sock_store, u32, struct sock *);

static int tcp_sendstat(int size)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct sock **sockpp;

	sockpp = sock_store.lookup(&tid);
	if (sockpp == 0)
		return 0;
	struct sock *sk = *sockpp;
	u16 dport = 0, family;

	bpf_probe_read_kernel(&family, sizeof(family), &sk->__sk_common.skc_family);
	if (family == AF_INET) {
		struct ipv4_key_t ipv4_key = { .pid = bpf_get_current_pid_tgid() >> 32 };

		bpf_get_current_comm(&ipv4_key.name, sizeof(ipv4_key.name));
		bpf_probe_read_kernel(&ipv4_key.saddr, sizeof(ipv4_key.saddr),
				      &sk->__sk_common.skc_rcv_saddr);
		ipv4_key.daddr = sk->__sk_common.skc_daddr;
		ipv4_key.lport = sk->__sk_common.skc_num;
		dport = sk->__sk_common.skc_dport;
		ipv4_key.dport = ntohs(dport);
		ipv4_send_bytes.increment(ipv4_key, size);
	} else if (family == AF_INET6) {
		struct ipv6_key_t ipv6_key = { .pid = bpf_get_current_pid_tgid() >> 32 };

		bpf_get_current_comm(&ipv6_key.name, sizeof(ipv6_key.name));
		bpf_probe_read_kernel(&ipv6_key.saddr, sizeof(ipv6_key.saddr),
				      &sk->__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32);
		bpf_probe_read_kernel(&ipv6_key.daddr, sizeof(ipv6_key.daddr),
				      &sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32);
		ipv6_key.lport = sk->__sk_common.skc_num;
		ipv6_key.dport = ntohs(sk->__sk_common.skc_dport);
		ipv6_send_bytes.increment(ipv6_key, size);
	}
	sock_store.delete(&tid);
	return 0;
}

int kprobe__tcp_sendmsg(struct pt_regs *ctx, struct sock *sk, struct msghdr *msg, size_t size)
{
	u32 tid = bpf_get_current_pid_tgid();

	if (msg->msg_iter.count == 0 && size)
		return 0;
	sock_store.update(&tid, &sk);
	return 0;
}

int kretprobe__tcp_sendmsg(struct pt_regs *ctx)
{
	int size = PT_REGS_RC(ctx);

	if (size > 0)
		return tcp_sendstat(size);
	else
		return 0;
}

int kprobe__tcp_cleanup_rbuf(struct pt_regs *ctx, struct sock *sk, int copied)
{
	u16 family = sk->__sk_common.skc_family;
	struct inet_sock *inet = inet_sk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 *val, zero = 0;

	if (copied <= 0)
		return 0;
	if (family == AF_INET) {
		struct ipv4_key_t key = { .pid = tp->bytes_received, .lport = inet->inet_sport };

		val = ipv4_recv_bytes.lookup_or_try_init(&key, &zero);
		if (val)
			(*val) += copied;
	}
	return 0;
}
