/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's BPF interface as programs see it: flags, contexts, what helpers take and give.
 * They are here, and not left to BTF, so that a program which uses nothing else of the kernel does
 * not need BTF at all. Layouts are those of the stable interface (up to Linux 6.18).
 */

/* Flags ---------------------------------------------------------------------------------------- */

enum {
	BPF_ANY = 0, BPF_NOEXIST = 1, BPF_EXIST = 2, BPF_F_LOCK = 4, BPF_F_CPU = 8,
	BPF_F_ALL_CPUS = 16,
};

enum {
	BPF_F_NO_PREALLOC = 1, BPF_F_NO_COMMON_LRU = 2, BPF_F_NUMA_NODE = 4, BPF_F_RDONLY = 8,
	BPF_F_WRONLY = 16, BPF_F_STACK_BUILD_ID = 32, BPF_F_ZERO_SEED = 64, BPF_F_RDONLY_PROG = 128,
	BPF_F_WRONLY_PROG = 256, BPF_F_CLONE = 512, BPF_F_MMAPABLE = 1024,
	BPF_F_PRESERVE_ELEMS = 2048,
	BPF_F_INNER_MAP = 4096, BPF_F_LINK = 8192, BPF_F_PATH_FD = 16384,
	BPF_F_VTYPE_BTF_OBJ_FD = 32768,
	BPF_F_TOKEN_FD = 65536, BPF_F_SEGV_ON_FAULT = 131072, BPF_F_NO_USER_CONV = 262144,
	BPF_F_RB_OVERWRITE = 524288,
};

enum {
	BPF_F_SKIP_FIELD_MASK = 0xff, BPF_F_USER_STACK = 256, BPF_F_FAST_STACK_CMP = 512,
	BPF_F_REUSE_STACKID = 1024, BPF_F_USER_BUILD_ID = 2048,
};

enum {
	BPF_F_INDEX_MASK = 0xffffffffULL, BPF_F_CURRENT_CPU = 0xffffffffULL,
	BPF_F_CTXLEN_MASK = 0xfffffULL << 32,
};
#define CUR_CPU_IDENTIFIER BPF_F_CURRENT_CPU

enum { BPF_F_RECOMPUTE_CSUM = 1, BPF_F_INVALIDATE_HASH = 2 };

enum {
	BPF_F_HDR_FIELD_MASK = 0xf, BPF_F_PSEUDO_HDR = 16, BPF_F_MARK_MANGLED_0 = 32,
	BPF_F_MARK_ENFORCE = 64, BPF_F_IPV6 = 128,
};

enum {
	BPF_F_TUNINFO_IPV6 = 1, BPF_F_ZERO_CSUM_TX = 2, BPF_F_DONT_FRAGMENT = 4,
	BPF_F_SEQ_NUMBER = 8,
	BPF_F_NO_TUNNEL_KEY = 16, BPF_F_TUNINFO_FLAGS = 16,
};

enum { BPF_F_INGRESS = 1, BPF_F_EGRESS = 2, BPF_F_BROADCAST = 8, BPF_F_EXCLUDE_INGRESS = 16 };
enum { BPF_F_CURRENT_NETNS = -1L };

enum {
	BPF_F_ADJ_ROOM_FIXED_GSO = 1, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 = 2,
	BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 = 4,
	BPF_F_ADJ_ROOM_ENCAP_L4_GRE = 8, BPF_F_ADJ_ROOM_ENCAP_L4_UDP = 16,
	BPF_F_ADJ_ROOM_NO_CSUM_RESET = 32,
	BPF_F_ADJ_ROOM_ENCAP_L2_ETH = 64, BPF_F_ADJ_ROOM_DECAP_L3_IPV4 = 128,
	BPF_F_ADJ_ROOM_DECAP_L3_IPV6 = 256,
};
#define BPF_F_ADJ_ROOM_ENCAP_L2(len) (((u64)(len) & 0xff) << 56)
enum bpf_adj_room_mode { BPF_ADJ_ROOM_NET, BPF_ADJ_ROOM_MAC };
enum bpf_hdr_start_off { BPF_HDR_START_MAC, BPF_HDR_START_NET };
enum bpf_lwt_encap_mode { BPF_LWT_ENCAP_SEG6, BPF_LWT_ENCAP_SEG6_INLINE, BPF_LWT_ENCAP_IP };
enum { BPF_CSUM_LEVEL_QUERY, BPF_CSUM_LEVEL_INC, BPF_CSUM_LEVEL_DEC, BPF_CSUM_LEVEL_RESET };

