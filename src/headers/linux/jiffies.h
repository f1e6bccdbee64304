/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/time64.h>

#if defined(CONFIG_HZ)
#define HZ CONFIG_HZ
#else
#define HZ 250
#endif
static inline unsigned int jiffies_to_msecs(unsigned long j) { return j * 1000 / HZ; }
static inline unsigned int jiffies_to_usecs(unsigned long j) { return j * (1000000UL / HZ); }
static inline unsigned long msecs_to_jiffies(unsigned int m) { return ((u64)m * HZ + 999) / 1000; }
static inline unsigned long nsecs_to_jiffies(u64 n) { return n / (1000000000UL / HZ); }
