/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interpret: runs the instructions of a loaded BPF program in this process and counts them. The
 * kernel's verifier has accepted the program before, so its accesses are not checked again. Maps
 * are copies: arrays, hashes and ring buffers are imitated, time and randomness are sequences, so
 * that two programs that do the same see the same.
 */
#ifndef BCC_BENCH_INTERPRET_H
#define BCC_BENCH_INTERPRET_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_MAPS = 16, CONTEXT_SIZE = 256 };

typedef struct CopyOfMap {
	int fd;
	uint32_t type, key_size, value_size, max_entries, used;
	uint8_t *keys, *values;    /* an array has no keys */
} CopyOfMap;

typedef struct Machine {
	const struct bpf_insn *insns;
	size_t n;
	enum bpf_prog_type type;
	CopyOfMap maps[MAX_MAPS];
	int n_maps;
	uint64_t context[CONTEXT_SIZE / 8];
	uint8_t *packet;
	uint32_t packet_size;
	uint64_t executed;         /* instructions, over all runs */
	uint64_t digest;           /* of what was given to user space */
	uint64_t clock, seed;
	int unknown_helper;        /* that the program called; it was stopped there */
} Machine;

bool machine_add_map(Machine *m, int fd);        /* with the contents that it has now */
bool machine_run(Machine *m, uint64_t *result);
void machine_free(Machine *m);

#endif
