// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU's translator: counts the guest's instructions that a network driver causes, that is, from each call into
 * its module, each poll of its NAPIs and each call of some functions of the kernel until it returns, with all that is called
 * in between. An interrupt is not counted, but a call into the module from there is.
 *
 * The guest calls two functions that nothing else calls: the mark begins and ends, and a sample is everything since the last
 * one. Arguments: mark=, sample=, poll= (__napi_poll), entry= (any number): addresses of functions; regions=FILE, read at each
 * beginning: `module LOW HIGH`, `entry ADDRESS PART` and `step ADDRESS`; out=FILE, one line for each sample: instructions and
 * calls of each part, then how often a step was come to where something counted, and all instructions of the kernel. With each=on the file has a line for each instruction instead: its address, by which call it was reached, how often.
 *
 * For machines of one processor.
 */
#include "interface.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EXPORT int qemu_plugin_version = INTERFACE_VERSION;

#define KERNEL 0xffff800000000000ull
/* Where modules and compiled BPF programs are, with nokaslr. */
#define MODULES 0xffffffffa0000000ull
#define ENTRIES 16
#define FUNCTIONS 8
/* Words of a napi_struct among which is its poll function. */
#define NAPI_WORDS 16
#define DEPTH 16
#define BUCKETS 65536
#define STEPS 8192

enum part { POLL, CALL, DEFERRED, SOCKET, PARTS };

struct insn {
	uint64_t address;
	uint64_t counts[ENTRIES];
	struct insn *next;
};

/* What is being done: something that counts, or an interrupt; it ends at the instruction `until` with the stack at `sp`. */
struct frame {
	bool call;
	enum part part;
	unsigned int entry;
	uint64_t until;
	uint64_t sp;
};

/* A function of the kernel that counts, if it is enabled. */
struct function {
	uint64_t address;
	bool enabled;
	enum part part;
};

static const char *regions_file, *out_file;
static uint64_t mark, sample, poll;
static struct function functions[FUNCTIONS];
static unsigned int function_count;
static bool each;

static FILE *out;
static bool running;
static uint64_t low, high;
static uint64_t sums[PARTS], times[PARTS], since;
static uint64_t steps[STEPS], stepped, sampled_at;
static unsigned int step_count;
static struct insn *buckets[BUCKETS];
static uint64_t entries[ENTRIES];
static unsigned int entry_count;
static struct frame stack[DEPTH];
static unsigned int depth;
static struct qemu_plugin_register *rsp, *rdi;
static GByteArray *bytes;
/* All instructions of the kernel; not 0 while there is anything on the stack; while its top counts. */
static qemu_plugin_u64 total, busy, counting;

/* Books what was executed since the last change, to what is on top. */
static void book(void)
{
	uint64_t now = qemu_plugin_u64_get(total, 0);

	if (depth && stack[depth - 1].call)
		sums[stack[depth - 1].part] += now - since;
	since = now;
}

static void publish(void)
{
	qemu_plugin_u64_set(busy, 0, depth);
	qemu_plugin_u64_set(counting, 0, depth && stack[depth - 1].call);
}

static uint64_t word(void)
{
	uint64_t value = 0;

	memcpy(&value, bytes->data, bytes->len < 8 ? bytes->len : 8);
	return value;
}

static uint64_t value(struct qemu_plugin_register *handle)
{
	g_byte_array_set_size(bytes, 0);
	return qemu_plugin_read_register(handle, bytes) ? word() : 0;
}

static uint64_t read(uint64_t address)
{
	g_byte_array_set_size(bytes, 0);
	if (!qemu_plugin_read_memory_vaddr(address, bytes, 8))
		abort();
	return word();
}

static unsigned int entry_of(uint64_t address)
{
	for (unsigned int at = 0; at < entry_count; at++)
		if (entries[at] == address)
			return at;
	if (entry_count < ENTRIES - 1)
		entries[entry_count++] = address;
	return entry_count - 1;
}

static void push(struct frame frame)
{
	if (depth == DEPTH)
		abort();
	book();
	if (frame.call)
		times[frame.part]++;
	stack[depth++] = frame;
	publish();
}

