/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that need no look at the system: system calls (from the C library's headers at build time,
 * and by hand those that are newer than it; numbers from 424 on are the same on all architectures),
 * errors, signals, open flags, block request flags.
 */
#include "toolkit/toolkit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>

static const char *const syscalls[] = {
#define X(name) [__NR_##name] = #name,
#include "syscalls.inc"
#undef X
};

static const struct { int number; const char *name; } newer_syscalls[] = {
	{ 449, "futex_waitv" }, { 450, "set_mempolicy_home_node" }, { 451, "cachestat" },
	{ 452, "fchmodat2" }, { 453, "map_shadow_stack" }, { 454, "futex_wake" },
	{ 455, "futex_wait" }, { 456, "futex_requeue" }, { 457, "statmount" }, { 458, "listmount" },
	{ 459, "lsm_get_self_attr" }, { 460, "lsm_set_self_attr" }, { 461, "lsm_list_modules" },
	{ 462, "mseal" }, { 463, "setxattrat" }, { 464, "getxattrat" }, { 465, "listxattrat" },
	{ 466, "removexattrat" }, { 467, "open_tree_attr" }, { 468, "file_getattr" },
	{ 469, "file_setattr" },
};

int syscall_limit(void)
{
	int newest = newer_syscalls[ARRAY_LEN(newer_syscalls) - 1].number + 1;

	return (int)ARRAY_LEN(syscalls) > newest ? (int)ARRAY_LEN(syscalls) : newest;
}

const char *syscall_name(int number)
{
	if (number >= 0 && number < (int)ARRAY_LEN(syscalls) && syscalls[number])
		return syscalls[number];
	for (size_t i = 0; i < ARRAY_LEN(newer_syscalls); i++)
		if (newer_syscalls[i].number == number)
			return newer_syscalls[i].name;
	return NULL;
}

int syscall_number(const char *name)
{
	for (int i = 0; i < syscall_limit(); i++)
		if (syscall_name(i) && !strcmp(syscall_name(i), name))
			return i;
	return -1;
}

const char *errno_name(int number)
{
	return strerrorname_np(number);
}

int errno_number(const char *name)
{
	for (int i = 1; i < 256; i++) {
		const char *known = errno_name(i);

		if (known && (!strcasecmp(known, name) || !strcasecmp(known + 1, name)))
			return i;
	}
	return 0;
}

const char *signal_name(int number)
{
	return number > 0 && number < NSIG ? sigabbrev_np(number) : NULL;
}

bool open_flag(const char *name, uint32_t *flag)
{
	static const struct { const char *name; uint32_t value; } flags[] = {
#define F(x) { #x, x }
		F(O_RDONLY), F(O_WRONLY), F(O_RDWR), F(O_CREAT), F(O_EXCL), F(O_NOCTTY), F(O_TRUNC),
		F(O_APPEND), F(O_NONBLOCK), F(O_NDELAY), F(O_DSYNC), F(O_SYNC), F(O_RSYNC),
		F(O_ASYNC),
		F(O_DIRECT), F(O_DIRECTORY), F(O_NOFOLLOW), F(O_NOATIME), F(O_CLOEXEC), F(O_PATH),
		F(O_TMPFILE), F(O_ACCMODE),
#undef F
		{ "O_LARGEFILE", 0100000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (!strcmp(flags[i].name, name)) {
			*flag = flags[i].value;
			return true;
		}
	return false;
}

/* Block requests: numbers differ between kernels, so the kernel's BTF is asked; the values here
 * (6.x) are for when it has no answer. */
typedef struct RequestName {
	const char *enumerator;
	int64_t value;
	const char *text;
} RequestName;

static const RequestName request_ops[] = {
	{ "REQ_OP_READ", 0, "Read" }, { "REQ_OP_WRITE", 1, "Write" },
	{ "REQ_OP_FLUSH", 2, "Flush" },
	{ "REQ_OP_DISCARD", 3, "Discard" }, { "REQ_OP_SECURE_ERASE", 5, "SecureErase" },
	{ "REQ_OP_ZONE_RESET", -1, "ZoneReset" }, { "REQ_OP_WRITE_SAME", -1, "WriteSame" },
	{ "REQ_OP_WRITE_ZEROES", 9, "WriteZeros" }, { "REQ_OP_ZONE_APPEND", -1, "ZoneAppend" },
	{ "REQ_OP_DRV_IN", 34, "DriverIn" }, { "REQ_OP_DRV_OUT", 35, "DriverOut" },
};

/* In the order in which the prefixes are put in front. */
static const RequestName request_flags[] = {
	{ "__REQ_SYNC", 11, "Sync-" }, { "__REQ_META", 12, "Metadata-" },
	{ "__REQ_FUA", 17, "ForcedUnitAccess-" }, { "__REQ_PRIO", 13, "Priority-" },
	{ "__REQ_NOMERGE", 14, "NoMerge-" }, { "__REQ_IDLE", 15, "Idle-" },
	{ "__REQ_RAHEAD", 19, "ReadAhead-" }, { "__REQ_BACKGROUND", 20, "Background-" },
	{ "__REQ_NOWAIT", 21, "NoWait-" },
};

static int64_t request_value(const ToolNames *names, const RequestName *r)
{
	int64_t value;

	if (names->enumerator && names->enumerator(names->self, r->enumerator, &value))
		return value;
	return r->value;
}

void req_flags_text(const ToolNames *names, uint32_t flags, StrBuf *out)
{
	const char *op = "Unknown";

	for (size_t i = ARRAY_LEN(request_flags); i-- > 0;) {
		int64_t bit = request_value(names, &request_flags[i]);

		if (bit >= 0 && bit < 32 && flags & 1u << bit)
			sb_puts(out, request_flags[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(request_ops); i++)
		if (request_value(names, &request_ops[i]) == (int64_t)(flags & 0xff)) {
			op = request_ops[i].text;
			break;
		}
	sb_puts(out, op);
}
