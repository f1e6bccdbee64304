/* SPDX-License-Identifier: Apache-2.0 */
/* One failure at run time: what was done to what, the cause, the remedy. */
#include "base.h"

#include <errno.h>
#include <stdlib.h>

static void set_message(Error *err, int code, const char *fmt, va_list ap)
{
	err->code = code;
	err->remedy[0] = '\0';
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
}

int error_set(Error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -code;
	va_start(ap, fmt);
	set_message(err, code, fmt, ap);
	va_end(ap);
	return -code;
}

int error_errno(Error *err, int code, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	if (!err)
		return -code;
	va_start(ap, fmt);
	set_message(err, code, fmt, ap);
	va_end(ap);
	n = strlen(err->message);
	snprintf(err->message + n, sizeof(err->message) - n, ": %s", strerror(code));
	return -code;
}

int error_remedy(Error *err, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -EINVAL;            /* a failure all the same */
	va_start(ap, fmt);
	vsnprintf(err->remedy, sizeof(err->remedy), fmt, ap);
	va_end(ap);
	return -err->code;
}

int error_context(Error *err, const char *fmt, ...)
{
	char old[sizeof(err->message)];
	va_list ap;
	size_t n;

	if (!err)
		return -EINVAL;            /* a failure all the same */
	memcpy(old, err->message, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	n = strlen(err->message);
	if (n + 2 < sizeof(err->message))
		snprintf(err->message + n, sizeof(err->message) - n, ": %.*s",
			 (int)(sizeof(err->message) - n - 3), old);
	return -err->code;
}

void error_clear(Error *err)
{
	free(err->log);
	*err = (Error){ 0 };
}
