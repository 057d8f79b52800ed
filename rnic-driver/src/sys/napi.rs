// SPDX-License-Identifier: GPL-2.0

//! NAPI: polling in softirq context, with the state that only the poller may touch.
//!
//! [`Napi`] owns what its poll function works on, as a mutex owns its data. There are two ways to reach it: the
//! kernel's poll call, and [`Napi::stop`], which waits until no poll runs and keeps them out until the guard is
//! dropped. So a ring needs no lock on the data path, and a fence cannot forget to stop the poller.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::bindings;
use core::{
    cell::UnsafeCell,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{Mutex, MutexGuard},
    types::Opaque,
};

/// A NAPI instance and the state of its poll function.
///
/// # Invariants
///
/// - `napi` was added to a net_device before anything else is called, and is disabled at first.
/// - `state` is only touched by the poll function, which NAPI never runs twice at a time, or by the holder of
///   `control` while NAPI is disabled.
#[pin_data]
pub(crate) struct Napi<T> {
    #[pin]
    pub(super) napi: Opaque<bindings::rnic_napi>,
    /// Whether NAPI is enabled; held while it is stopped.
    #[pin]
    control: Mutex<bool>,
    pub(super) state: UnsafeCell<T>,
}

// SAFETY: `state` is reached by one thread at a time, by the invariant.
unsafe impl<T: Send> Sync for Napi<T> {}
// SAFETY: A NAPI instance is not bound to a thread.
unsafe impl<T: Send> Send for Napi<T> {}

impl<T> Napi<T> {
    pub(super) fn new(state: T) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            napi: Opaque::new(bindings::rnic_napi::default()),
            control <- new_mutex!(false),
            state: UnsafeCell::new(state),
        }? Error)
    }

    /// Schedules a poll, from interrupt or softirq context. While NAPI is disabled it has no effect.
    pub(crate) fn schedule(&self) {
        // SAFETY: The instance is initialised by the type's invariant.
        unsafe { bindings::rnic_napi_schedule(self.napi.get()) };
    }

    /// As [`Napi::schedule`], from process context.
    pub(crate) fn kick(&self) {
        // SAFETY: The instance is initialised by the type's invariant.
        unsafe { bindings::rnic_napi_kick(self.napi.get()) };
    }

    /// Waits for a running poll and keeps polls out until the guard is dropped. Process context.
    pub(crate) fn stop(&self) -> Stopped<'_, T> {
        let enabled = self.control.lock();
        if *enabled {
            // SAFETY: NAPI is enabled, and `control` keeps others from changing that.
            unsafe { bindings::napi_disable(self.napi.get().cast()) };
        }
        Stopped {
            napi: self,
            enabled,
        }
    }
}

/// Exclusive access to a stopped NAPI's state. When dropped, NAPI runs again if it ran before.
///
/// # Invariants
///
/// NAPI is disabled for as long as this exists.
pub(crate) struct Stopped<'a, T> {
    napi: &'a Napi<T>,
    enabled: MutexGuard<'a, bool>,
}

impl<T> Stopped<'_, T> {
    /// Lets NAPI run, or not, once the guard is dropped.
    pub(crate) fn set_enabled(&mut self, enabled: bool) {
        *self.enabled = enabled;
    }

    /// Runs `body` on the state with bottom halves disabled, as a poll would run. Packets that it hands to the
    /// stack are not merged by GRO.
    pub(crate) fn drain<R>(
        &mut self,
        body: impl FnOnce(&mut T, &NapiContext<'_>) -> R,
    ) -> Option<R> {
        struct Call<'a, T, F, R> {
            napi: &'a Napi<T>,
            body: Option<F>,
            result: Option<R>,
        }
        unsafe extern "C" fn call<T, F, R>(arg: *mut c_void)
        where
            F: FnOnce(&mut T, &NapiContext<'_>) -> R,
        {
            // SAFETY: `arg` is the `Call` below, which outlives the call and is not used meanwhile.
            let call = unsafe { &mut *arg.cast::<Call<'_, T, F, R>>() };
            // SAFETY: NAPI is disabled by the guard's invariant, so that nobody else has the state.
            let state = unsafe { &mut *call.napi.state.get() };
            let context = NapiContext {
                napi: call.napi.napi.get(),
                gro: false,
                _life: PhantomData,
            };
            call.result = call.body.take().map(|body| body(state, &context));
        }
        let mut arg = Call {
            napi: self.napi,
            body: Some(body),
            result: None,
        };
        fn typed<T, F, R>(_: &Call<'_, T, F, R>) -> unsafe extern "C" fn(*mut c_void)
        where
            F: FnOnce(&mut T, &NapiContext<'_>) -> R,
        {
            call::<T, F, R>
        }
        let body = typed(&arg);
        // SAFETY: `body` gets the argument that it expects, for the length of this call.
        unsafe { bindings::rnic_softirq(Some(body), core::ptr::from_mut(&mut arg).cast()) };
        arg.result
    }
}

impl<T> Deref for Stopped<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: NAPI is disabled by the invariant, so that nobody else has the state.
        unsafe { &*self.napi.state.get() }
    }
}

impl<T> DerefMut for Stopped<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: As in `deref`, and `self` is borrowed exclusively.
        unsafe { &mut *self.napi.state.get() }
    }
}

impl<T> Drop for Stopped<'_, T> {
    fn drop(&mut self) {
        if *self.enabled {
            // SAFETY: NAPI is disabled by the invariant; `control` is still held.
            unsafe { bindings::napi_enable(self.napi.napi.get().cast()) };
        }
    }
}

/// Proof of being in NAPI context: in a poll, or in [`Stopped::drain`].
pub(crate) struct NapiContext<'a> {
    napi: *mut bindings::rnic_napi,
    gro: bool,
    _life: PhantomData<*const &'a ()>,
}

impl NapiContext<'_> {
    /// # Safety
    ///
    /// The caller is the poll function of `napi`.
    pub(super) unsafe fn polling(napi: *mut bindings::rnic_napi) -> Self {
        Self {
            napi,
            gro: true,
            _life: PhantomData,
        }
    }

    /// Gives a received packet to the stack.
    pub(crate) fn receive(&self, skb: super::skb::SkBuff) {
        let skb = skb.into_raw();
        if self.gro {
            // SAFETY: In the poll of `napi`, with an owned skb.
            unsafe { bindings::rnic_napi_gro_receive(self.napi, skb) };
        } else {
            // SAFETY: In softirq context, with an owned skb.
            unsafe { bindings::netif_receive_skb(skb) };
        }
    }

    /// Ends the polling if the budget was not used up; `true` if interrupts are to be enabled again.
    pub(crate) fn complete(&self, work: usize) -> bool {
        // SAFETY: In the poll of `napi`. `drain` never completes: it is not a poll.
        self.gro && unsafe { bindings::napi_complete_done(self.napi.cast(), work as c_int) }
    }
}