enum { BPF_LOCAL_STORAGE_GET_F_CREATE = 1, BPF_SK_STORAGE_GET_F_CREATE = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2 };
enum {
	BPF_RB_AVAIL_DATA, BPF_RB_RING_SIZE, BPF_RB_CONS_POS, BPF_RB_PROD_POS, BPF_RB_OVERWRITE_POS,
};
enum {
	BPF_RINGBUF_BUSY_BIT = 1U << 31, BPF_RINGBUF_DISCARD_BIT = 1U << 30, BPF_RINGBUF_HDR_SZ = 8,
};
enum { BPF_SK_LOOKUP_F_REPLACE = 1, BPF_SK_LOOKUP_F_NO_REUSEPORT = 2 };
enum { BPF_F_TIMER_ABS = 1, BPF_F_TIMER_CPU_PIN = 2 };
enum { BPF_F_GET_BRANCH_RECORDS_SIZE = 1 };
enum { BPF_F_SYSCTL_BASE_NAME = 1 };
enum { BPF_F_BPRM_SECUREEXEC = 1 };
#define BPF_F_SLEEPABLE (1U << 4)
enum { BTF_F_COMPACT = 1, BTF_F_NONAME = 2, BTF_F_PTR_RAW = 4, BTF_F_ZERO = 8 };
enum { BPF_DEVCG_ACC_MKNOD = 1, BPF_DEVCG_ACC_READ = 2, BPF_DEVCG_ACC_WRITE = 4 };
enum { BPF_DEVCG_DEV_BLOCK = 1, BPF_DEVCG_DEV_CHAR = 2 };
enum bpf_stack_build_id_status {
	BPF_STACK_BUILD_ID_EMPTY, BPF_STACK_BUILD_ID_VALID, BPF_STACK_BUILD_ID_IP,
};
#define BPF_BUILD_ID_SIZE 20
#define BPF_TAG_SIZE 8
#define BPF_OBJ_NAME_LEN 16U
#define XDP_PACKET_HEADROOM 256

/* Results of programs -------------------------------------------------------------------------- */

enum xdp_action { XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT };
enum sk_action { SK_DROP, SK_PASS };
enum bpf_ret_code {
	BPF_OK = 0, BPF_DROP = 2, BPF_REDIRECT = 7, BPF_LWT_REROUTE = 128,
	BPF_FLOW_DISSECTOR_CONTINUE = 129,
};
enum tcx_action_base { TCX_NEXT = -1, TCX_PASS = 0, TCX_DROP = 2, TCX_REDIRECT = 7 };

enum {
	BPF_SOCK_OPS_VOID, BPF_SOCK_OPS_TIMEOUT_INIT, BPF_SOCK_OPS_RWND_INIT,
	BPF_SOCK_OPS_TCP_CONNECT_CB,
	BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB, BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB,
	BPF_SOCK_OPS_NEEDS_ECN,
	BPF_SOCK_OPS_BASE_RTT, BPF_SOCK_OPS_RTO_CB, BPF_SOCK_OPS_RETRANS_CB, BPF_SOCK_OPS_STATE_CB,
	BPF_SOCK_OPS_TCP_LISTEN_CB, BPF_SOCK_OPS_RTT_CB, BPF_SOCK_OPS_PARSE_HDR_OPT_CB,
	BPF_SOCK_OPS_HDR_OPT_LEN_CB, BPF_SOCK_OPS_WRITE_HDR_OPT_CB,
};
enum {
	BPF_SOCK_OPS_RTO_CB_FLAG = 1, BPF_SOCK_OPS_RETRANS_CB_FLAG = 2,
	BPF_SOCK_OPS_STATE_CB_FLAG = 4,
	BPF_SOCK_OPS_RTT_CB_FLAG = 8, BPF_SOCK_OPS_PARSE_ALL_HDR_OPT_CB_FLAG = 16,
	BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG = 32, BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG = 64,
	BPF_SOCK_OPS_ALL_CB_FLAGS = 127,
};
enum {
	BPF_TCP_ESTABLISHED = 1, BPF_TCP_SYN_SENT, BPF_TCP_SYN_RECV, BPF_TCP_FIN_WAIT1,
	BPF_TCP_FIN_WAIT2,
	BPF_TCP_TIME_WAIT, BPF_TCP_CLOSE, BPF_TCP_CLOSE_WAIT, BPF_TCP_LAST_ACK, BPF_TCP_LISTEN,
	BPF_TCP_CLOSING, BPF_TCP_NEW_SYN_RECV,
};
enum {
	BPF_FIB_LOOKUP_DIRECT = 1, BPF_FIB_LOOKUP_OUTPUT = 2, BPF_FIB_LOOKUP_SKIP_NEIGH = 4,
	BPF_FIB_LOOKUP_TBID = 8, BPF_FIB_LOOKUP_SRC = 16, BPF_FIB_LOOKUP_MARK = 32,
};
enum {
	BPF_FIB_LKUP_RET_SUCCESS, BPF_FIB_LKUP_RET_BLACKHOLE, BPF_FIB_LKUP_RET_UNREACHABLE,
	BPF_FIB_LKUP_RET_PROHIBIT, BPF_FIB_LKUP_RET_NOT_FWDED, BPF_FIB_LKUP_RET_FWD_DISABLED,
	BPF_FIB_LKUP_RET_UNSUPP_LWT, BPF_FIB_LKUP_RET_NO_NEIGH, BPF_FIB_LKUP_RET_FRAG_NEEDED,
	BPF_FIB_LKUP_RET_NO_SRC_ADDR,
};

