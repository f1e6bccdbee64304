/* SPDX-License-Identifier: Apache-2.0 */
#include <net/inet_sock.h>

static inline struct inet_connection_sock *inet_csk(const struct sock *sk)
{
	return (struct inet_connection_sock *)sk;
}
