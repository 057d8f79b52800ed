// SPDX-License-Identifier: GPL-2.0
/* Packets of the stack. */

void rnic_dma_unmap(struct device *dev, dma_addr_t addr, u32 len, bool page)
{
	if (page)
		dma_unmap_page(dev, addr, len, DMA_TO_DEVICE);
	else
		dma_unmap_single(dev, addr, len, DMA_TO_DEVICE);
}

void rnic_skb_set_hash(struct sk_buff *skb, u32 hash, bool l4)
{
	skb_set_hash(skb, hash, l4 ? PKT_HASH_TYPE_L4 : PKT_HASH_TYPE_L3);
}

void rnic_skb_set_vlan(struct sk_buff *skb, u16 proto, u16 tci)
{
	__vlan_hwaccel_put_tag(skb, htons(proto), tci);
}

void rnic_skb_checksum_unnecessary(struct sk_buff *skb)
{
	skb->ip_summed = CHECKSUM_UNNECESSARY;
}

/*
 * The least that the NICs take; they pad to the minimum of Ethernet by themselves. More would be wrong: QEMU puts the whole
 * length, padding included, into the sum of a pseudo header.
 */
int rnic_skb_pad(struct sk_buff *skb)
{
	return skb_put_padto(skb, 17);
}

u16 rnic_skb_queue(const struct sk_buff *skb)
{
	return skb_get_queue_mapping(skb);
}

u32 rnic_skb_frags(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->nr_frags;
}

/* The head is part 0, fragment i is part i + 1. */
dma_addr_t rnic_skb_map(struct device *dev, const struct sk_buff *skb, u32 part, u32 *len)
{
	const skb_frag_t *frag;
	dma_addr_t addr;

	if (!part) {
		*len = skb_headlen(skb);
		addr = dma_map_single(dev, skb->data, *len, DMA_TO_DEVICE);
	} else {
		frag = &skb_shinfo(skb)->frags[part - 1];
		*len = skb_frag_size(frag);
		addr = skb_frag_dma_map(dev, frag, 0, *len, DMA_TO_DEVICE);
	}
	return dma_mapping_error(dev, addr) ? DMA_MAPPING_ERROR : addr;
}

/* A packet that is to be cut: the NIC adds each segment's length to the checksum that stands in the headers. */
static int rnic_skb_segments(struct sk_buff *skb, struct rnic_skb_offload *to)
{
	int err = skb_cow_head(skb, 0);

	if (err)
		return err;
	if (to->ipv4) {
		ip_hdr(skb)->tot_len = 0;
		ip_hdr(skb)->check = 0;
		tcp_hdr(skb)->check = ~csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, 0,
							 IPPROTO_TCP, 0);
	} else {
		tcp_v6_gso_csum_prep(skb);
	}
	to->mss = skb_shinfo(skb)->gso_size;
	to->headers = skb_tcp_all_headers(skb);
	to->segments = skb_shinfo(skb)->gso_segs ?: 1;
	return 0;
}

int rnic_skb_offload(struct sk_buff *skb, struct rnic_skb_offload *to)
{
	to->timestamp = skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP;
	if (skb_vlan_tag_present(skb)) {
		to->vlan = true;
		to->tci = skb_vlan_tag_get(skb);
	}
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	to->ipv4 = vlan_get_protocol(skb) == htons(ETH_P_IP);
	to->network = skb_network_offset(skb);
	to->transport = skb_checksum_start_offset(skb);
	to->place = to->transport + skb->csum_offset;
	to->tcp = skb->csum_offset == offsetof(struct tcphdr, check);
	to->checksum = true;
	return skb_is_gso(skb) ? rnic_skb_segments(skb, to) : 0;
}

void rnic_skb_tx_timestamp(struct sk_buff *skb)
{
	skb_tx_timestamp(skb);
}

/* A UDP packet to @addr with a payload of @payload bytes that count up; the device is to insert a tag. */
noinline struct sk_buff *rnic_test_skb(struct net_device *dev, const u8 *addr, u16 tci, u32 payload)
{
	struct sk_buff *skb = netdev_alloc_skb(dev, ETH_HLEN + 28 + payload);
	struct ethhdr *eth;
	struct iphdr *ip;
	struct udphdr *udp;
	u32 i;

	if (!skb)
		return NULL;
	eth = skb_put_zero(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, addr);
	ether_addr_copy(eth->h_source, addr);
	eth->h_proto = htons(ETH_P_IP);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 1;
	ip->protocol = IPPROTO_UDP;
	ip->tot_len = htons(28 + payload);
	ip->saddr = htonl(0xc0000201);
	ip->daddr = htonl(0xc0000202);
	ip->check = ip_fast_csum(ip, ip->ihl);
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = htons(9);
	udp->dest = htons(9);
	udp->len = htons(8 + payload);
	for (i = 0; i < payload; i++)
		skb_put_u8(skb, i);
	skb->protocol = htons(ETH_P_IP);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), tci);
	return skb;
}
