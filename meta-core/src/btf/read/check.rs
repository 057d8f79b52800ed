// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Whether all that types refer to exists.

use super::body::Body;
use super::error::Error;
use super::item::Item;
use super::Reader;

impl Reader<'_> {
    /// Checks that every name and every type that a type refers to exists, as libbpf does when it loads BTF.
    ///
    /// Of a split one these are its own types; the base's are the [`base`](Reader::base)'s to check.
    ///
    /// Circles are not looked for: there are honest ones (lists), and [`resolve`](Reader::resolve) ends in the others.
    ///
    /// # Errors
    ///
    /// The first [`Error::NoString`] or [`Error::Dangling`].
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::{Error, Reader, BASE};
    ///
    /// let mut bytes = BASE;
    /// assert_eq!(Reader::new(&bytes)?.check(), Ok(()));
    /// bytes[40..44].fill(0x7f);
    /// assert_eq!(
    ///     Reader::new(&bytes)?.check(),
    ///     Err(Error::NoString { at: 40, id: 2, offset: 0x7f7f_7f7f })
    /// );
    /// # Ok::<(), Error>(())
    /// ```
    pub fn check(&self) -> Result<(), Error> {
        let mut types = self.types();
        loop {
            let at = self.types_at + (self.types.len() - types.rest.len()) as u64;
            let Some(item) = types.next() else {
                return Ok(());
            };
            self.check_item(&item, at)?;
        }
    }

    fn check_item(&self, item: &Item<'_>, at: u64) -> Result<(), Error> {
        let (id, end) = (item.id(), self.end());
        let name = |there: bool, offset: u32| match there {
            true => Ok(()),
            false => Err(Error::NoString { at, id, offset }),
        };
        let exists = |target: u32| match target < end {
            true => Ok(()),
            false => Err(Error::Dangling { at, id, target }),
        };
        name(self.strings.has(item.name_offset()), item.name_offset())?;
        if let Some(target) = item.target() {
            exists(target)?;
        }
        match item.body() {
            Body::Array(array) => exists(array.index)?,
            Body::Struct(composite) | Body::Union(composite) => {
                for member in composite.members {
                    name(member.has_valid_name(), member.name_offset())?;
                    exists(member.type_id)?;
                }
            }
            Body::Enum(list) | Body::Enum64(list) => {
                for value in list.values {
                    name(value.has_valid_name(), value.name_offset())?;
                }
            }
            Body::FuncProto(proto) => {
                for param in proto.params {
                    name(param.has_valid_name(), param.name_offset())?;
                    exists(param.type_id)?;
                }
            }
            Body::DataSec(section) => {
                for variable in section.variables {
                    exists(variable.type_id)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
