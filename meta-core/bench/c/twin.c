// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody would write by hand for the record of src/record.rs, in two ways.
 *
 * Compiled for user space by build.rs, and for the kernel with the driver's probes (RNIC_PROBES in Kbuild).
 */
#ifdef __KERNEL__
#include <linux/types.h>
#include <asm/byteorder.h>
#define big16(x) ((u16)__constant_htons(x))
#else
#include <stdint.h>
#include <stdbool.h>
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
#define big16(x) ((u16)__builtin_bswap16(x))
#endif

#ifndef TWIN_LAYOUT_ID
#define TWIN_LAYOUT_ID 0x3925abcaU
#endif

struct twin_descriptor {
	u64 lower;
	u64 upper;
};

struct twin_record {
	u32 rx_hash;
	u16 rx_hash_type;
	u16 rx_vlan_tci;
	u16 rx_vlan_proto;
	u16 padding[3];
	u32 layout_id;
	u16 generation;
	u16 present;
};

void twin_selects(const struct twin_descriptor *d, u16 generation, struct twin_record *r);
void twin_branches(const struct twin_descriptor *d, u16 generation, struct twin_record *r);
extern const u32 twin_layout_id;

const u32 twin_layout_id = TWIN_LAYOUT_ID;

/* enum xdp_rss_hash_type of each RSS type. */
static const u16 rss_hash_type[16] = { 0, 0x19, 0x01, 0x1e, 0x06, 0x02 };

/* A conditional value for each field: what compilers turn into masks and conditional moves. */
void twin_selects(const struct twin_descriptor *d, u16 generation, struct twin_record *r)
{
	u16 type = rss_hash_type[d->lower & 0xf];
	bool has_hash = type != 0;
	bool has_vlan = d->upper & 8;

	r->rx_hash = has_hash ? (u32)(d->lower >> 32) : 0;
	r->rx_hash_type = type;
	r->rx_vlan_tci = has_vlan ? (u16)(d->upper >> 48) : 0;
	r->rx_vlan_proto = has_vlan ? big16(0x8100) : 0;
	r->padding[0] = 0;
	r->padding[1] = 0;
	r->padding[2] = 0;
	r->layout_id = TWIN_LAYOUT_ID;
	r->generation = generation;
	r->present = (has_hash ? 3 : 0) | (has_vlan ? 12 : 0);
}

/* A branch for each group of fields: what drivers do today. */
void twin_branches(const struct twin_descriptor *d, u16 generation, struct twin_record *r)
{
	u16 type = rss_hash_type[d->lower & 0xf];

	*r = (struct twin_record){ .layout_id = TWIN_LAYOUT_ID, .generation = generation };
	if (type) {
		r->rx_hash = d->lower >> 32;
		r->rx_hash_type = type;
		r->present |= 3;
	}
	if (d->upper & 8) {
		r->rx_vlan_tci = d->upper >> 48;
		r->rx_vlan_proto = big16(0x8100);
		r->present |= 12;
	}
}
