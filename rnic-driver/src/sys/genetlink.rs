// SPDX-License-Identifier: GPL-2.0

//! The `xdp-meta` generic netlink family: questions (`layout-get`) and announcements (`layout-ntf`).
//!
//! `kernel::net::netlink` has families and multicast only; this adds requests, dumps and nests. What a message says is in
//! [`crate::runtime`], what its numbers are in `meta_core::announce`.
//!
//! C header: [`include/net/genetlink.h`](srctree/include/net/genetlink.h)

use super::{
    bindings,
    metadata_ops::Door,
    netdev::NetDevice,
    series::{this_module, EOPNOTSUPP},
};
use core::{cell::UnsafeCell, ptr::NonNull};
use kernel::{
    error::{from_result, to_result},
    prelude::*,
};
use meta_core::announce::{attr, command, FAMILY, GROUP, VERSION};

/// Room for one message: a layout of 16 fields with its BTF stays below half of it.
const MESSAGE_SIZE: usize = 8192;

/// A message in the making.
///
/// # Invariants
///
/// `skb` is live, `header` is the header of the message at its end.
pub(crate) struct Message {
    skb: NonNull<bindings::sk_buff>,
    header: NonNull<c_void>,
}

impl Message {
    /// Begins a message in `skb`. `EMSGSIZE` if there is no room.
    ///
    /// # Safety
    ///
    /// `skb` is live until the message is ended or cancelled.
    unsafe fn begin(
        skb: NonNull<bindings::sk_buff>,
        portid: u32,
        seq: u32,
        flags: u32,
        command: u8,
    ) -> Result<Self> {
        // SAFETY: The skb is live, the family static.
        let header = unsafe {
            bindings::genlmsg_put(
                skb.as_ptr(),
                portid,
                seq,
                FAMILY_TABLE.0.get(),
                flags as c_int,
                command,
            )
        };
        // INVARIANT: The header was just put there.
        Ok(Self {
            skb,
            header: NonNull::new(header).ok_or(EMSGSIZE)?,
        })
    }

    fn put(&mut self, attr: u16, bytes: &[u8]) -> Result {
        let len = c_int::try_from(bytes.len())?;
        // SAFETY: The skb is live by the invariant; `len` bytes may be read.
        to_result(unsafe {
            bindings::nla_put(self.skb.as_ptr(), attr.into(), len, bytes.as_ptr().cast())
        })
    }

    /// Adds a number. `EMSGSIZE` if there is no room, as for all of these.
    pub(crate) fn put_u32(&mut self, attr: u16, value: u32) -> Result {
        self.put(attr, &value.to_ne_bytes())
    }

    /// Adds a 64-bit number, aligned.
    pub(crate) fn put_u64(&mut self, attr: u16, value: u64) -> Result {
        // SAFETY: The skb is live by the invariant.
        to_result(unsafe {
            bindings::rnic_put_u64(self.skb.as_ptr(), attr.into(), value, attr::PAD.into())
        })
    }

    /// Adds bytes.
    pub(crate) fn put_bytes(&mut self, attr: u16, bytes: &[u8]) -> Result {
        self.put(attr, bytes)
    }

    /// Adds a string of at most 63 bytes; the rest is cut.
    pub(crate) fn put_str(&mut self, attr: u16, text: &str) -> Result {
        let mut zero_ended = [0; 64];
        let len = text.len().min(63);
        for (to, from) in zero_ended.iter_mut().zip(text.bytes().take(len)) {
            *to = from;
        }
        self.put(attr, zero_ended.get(..=len).ok_or(EMSGSIZE)?)
    }

    /// Adds a nest of attributes.
    pub(crate) fn nest(&mut self, attr: u16, body: impl FnOnce(&mut Self) -> Result) -> Result {
        // SAFETY: The skb is live by the invariant.
        let nest = unsafe { bindings::rnic_nest_start(self.skb.as_ptr(), attr.into()) };
        let nest = NonNull::new(nest).ok_or(EMSGSIZE)?;
        body(self)?;
        // SAFETY: The nest was started in this skb. On failure the whole message is cancelled.
        unsafe { bindings::rnic_nest_end(self.skb.as_ptr(), nest.as_ptr()) };
        Ok(())
    }

    /// Fills the message with `body`, or takes it back as a whole.
    fn fill(mut self, body: impl FnOnce(&mut Self) -> Result) -> Result {
        let filled = body(&mut self);
        // SAFETY: Both are valid by the invariant.
        unsafe {
            match filled {
                Ok(()) => bindings::rnic_genlmsg_end(self.skb.as_ptr(), self.header.as_ptr()),
                Err(_) => bindings::rnic_genlmsg_cancel(self.skb.as_ptr(), self.header.as_ptr()),
            }
        }
        filled
    }
}

/// A socket buffer for one message, freed unless it is sent.
struct Buffer(NonNull<bindings::sk_buff>);

