/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcpconnect: which outgoing TCP connections are attempted. Best seen when tcp_v4_connect and
 * tcp_v6_connect return successfully; without function hooks, when a socket goes to SYN_SENT, which
 * happens in the same call, but before a local port is chosen: with -L the row waits until the
 * socket leaves that state.
 */
#include <bcc/tool.h>
#include <linux/socket.h>
#include <net/sock.h>

TOOL("tcpconnect", "Trace active TCP connections: connect().");
EXAMPLE("tcpconnect", "all connections attempted");
EXAMPLE("tcpconnect -t", "with time");
EXAMPLE("tcpconnect -P 80,81", "to these ports only");
EXAMPLE("tcpconnect -U -u 1000", "of user 1000, with a UID column");
EXAMPLE("tcpconnect -c", "count by source, destination and port");

FLAG(timestamp, 't', "seconds since the first event");
OPTION(pid_t, pid, 'p', "PID", "trace this process only");
OPTION(ports_t, ports, 'P', "PORTS", "to these ports only, separated by commas") ALIAS("port");
FLAG(ipv4, '4', "IPv4 only");
FLAG(ipv6, '6', "IPv6 only");
FLAG(lport, 'L', "LPORT column") DEFINES;
FLAG(print_uid, 'U', "UID column");
OPTION_DEFAULT(uid_t, uid, -1, 'u', "USER", "trace this user only (number or login name)");
FLAG(count, 'c', "count connections, print at the end");
CONTAINER_FILTERS;
EXCLUSIVE(ipv4, ipv6);
BANNER("Tracing connect ... Hit Ctrl-C to end");

struct connection {
	ktime_ns_t ts COLUMN_IF(timestamp, "TIME(s)", "%-9.3f") TIGHT;
	uid_t uid COLUMN_IF(print_uid, "UID", "%-6d") TIGHT;
	pid_t pid COLUMN("PID", "%-7d");
	comm_t comm COLUMN("COMM", "%-12.12s");
	u8 ip COLUMN("IP", "%-2d");
	ipaddr_t saddr COLUMN("SADDR", "%-16s");
	port_t lport COLUMN_IF(lport, "LPORT", "%-6d") NONE(0, "?");
	ipaddr_t daddr COLUMN("DADDR", "%-16s");
	port_t dport COLUMN("DPORT", "%-6d");
};
EVENTS(connections, struct connection) ONLY_IF(!count);

struct target {
	ipaddr_t saddr COLUMN("LADDR", "%-25s");
	ipaddr_t daddr COLUMN("RADDR", "%-25s");
	u32 dport COLUMN("RPORT", "%-20d");
};
struct connects {
	u64 count COLUMN("CONNECTS", "%-10d");
};
BPF_HASH(targets, struct target, struct connects) TABLE SORTED_BY(count) ONLY_IF(count);
BPF_HASH(port_filter, u16, u8, 256) FILLED_FROM(ports);
COUNT_REFUSED;

static void count_connection(struct connection *c)
{
	struct target key = { c->saddr, c->daddr, c->dport };
	struct connects zero = {}, *n = targets.lookup_or_try_init(&key, &zero);

	if (n)
		__sync_fetch_and_add(&n->count, 1);
	else
		__sync_fetch_and_add(&__bcc_refused, 1);
}

static int is_unwanted(int family, u16 dport)
{
	u64 id = bpf_get_current_pid_tgid();

	if ((ipv4 && family != AF_INET) || (ipv6 && family != AF_INET6))
		return 1;
	if (pid && pid != id >> 32)
		return 1;
	if (uid != (uid_t)-1 && uid != (uid_t)bpf_get_current_uid_gid())
		return 1;
	if (ports && !port_filter.lookup(&dport))
		return 1;
	return OTHER_CONTAINER();
}

/* Who connects, and how. */
static void describe(struct connection *c, int family)
{
	c->ts = bpf_ktime_get_ns();
	c->uid = bpf_get_current_uid_gid();
	c->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&c->comm, sizeof(c->comm));
	c->ip = family == AF_INET ? 4 : 6;
	c->saddr.family = c->daddr.family = family;
}

static int report(struct connection *c)
{
	struct connection *e;

	if (count) {
		count_connection(c);
		return 0;
	}
	e = EVENT_RESERVE(connections, struct connection);
	if (!e)
		return 0;
	*e = *c;
	EVENT_SUBMIT(connections, e);
	return 0;
}