/* Contexts ------------------------------------------------------------------------------------- */

struct __sk_buff {
	__u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto,
		priority;
	__u32 ingress_ifindex, ifindex, tc_index;
	__u32 cb[5];
	__u32 hash, tc_classid, data, data_end, napi_id;
	__u32 family, remote_ip4, local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port, local_port, data_meta;
	union { struct bpf_flow_keys *flow_keys; } __attribute__((aligned(8)));
	__u64 tstamp;
	__u32 wire_len, gso_segs;
	union { struct bpf_sock *sk; } __attribute__((aligned(8)));
	__u32 gso_size;
	__u8 tstamp_type;
	__u32 : 24;
	__u64 hwtstamp;
};

struct xdp_md {
	__u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

struct bpf_raw_tracepoint_args {
	__u64 args[0];
};

struct bpf_perf_event_data {
	bpf_user_pt_regs_t regs;
	__u64 sample_period;
	__u64 addr;
};

struct sk_msg_md {
	union { void *data; } __attribute__((aligned(8)));
	union { void *data_end; } __attribute__((aligned(8)));
	__u32 family, remote_ip4, local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port, local_port, size;
	union { struct bpf_sock *sk; } __attribute__((aligned(8)));
};

struct sk_reuseport_md {
	union { void *data; } __attribute__((aligned(8)));
	union { void *data_end; } __attribute__((aligned(8)));
	__u32 len, eth_protocol, ip_protocol, bind_inany, hash;
	union { struct bpf_sock *sk; } __attribute__((aligned(8)));
	union { struct bpf_sock *migrating_sk; } __attribute__((aligned(8)));
};

struct bpf_sock {
	__u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4;
	__u32 src_ip6[4];
	__u32 src_port;
	__be16 dst_port;
	__u16 : 16;
	__u32 dst_ip4;
	__u32 dst_ip6[4];
	__u32 state;
	__s32 rx_queue_mapping;
};

struct bpf_tcp_sock {
	__u32 snd_cwnd, srtt_us, rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache,
		ecn_flags;
	__u32 rate_delivered, rate_interval_us, packets_out, retrans_out, total_retrans, segs_in;
	__u32 data_segs_in, segs_out, data_segs_out, lost_out, sacked_out;
	__u64 bytes_received, bytes_acked;
	__u32 dsack_dups, delivered, delivered_ce, icsk_retransmits;
};

struct bpf_sock_tuple {
	union {
		struct {
			__be32 saddr, daddr;
			__be16 sport, dport;
		} ipv4;
		struct {
			__be32 saddr[4];
			__be32 daddr[4];
			__be16 sport, dport;
		} ipv6;
	};
};

struct bpf_sock_ops {
	__u32 op;
	union {
		__u32 args[4];
		__u32 reply;
		__u32 replylong[4];
	};
	__u32 family, remote_ip4, local_ip4;
	__u32 remote_ip6[4];
	__u32 local_ip6[4];
	__u32 remote_port, local_port, is_fullsock, snd_cwnd, srtt_us, bpf_sock_ops_cb_flags, state;
	__u32 rtt_min, snd_ssthresh, rcv_nxt, snd_nxt, snd_una, mss_cache, ecn_flags,
		rate_delivered;
	__u32 rate_interval_us, packets_out, retrans_out, total_retrans, segs_in, data_segs_in,
		segs_out;
	__u32 data_segs_out, lost_out, sacked_out, sk_txhash;
	__u64 bytes_received, bytes_acked;
	union { struct bpf_sock *sk; } __attribute__((aligned(8)));
	union { void *skb_data; } __attribute__((aligned(8)));
	union { void *skb_data_end; } __attribute__((aligned(8)));
	__u32 skb_len, skb_tcp_flags;
	__u64 skb_hwtstamp;
};

struct bpf_sock_addr {
	__u32 user_family, user_ip4;
	__u32 user_ip6[4];
	__u32 user_port, family, type, protocol, msg_src_ip4;
	__u32 msg_src_ip6[4];
	union { struct bpf_sock *sk; } __attribute__((aligned(8)));
};

struct bpf_sockopt {
	union { struct bpf_sock *sk; } __attribute__((aligned(8)));
	union { void *optval; } __attribute__((aligned(8)));
	union { void *optval_end; } __attribute__((aligned(8)));
	__s32 level, optname, optlen, retval;
};

struct bpf_sysctl {
	__u32 write, file_pos;
};

struct bpf_sk_lookup {
	union {
		union { struct bpf_sock *sk; } __attribute__((aligned(8)));
		__u64 cookie;
	};
	__u32 family, protocol, remote_ip4;
	__u32 remote_ip6[4];
	__be16 remote_port;
	__u16 : 16;
	__u32 local_ip4;
	__u32 local_ip6[4];
	__u32 local_port, ingress_ifindex;
};

struct bpf_cgroup_dev_ctx {
	__u32 access_type, major, minor;
};

struct bpf_iter_meta {
	union { struct seq_file *seq; } __attribute__((aligned(8)));
	u64 session_id, seq_num;
};

/* Registers ------------------------------------------------------------------------------------ */

#if __bcc_arch(x86_64)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip,
		cs;
	unsigned long flags, sp, ss;
};
typedef struct pt_regs bpf_user_pt_regs_t;
#elif __bcc_arch(arm64)
struct user_pt_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
};
struct pt_regs {
	union {
		struct user_pt_regs user_regs;
		struct {
			u64 regs[31];
			u64 sp, pc, pstate;
		};
	};
	u64 orig_x0;
	s32 syscallno;
	u32 pmr;
	u64 sdei_ttbr1;
	u64 stackframe[2];
};
typedef struct user_pt_regs bpf_user_pt_regs_t;
#endif

