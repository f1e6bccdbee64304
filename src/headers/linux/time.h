/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/time64.h>
#include <linux/jiffies.h>

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7
