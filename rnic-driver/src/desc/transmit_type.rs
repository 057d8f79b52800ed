// SPDX-License-Identifier: GPL-2.0

//! What a transmit descriptor is, and what it is for: the numbers in extended and advanced formats.

use meta_derive::Value;

/// `DTYP` of extended and advanced transmit descriptors: what the descriptor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
pub enum TransmitType {
    /// 82574: what the data descriptors that follow need to know about headers.
    Context = 0,
    /// 82574: a buffer.
    Data = 1,
    /// 82576: what the data descriptors that follow need to know about headers.
    AdvancedContext = 2,
    /// 82576: a buffer.
    AdvancedData = 3,
    /// Reserved.
    #[value(fallback)]
    Reserved = 15,
}

/// The 82576's `L4T`: the transport header of the packets that a context is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
pub enum Transport {
    /// UDP.
    Udp = 0,
    /// TCP.
    Tcp = 1,
    /// SCTP.
    Sctp = 2,
    /// Reserved.
    #[value(fallback)]
    Reserved = 3,
}
