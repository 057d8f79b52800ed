// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The bytes of generic netlink messages, both ways.
//!
//! Pure. Nothing here trusts a length: what does not fit is an error, never a read past the end.

use netlink_packet_core::{DefaultNla, Emitable, Nla, NlaBuffer, NlasIterator};

use crate::error::{Error, Malformed, Refusal};

pub(super) const NLMSG_ERROR: u16 = 2;
pub(super) const NLMSG_DONE: u16 = 3;
pub(super) const NLM_F_REQUEST: u16 = 1;
pub(super) const NLM_F_ACK: u16 = 4;
pub(super) const NLM_F_DUMP: u16 = 0x300;
/// The error message does not repeat the request.
const NLM_F_CAPPED: u16 = 0x100;
/// Attributes with an explanation follow.
const NLM_F_ACK_TLVS: u16 = 0x200;
const NLMSGERR_ATTR_MSG: u16 = 1;
const NLMSGERR_ATTR_MISS_TYPE: u16 = 5;
const NLA_F_NESTED: u16 = 1 << 15;

/// `struct nlmsghdr` and `struct genlmsghdr`.
pub(super) const NLMSG_HDRLEN: usize = 16;
pub(super) const GENL_HDRLEN: usize = 4;

/// One attribute of a message.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its number, without flags.
    pub kind: u16,
    /// Its bytes.
    pub value: Vec<u8>,
}

/// One message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'a> {
    /// Family, or a kind of acknowledgement.
    pub(super) kind: u16,
    flags: u16,
    /// Number of the request that it answers; 0 if it answers none.
    pub(super) sequence: u32,
    /// What follows the header.
    pub(super) body: &'a [u8],
}

/// The first message of a datagram, and the rest.
pub(super) fn split(datagram: &[u8]) -> Result<(Message<'_>, &[u8]), Malformed> {
    const CUT: Malformed = Malformed::Cut("a message");
    let header: &[u8; NLMSG_HDRLEN] = datagram.first_chunk().ok_or(CUT)?;
    let [l0, l1, l2, l3, k0, k1, f0, f1, s0, s1, s2, s3, ..] = *header;
    let len = u32::from_ne_bytes([l0, l1, l2, l3]) as usize;
    let body = datagram.get(NLMSG_HDRLEN..len).ok_or(CUT)?;
    let message = Message {
        kind: u16::from_ne_bytes([k0, k1]),
        flags: u16::from_ne_bytes([f0, f1]),
        sequence: u32::from_ne_bytes([s0, s1, s2, s3]),
        body,
    };
    let rest = datagram.get(len.next_multiple_of(4)..);
    Ok((message, rest.unwrap_or_default()))
}

/// What an acknowledgement says.
pub(super) fn verdict(message: &Message<'_>) -> Result<(), Error> {
    const CUT: Malformed = Malformed::Cut("an acknowledgement");
    let body = message.body;
    let code = i32::from_ne_bytes(*body.first_chunk().ok_or(CUT)?);
    if code == 0 {
        return Ok(());
    }
    let mut said = String::new();
    if message.flags & NLM_F_ACK_TLVS != 0 {
        // After the error number: the header of the request, and with it the request unless it was cut off.
        let repeated = match (message.kind, message.flags & NLM_F_CAPPED) {
            (NLMSG_DONE, _) => 0,
            (_, 0) => u32::from_ne_bytes(array(body.get(4..8).ok_or(CUT)?)?) as usize,
            _ => NLMSG_HDRLEN,
        };
        let explained = repeated
            .checked_next_multiple_of(4)
            .and_then(|repeated| body.get(repeated.checked_add(4)?..));
        for a in attributes(explained.unwrap_or_default())? {
            match a.kind {
                NLMSGERR_ATTR_MSG => said = text(&a.value),
                // The kernel's way to say that an attribute is missing is to name it.
                NLMSGERR_ATTR_MISS_TYPE if said.is_empty() => {
                    let kind = u32::from_ne_bytes(array(&a.value)?);
                    said = format!("attribute {kind} is missing");
                }
                _ => {}
            }
        }
    }
    Err(Refusal {
        errno: code.saturating_neg(),
        message: said,
    }
    .into())
}

