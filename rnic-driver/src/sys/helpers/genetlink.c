// SPDX-License-Identifier: GPL-2.0
/* Generic netlink. */

void rnic_extack(struct netlink_ext_ack *extack, const char *msg)
{
	if (extack)
		extack->_msg = msg;
}

void rnic_extack_attr(struct genl_info *info, u32 attr, const char *msg)
{
	info->extack->_msg = msg;
	info->extack->bad_attr = info->attrs[attr];
}

struct nlattr *rnic_nest_start(struct sk_buff *skb, int attr)
{
	return nla_nest_start(skb, attr);
}

void rnic_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nla_nest_end(skb, nest);
}

int rnic_put_u64(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, attr, value, pad);
}

struct sk_buff *rnic_genlmsg_new(size_t size)
{
	return genlmsg_new(size, GFP_KERNEL);
}

void rnic_nlmsg_free(struct sk_buff *skb)
{
	nlmsg_free(skb);
}

int rnic_genl_reply(struct sk_buff *skb, struct genl_info *info)
{
	return genlmsg_reply(skb, info);
}

bool rnic_genl_attr_u32(struct genl_info *info, int attr, u32 *value)
{
	if (!info->attrs[attr])
		return false;
	*value = nla_get_u32(info->attrs[attr]);
	return true;
}

int rnic_genl_multicast(struct genl_family *family, const struct net_device *dev,
			struct sk_buff *skb)
{
	return genlmsg_multicast_netns(family, dev_net(dev), skb, 0, 0, GFP_KERNEL);
}

/* To the family's only group. */
void rnic_genl_lost(struct genl_family *family, const struct net_device *dev)
{
	genl_set_err(family, dev_net(dev), 0, 0, -ENOBUFS);
}

u32 rnic_genl_portid(const struct genl_info *info)
{
	return info->snd_portid;
}

u32 rnic_genl_seq(const struct genl_info *info)
{
	return info->snd_seq;
}

void rnic_genlmsg_end(struct sk_buff *skb, void *hdr)
{
	genlmsg_end(skb, hdr);
}

void rnic_genlmsg_cancel(struct sk_buff *skb, void *hdr)
{
	genlmsg_cancel(skb, hdr);
}

struct net_device *rnic_genl_netdev(struct genl_info *info, u32 ifindex)
{
	return __dev_get_by_index(genl_info_net(info), ifindex);
}

/* The interface that the dump has come to; moves ctx[0] past those that are gone. */
struct net_device *rnic_dump_next(struct sk_buff *skb, struct netlink_callback *cb)
{
	unsigned long *ctx = rnic_dump_ctx(cb);
	struct net_device *dev;

	for_each_netdev_dump(sock_net(skb->sk), dev, ctx[0])
		return dev;
	return NULL;
}

/* ctx[0]: interface index, ctx[1]: queue, where the dump goes on. */
unsigned long *rnic_dump_ctx(struct netlink_callback *cb)
{
	return (unsigned long *)cb->ctx;
}

u32 rnic_dump_portid(const struct netlink_callback *cb)
{
	return NETLINK_CB(cb->skb).portid;
}

u32 rnic_dump_seq(const struct netlink_callback *cb)
{
	return cb->nlh->nlmsg_seq;
}
