// SPDX-License-Identifier: GPL-2.0
/*
 * Gives a file of BTF to libbpf in all the ways that it takes it, and prints
 * what libbpf makes of it: `peer FILE [BASE]`.
 *
 * Exit status: 0, or 1 with the call that refused on standard error.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static void print(void *ctx, const char *format, va_list args)
{
	(void)ctx;
	vprintf(format, args);
}

static void *contents(const char *path, long *size)
{
	FILE *file = fopen(path, "rb");
	void *bytes;

	if (!file || fseek(file, 0, SEEK_END) || (*size = ftell(file)) < 0)
		die(path);
	rewind(file);
	bytes = malloc(*size + 1);
	if (!bytes || fread(bytes, 1, *size, file) != (size_t)*size)
		die(path);
	fclose(file);
	return bytes;
}

int main(int argc, char **argv)
{
	struct btf *base = NULL, *btf, *parsed;
	struct btf_dump *dump;
	unsigned int first, count, id;
	const void *a, *b;
	__u32 a_len, b_len;
	void *bytes;
	long size;

	if (argc < 2)
		return 2;
	bytes = contents(argv[1], &size);
	if (argc > 2) {
		base = btf__parse_raw(argv[2]);
		if (!base)
			die("btf__parse_raw of the base");
		btf = btf__new_split(bytes, size, base);
		if (!btf)
			die("btf__new_split");
		parsed = btf__parse_split(argv[1], base);
		if (!parsed)
			die("btf__parse_split");
	} else {
		btf = btf__new(bytes, size);
		if (!btf)
			die("btf__new");
		parsed = btf__parse(argv[1], NULL);
		if (!parsed)
			die("btf__parse");
	}

	a = btf__raw_data(btf, &a_len);
	b = btf__raw_data(parsed, &b_len);
	if (!a || !b || a_len != b_len || memcmp(a, b, a_len))
		die("btf__new and btf__parse differ");
	if ((long)a_len != size || memcmp(a, bytes, size))
		die("btf__raw_data is not what was given");

	dump = btf_dump__new(btf, print, NULL, NULL);
	if (!dump)
		die("btf_dump__new");
	count = btf__type_cnt(btf);
	first = base ? btf__type_cnt(base) : 1;
	for (id = first; id < count; id++)
		if (btf_dump__dump_type(dump, id))
			die("btf_dump__dump_type");
	btf_dump__free(dump);

	printf("\n//types %u\n", count - first);
	if (btf__dedup(btf, NULL))
		die("btf__dedup");
	printf("//merged %u\n", count - btf__type_cnt(btf));
	return 0;
}
