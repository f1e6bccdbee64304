/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/if_ether.h>
#include <linux/socket.h>
#include <net/net_namespace.h>

static inline struct net *dev_net(const struct net_device *dev) { return dev->nd_net.net; }
