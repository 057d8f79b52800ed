// SPDX-License-Identifier: GPL-2.0
/* The task of src/reading.rs, with libbpf. Prints what the Rust program prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

#define KINDS 20

struct answer {
	unsigned int kinds[KINDS];
	unsigned int elements;
	unsigned long name_bytes;
	long long size;
};

int measured(const void *bytes, unsigned int len, struct answer *a);

__attribute__((noinline)) int measured(const void *bytes, unsigned int len, struct answer *a)
{
	struct btf *btf = btf__new(bytes, len);
	const struct btf_type *t;
	int id, n, i;

	if (!btf)
		return -1;
	n = btf__type_cnt(btf);
	for (id = 1; id < n; id++) {
		int vlen;

		t = btf__type_by_id(btf, id);
		if (btf_kind(t) >= KINDS)
			return -1;
		a->kinds[btf_kind(t)]++;
		a->name_bytes += strlen(btf__name_by_offset(btf, t->name_off));
		vlen = btf_vlen(t);
		switch (btf_kind(t)) {
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			for (i = 0; i < vlen; i++)
				a->name_bytes += strlen(btf__name_by_offset(btf, btf_members(t)[i].name_off));
			break;
		case BTF_KIND_ENUM:
			for (i = 0; i < vlen; i++)
				a->name_bytes += strlen(btf__name_by_offset(btf, btf_enum(t)[i].name_off));
			break;
		case BTF_KIND_ENUM64:
			for (i = 0; i < vlen; i++)
				a->name_bytes += strlen(btf__name_by_offset(btf, btf_enum64(t)[i].name_off));
			break;
		case BTF_KIND_FUNC_PROTO:
			for (i = 0; i < vlen; i++)
				a->name_bytes += strlen(btf__name_by_offset(btf, btf_params(t)[i].name_off));
			break;
		case BTF_KIND_DATASEC:
			break;
		default:
			vlen = 0;
		}
		a->elements += vlen;
	}
	id = btf__find_by_name_kind(btf, "sk_buff", BTF_KIND_STRUCT);
	if (id < 0)
		return -1;
	t = btf__type_by_id(btf, id);
	for (i = 0; i < btf_vlen(t); i++) {
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), "cb"))
			a->size = btf__resolve_size(btf, btf_members(t)[i].type);
	}
	btf__free(btf);
	return 0;
}

/* The most memory that the process has had, in KiB. */
static long peak(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long kib = -1;

	while (status && fgets(line, sizeof(line), status))
		sscanf(line, "VmHWM: %ld", &kib);
	if (status)
		fclose(status);
	return kib;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	struct answer a = {};
	unsigned int len;
	void *bytes;
	long before;
	int i;

	if (!file || fseek(file, 0, SEEK_END))
		return 1;
	len = ftell(file);
	bytes = malloc(len);
	rewind(file);
	if (!bytes || fread(bytes, 1, len, file) != len)
		return 1;
	before = peak();
	if (measured(bytes, len, &a))
		return 1;
	for (i = 0; i < KINDS; i++)
		printf("%u ", a.kinds[i]);
	printf("%u %lu %lld peak %ld\n", a.elements, a.name_bytes, a.size, peak() - before);
	return 0;
}
