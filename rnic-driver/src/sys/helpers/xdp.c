// SPDX-License-Identifier: GPL-2.0
/* XDP: programs, buffers, receive queues. */

bool rnic_xdp_add_frag(struct xdp_buff *xdp, struct page *page, u32 offset, u32 len)
{
	return xdp_buff_add_frag(xdp, page_to_netmem(page), offset, len, PAGE_SIZE);
}

bool rnic_prog_takes_frags(const struct bpf_prog *prog)
{
	return prog->aux->xdp_has_frags;
}

noinline bool rnic_netdev_bpf_setup(const struct netdev_bpf *bpf, struct bpf_prog **prog,
				    struct netlink_ext_ack **extack)
{
	if (bpf->command != XDP_SETUP_PROG)
		return false;
	*prog = bpf->prog;
	*extack = bpf->extack;
	return true;
}

u32 rnic_xdp_run(const struct bpf_prog *prog, struct xdp_buff *xdp)
{
	return bpf_prog_run_xdp(prog, xdp);
}

void rnic_xdp_exception(const struct net_device *dev, const struct bpf_prog *prog, u32 act)
{
	trace_xdp_exception(dev, prog, act);
}

noinline int rnic_xdp_rxq_reg(struct xdp_rxq_info *rxq, struct net_device *dev, u32 queue,
			      struct rnic_napi *napi, struct page_pool *pool)
{
	int err = xdp_rxq_info_reg(rxq, dev, queue, napi->napi.napi_id);

	if (err)
		return err;
	err = xdp_rxq_info_reg_mem_model(rxq, MEM_TYPE_PAGE_POOL, pool);
	if (err)
		xdp_rxq_info_unreg(rxq);
	return err;
}
