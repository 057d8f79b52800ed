// SPDX-License-Identifier: GPL-2.0
/* The bodies of helpers.h: each one a call of the inline function that it is named after. */
#include "helpers.h"
#include <linux/rtnetlink.h>
#include <net/netdev_lock.h>

/* What sets something up stays a call. */
#include "helpers/ethtool.c"
#include "helpers/genetlink.c"
#include "helpers/power.c"
#include "helpers/ptp.c"
#include "helpers/work.c"

/*
 * What is called for packets is linked into Rust code as bitcode. LLVM would not inline it by itself, as the two compilers name the
 * target otherwise. The rest of these files is noinline: a function with a stack guard loses it when Rust code, which has none,
 * takes it in.
 */
#ifdef RNIC_INLINE
#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)
#endif

#include "helpers/napi.c"
#include "helpers/netdev.c"
#include "helpers/page_pool.c"
#include "helpers/skb.c"
#include "helpers/tx_queue.c"
#include "helpers/xdp.c"
#include "helpers/xdp_frame.c"
#include "helpers/xsk.c"

u64 rnic_ktime_get_real_ns(void)
{
	return ktime_get_real_fast_ns();
}

u32 rnic_cpus_online(void)
{
	return num_online_cpus();
}

u64 rnic_ktime_get_ns(void)
{
	return ktime_get_mono_fast_ns();
}

#ifdef RNIC_INLINE
#pragma clang attribute pop
#endif
