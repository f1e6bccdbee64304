/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load OBJECT.o...: opens and loads objects with libbpf, as a user of skeletons does. Programs of
 * kinds that the kernel at hand does not have (kprobes, trampolines) are opened but not loaded.
 * One line "ok NAME" or "not ok NAME" an object; libbpf's warnings go to standard error.
 */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int print_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

static bool can_load(const struct bpf_program *p)
{
	static const char *const trampolines[] = {
		"fentry", "fexit", "fmod_ret", "lsm", "freplace",
	};
	const char *section = bpf_program__section_name(p);

	for (size_t i = 0; i < sizeof(trampolines) / sizeof(trampolines[0]); i++)
		if (!strncmp(section, trampolines[i], strlen(trampolines[i])))
			return false;
	return libbpf_probe_bpf_prog_type(bpf_program__type(p), NULL) > 0;
}

static int load(const char *path)
{
	struct bpf_object *o = bpf_object__open_file(path, NULL);
	struct bpf_program *p;
	int error;

	if (!o)
		return -1;
	bpf_object__for_each_program(p, o)
		if (!can_load(p))
			bpf_program__set_autoload(p, false);
	error = bpf_object__load(o);
	bpf_object__close(o);
	return error;
}

int main(int argc, char **argv)
{
	int failed = 0;

	libbpf_set_print(print_warning);
	for (int i = 1; i < argc; i++) {
		const char *slash = strrchr(argv[i], '/');
		int error = load(argv[i]);

		printf("%s libbpf/%s\n", error ? "not ok" : "ok", slash ? slash + 1 : argv[i]);
		failed |= error != 0;
	}
	return failed;
}
