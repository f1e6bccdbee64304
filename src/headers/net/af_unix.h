/* SPDX-License-Identifier: Apache-2.0 */
#include <net/sock.h>

static inline struct unix_sock *unix_sk(const struct sock *sk) { return (struct unix_sock *)sk; }
