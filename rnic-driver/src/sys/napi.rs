// SPDX-License-Identifier: GPL-2.0

//! NAPI: polling in softirq context, with the state that only the poller may touch.
//!
//! [`Pollers`] owns what the poll functions of an interface work on, as a mutex owns its data. There are two ways to reach
//! it: the kernel's poll call, and [`Pollers::stop`], which waits until no poll runs and keeps them out until the guard is
//! dropped. So a ring needs no lock on the data path, and a fence cannot forget to stop a poller.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{bindings, netdev::MAX_QUEUES, page_pool::PagePool, skb::SkBuff};
use core::{cell::UnsafeCell, marker::PhantomData};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{Mutex, MutexGuard},
    types::Opaque,
};
use pin_init::pin_init_array_from_fn;

/// A NAPI instance and the state of its poll function.
///
/// # Invariants
///
/// - `napi` was added to a net_device before anything else is called, and is disabled at first.
/// - `state` is only touched by the poll function, which NAPI never runs twice at a time, or by the holder of the set's
///   `control` while NAPI is disabled.
#[pin_data]
#[repr(C)]
pub(crate) struct Napi<T> {
    /// First, so that a pointer to it is one to the whole.
    #[pin]
    pub(super) napi: Opaque<bindings::rnic_napi>,
    pub(super) state: UnsafeCell<T>,
}

// SAFETY: `state` is reached by one thread at a time, by the invariant.
unsafe impl<T: Send> Sync for Napi<T> {}
// SAFETY: A NAPI instance is not bound to a thread.
unsafe impl<T: Send> Send for Napi<T> {}

impl<T> Napi<T> {
    /// Schedules a poll, from interrupt or softirq context. While NAPI is disabled it has no effect.
    #[inline]
    pub(crate) fn schedule(&self) {
        // SAFETY: The instance is initialised by the type's invariant.
        unsafe { bindings::rnic_napi_schedule(self.napi.get()) };
    }

    /// As [`Napi::schedule`], from process context.
    pub(crate) fn kick(&self) {
        // SAFETY: The instance is initialised by the type's invariant.
        unsafe { bindings::rnic_napi_kick(self.napi.get()) };
    }
}

/// The NAPI instances of an interface, one for each pair of queues.
#[pin_data]
pub(crate) struct Pollers<T> {
    #[pin]
    napis: [Napi<T>; MAX_QUEUES],
    /// How many are enabled, from the first on; held while they are stopped.
    #[pin]
    control: Mutex<usize>,
}

impl<T: Default> Pollers<T> {
    pub(super) fn new() -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            napis <- pin_init_array_from_fn(|_| {
                try_pin_init!(Napi {
                    napi: Opaque::new(bindings::rnic_napi::default()),
                    state: UnsafeCell::new(T::default()),
                }? Error)
            }),
            control <- new_mutex!(0),
        }? Error)
    }
}

impl<T> Pollers<T> {
    /// The instance of a pair of queues.
    #[inline]
    pub(crate) fn get(&self, queue: usize) -> Option<&Napi<T>> {
        self.napis.get(queue)
    }

    /// Waits for running polls and keeps polls out until the guard is dropped. Process context.
    pub(crate) fn stop(&self) -> Stopped<'_, T> {
        let enabled = self.control.lock();
        for napi in self.napis.iter().take(*enabled) {
            // SAFETY: NAPI is enabled, and `control` keeps others from changing that.
            unsafe { bindings::napi_disable(napi.napi.get().cast()) };
        }
        Stopped {
            pollers: self,
            enabled,
        }
    }
}

/// Exclusive access to the states of stopped pollers. When dropped, as many run again as are to be enabled.
///
/// # Invariants
///
/// No NAPI instance of the set is enabled for as long as this exists.
pub(crate) struct Stopped<'a, T> {
    pollers: &'a Pollers<T>,
    enabled: MutexGuard<'a, usize>,
}

