// SPDX-License-Identifier: GPL-2.0

//! A PTP hardware clock: `/dev/ptp*`, which user space reads, sets and adjusts, and a thread that looks after it.
//!
//! The functions of a clock are called in process context, several at a time. Dropping the registration waits for those
//! that run.
//!
//! C header: [`include/linux/ptp_clock_kernel.h`](srctree/include/linux/ptp_clock_kernel.h)

use super::{
    bindings, pci_device,
    series::{this_module, EOPNOTSUPP},
};
use core::{marker::PhantomData, ptr::NonNull};
use kernel::{
    device::Bound,
    error::from_err_ptr,
    pci,
    prelude::*,
    sync::atomic::{Atomic, Relaxed},
    time::{msecs_to_jiffies, Msecs},
};

/// A clock that user space may steer.
pub(crate) trait PtpClock: Sync {
    /// A name for people, at most 31 bytes.
    const CLOCK_NAME: &'static CStr;

    /// The largest adjustment of the frequency, in parts per billion. Larger ones are refused before they get here.
    const MAX_ADJ: i32;

    /// The time in nanoseconds. The counter's lowest bits are read inside [`SystemTimes::around`].
    fn gettime(&self, system: &mut SystemTimes<'_>) -> u64;

    /// Sets the time, in nanoseconds.
    fn settime(&self, ns: u64);

    /// Moves the time by `delta` nanoseconds.
    fn adjtime(&self, delta: i64);

    /// Runs faster than nominal by `scaled_ppm` from now on: parts per million, times 65536.
    fn adjfine(&self, scaled_ppm: i64);

    /// Looks after the clock, in a thread of its own; returns how many milliseconds later it wants to be called again. The
    /// first call follows the registration at once. Under load a call may be late.
    fn work(&self) -> Msecs;
}

/// The system's time before and after a reading of the clock, for those who compare both.
///
/// # Invariants
///
/// `to` is null, if nobody wants to know, or valid for `'a`.
pub(crate) struct SystemTimes<'a> {
    to: *mut bindings::ptp_system_timestamp,
    _life: PhantomData<&'a mut bindings::ptp_system_timestamp>,
}

impl SystemTimes<'_> {
    /// Reads the counter's lowest bits with `read`, as close to the system's clock as can be. If it is called again, the
    /// last call counts.
    #[inline]
    pub(crate) fn around<R>(&mut self, read: impl FnOnce() -> R) -> R {
        // SAFETY: Null or valid by the invariant; any context.
        unsafe { bindings::rnic_ptp_before(self.to) };
        let result = read();
        // SAFETY: As above.
        unsafe { bindings::rnic_ptp_after(self.to) };
        result
    }
}

/// The number of a clock, for an interface that may have none.
pub(crate) struct PhcIndex(Atomic<i32>);

impl PhcIndex {
    /// No clock.
    pub(crate) const fn none() -> Self {
        Self(Atomic::new(-1))
    }

    /// From now on it is clock `index`, or none.
    pub(crate) fn set(&self, index: Option<u32>) {
        self.0.store(index.map_or(-1, |i| i as i32), Relaxed);
    }

    /// The clock's number.
    pub(crate) fn get(&self) -> Option<u32> {
        u32::try_from(self.0.load(Relaxed)).ok()
    }
}

/// What the C side knows a clock by.
#[repr(C)]
struct Info<P> {
    /// The first member, so that a pointer to it is one to the whole.
    table: bindings::ptp_clock_info,
    clock: NonNull<P>,
}

/// A registered clock. Dropping it unregisters.
///
/// # Invariants
///
/// `info` came out of a `KBox`; `raw` is registered with its table; its `clock` outlives `self`.
pub(crate) struct Registration<'bound, P: PtpClock> {
    raw: NonNull<bindings::ptp_clock>,
    info: NonNull<Info<P>>,
    _device: PhantomData<&'bound pci::Device<Bound>>,
}

// SAFETY: May be dropped from any thread; the clock is `Sync`.
unsafe impl<P: PtpClock> Send for Registration<'_, P> {}
// SAFETY: A shared registration offers nothing but the clock's number.
unsafe impl<P: PtpClock> Sync for Registration<'_, P> {}

