// SPDX-License-Identifier: GPL-2.0

//! The bytes of generic netlink messages, both ways.
//!
//! Pure. Nothing here trusts a length: what does not fit is an error, never a read past the end.

use anyhow::{bail, Context, Result};
use netlink_packet_core::{DefaultNla, Emitable, Nla, NlaBuffer, NlasIterator};

use super::Refusal;

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
pub(crate) struct Attribute {
    /// Its number, without flags.
    pub(crate) kind: u16,
    /// Its bytes.
    pub(crate) value: Vec<u8>,
}

/// What is said in front of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// Family, or a kind of acknowledgement.
    pub(super) kind: u16,
    flags: u16,
}

/// One message's header and body.
pub(super) fn split(buffer: &[u8]) -> Result<(Header, &[u8])> {
    let half = |at: usize| {
        buffer
            .get(at..at + 2)
            .map(|b| u16::from_ne_bytes([b[0], b[1]]))
    };
    let len = u32::from_ne_bytes(array(buffer.get(..4).context("short message")?)?) as usize;
    let body = buffer
        .get(NLMSG_HDRLEN..len)
        .context("a message longer than its datagram")?;
    let (Some(kind), Some(flags)) = (half(4), half(6)) else {
        bail!("short message")
    };
    Ok((Header { kind, flags }, body))
}

/// What an acknowledgement says.
pub(super) fn verdict(header: Header, body: &[u8]) -> Result<()> {
    let code = i32::from_ne_bytes(array(body.get(..4).context("short acknowledgement")?)?);
    if code == 0 {
        return Ok(());
    }
    let mut message = String::new();
    if header.flags & NLM_F_ACK_TLVS != 0 {
        // After the error number: the header of the request, and with it the request unless it was cut off.
        let repeated = match (header.kind, header.flags & NLM_F_CAPPED) {
            (NLMSG_DONE, _) => 0,
            (_, 0) => u32::from_ne_bytes(array(body.get(4..8).context("short error")?)?) as usize,
            _ => NLMSG_HDRLEN,
        };
        for a in attributes(
            body.get(4 + repeated.next_multiple_of(4)..)
                .unwrap_or_default(),
        )? {
            match a.kind {
                NLMSGERR_ATTR_MSG => message = text(&a.value),
                // The kernel's way to say that an attribute is missing is to name it.
                NLMSGERR_ATTR_MISS_TYPE if message.is_empty() => {
                    message = format!(
                        "attribute {} is missing",
                        u32::from_ne_bytes(array(&a.value)?)
                    );
                }
                _ => {}
            }
        }
    }
    Err(Refusal {
        errno: -code,
        message,
    }
    .into())
}

/// A whole request.
pub(super) fn request(
    family: u16,
    flags: u16,
    cmd: u8,
    version: u8,
    attrs: &[DefaultNla],
) -> Vec<u8> {
    let len = NLMSG_HDRLEN + GENL_HDRLEN + attrs.iter().map(nla_len).sum::<usize>();
    let mut bytes = u32::try_from(len)
        .expect("a small message")
        .to_ne_bytes()
        .to_vec();
    bytes.extend(family.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend([0; 8]);
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
pub(crate) fn attributes(bytes: &[u8]) -> Result<Vec<Attribute>> {
    let mut all = Vec::new();
    for nla in NlasIterator::new(bytes) {
        let nla: NlaBuffer<&[u8]> = nla.map_err(|e| anyhow::anyhow!("bad attribute: {e}"))?;
        all.push(Attribute {
            kind: nla.kind() & !NLA_F_NESTED,
            value: nla.value().to_vec(),
        });
    }
    Ok(all)
}

/// A string attribute without its NUL.
pub(crate) fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value)
        .trim_end_matches('\0')
        .to_owned()
}

/// Exactly `N` bytes.
///
/// # Errors
///
/// When there are more or fewer.
pub(crate) fn array<const N: usize>(value: &[u8]) -> Result<[u8; N]> {
    value
        .try_into()
        .with_context(|| format!("{} bytes where {N} belong", value.len()))
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
        let (header, body) = split(message).unwrap();
        verdict(header, body).unwrap_err().downcast().unwrap()
    }

    #[test]
    fn a_request_reads_back_as_it_was_put_together() {
        let attrs = [
            DefaultNla::new(2, vec![1, 0, 0, 0]),
            DefaultNla::new(7, vec![b'x', 0]),
        ];
        let bytes = request(30, 5, 1, 2, &attrs);
        assert_eq!(bytes.len() % 4, 0);
        let (header, body) = split(&bytes).unwrap();
        assert_eq!((header.kind, header.flags), (30, 5));
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
        assert!(split(&[3, 0, 0, 0, 0, 0, 0, 0]).is_err());
        assert!(attributes(&[200, 0, 1, 0, 0, 0, 0, 0]).is_err());
        assert!(array::<4>(&[1, 2]).is_err());
    }
}