static bool in_module(uint64_t address)
{
	return address >= low && address < high;
}

/* Whether the NAPI that is about to be polled is the module's. */
static bool polls_module(void)
{
	uint64_t napi = value(rdi);

	for (unsigned int at = 0; at < NAPI_WORDS; at++)
		if (in_module(read(napi + 8 * at)))
			return true;
	return false;
}

static void call(uint64_t address, uint64_t sp, enum part part)
{
	push((struct frame){
		.call = true, .part = part, .entry = entry_of(address), .until = read(sp), .sp = sp + 8 });
}

/* A block of code begins. */
static void block(unsigned int vcpu, void *data)
{
	uint64_t address = (uint64_t)(uintptr_t)data, sp;

	if (!running)
		return;
	sp = value(rsp);
	/* An interrupt that comes when another one is about to return has the same end. */
	while (depth && stack[depth - 1].until == address && stack[depth - 1].sp == sp) {
		book();
		depth--;
	}
	publish();
	if (depth && stack[depth - 1].call)
		return;
	if (in_module(address))
		call(address, sp, CALL);
	else if (address == poll && polls_module())
		call(address, sp, POLL);
	for (unsigned int at = 0; at < function_count; at++)
		if (functions[at].address == address && functions[at].enabled)
			call(address, sp, functions[at].part);
}

static void interrupted(unsigned int vcpu, int type, uint64_t from, uint64_t to, void *data)
{
	uint64_t sp;

	if (!running || !depth)
		return;
	/* The processor has pushed where it was: RIP, CS, RFLAGS, RSP. What QEMU says of it is the block's beginning. */
	sp = value(rsp);
	push((struct frame){ .until = read(sp), .sp = read(sp + 24) });
}

static void count(unsigned int vcpu, void *data)
{
	struct insn *insn = data;

	insn->counts[stack[depth - 1].entry]++;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* Where the compiler made nothing of an instruction, the next one's address is named twice, and both are steps. */
static void step(unsigned int vcpu, void *data)
{
	uint64_t address = (uint64_t)(uintptr_t)data;
	unsigned int from = 0, to = step_count;

	while (from < to) {
		unsigned int middle = (from + to) / 2;

		if (steps[middle] < address)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < step_count && steps[from] == address; from++)
		stepped++;
}

static struct insn *find(uint64_t address)
{
	struct insn **at = &buckets[(address ^ address >> 16) % BUCKETS];

	for (; *at; at = &(*at)->next)
		if ((*at)->address == address)
			return *at;
	*at = calloc(1, sizeof(**at));
	if (!*at)
		abort();
	(*at)->address = address;
	return *at;
}

static void begin(void)
{
	FILE *file = fopen(regions_file, "r");
	char line[128];

	out = fopen(out_file, "w");
	if (!file || !out)
		abort();
	for (unsigned int at = 0; at < function_count; at++)
		functions[at].enabled = false;
	step_count = 0;
	while (fgets(line, sizeof(line), file)) {
		uint64_t address;
		unsigned int part;

		if (sscanf(line, "entry %" SCNx64 " %u", &address, &part) == 2) {
			for (unsigned int at = 0; at < function_count; at++)
				if (functions[at].address == address && part < PARTS) {
					functions[at].enabled = true;
					functions[at].part = part;
				}
		} else if (sscanf(line, "step %" SCNx64, &address) == 1) {
			if (step_count == STEPS)
				abort();
			steps[step_count++] = address;
		} else if (sscanf(line, "module %" SCNx64 " %" SCNx64, &low, &high) != 2) {
			abort();
		}
	}
	fclose(file);
	qsort(steps, step_count, sizeof(*steps), compare);
	memset(sums, 0, sizeof(sums));
	memset(times, 0, sizeof(times));
	since = sampled_at = qemu_plugin_u64_get(total, 0);
	stepped = 0;
	running = true;
}

static void end(void)
{
	running = false;
	depth = 0;
	publish();
	for (unsigned int at = 0; each && at < BUCKETS; at++)
		for (struct insn *insn = buckets[at]; insn; insn = insn->next)
			for (unsigned int entry = 0; entry < entry_count; entry++)
				if (insn->counts[entry])
					fprintf(out, "%" PRIx64 " %" PRIx64 " %" PRIu64 "\n", insn->address,
						entries[entry], insn->counts[entry]);
	fclose(out);
}

static void marked(unsigned int vcpu, void *data)
{
	if (running)
		end();
	else
		begin();
}

static void sampled(unsigned int vcpu, void *data)
{
	if (!running)
		return;
	book();
	for (unsigned int part = 0; !each && part < PARTS; part++)
		fprintf(out, "%" PRIu64 " %" PRIu64 " ", sums[part], times[part]);
	if (!each)
		fprintf(out, "%" PRIu64 " %" PRIu64 "\n", stepped, since - sampled_at);
	sampled_at = since;
	stepped = 0;
	memset(sums, 0, sizeof(sums));
	memset(times, 0, sizeof(times));
}

/* Whether something may begin here while nothing is on the stack. */
static bool may_begin(uint64_t address)
{
	if (address >= MODULES || address == poll)
		return true;
	for (unsigned int at = 0; at < function_count; at++)
		if (functions[at].address == address)
			return true;
	return false;
}

static void translated(struct qemu_plugin_tb *tb, void *data)
{
	uint64_t start = qemu_plugin_tb_vaddr(tb);
	void *address = (void *)(uintptr_t)start;

	if (start < KERNEL)
		return;
	if (may_begin(start))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, block, R_REGS, address);
	else
		qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, block, R_REGS, COND_NE, busy, 0, address);
	for (size_t at = 0; at < qemu_plugin_tb_n_insns(tb); at++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, at);
		uint64_t place = qemu_plugin_insn_vaddr(insn);

		if (place == mark)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, NO_REGS, NULL);
		if (place == sample)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, sampled, NO_REGS, NULL);
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, ADD_U64, total, 1);
		if (place >= MODULES && !each)
			qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, step, NO_REGS, COND_NE, counting, 0,
								    (void *)(uintptr_t)place);
		if (each)
			qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, count, NO_REGS, COND_NE, counting, 0,
								    find(place));
	}
}