/* What helpers take and give ------------------------------------------------------------------- */

struct bpf_tunnel_key {
	__u32 tunnel_id;
	union {
		__u32 remote_ipv4;
		__u32 remote_ipv6[4];
	};
	__u8 tunnel_tos, tunnel_ttl;
	union {
		__u16 tunnel_ext;
		__be16 tunnel_flags;
	};
	__u32 tunnel_label;
	union {
		__u32 local_ipv4;
		__u32 local_ipv6[4];
	};
};

struct bpf_xfrm_state {
	__u32 reqid, spi;
	__u16 family, ext;
	union {
		__u32 remote_ipv4;
		__u32 remote_ipv6[4];
	};
};

struct bpf_fib_lookup {
	__u8 family, l4_protocol;
	__be16 sport, dport;
	union {
		__u16 tot_len, mtu_result;
	} __attribute__((packed, aligned(2)));
	__u32 ifindex;
	union {
		__u8 tos;
		__be32 flowinfo;
		__u32 rt_metric;
	};
	union {
		__be32 ipv4_src;
		__u32 ipv6_src[4];
	};
	union {
		__be32 ipv4_dst;
		__u32 ipv6_dst[4];
	};
	union {
		struct { __be16 h_vlan_proto, h_vlan_TCI; };
		__u32 tbid;
	};
	union {
		struct { __u32 mark; };
		struct {
			__u8 smac[6];
			__u8 dmac[6];
		};
	};
};

struct bpf_redir_neigh {
	__u32 nh_family;
	union {
		__be32 ipv4_nh;
		__u32 ipv6_nh[4];
	};
};

struct bpf_flow_keys {
	__u16 nhoff, thoff, addr_proto;
	__u8 is_frag, is_first_frag, is_encap, ip_proto;
	__be16 n_proto, sport, dport;
	union {
		struct { __be32 ipv4_src, ipv4_dst; };
		struct {
			__u32 ipv6_src[4];
			__u32 ipv6_dst[4];
		};
	};
	__u32 flags;
	__be32 flow_label;
};

struct bpf_perf_event_value {
	__u64 counter, enabled, running;
};

struct bpf_stack_build_id {
	__s32 status;
	unsigned char build_id[20];
	union { __u64 offset, ip; };
};

struct bpf_pidns_info {
	__u32 pid, tgid;
};

struct btf_ptr {
	void *ptr;
	__u32 type_id, flags;
};

struct bpf_spin_lock {
	__u32 val;
};

struct bpf_timer {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_dynptr {
	__u64 __opaque[2];
} __attribute__((aligned(8)));

struct bpf_lpm_trie_key {
	__u32 prefixlen;
	__u8 data[0];
};

struct bpf_cgroup_storage_key {
	__u64 cgroup_inode_id;
	__u32 attach_type;
};

struct bpf_devmap_val {
	__u32 ifindex;
	union {
		int fd;
		__u32 id;
	} bpf_prog;
};

struct bpf_cpumap_val {
	__u32 qsize;
	union {
		int fd;
		__u32 id;
	} bpf_prog;
};
