/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/socket.h>

#define SOCK_TYPE_MASK 0xf
enum sock_type {
	SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_RDM = 4, SOCK_SEQPACKET = 5,
	SOCK_DCCP = 6,
	SOCK_PACKET = 10,
};