/// A whole request of a command in a version.
///
/// # Panics
///
/// If the attributes take more than 4 GiB.
pub(super) fn request(
    family: u16,
    flags: u16,
    sequence: u32,
    [cmd, version]: [u8; 2],
    attrs: &[DefaultNla],
) -> Vec<u8> {
    let len = NLMSG_HDRLEN + GENL_HDRLEN + attrs.iter().map(nla_len).sum::<usize>();
    let mut bytes = u32::try_from(len)
        .expect("a small message")
        .to_ne_bytes()
        .to_vec();
    bytes.extend(family.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend([cmd, version, 0, 0]);
    for attr in attrs {
        let start = bytes.len();
        bytes.resize(start + nla_len(attr), 0);
        attr.emit(&mut bytes[start..]);
    }
    bytes
}

fn nla_len(attr: &DefaultNla) -> usize {
    (4 + attr.value_len()).next_multiple_of(4)
}

/// The attributes in `bytes`, in order.
///
/// # Errors
///
/// When they are not well formed.
pub fn attributes(bytes: &[u8]) -> Result<Vec<Attribute>, Malformed> {
    let mut all = Vec::new();
    for nla in NlasIterator::new(bytes) {
        let nla: NlaBuffer<&[u8]> = nla.map_err(|e| Malformed::Attributes(e.to_string()))?;
        all.push(Attribute {
            kind: nla.kind() & !NLA_F_NESTED,
            value: nla.value().to_vec(),
        });
    }
    Ok(all)
}

/// A string attribute without its NUL.
pub fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value)
        .trim_end_matches('\0')
        .to_owned()
}

/// Exactly `N` bytes.
///
/// # Errors
///
/// When there are more or fewer.
pub fn array<const N: usize>(value: &[u8]) -> Result<[u8; N], Malformed> {
    value.try_into().map_err(|_| Malformed::Length {
        is: value.len(),
        want: N,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An acknowledgement with this error number, flags and what follows the number.
    fn acknowledgement(errno: i32, flags: u16, rest: &[u8]) -> Vec<u8> {
        let body = [&errno.to_ne_bytes()[..], rest].concat();
        let len = u32::try_from(NLMSG_HDRLEN + body.len()).unwrap();
        let kind = NLMSG_ERROR.to_ne_bytes();
        [
            &len.to_ne_bytes()[..],
            &kind,
            &flags.to_ne_bytes(),
            &[0; 8],
            &body,
        ]
        .concat()
    }

    fn refusal(message: &[u8]) -> Refusal {
        let (message, _) = split(message).unwrap();
        match verdict(&message) {
            Err(Error::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_reads_back_as_it_was_put_together() {
        let attrs = [
            DefaultNla::new(2, vec![1, 0, 0, 0]),
            DefaultNla::new(7, vec![b'x', 0]),
        ];
        let bytes = request(30, 5, 9, [1, 2], &attrs);
        assert_eq!(bytes.len() % 4, 0);
        let (
            Message {
                kind,
                flags,
                sequence,
                body,
            },
            rest,
        ) = split(&bytes).unwrap();
        assert_eq!((kind, flags, sequence, rest), (30, 5, 9, &[][..]));
        assert_eq!(body[..2], [1, 2]);
        let back = attributes(&body[GENL_HDRLEN..]).unwrap();
        assert_eq!((back[0].kind, &back[0].value[..]), (2, &[1, 0, 0, 0][..]));
        assert_eq!(text(&back[1].value), "x");
    }

    #[test]
    fn a_refusal_carries_the_kernels_explanation() {
        // Length 9, type 1, "nope\0", padded.
        let explanation = [
            &9_u16.to_ne_bytes()[..],
            &1_u16.to_ne_bytes(),
            b"nope\0\0\0\0",
        ]
        .concat();
        let capped = [&[0; NLMSG_HDRLEN][..], &explanation].concat();
        let got = refusal(&acknowledgement(
            -22,
            NLM_F_CAPPED | NLM_F_ACK_TLVS,
            &capped,
        ));
        assert_eq!(
            got,
            Refusal {
                errno: 22,
                message: "nope".into()
            }
        );
        // The whole request is repeated: a header that says 20 bytes, and four more.
        let repeated = [&20_u32.to_ne_bytes()[..], &[0; 16], &explanation].concat();
        let got = refusal(&acknowledgement(-19, NLM_F_ACK_TLVS, &repeated));
        assert_eq!(
            got,
            Refusal {
                errno: 19,
                message: "nope".into()
            }
        );
    }

    #[test]
    fn no_length_is_believed() {
        assert!(split(&[]).is_err());
        assert!(split(&acknowledgement(0, 0, &[])[..18]).is_err());
        for len in [0_u8, 3, 15, 17, 255] {
            let mut bytes = [0; 16];
            bytes[0] = len;
            assert_eq!(split(&bytes).unwrap_err(), Malformed::Cut("a message"));
        }
        assert!(attributes(&[200, 0, 1, 0, 0, 0, 0, 0]).is_err());
        assert!(array::<4>(&[1, 2]).is_err());
    }
}
