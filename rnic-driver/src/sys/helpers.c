// SPDX-License-Identifier: GPL-2.0
/* The bodies of helpers.h: each one a call of the inline function that it is named after. */
#if defined(RNIC_INLINE) && defined(CONFIG_CC_IS_GCC)
/* gcc takes the segment of a per-processor operand of assembly from its type, clang does not: its kernels have neither of these. */
#undef CONFIG_CC_HAS_NAMED_AS
#undef CONFIG_USE_X86_SEG_SUPPORT
#endif
#include "helpers.h"
#include <linux/rtnetlink.h>
#include <net/netdev_lock.h>

/* Linked into Rust code as bitcode: LLVM would not inline them by itself, as the two compilers name the target otherwise. */
#ifdef RNIC_INLINE
#pragma clang attribute push(__attribute__((always_inline)), apply_to = function)
#endif

#include "helpers/ethtool.c"
#include "helpers/genetlink.c"
#include "helpers/napi.c"
#include "helpers/netdev.c"
#include "helpers/page_pool.c"
#include "helpers/power.c"
#include "helpers/ptp.c"
#include "helpers/skb.c"
#include "helpers/tx_queue.c"
#include "helpers/work.c"
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
