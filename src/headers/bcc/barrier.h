/* SPDX-License-Identifier: Apache-2.0 */
/* Barriers for the compiler; they come with kernel headers and with those of libbpf. */

#define barrier() asm volatile("" ::: "memory")
#define barrier_var(var) asm volatile("" : "+r"(var))
