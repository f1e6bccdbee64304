/* SPDX-License-Identifier: Apache-2.0 */
#define ARPOP_REQUEST 1
#define ARPOP_REPLY 2
#define ARPHRD_ETHER 1
#define ARPHRD_LOOPBACK 772
