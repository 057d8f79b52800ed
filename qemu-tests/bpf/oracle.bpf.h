/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a frame of the oracle says about itself, and how a reader is judged by it.
 *
 * The sender writes into the payload what the device has to report for the frame (qemu-tests/src/oracle.rs). Include after
 * types.bpf.h.
 */
#ifndef ORACLE_BPF_H
#define ORACLE_BPF_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ORACLE_MAGIC 0x524e4943 /* "RNIC" */
#define ETH_P_IP 0x0800
#define ETH_P_ARP 0x0806
#define ETH_P_8021Q 0x8100
#define ETH_P_IPV6 0x86dd
#define ETH_P_1588 0x88f7

/* Bytes of an ARP message, an IPv6 header, and a PTP Sync message. */
#define ARP_LEN 28
#define IPV6_LEN 40
#define SYNC_LEN 44

/* The payload, in network byte order. */
struct oracle_payload {
	__be32 magic;
	__be32 seq;
	__be32 rss_hash;
	__be16 hash_type;
	__be16 vlan_tci;
	__be16 vlan_proto;
	__be16 flags;
	__be16 csum;
	__be16 packet_type;
	__be16 ip_id;
	__be16 reserved;
} __attribute__((packed));

/* Bits of its flags. */
#define ORACLE_IPV4 1  /* there is an identification */
#define ORACLE_LATCH 2 /* the NIC keeps the time, if it is told to and has room, and then calls the packet PTP */

/* Bit of the record's packet type. */
#define PACKET_TYPE_PTP 0x80

/* Values of the record's field rx_timestamp_kind. */
enum stamp_kind { STAMP_LATCHED = 1, STAMP_READ = 2 };

struct tag {
	__be16 tci;
	__be16 proto;
};

/* What can be known of a packet: hash and type, tag and type, verdict, headers, identification, time and where from. */
enum field { HASH, VLAN, CSUM, PACKET_TYPE, IP_ID, STAMP, FIELDS };

/* One number for each field; pairs are packed. */
#define HASH_VALUE(hash, type) ((__u64)(type) << 32 | (hash))
#define VLAN_VALUE(proto, tci) ((__u64)(proto) << 16 | (tci))

/* The payload in host byte order, and what the bytes of the frame say. */
struct expect {
	__u64 value[FIELDS];
	__u32 has;        /* fields that the device reports, one bit each; a time is judged by what is known of time */
	__u32 seq;
	__u32 flags;
	__u16 vlan_tci;   /* as it was sent */
	__u16 vlan_proto; /* 0: sent without a tag */
	__u16 inband_tci;
	__u16 inband;     /* the tag is still in the frame */
};

/* What one reader was told about one packet; a value counts only when it was given as valid. */
struct reading {
	__u64 value[FIELDS];
	__u32 has;
	__u32 kind; /* of the time */
};

/* Finds the payload of an oracle frame; 0 when it is one. Call before claiming. `ctx` may be a struct __sk_buff. */
#define oracle_parse(ctx, expect) \
	oracle_parse_bytes((void *)(long)(ctx)->data, (void *)(long)(ctx)->data_end, expect)

static __always_inline int oracle_parse_bytes(void *data, void *end, struct expect *expect)
{
	struct ethhdr *eth = data;
	struct oracle_payload *payload;
	void *l3 = eth + 1;
	__be16 proto;
	__u8 l4 = 0;

	if (l3 > end)
		return -1;
	expect->inband = 0;
	expect->inband_tci = 0;
	proto = eth->h_proto;
	if (proto == bpf_htons(ETH_P_8021Q)) {
		struct tag *tag = l3;

		if ((void *)(tag + 1) > end)
			return -1;
		expect->inband = 1;
		expect->inband_tci = bpf_ntohs(tag->tci);
		proto = tag->proto;
		l3 = tag + 1;
	}
	if (proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = l3;

		if ((void *)(ip + 1) > end || ip->ihl != 5)
			return -1;
		l4 = ip->protocol;
		payload = l3 + sizeof(*ip);
	} else if (proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = l3;

		if ((void *)(ip + 1) > end)
			return -1;
		l4 = ip->nexthdr;
		payload = l3 + IPV6_LEN;
	} else if (proto == bpf_htons(ETH_P_ARP)) {
		payload = l3 + ARP_LEN;
	} else if (proto == bpf_htons(ETH_P_1588)) {
		payload = l3 + SYNC_LEN;
	} else {
		return -1;
	}
	if (l4 == IPPROTO_UDP)
		payload = (void *)payload + sizeof(struct udphdr);
	else if (l4 == IPPROTO_TCP)
		payload = (void *)payload + sizeof(struct tcphdr);
	else if (l4)
		return -1;
	if ((void *)(payload + 1) > end || payload->magic != bpf_htonl(ORACLE_MAGIC))
		return -1;
	expect->seq = bpf_ntohl(payload->seq);
	expect->flags = bpf_ntohs(payload->flags);
	expect->vlan_tci = bpf_ntohs(payload->vlan_tci);
	expect->vlan_proto = bpf_ntohs(payload->vlan_proto);
	expect->value[HASH] = HASH_VALUE(bpf_ntohl(payload->rss_hash), bpf_ntohs(payload->hash_type));
	expect->value[VLAN] = VLAN_VALUE(expect->vlan_proto, expect->vlan_tci);
	expect->value[CSUM] = bpf_ntohs(payload->csum);
	expect->value[PACKET_TYPE] = bpf_ntohs(payload->packet_type);
	expect->value[IP_ID] = bpf_ntohs(payload->ip_id);
	expect->value[STAMP] = 0;
	/* A tag that the frame still has was not taken out, so there is none to report. */
	expect->has = (payload->hash_type != 0) << HASH | (expect->vlan_proto && !expect->inband) << VLAN |
		      (payload->csum != 0) << CSUM | 1 << PACKET_TYPE | (expect->flags & ORACLE_IPV4) << IP_ID |
		      1 << STAMP;
	return 0;
}

#endif /* ORACLE_BPF_H */
