// SPDX-License-Identifier: GPL-2.0

//! The only door to C: safe abstractions over the kernel's network API.
//!
//! The `kernel` crate has no net_device, NAPI, sk_buff, page_pool, XDP or ethtool abstraction yet. These modules
//! are written as they would be proposed for it: ownership, context and life cycle are types, and each `unsafe`
//! block proves itself. Nothing outside of this folder and `ring.rs` may contain `unsafe`.

pub(crate) mod bindings;
pub(crate) mod cpus;
pub(crate) mod deferred;
pub(crate) mod dma;
pub(crate) mod ethtool;
pub(crate) mod extack;
pub(crate) mod genetlink;
pub(crate) mod hwtstamp;
pub(crate) mod kfunc;
pub(crate) mod metadata_ops;
pub(crate) mod napi;
pub(crate) mod netdev;
pub(crate) mod netdev_bpf;
pub(crate) mod page_pool;
pub(crate) mod pci_device;
pub(crate) mod power;
pub(crate) mod ptp;
pub(crate) mod queue_stats;
pub(crate) mod registration;
pub(crate) mod seqlock;
pub(crate) mod series;
pub(crate) mod skb;
pub(crate) mod sysfs;
pub(crate) mod time;
pub(crate) mod tx_queue;
pub(crate) mod vtable;
pub(crate) mod xdp;
pub(crate) mod xdp_context;
pub(crate) mod xdp_features;
pub(crate) mod xdp_frame;
pub(crate) mod xsk;
pub(crate) mod xsk_buff;
