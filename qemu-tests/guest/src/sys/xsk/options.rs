// SPDX-License-Identifier: GPL-2.0

//! What a socket asks for: copies or none, parts, how much memory.

/// Entries of each ring, where nothing else is asked for.
pub(crate) const RING: u32 = 512;

/// What the socket asks the driver for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    /// `XDP_COPY`, `XDP_ZEROCOPY` or neither, and `XDP_USE_NEED_WAKEUP`.
    pub(crate) flags: u16,
    /// Bytes of a piece of memory.
    pub(crate) chunk: u32,
    /// Entries of each ring: there are as many pieces of memory for receiving, and as many for sending.
    pub(crate) ring: u32,
}

impl Options {
    /// Packets are copied.
    pub(crate) const COPY: Self = Self::with(libc::XDP_COPY);
    /// Packets are copied, those of several parts too.
    pub(crate) const COPY_PARTS: Self = Self::with(libc::XDP_COPY | libc::XDP_USE_SG);
    /// They are not, and the kernel says when it wants to be called.
    pub(crate) const ZERO_COPY: Self = Self::with(libc::XDP_ZEROCOPY | libc::XDP_USE_NEED_WAKEUP);

    /// These flags, and pages.
    pub(crate) const fn with(flags: u16) -> Self {
        Self {
            flags,
            chunk: 4096,
            ring: RING,
        }
    }

    /// The same with rings of so many entries, for a reader that may have to wait for a processor.
    pub(crate) const fn with_ring(self, ring: u32) -> Self {
        Self { ring, ..self }
    }
}