static void started(unsigned int vcpu, void *data)
{
	GArray *registers = qemu_plugin_get_registers();
	qemu_plugin_reg_descriptor *all = (void *)registers->data;

	for (unsigned int at = 0; at < registers->len; at++) {
		if (!strcmp(all[at].name, "rsp"))
			rsp = all[at].handle;
		if (!strcmp(all[at].name, "rdi"))
			rdi = all[at].handle;
	}
	if (!rsp || !rdi)
		abort();
	bytes = g_byte_array_new();
}

static bool takes(const char *word, const char *name, const char **value)
{
	size_t length = strlen(name);

	if (strncmp(word, name, length) || word[length] != '=')
		return false;
	*value = word + length + 1;
	return true;
}

static qemu_plugin_u64 counter(void)
{
	return (qemu_plugin_u64){ .score = qemu_plugin_scoreboard_new(sizeof(uint64_t)) };
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	const char *value;

	for (int at = 0; at < argc; at++) {
		if (takes(argv[at], "mark", &value))
			mark = strtoull(value, NULL, 16);
		else if (takes(argv[at], "sample", &value))
			sample = strtoull(value, NULL, 16);
		else if (takes(argv[at], "poll", &value))
			poll = strtoull(value, NULL, 16);
		else if (takes(argv[at], "entry", &value) && function_count < FUNCTIONS)
			functions[function_count++].address = strtoull(value, NULL, 16);
		else if (takes(argv[at], "regions", &value))
			regions_file = value;
		else if (takes(argv[at], "out", &value))
			out_file = value;
		else if (takes(argv[at], "each", &value))
			each = !strcmp(value, "on");
		else
			return -1;
	}
	if (!mark || !sample || !poll || !regions_file || !out_file)
		return -1;
	total = counter();
	busy = counter();
	counting = counter();
	qemu_plugin_register_vcpu_init_cb(id, started, NULL);
	qemu_plugin_register_vcpu_discon_cb(id, DISCON_INTERRUPT, interrupted, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated, NULL);
	return 0;
}
