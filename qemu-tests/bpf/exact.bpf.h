/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading exactly: a layout is known by its id, its fields by CO-RE; no kfunc, so it works wherever the record came to.
 *
 * Which layouts there are is fixed when the program is compiled; where their fields are, when it is loaded. Include after
 * oracle.bpf.h and xdp_meta.bpf.h.
 */
#ifndef EXACT_BPF_H
#define EXACT_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

/* A claim, out of the packet. */
struct record {
	__u64 words[XDP_META_CLAIM / 8];
};

static __always_inline void copy_record(struct record *record, const struct xdp_meta *meta)
{
	__u32 i;

	for (i = 0; i < XDP_META_CLAIM / 8; i++)
		record->words[i] = ((__u64 *)meta->claimed)[i];
}

/* Every layout with every field, so that one text reads them all: what a layout does not have is cut out at load. */
#define WITH_ALL_FIELDS(layout, id)        \
	struct layout##___exact {          \
		__u64 rx_timestamp;        \
		__u32 rx_hash;             \
		__u16 rx_hash_type;        \
		__u16 rx_vlan_tci;         \
		__be16 rx_vlan_proto;      \
		__u16 rx_csum;             \
		__u16 rx_packet_type;      \
		__u16 rx_ip_id;            \
		__u8 rx_timestamp_kind;    \
	} __attribute__((preserve_access_index));

RNIC_RX_LAYOUTS(WITH_ALL_FIELDS)

/* What a record has, and which of it is there. */
enum part { PART_STAMP, PART_HASH, PART_TYPE, PART_TCI, PART_PROTO, PART_CSUM, PART_PACKET_TYPE, PART_IP_ID, PART_KIND };

/* The fields of a layout have their present bits in this order; `bit` is the next one's. */
#define TAKE(field, to, part)                           \
	if (bpf_core_field_exists(record->field)) {     \
		if (present >> bit & 1) {               \
			to = record->field;             \
			there |= 1 << (part);           \
		}                                       \
		bit++;                                  \
	}

#define TAKE_ALL(layout, id)                                                               \
	if (layout_id == bpf_core_enum_value(enum rnic_rx_layout, id)) {                   \
		struct layout##___exact *record =                                          \
			(void *)from + sizeof(*from) - bpf_core_type_size(struct layout);  \
                                                                                           \
		TAKE(rx_timestamp, stamp, PART_STAMP)                                      \
		TAKE(rx_hash, hash, PART_HASH)                                             \
		TAKE(rx_hash_type, type, PART_TYPE)                                        \
		TAKE(rx_vlan_tci, tci, PART_TCI)                                           \
		TAKE(rx_vlan_proto, proto, PART_PROTO)                                     \
		TAKE(rx_csum, csum, PART_CSUM)                                             \
		TAKE(rx_packet_type, packet_type, PART_PACKET_TYPE)                        \
		TAKE(rx_ip_id, ip_id, PART_IP_ID)                                          \
		TAKE(rx_timestamp_kind, kind, PART_KIND)                                   \
	} else

/* Reads all that a claim has, if its layout is one of those: a function of its own, which the verifier looks at once. */
__noinline int read_exact(const struct record *from, struct reading *got)
{
	__u16 type = 0, tci = 0, csum = 0, packet_type = 0, ip_id = 0, present;
	__u32 layout_id, there = 0, bit = 0, hash = 0;
	__be16 proto = 0;
	__u64 stamp = 0;
	__u8 kind = 0;

	if (!from || !got)
		return -1;
	layout_id = ((__u32 *)(from + 1))[-2];
	present = ((__u16 *)(from + 1))[-1];
	RNIC_RX_LAYOUTS(TAKE_ALL)
	return -1;
	got->value[HASH] = HASH_VALUE(hash, type);
	got->value[VLAN] = VLAN_VALUE(bpf_ntohs(proto), tci);
	got->value[CSUM] = csum;
	got->value[PACKET_TYPE] = packet_type;
	got->value[IP_ID] = ip_id;
	got->value[STAMP] = stamp;
	got->kind = kind;
	/* Half of a pair is no value. */
	got->has = (there >> PART_HASH & there >> PART_TYPE & 1) << HASH |
		   (there >> PART_TCI & there >> PART_PROTO & 1) << VLAN | (there >> PART_CSUM & 1) << CSUM |
		   (there >> PART_PACKET_TYPE & 1) << PACKET_TYPE | (there >> PART_IP_ID & 1) << IP_ID |
		   (there >> PART_STAMP & there >> PART_KIND & 1) << STAMP;
	return 0;
}

#endif /* EXACT_BPF_H */
