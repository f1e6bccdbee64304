/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs onto network interfaces: XDP (link, 5.9), tc classifiers (tcx link, 6.6; before that a
 * filter of a clsact qdisc) and socket filters (a raw socket of ours that sees the packets).
 * A filter is the one attachment that hangs on no descriptor: it is taken out at detach, together
 * with the qdisc if that was made for it, but stays after kill -9.
 */
#include "internal.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

/* Interfaces ----------------------------------------------------------------------------------- */

static void list_interfaces(StrBuf *out)
{
	struct if_nameindex *all = if_nameindex();

	for (struct if_nameindex *i = all; i && i->if_index && out->n < 200; i++)
		sb_printf(out, "%s%s", out->n ? ", " : "", i->if_name);
	if_freenameindex(all);
}

/* Its number, or -errno. */
static int find_interface(Attaching *a, Error *err)
{
	unsigned index = if_nametoindex(a->t.target);
	StrBuf names = { 0 };

	if (index)
		return (int)index;
	list_interfaces(&names);
	error_set(err, ENODEV, "program %s: there is no network interface %s", a->name, a->t.target);
	if (names.n)
		error_remedy(err, "There are: %s", names.p);
	sb_free(&names);
	return -ENODEV;
}

static int refused(Attaching *a, int code, Error *err)
{
	error_errno(err, code, "cannot attach %s program %s to interface %s",
		    attach_kind_name(a->t.kind), a->name, a->t.target);
	return (code == EPERM || code == EACCES) && !*kernel_missing_capabilities() ?
		error_remedy(err, "CAP_NET_ADMIN is needed, in the network namespace of the interface.") :
		runtime_refused(err, code);
}

/* XDP ------------------------------------------------------------------------------------------ */

static uint32_t xdp_mode(uint32_t flags)
{
	if (flags & ATTACH_GENERIC)
		return XDP_FLAGS_SKB_MODE;
	if (flags & ATTACH_NATIVE)
		return XDP_FLAGS_DRV_MODE;
	return flags & ATTACH_OFFLOAD ? XDP_FLAGS_HW_MODE : 0;
}

int runtime_attach_xdp(Attaching *a, Error *err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = xdp_mode(a->t.flags));
	int interface = find_interface(a, err), fd;
	const char *why;

	if (interface < 0)
		return interface;
	fd = bpf_link_create(runtime_program_of(a), interface, BPF_XDP, &opts);
	if (fd >= 0)
		return runtime_keep(a, fd);
	if (fd == -EINVAL && !kernel_has_xdp_link(&why))
		return error_set(err, EOPNOTSUPP, "program %s: %s", a->name, why);
	refused(a, -fd, err);
	if (fd == -EBUSY || fd == -EEXIST)
		error_remedy(err, "Another XDP program is there; it can be removed: "
			     "ip link set dev %s xdp off",
			     a->t.target);
	else if (fd == -EOPNOTSUPP && a->t.flags & (ATTACH_NATIVE | ATTACH_OFFLOAD))
		error_remedy(err, "The driver has no XDP of its own; generic mode works everywhere.");
	else if (fd == -EINVAL || fd == -EOPNOTSUPP)
		error_remedy(err, "The driver may refuse it because of the MTU or large receive offload; "
			     "generic mode works everywhere.");
	return fd;
}

/* tc ------------------------------------------------------------------------------------------- */

static bool is_egress(const Attaching *a)
{
	int attach_type = a->m->programs[a->program].attach_type;

	return attach_type == ATTACH_TYPE_TCX_EGRESS ||
	       (attach_type != ATTACH_TYPE_TCX_INGRESS && a->t.flags & ATTACH_EGRESS);
}

static int silent(enum libbpf_print_level level, const char *format, va_list ap)
{
	(void)level, (void)format, (void)ap;
	return 0;
}

static struct bpf_tc_hook hook_of(const TcFilter *f)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook), .ifindex = f->interface,
		.attach_point = f->egress ? BPF_TC_EGRESS : BPF_TC_INGRESS,
	};
}

void runtime_remove_filter(const TcFilter *f)
{
	libbpf_print_fn_t print = libbpf_set_print(silent);
	struct bpf_tc_hook hook = hook_of(f);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = f->handle, .priority = f->priority);

	bpf_tc_detach(&hook, &opts);
	if (f->made_qdisc) {
		hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
		bpf_tc_hook_destroy(&hook);
	}
	libbpf_set_print(print);
}

static int attach_filter(Attaching *a, TcFilter *f)
{
	struct bpf_tc_hook hook = hook_of(f);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = runtime_program_of(a));
	int error = bpf_tc_hook_create(&hook);

	if (error && error != -EEXIST)
		return error;
	f->made_qdisc = !error;
	error = bpf_tc_attach(&hook, &opts);
	f->handle = opts.handle;
	f->priority = opts.priority;
	if (error && f->made_qdisc) {
		hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
		bpf_tc_hook_destroy(&hook);
	}
	return error;
}

static int attach_clsact(Attaching *a, int interface, Error *err)
{
	TcFilter *f = NEW(a->m->arena, TcFilter);
	libbpf_print_fn_t print = libbpf_set_print(silent);
	int error;

	*f = (TcFilter){ .interface = interface, .egress = is_egress(a) };
	error = attach_filter(a, f);
	libbpf_set_print(print);
	if (error)
		return refused(a, -error, err);
	runtime_keep(a, -1);
	vec_last(&a->m->attachments).filter = f;
	runtime_note(a->m, "program %s: the filter on %s stays if this process is killed by SIGKILL; "
		     "tc qdisc del dev %s clsact takes it away", a->name, a->t.target, a->t.target);
	return 0;
}

int runtime_attach_tc(Attaching *a, Error *err)
{
	int interface = find_interface(a, err), fd;
	bool tcx = !(a->t.flags & ATTACH_CLSACT) && kernel_has_tcx(NULL);

	if (interface < 0)
		return interface;
	if (a->m->programs[a->program].type == BPF_PROG_TYPE_SCHED_ACT) {
		error_set(err, EOPNOTSUPP, "program %s is a tc action, which filters refer to", a->name);
		return error_remedy(err, "Take SEC(\"tc\"), whose return value is the action.");
	}
	if (!tcx)
		return attach_clsact(a, interface, err);
	fd = bpf_link_create(runtime_program_of(a), interface, is_egress(a) ?
			     (enum bpf_attach_type)ATTACH_TYPE_TCX_EGRESS :
			     (enum bpf_attach_type)ATTACH_TYPE_TCX_INGRESS, NULL);
	return fd < 0 ? refused(a, -fd, err) : runtime_keep(a, fd);
}

/* Socket filters ------------------------------------------------------------------------------- */

/* The socket is bound last, so that no packet gets in before the filter is there. */
int runtime_attach_socket(Attaching *a, Error *err)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd, program = runtime_program_of(a), code;

	if (*a->t.target && strcmp(a->t.target, "any")) {
		address.sll_ifindex = find_interface(a, err);
		if (address.sll_ifindex < 0)
			return address.sll_ifindex;
	}
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) &&
	    !bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return runtime_keep(a, fd);
	code = errno;
	if (fd >= 0)
		close(fd);
	if (code == EPERM && fd < 0) {
		error_errno(err, code, "cannot open a raw socket for program %s", a->name);
		return error_remedy(err, "CAP_NET_RAW is needed.");
	}
	return refused(a, code, err);
}
