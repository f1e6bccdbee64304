/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outgoing IPv4 connections: what tools/network/tcpconnect.bpf.c does, in its smallest form.
 *   bcc run examples/tcpv4connect.c
 */
#include <bcc/tool.h>
#include <net/sock.h>

TOOL("tcpv4connect", "Trace outgoing IPv4 connections.");

struct connection {
	pid_t pid COLUMN("PID", "%-6d");
	comm_t comm COLUMN("COMM", "%-12.12s");
	ipaddr_t saddr COLUMN("SADDR", "%-16s");
	ipaddr_t daddr COLUMN("DADDR", "%-16s");
	port_t dport COLUMN("DPORT", "%-4d");
};
EVENTS(connections, struct connection);

BPF_HASH(calls, u32, struct sock *);

int kprobe__tcp_v4_connect(struct pt_regs *ctx, struct sock *sk)
{
	u32 thread = bpf_get_current_pid_tgid();

	calls.update(&thread, &sk);
	return 0;
}

int kretprobe__tcp_v4_connect(struct pt_regs *ctx)
{
	u32 thread = bpf_get_current_pid_tgid();
	struct sock **call = calls.lookup(&thread), *sk;
	struct connection *c;

	if (!call)
		return 0;
	sk = *call;
	calls.delete(&thread);
	c = PT_REGS_RC(ctx) ? NULL : EVENT_RESERVE(connections, struct connection);
	if (!c)
		return 0;
	c->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&c->comm, sizeof(c->comm));
	c->saddr.family = c->daddr.family = AF_INET;
	c->saddr.v4 = sk->__sk_common.skc_rcv_saddr;
	c->daddr.v4 = sk->__sk_common.skc_daddr;
	c->dport = bpf_ntohs(sk->__sk_common.skc_dport);
	EVENT_SUBMIT(connections, c);
	return 0;
}