impl<T> Stopped<'_, T> {
    /// Lets the first `count` instances run once the guard is dropped.
    pub(crate) fn set_enabled(&mut self, count: usize) {
        *self.enabled = count.min(MAX_QUEUES);
    }

    /// An instance, with the proof that it is stopped.
    pub(crate) fn napi(&self, queue: usize) -> Option<StoppedNapi<'_, T>> {
        // INVARIANT: No instance is enabled while the guard is borrowed.
        self.pollers.get(queue).map(StoppedNapi)
    }

    /// The state of a poller.
    pub(crate) fn state(&mut self, queue: usize) -> Option<&mut T> {
        let napi = self.pollers.get(queue)?;
        // SAFETY: NAPI is disabled by the invariant, so that nobody else has the state; `self` is borrowed exclusively.
        Some(unsafe { &mut *napi.state.get() })
    }

    /// Runs `body` on each state with bottom halves disabled, as a poll would run. Packets that it hands to the
    /// stack are not merged by GRO.
    pub(crate) fn drain(&mut self, body: impl FnMut(&mut T, &NapiContext<'_>)) {
        struct Call<'a, T, F> {
            pollers: &'a Pollers<T>,
            body: F,
        }
        unsafe extern "C" fn call<T, F>(arg: *mut c_void)
        where
            F: FnMut(&mut T, &NapiContext<'_>),
        {
            // SAFETY: `arg` is the `Call` below, which outlives the call and is not used meanwhile.
            let call = unsafe { &mut *arg.cast::<Call<'_, T, F>>() };
            for napi in &call.pollers.napis {
                // SAFETY: NAPI is disabled by the guard's invariant, so that nobody else has the state.
                let state = unsafe { &mut *napi.state.get() };
                let context = NapiContext {
                    napi: napi.napi.get(),
                    polling: false,
                    _life: PhantomData,
                };
                (call.body)(state, &context);
            }
        }
        fn typed<T, F>(_: &Call<'_, T, F>) -> unsafe extern "C" fn(*mut c_void)
        where
            F: FnMut(&mut T, &NapiContext<'_>),
        {
            call::<T, F>
        }
        let mut arg = Call {
            pollers: self.pollers,
            body,
        };
        let body = typed(&arg);
        // SAFETY: `body` gets the argument that it expects, for the length of this call.
        unsafe { bindings::rnic_softirq(Some(body), core::ptr::from_mut(&mut arg).cast()) };
    }
}

/// A NAPI instance that is disabled.
///
/// # Invariants
///
/// It is, for as long as this exists.
pub(crate) struct StoppedNapi<'a, T>(&'a Napi<T>);

impl<T> StoppedNapi<'_, T> {
    /// Lets the polls of this instance take care of `pool`, whose ring is a part of the instance's state.
    pub(crate) fn adopt(&self, pool: &PagePool) {
        // SAFETY: Disabled by the invariant. A state is exchanged by the holder of a `Stopped` alone, so that the pool goes
        // while the instance is disabled too.
        unsafe { pool.belong_to(self.0) };
    }
}

impl<T> Drop for Stopped<'_, T> {
    fn drop(&mut self) {
        for napi in self.pollers.napis.iter().take(*self.enabled) {
            // SAFETY: NAPI is disabled by the invariant; `control` is still held.
            unsafe { bindings::napi_enable(napi.napi.get().cast()) };
        }
    }
}

/// Proof of being in NAPI context: in a poll, or in [`Stopped::drain`].
pub(crate) struct NapiContext<'a> {
    napi: *mut bindings::rnic_napi,
    polling: bool,
    _life: PhantomData<*const &'a ()>,
}

impl NapiContext<'_> {
    /// # Safety
    ///
    /// The caller is the poll function of `napi`.
    #[inline]
    pub(super) unsafe fn polling(napi: *mut bindings::rnic_napi) -> Self {
        Self {
            napi,
            polling: true,
            _life: PhantomData,
        }
    }

    /// The instance that is polled.
    #[inline]
    pub(super) fn as_raw(&self) -> *mut bindings::rnic_napi {
        self.napi
    }

    /// Gives a received packet to the stack.
    #[inline]
    pub(crate) fn receive(&self, skb: SkBuff) {
        let skb = skb.into_raw();
        if self.polling {
            // SAFETY: In the poll of `napi`, with an owned skb.
            unsafe { bindings::rnic_napi_gro_receive(self.napi, skb) };
        } else {
            // Not up the stack from here: the caller is deep in a system call already. It goes before packets of later polls.
            // SAFETY: Bottom halves are off; an owned skb.
            unsafe { bindings::netif_rx(skb) };
        }
    }

    /// Ends the polling if the budget was not used up; `true` if interrupts are to be enabled again.
    #[inline]
    pub(super) fn complete(&self, work: usize) -> bool {
        // SAFETY: In the poll of `napi`. `drain` never completes: it is not a poll.
        self.polling && unsafe { bindings::napi_complete_done(self.napi.cast(), work as c_int) }
    }

    /// Makes this the poll again after it has ended; `false` if another one is under way, or NAPI is being disabled.
    #[inline]
    pub(super) fn take(&self) -> bool {
        // SAFETY: The interface outlives its poll function, and the instance the interface.
        unsafe { bindings::rnic_napi_take(self.napi) }
    }

    /// Polls again soon, once it was taken.
    #[inline]
    pub(super) fn go_on(&self) {
        // SAFETY: The instance was taken, so it is live; bottom halves are off.
        unsafe { bindings::rnic_napi_go_on(self.napi) };
    }
}