impl Buffer {
    fn new() -> Result<Self> {
        // SAFETY: A plain number.
        let skb = unsafe { bindings::rnic_genlmsg_new(MESSAGE_SIZE) };
        Ok(Self(NonNull::new(skb).ok_or(ENOMEM)?))
    }

    fn into_raw(self) -> *mut bindings::sk_buff {
        core::mem::ManuallyDrop::new(self).0.as_ptr()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: Owned.
        unsafe { bindings::rnic_nlmsg_free(self.0.as_ptr()) };
    }
}

/// Room for one announcement, made before anything is changed: so that a change which took place is announced, and
/// one that could not be is refused.
pub(crate) struct Announcement(Buffer);

impl Announcement {
    /// Takes the memory.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Self> {
        Buffer::new().map(Self)
    }

    /// Tells all listeners in `dev`'s network namespace that they lost one (`ENOBUFS`), so that they ask for the state in
    /// force: for a change that cannot be refused, without memory for its announcement. Takes none itself.
    pub(crate) fn lost(dev: &NetDevice) {
        // SAFETY: The device is live, the family registered for as long as interfaces of this module exist.
        unsafe { bindings::rnic_genl_lost(FAMILY_TABLE.0.get(), dev.as_raw()) };
    }

    /// Sends the announcement to all listeners in `dev`'s network namespace. Nobody listening is no error. A listener
    /// that does not read is told by netlink that it lost messages (`ENOBUFS`), and holds up nobody.
    pub(crate) fn send(self, dev: &NetDevice, body: impl FnOnce(&mut Message) -> Result) {
        // SAFETY: The buffer lives until the message is filled.
        let filled = unsafe { Message::begin(self.0 .0, 0, 0, 0, command::LAYOUT_NTF) }
            .and_then(|message| message.fill(body));
        // The buffer has room for any layout: see MESSAGE_SIZE.
        if filled.is_ok() {
            // SAFETY: The device is live, the family registered for as long as interfaces of this module exist.
            unsafe {
                bindings::rnic_genl_multicast(
                    FAMILY_TABLE.0.get(),
                    dev.as_raw(),
                    self.0.into_raw(),
                );
            }
        }
    }
}

struct Family(UnsafeCell<bindings::genl_family>);

// SAFETY: The kernel guards the table; here it is only pointed at.
unsafe impl Sync for Family {}

struct Tables {
    ops: [bindings::genl_small_ops; 1],
    groups: [bindings::genl_multicast_group; 1],
    policy: [bindings::nla_policy; attr::MAX as usize + 1],
}

// SAFETY: Plain constant data.
unsafe impl Sync for Tables {}

const fn name<const N: usize>(text: &str) -> [c_char; N] {
    let mut name = [0; N];
    let mut i = 0;
    while i < text.len() {
        name[i] = text.as_bytes()[i] as c_char;
        i += 1;
    }
    name
}

static TABLES: Tables = Tables {
    ops: [bindings::genl_small_ops {
        doit: Some(get),
        dumpit: Some(dump),
        cmd: command::LAYOUT_GET,
        ..pin_init::zeroed()
    }],
    groups: [bindings::genl_multicast_group {
        name: name(GROUP),
        ..pin_init::zeroed()
    }],
    policy: {
        let mut policy: [bindings::nla_policy; attr::MAX as usize + 1] =
            // SAFETY: Of zeroes, it asks nothing of an attribute.
            [const { unsafe { core::mem::zeroed() } }; attr::MAX as usize + 1];
        policy[attr::IFINDEX as usize].type_ = bindings::rnic_nla_RNIC_NLA_U32 as u8;
        policy[attr::QUEUE as usize].type_ = bindings::rnic_nla_RNIC_NLA_U32 as u8;
        policy
    },
};

static FAMILY_TABLE: Family = Family(UnsafeCell::new(bindings::genl_family {
    name: name(FAMILY),
    version: VERSION as c_uint,
    maxattr: attr::MAX as c_uint,
    policy: &raw const TABLES.policy as *const bindings::nla_policy,
    small_ops: &raw const TABLES.ops as *const bindings::genl_small_ops,
    n_small_ops: 1,
    resv_start_op: command::LAYOUT_NTF + 1,
    mcgrps: &raw const TABLES.groups as *const bindings::genl_multicast_group,
    n_mcgrps: 1,
    module: this_module(),
    // netnsok, the first bit on the little-endian machines that have these NICs.
    _bitfield_1: bindings::__BindgenBitfieldUnit::new([1]),
    // SAFETY: Numbers and pointers, which C leaves zero too.
    ..unsafe { core::mem::zeroed() }
}));

/// The registered family. Dropping it unregisters.
pub(crate) struct Registration(());

impl Registration {
    /// Registers the family.
    ///
    /// # Errors
    ///
    /// Those of `genl_register_family`.
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: The table is static.
        to_result(unsafe { bindings::genl_register_family(FAMILY_TABLE.0.get()) })?;
        Ok(Self(()))
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // SAFETY: Registered by `new`.
        unsafe { bindings::genl_unregister_family(FAMILY_TABLE.0.get()) };
    }
}

