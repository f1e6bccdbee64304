/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/ip.h>
#include <net/inet_sock.h>

#define IPCB(skb) ((struct inet_skb_parm *)((skb)->cb))
