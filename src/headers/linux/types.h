/* SPDX-License-Identifier: Apache-2.0 */
/* The types themselves are always known; here is the one tag that kernel headers rename. */

#define rcu_head callback_head
