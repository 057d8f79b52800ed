/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a frame of the oracle says about itself, and how a reader is judged by it.
 *
 * The sender writes into the payload which hash and which tag the device has to report
 * (qemu-tests/src/oracle.rs). Include after types.bpf.h.
 */
#ifndef ORACLE_BPF_H
#define ORACLE_BPF_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define ORACLE_MAGIC 0x524e4943 /* "RNIC" */
#define ETH_P_IP 0x0800
#define ETH_P_ARP 0x0806
#define ETH_P_8021Q 0x8100

/* The payload, in network byte order. */
struct oracle_payload {
	__be32 magic;
	__be32 seq;
	__be32 rss_hash;
	__be16 hash_type;
	__be16 vlan_tci;
	__be16 vlan_proto;
	__be16 flags;
} __attribute__((packed));

struct tag {
	__be16 tci;
	__be16 proto;
};

/* The payload in host byte order, and what the bytes of the frame say. */
struct expect {
	__u32 seq;
	__u32 rss_hash;
	__u16 hash_type;  /* 0: the device computes none */
	__u16 vlan_tci;
	__u16 vlan_proto; /* 0: sent without a tag */
	__u16 inband_tci;
	__u8 inband;      /* the tag is still in the frame */
};

/* What one reader was told about one packet; a value counts only when it was given as valid. */
struct reading {
	__u32 hash;
	__u16 hash_type;
	__u16 vlan_tci;
	__u16 vlan_proto;
	__u8 has_hash;
	__u8 has_vlan;
};

enum judgement {
	GOT_HASH = 1 << 0,  /* and it is right */
	GOT_VLAN = 1 << 1,
	MISPARSED = 1 << 2, /* a value that was given as valid is not */
};

/* Finds the payload of an oracle frame; 0 when it is one. Call before claiming. */
static __always_inline int oracle_parse(struct xdp_md *ctx, struct expect *expect)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct oracle_payload *payload;
	void *l3 = eth + 1;
	__be16 proto;

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
		if (ip->protocol == IPPROTO_UDP)
			payload = l3 + sizeof(*ip) + sizeof(struct udphdr);
		else if (ip->protocol == IPPROTO_TCP)
			payload = l3 + sizeof(*ip) + sizeof(struct tcphdr);
		else
			return -1;
	} else if (proto == bpf_htons(ETH_P_ARP)) {
		payload = l3 + 28;
	} else {
		return -1;
	}
	if ((void *)(payload + 1) > end || payload->magic != bpf_htonl(ORACLE_MAGIC))
		return -1;
	expect->seq = bpf_ntohl(payload->seq);
	expect->rss_hash = bpf_ntohl(payload->rss_hash);
	expect->hash_type = bpf_ntohs(payload->hash_type);
	expect->vlan_tci = bpf_ntohs(payload->vlan_tci);
	expect->vlan_proto = bpf_ntohs(payload->vlan_proto);
	return 0;
}

/* Compares one reading with the expectation. */
static __always_inline __u32 oracle_judge(const struct expect *want, const struct reading *got)
{
	__u32 judgement = 0;

	if (got->has_hash) {
		if (want->hash_type && got->hash_type == want->hash_type && got->hash == want->rss_hash)
			judgement |= GOT_HASH;
		else
			judgement |= MISPARSED;
	}
	if (got->has_vlan) {
		/* A tag that the frame still has was not taken out, so there is none to report. */
		if (want->vlan_proto && !want->inband && got->vlan_proto == want->vlan_proto &&
		    got->vlan_tci == want->vlan_tci)
			judgement |= GOT_VLAN;
		else
			judgement |= MISPARSED;
	}
	return judgement;
}

#endif /* ORACLE_BPF_H */
