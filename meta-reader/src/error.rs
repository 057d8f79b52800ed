// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What can go wrong between the kernel and a reader.
//!
//! Each error says what is wrong with what; none is a reason to stop reading packets with what is known already.

use std::fmt;
use std::io;

use meta_core::layout::MAX_FIELDS;
use thiserror::Error;

use crate::layout::MAX_RECORD;

/// An exchange with the kernel that failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A system call failed.
    #[error("{0}: {1}")]
    System(&'static str, io::Error),
    /// The kernel refused.
    #[error("the kernel refuses: {0}")]
    Refused(Refusal),
    /// The kernel had more messages than the socket had room for.
    #[error("messages of the kernel were lost, as they were not read fast enough: read what is left, then ask for the present state (a dump)")]
    Lost,
    /// No answer.
    #[error("the kernel does not answer")]
    Silent,
    /// The family has no such group.
    #[error("the family has no group {0}")]
    NoGroup(String),
    /// A message that makes no sense.
    #[error("a message of the kernel: {0}")]
    Malformed(Malformed),
}

// The cause is part of the text, so it is no source: who prints the whole chain would print it twice.
impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

/// What the kernel answers when it refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Error number, positive.
    pub errno: i32,
    /// The explanation, or the empty string.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = io::Error::from_raw_os_error(self.errno);
        match &*self.message {
            "" => error.fmt(f),
            message => write!(f, "{error} ({message})"),
        }
    }
}

impl std::error::Error for Refusal {}

/// What is wrong with a message, or with the layout in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It ends before it should.
    #[error("{0} is cut off")]
    Cut(&'static str),
    /// There is more than one message where one belongs.
    #[error("{0} bytes too many")]
    Trailing(usize),
    /// Attributes whose lengths cannot be.
    #[error("its attributes are not well formed: {0}")]
    Attributes(String),
    /// It is of another family.
    #[error("it is of another family, {0}")]
    Family(u16),
    /// It is none that belongs here.
    #[error("command {0} does not belong here")]
    Command(u8),
    /// So many answers, where one belongs.
    #[error("{0} answers where one belongs")]
    Answers(usize),
    /// An attribute is not there.
    #[error("attribute {0} is missing")]
    Missing(u16),
    /// An attribute of a wrong length.
    #[error("{is} bytes where {want} belong")]
    Length {
        /// Bytes that there are.
        is: usize,
        /// Bytes that there should be.
        want: usize,
    },
    /// A number that no record has room for.
    #[error("{what} cannot be {is}")]
    Number {
        /// What it is the number of.
        what: &'static str,
        /// The number.
        is: u32,
    },
    /// A name that C does not allow.
    #[error("{0:?} is no name")]
    Name(String),
    /// A size that a record cannot have.
    #[error("a record cannot have {0} bytes: it is a multiple of 8, from 8 to {MAX_RECORD}")]
    Size(u16),
    /// Records are off, and there is something in them.
    #[error("layout 0 is no record, but it has {0}")]
    NotEmpty(&'static str),
    /// More fields than the trailer has bits.
    #[error("{0} fields, of at most {MAX_FIELDS}")]
    Fields(usize),
    /// A field that is not in front of the trailer.
    #[error("field `{name}` of {size} bytes at {offset} does not end before the trailer of a record of {record}")]
    Outside {
        /// Its name.
        name: String,
        /// Where it begins.
        offset: u16,
        /// Its bytes.
        size: u16,
        /// Bytes of the record.
        record: u16,
    },
    /// A bit-field that is none.
    #[error("field `{name}`: {bits} bits from bit {bit} on are no bit-field of {size} bytes")]
    Bits {
        /// Its name.
        name: String,
        /// First bit.
        bit: u8,
        /// Width.
        bits: u8,
        /// Bytes of its type.
        size: u16,
    },
    /// Two fields are the same.
    #[error("field `{name}` has the {what} of another")]
    Twice {
        /// Its name.
        name: String,
        /// What it shares.
        what: &'static str,
    },
    /// Two layouts have one id.
    #[error("layout {0:#010x} has another content than when it was first told")]
    Changed(u32),
}
