// SPDX-License-Identifier: GPL-2.0

//! `ndo_bpf` and `ndo_xsk_wakeup`: programs and AF_XDP sockets that come and go.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{
    bindings,
    extack::ExtAck,
    netdev::{NetDevice, Operations},
    vtable::port,
    xdp::Prog,
    xsk::XskPool,
};
use core::{
    mem,
    ptr::{self, NonNull},
};
use kernel::{error::from_result, prelude::*};

/// What `ndo_bpf` asks for.
enum Command<'a> {
    /// Attach, replace or (with `None`) detach the program.
    Program(Option<Prog>, ExtAck<'a>),
    /// Lend a socket's memory to a queue, or (with `None`) take it back.
    XskPool(Option<NonNull<bindings::xsk_buff_pool>>, u32),
}

impl Command<'_> {
    /// `None`: something that this driver does not know.
    ///
    /// # Safety
    ///
    /// `bpf` is a filled request, valid for as long as the result. The reference to a program passes to the result.
    unsafe fn decode(bpf: *const bindings::netdev_bpf) -> Option<Self> {
        let (mut prog, mut extack) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: By the function's contract.
        if unsafe { bindings::rnic_netdev_bpf_setup(bpf, &mut prog, &mut extack) } {
            // SAFETY: By the function's contract.
            let prog = NonNull::new(prog).map(|prog| unsafe { Prog::from_raw(prog) });
            // SAFETY: The extack is valid for the request.
            return Some(Self::Program(prog, unsafe { ExtAck::from_raw(extack) }));
        }
        let (mut pool, mut queue) = (ptr::null_mut(), 0);
        // SAFETY: By the function's contract.
        unsafe { bindings::rnic_netdev_bpf_xsk(bpf, &mut pool, &mut queue) }
            .then(|| Self::XskPool(NonNull::new(pool), queue))
    }
}

/// `ndo_bpf`, under rtnl.
pub(super) unsafe extern "C" fn bpf<T: Operations>(
    dev: *mut bindings::net_device,
    bpf: *mut bindings::netdev_bpf,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request, and one reference along with a program.
    let command = unsafe { Command::decode(bpf) };
    from_result(|| match command {
        Some(Command::Program(prog, mut extack)) => {
            let set = port.driver().set_xdp(port, prog.clone(), &mut extack);
            if set.is_err() {
                // The kernel takes its reference back.
                mem::forget(prog);
            }
            set.map(|()| 0)
        }
        Some(Command::XskPool(Some(pool), queue)) => {
            // SAFETY: Live.
            if !unsafe { bindings::rnic_netdev_queue_pair(dev, queue) } {
                return Err(EINVAL);
            }
            // SAFETY: The core lends the pool under rtnl, until it takes it back in the same way: see below.
            let pool = unsafe { XskPool::map(pool, port.dev()) }?;
            let set = port.driver().set_xsk_pool(port, queue, Some(pool));
            set.map(|()| 0)
        }
        Some(Command::XskPool(None, queue)) => {
            let set = port.driver().set_xsk_pool(port, queue, None);
            check_given_back(port.dev(), queue);
            set.map(|()| 0)
        }
        None => Err(EINVAL),
    })
}

/// Complains if a driver has kept what it should have given back.
fn check_given_back(dev: &NetDevice, queue: u32) {
    // SAFETY: Live; under rtnl, so that the core still knows the pool.
    unsafe { bindings::rnic_xsk_check_unmapped(dev.as_raw(), queue) };
}

/// `ndo_xsk_wakeup`, in process context under rcu_read_lock: the driver must not sleep. The socket's pool cannot go
/// meanwhile, but the queue may be stopped.
pub(super) unsafe extern "C" fn xsk_wakeup<T: Operations>(
    dev: *mut bindings::net_device,
    queue: u32,
    _flags: u32,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    from_result(|| port.driver().xsk_wakeup(port, queue).map(|()| 0))
}
