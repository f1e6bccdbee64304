/* SPDX-License-Identifier: Apache-2.0 */
#include <net/inet_sock.h>

static inline struct inet_timewait_sock *inet_twsk(const struct sock *sk)
{
	return (struct inet_timewait_sock *)sk;
}