#if __kernel_has_fentry(tcp_v4_connect) || __kernel_has_kprobe(tcp_v4_connect)

/* A socket of family 6 that connects to an IPv4 address passes through both functions. */
static int connected(struct sock *sk, int family)
{
	u16 dport = bpf_ntohs(sk->__sk_common.skc_dport);
	struct connection c = {};

	if (sk->__sk_common.skc_family != family || is_unwanted(family, dport))
		return 0;
	if (family == AF_INET) {
		c.saddr.v4 = sk->__sk_common.skc_rcv_saddr;
		c.daddr.v4 = sk->__sk_common.skc_daddr;
	} else {
		bpf_probe_read_kernel(&c.saddr.v6, 16, &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_probe_read_kernel(&c.daddr.v6, 16, &sk->__sk_common.skc_v6_daddr);
	}
	c.lport = sk->__sk_common.skc_num;
	c.dport = dport;
	describe(&c, family);
	return report(&c);
}

#endif

#if __kernel_has_fentry(tcp_v4_connect)

KRETFUNC_PROBE(tcp_v4_connect, struct sock *sk, void *address, int size, int ret)
{
	return ret ? 0 : connected(sk, AF_INET);
}

KRETFUNC_PROBE(tcp_v6_connect, struct sock *sk, void *address, int size, int ret)
{
	return ret ? 0 : connected(sk, AF_INET6);
}

#elif __kernel_has_kprobe(tcp_v4_connect)

BPF_HASH(calls, u32, struct sock *);

static int enter(struct sock *sk)
{
	u32 thread = bpf_get_current_pid_tgid();

	TRACK(calls, &thread, &sk);
	return 0;
}

static int leave(int ret, int family)
{
	u32 thread = bpf_get_current_pid_tgid();
	struct sock **call = calls.lookup(&thread), *sk;

	if (!call)
		return 0;
	sk = *call;
	if (sk->__sk_common.skc_family != family)
		return 0;
	calls.delete(&thread);
	return ret ? 0 : connected(sk, family);
}

int kprobe__tcp_v4_connect(struct pt_regs *ctx, struct sock *sk)
{
	return enter(sk);
}

int kretprobe__tcp_v4_connect(struct pt_regs *ctx)
{
	return leave(PT_REGS_RC(ctx), AF_INET);
}

int kprobe__tcp_v6_connect(struct pt_regs *ctx, struct sock *sk)
{
	return enter(sk);
}

int kretprobe__tcp_v6_connect(struct pt_regs *ctx)
{
	return leave(PT_REGS_RC(ctx), AF_INET6);
}

#else

enum { TCP_SYN_SENT = 2 };

#if OPTION_lport

BPF_HASH(waiting, const void *, struct connection);

static int begins(const void *sk, struct connection *c)
{
	TRACK(waiting, &sk, c);
	return 0;
}

static int goes_on(const void *sk, u16 port)
{
	struct connection *c = waiting.lookup(&sk);

	if (!c)
		return 0;
	c->lport = port;
	report(c);
	waiting.delete(&sk);
	return 0;
}

#else

static int begins(const void *sk, struct connection *c)
{
	return report(c);
}

static int goes_on(const void *sk, u16 port)
{
	return 0;
}

#endif

TRACEPOINT_PROBE(sock, inet_sock_set_state)
{
	struct connection c = {};

	if (args->oldstate == TCP_SYN_SENT)
		return goes_on(args->skaddr, args->sport);
	if (args->newstate != TCP_SYN_SENT || args->protocol != IPPROTO_TCP)
		return 0;
	if (is_unwanted(args->family, args->dport))
		return 0;
	if (args->family == AF_INET) {
		__builtin_memcpy(&c.saddr.v4, args->saddr, 4);
		__builtin_memcpy(&c.daddr.v4, args->daddr, 4);
	} else {
		__builtin_memcpy(&c.saddr.v6, args->saddr_v6, 16);
		__builtin_memcpy(&c.daddr.v6, args->daddr_v6, 16);
	}
	c.lport = args->sport;
	c.dport = args->dport;
	describe(&c, args->family);
	return begins(args->skaddr, &c);
}

#endif
