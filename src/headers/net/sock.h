/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/tcp_states.h>

static inline struct net *sock_net(const struct sock *sk) { return sk->__sk_common.skc_net.net; }
