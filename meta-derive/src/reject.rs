// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Why a type can not be bytes that hardware or another program wrote.
//!
//! The macro sees types as they are spelled, so this only knows what has one meaning in all programs. Types that are called by
//! a name of their own are left to `meta-core`'s traits, whose messages say what to derive.

use syn::{Expr, Lit, Type};

use crate::diag::Diag;

/// Adds the error at the innermost type that is the cause. Gives whether there is one.
pub(crate) fn rejected(ty: &Type, diag: &mut Diag) -> bool {
    match find(ty) {
        Some((at, reason)) => {
            diag.error(at, reason);
            true
        }
        None => false,
    }
}

/// What is wrong with a type, and what to use in its place; `None` if nothing is known to be.
pub(crate) fn reason(ty: &Type) -> Option<String> {
    find(ty).map(|(_, reason)| reason)
}

fn find(ty: &Type) -> Option<(&Type, String)> {
    let reason = match ty {
        Type::Group(group) => return find(&group.elem),
        Type::Paren(paren) => return find(&paren.elem),
        Type::Array(array) if is_zero(&array.len) => {
            "an array of no elements takes no bytes; remove it".to_owned()
        }
        Type::Array(array) => return find(&array.elem),
        Type::Path(path) => named(&path.path.segments.last()?.ident.to_string())?,
        Type::Reference(_) | Type::Ptr(_) | Type::BareFn(_) => {
            "an address means nothing to hardware and to other programs; use `Le64` for a bus address, or the value itself"
                .to_owned()
        }
        Type::Slice(_) => "the length of a slice is not known; use an array, `[T; N]`".to_owned(),
        Type::Tuple(tuple) if tuple.elems.is_empty() => {
            "`()` takes no bytes; remove it".to_owned()
        }
        Type::Tuple(_) => {
            "the order of a tuple's elements in memory is not defined; use a `#[repr(C)]` struct with `#[derive(Value)]`"
                .to_owned()
        }
        Type::Never(_) => "`!` has no values".to_owned(),
        Type::ImplTrait(_) | Type::TraitObject(_) | Type::Infer(_) => {
            "the size of the type is not known here; spell the type out".to_owned()
        }
        _ => return None,
    };
    Some((ty, reason))
}

/// Types of the language and the standard library, by the last segment of their paths.
fn named(name: &str) -> Option<String> {
    let reason = match name {
        "usize" | "isize" => format!(
            "`{name}` has another size on other machines; use `{0}32` or `{0}64`",
            if name == "usize" { 'u' } else { 'i' },
        ),
        "bool" => "of the 256 values of a byte only two are a `bool`, and hardware may write any; use `u8`, an enum with `#[derive(Value)]`, or a range of one bit".to_owned(),
        "char" => "not every number is a `char`, and hardware may write any; use `u32`, or `u8` for ASCII".to_owned(),
        "f16" | "f32" | "f64" | "f128" => format!(
            "the kernel does not compute with `{name}`; use an integer and name its unit"
        ),
        "u128" | "i128" => format!(
            "`{name}` is no type that BPF programs know, and its alignment differs between compilers; use `[{}64; 2]`",
            &name[..1],
        ),
        "str" | "String" => format!("`{name}` has no fixed size; use `[u8; N]`"),
        "Vec" => "the elements of a `Vec` are elsewhere; use `[T; N]`".to_owned(),
        "Box" | "Rc" | "Arc" | "NonNull" => {
            "an address means nothing to hardware and to other programs; use the value itself".to_owned()
        }
        "Option" => "the bytes of an `Option` that is `None` are not defined; use the type inside, and say separately when it is there".to_owned(),
        "PhantomData" => "`PhantomData` takes no bytes; remove it".to_owned(),
        "MaybeUninit" | "ManuallyDrop" | "Cell" | "UnsafeCell" => {
            format!("`{name}` is not plain data; use the type inside")
        }
        _ if is_numbered(name, "NonZero") => {
            format!("0 is no `{name}`, and hardware may write it; use the plain integer")
        }
        _ if is_numbered(name, "Atomic") => {
            format!("`{name}` is shared memory and not a value; use the plain integer")
        }
        _ => return None,
    };
    Some(reason)
}

/// Whether a name is the prefix and then the name of an integer type, like `AtomicU32`, or the prefix alone.
fn is_numbered(name: &str, prefix: &str) -> bool {
    const ENDS: [&str; 14] = [
        "", "U8", "U16", "U32", "U64", "U128", "Usize", "I8", "I16", "I32", "I64", "I128", "Isize",
        "Bool",
    ];
    name.strip_prefix(prefix)
        .is_some_and(|end| ENDS.contains(&end))
}

fn is_zero(len: &Expr) -> bool {
    match len {
        Expr::Lit(lit) => {
            matches!(&lit.lit, Lit::Int(number) if number.base10_parse::<u64>().ok() == Some(0))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ty: &str) -> Option<String> {
        reason(&syn::parse_str(ty).unwrap())
    }

    #[test]
    fn what_has_a_fixed_meaning_is_let_through() {
        for ty in ["u8", "meta_core::be::Be16", "[[u32; 4]; N]", "RssType"] {
            assert_eq!(of(ty), None);
        }
    }

    #[test]
    fn everything_else_has_a_reason() {
        for ty in [
            "usize",
            "isize",
            "bool",
            "char",
            "f32",
            "f64",
            "u128",
            "&'static u8",
            "*const u8",
            "fn()",
            "[u8]",
            "()",
            "(u8, u8)",
            "!",
            "[bool; 3]",
            "[u8; 0]",
            "[[core::num::NonZeroU8; 2]; 2]",
            "core::sync::atomic::AtomicU32",
            "Option<u8>",
            "core::marker::PhantomData<u8>",
            "dyn Fn()",
        ] {
            assert!(of(ty).is_some(), "{ty}");
        }
    }

    #[test]
    fn the_error_is_at_the_cause() {
        let ty = syn::parse_str("[[usize; 2]; 2]").unwrap();
        let (at, reason) = find(&ty).unwrap();
        assert!(matches!(at, Type::Path(_)));
        assert!(reason.contains("use `u32` or `u64`"));
    }
}