impl<'bound, P: PtpClock> Registration<'bound, P> {
    /// Registers `clock`, a part of `pdev`. Its functions are called before this returns.
    ///
    /// # Safety
    ///
    /// `clock` stays valid and pinned until the registration is dropped.
    ///
    /// # Errors
    ///
    /// `EOPNOTSUPP` in a kernel without PTP clocks: the interface can do without. Otherwise those of `ptp_clock_register`.
    pub(crate) unsafe fn new(pdev: &'bound pci::Device<Bound>, clock: NonNull<P>) -> Result<Self> {
        let table = table::<P>();
        let info = KBox::new(Info { table, clock }, GFP_KERNEL)?;
        let info = NonNull::from(KBox::leak(info));
        let parent = pci_device::device(pdev).as_ptr();
        // SAFETY: The table is complete and stays where it is. The functions in it take a pointer to it for one to an
        // `Info<P>`, which it is, and `clock` is valid by the function's contract.
        let raw = unsafe { bindings::rnic_ptp_register(info.as_ptr().cast(), parent) };
        // A kernel without PTP clocks gives null.
        match from_err_ptr(raw).and_then(|raw| NonNull::new(raw).ok_or(EOPNOTSUPP)) {
            Ok(raw) => {
                // SAFETY: Registered, with a function for the thread.
                unsafe { bindings::rnic_ptp_schedule(raw.as_ptr(), 0) };
                // INVARIANT: As just done; `clock` by the function's contract.
                Ok(Self {
                    raw,
                    info,
                    _device: PhantomData,
                })
            }
            Err(e) => {
                // SAFETY: Came out of a `KBox`, and was not registered.
                drop(unsafe { KBox::from_raw(info.as_ptr()) });
                Err(e)
            }
        }
    }

    /// The clock's number, as in `/dev/ptp0`.
    pub(crate) fn index(&self) -> u32 {
        // SAFETY: Registered by the invariant.
        unsafe { bindings::rnic_ptp_index(self.raw.as_ptr()) as u32 }
    }
}

impl<P: PtpClock> Drop for Registration<'_, P> {
    fn drop(&mut self) {
        // SAFETY: Registered by the invariant. Waits for functions that run and stops the thread.
        unsafe { bindings::rnic_ptp_unregister(self.raw.as_ptr()) };
        // SAFETY: Came out of a `KBox` by the invariant, and is not registered any more.
        drop(unsafe { KBox::from_raw(self.info.as_ptr()) });
    }
}

/// The functions of a clock of type `P`.
fn table<P: PtpClock>() -> bindings::ptp_clock_info {
    let mut table = bindings::ptp_clock_info {
        owner: this_module(),
        max_adj: P::MAX_ADJ,
        adjfine: Some(adjfine::<P>),
        adjtime: Some(adjtime::<P>),
        gettimex64: Some(gettime::<P>),
        settime64: Some(settime::<P>),
        do_aux_work: Some(work::<P>),
        ..pin_init::zeroed()
    };
    // The last byte stays 0.
    let room = table.name.len() - 1;
    for (to, from) in table
        .name
        .iter_mut()
        .take(room)
        .zip(P::CLOCK_NAME.to_bytes())
    {
        *to = *from as c_char;
    }
    table
}

/// The clock behind a table.
///
/// # Safety
///
/// `table` is registered by a [`Registration<P>`], which lives for `'a`.
unsafe fn clock<'a, P>(table: *mut bindings::ptp_clock_info) -> &'a P {
    // SAFETY: The table is the first member of an `Info<P>`, and its clock is valid while it is registered.
    unsafe { (*table.cast::<Info<P>>()).clock.as_ref() }
}

unsafe extern "C" fn gettime<P: PtpClock>(
    table: *mut bindings::ptp_clock_info,
    to: *mut bindings::timespec64,
    system: *mut bindings::ptp_system_timestamp,
) -> c_int {
    // SAFETY: The kernel calls with a registered table.
    let clock = unsafe { clock::<P>(table) };
    // INVARIANT: The kernel passes null, or storage that is valid for the call.
    let mut system = SystemTimes {
        to: system,
        _life: PhantomData,
    };
    let ns = clock.gettime(&mut system);
    // SAFETY: A calculation.
    let time = unsafe { bindings::ns_to_timespec64(ns as i64) };
    // SAFETY: The kernel passes storage of its own.
    unsafe { to.write(time) };
    0
}

/// The kernel has refused what is no time, or does not fit into 63 bits of nanoseconds.
unsafe extern "C" fn settime<P: PtpClock>(
    table: *mut bindings::ptp_clock_info,
    time: *const bindings::timespec64,
) -> c_int {
    // SAFETY: As in `gettime`.
    let clock = unsafe { clock::<P>(table) };
    // SAFETY: The kernel passes a time.
    let time = unsafe { time.read() };
    let ns = time
        .tv_sec
        .wrapping_mul(1_000_000_000)
        .wrapping_add(time.tv_nsec as i64);
    clock.settime(ns as u64);
    0
}

unsafe extern "C" fn adjtime<P: PtpClock>(
    table: *mut bindings::ptp_clock_info,
    delta: i64,
) -> c_int {
    // SAFETY: As in `gettime`.
    unsafe { clock::<P>(table) }.adjtime(delta);
    0
}

unsafe extern "C" fn adjfine<P: PtpClock>(
    table: *mut bindings::ptp_clock_info,
    scaled_ppm: c_long,
) -> c_int {
    // SAFETY: As in `gettime`.
    unsafe { clock::<P>(table) }.adjfine(scaled_ppm as i64);
    0
}

/// Returns the jiffies until the next call.
unsafe extern "C" fn work<P: PtpClock>(table: *mut bindings::ptp_clock_info) -> c_long {
    // SAFETY: As in `gettime`.
    let delay = unsafe { clock::<P>(table) }.work();
    msecs_to_jiffies(delay) as c_long
}
