/* SPDX-License-Identifier: Apache-2.0 */
#include <net/sock.h>

static inline struct inet_sock *inet_sk(const struct sock *sk) { return (struct inet_sock *)sk; }
static inline struct raw_sock *raw_sk(const struct sock *sk) { return (struct raw_sock *)sk; }
static inline struct inet_request_sock *inet_rsk(const struct request_sock *req)
{
	return (struct inet_request_sock *)req;
}