/// Rtnl, held: interfaces do not come, go or move.
struct Rtnl;

impl Rtnl {
    fn lock() -> Self {
        // SAFETY: Process context, and not held yet.
        unsafe { bindings::rtnl_lock() };
        Self
    }
}

impl Drop for Rtnl {
    fn drop(&mut self) {
        // SAFETY: Locked by `lock`.
        unsafe { bindings::rtnl_unlock() };
    }
}

unsafe extern "C" fn get(_skb: *mut bindings::sk_buff, info: *mut bindings::genl_info) -> c_int {
    let number = |attribute: u16| {
        let mut value = 0;
        // SAFETY: The kernel passes a parsed request, whose attributes the policy checked.
        unsafe { bindings::rnic_genl_attr_u32(info, attribute.into(), &mut value) }.then_some(value)
    };
    let refuse = |error: Error, attribute: u16, message: &'static CStr| {
        // SAFETY: As above; the message is static.
        unsafe { bindings::rnic_extack_attr(info, attribute.into(), message.as_ptr().cast()) };
        error
    };
    from_result(|| {
        let ifindex = number(attr::IFINDEX).ok_or_else(|| {
            refuse(
                EINVAL,
                attr::IFINDEX,
                c"ifindex is missing: name an interface, or ask for a dump",
            )
        })?;
        let queue = number(attr::QUEUE).ok_or_else(|| {
            refuse(
                EINVAL,
                attr::QUEUE,
                c"queue is missing: name a receive queue, or ask for a dump",
            )
        })?;
        let _rtnl = Rtnl::lock();
        // SAFETY: Rtnl is held.
        let dev = unsafe { bindings::rnic_genl_netdev(info, ifindex) };
        if dev.is_null() {
            return Err(refuse(
                ENODEV,
                attr::IFINDEX,
                c"no such interface in this network namespace",
            ));
        }
        // SAFETY: Live while rtnl is held.
        let dev = unsafe { NetDevice::from_raw(dev) };
        let door = Door::of(dev).ok_or_else(|| {
            refuse(
                EOPNOTSUPP,
                attr::IFINDEX,
                c"the interface's driver publishes no metadata layouts",
            )
        })?;
        let state = door.layout(dev, queue).ok_or_else(|| {
            refuse(
                EINVAL,
                attr::QUEUE,
                c"the interface has no such receive queue",
            )
        })?;
        let buffer = Buffer::new()?;
        // SAFETY: The request is valid.
        let (portid, seq) = unsafe {
            (
                bindings::rnic_genl_portid(info),
                bindings::rnic_genl_seq(info),
            )
        };
        // SAFETY: The buffer lives until the message is filled.
        unsafe { Message::begin(buffer.0, portid, seq, 0, command::LAYOUT_GET) }?
            .fill(|message| state.published().describe(message, dev.ifindex(), queue))?;
        // SAFETY: The buffer passes to the C side.
        Ok(unsafe { bindings::rnic_genl_reply(buffer.into_raw(), info) })
    })
}

unsafe extern "C" fn dump(
    skb: *mut bindings::sk_buff,
    cb: *mut bindings::netlink_callback,
) -> c_int {
    let _rtnl = Rtnl::lock();
    // SAFETY: The kernel passes a dump in progress, and a live skb.
    let (ctx, portid, seq, out) = unsafe {
        (
            &mut *bindings::rnic_dump_ctx(cb).cast::<[usize; 2]>(),
            bindings::rnic_dump_portid(cb),
            bindings::rnic_dump_seq(cb),
            NonNull::new_unchecked(skb),
        )
    };
    loop {
        // SAFETY: Rtnl is held, so that an interface stays for one turn of the loop.
        let Some(dev) = NonNull::new(unsafe { bindings::rnic_dump_next(skb, cb) }) else {
            break;
        };
        // SAFETY: As above.
        let dev = unsafe { NetDevice::from_raw(dev.as_ptr()) };
        let ifindex = dev.ifindex();
        while let Some(state) =
            Door::of(dev).and_then(|door| door.layout(dev, u32::try_from(ctx[1]).ok()?))
        {
            let queue = ctx[1] as u32;
            // SAFETY: The skb is live for the whole dump.
            let filled = unsafe {
                Message::begin(out, portid, seq, bindings::NLM_F_MULTI, command::LAYOUT_GET)
            }
            .and_then(|message| {
                message.fill(|message| state.published().describe(message, ifindex, queue))
            });
            // SAFETY: As above.
            let len = unsafe { (*skb).len };
            match filled {
                Ok(()) => ctx[1] += 1,
                // The rest goes into the next buffer.
                Err(_) if len > 0 => return len as c_int,
                Err(e) => return e.to_errno(),
            }
        }
        *ctx = [ifindex as usize + 1, 0];
    }
    // SAFETY: As above.
    unsafe { (*skb).len as c_int }
}
