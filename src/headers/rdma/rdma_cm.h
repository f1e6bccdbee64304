/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/in6.h>
#include <linux/socket.h>
