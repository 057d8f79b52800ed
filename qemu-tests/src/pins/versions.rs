// SPDX-License-Identifier: GPL-2.0

//! The crates that the kernel tree carries, and whether cargo would build just those. Pure.

/// Arguments of cargo that print what [`differences`] reads.
pub const TREE: [&str; 7] = [
    "tree", "--edges", "normal", "--prefix", "none", "--format", "{p} {f}",
];

/// Packages, versions and features of `rust/` in the kernel tree; of what is not named, anything goes.
const KERNEL: [(&str, &str, &str); 3] = [
    (
        "syn",
        "v2.0.106",
        "clone-impls,derive,full,parsing,printing,proc-macro,visit,visit-mut",
    ),
    ("quote", "v1.0.40", "proc-macro"),
    ("proc-macro2", "v1.0.101", "proc-macro"),
];

/// All that may be there: ours, the kernel's, and what those are made of.
const ALLOWED: [&str; 7] = [
    "meta-core",
    "meta-derive",
    "rnic-driver",
    "syn",
    "quote",
    "proc-macro2",
    "unicode-ident",
];

/// How the resolved tree differs from what the kernel has.
pub fn differences(tree: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, version, features) in KERNEL {
        let wanted = format!("{name} {version} {features}");
        let lines = || {
            tree.lines()
                .map(|line| line.trim_end_matches(" (*)"))
                .filter(|line| line.split(' ').next() == Some(name))
        };
        if lines().next().is_none() {
            found.push(format!("{name} is not there"));
        }
        let others = lines().filter(|line| *line != wanted);
        found.extend(others.map(|other| format!("{other}: not {wanted}")));
    }
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let strange = names.filter(|name| !name.is_empty() && !ALLOWED.contains(name));
    found.extend(strange.map(|name| format!("{name}: the kernel does not have it")));
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::differences;

    const TREE: &str = "\
meta-core v0.1.0 (/a/meta-core) 

meta-derive v0.1.0 (proc-macro) (/a/meta-derive) 
proc-macro2 v1.0.101 proc-macro
unicode-ident v1.0.27 
quote v1.0.40 proc-macro
proc-macro2 v1.0.101 proc-macro (*)
syn v2.0.106 clone-impls,derive,full,parsing,printing,proc-macro,visit,visit-mut
";

    #[test]
    fn the_kernels_set_is_accepted() {
        assert_eq!(differences(TREE), [""; 0]);
    }

    #[test]
    fn anything_else_is_not() {
        for (from, to) in [
            ("v2.0.106", "v2.0.107"),
            ("derive,full", "derive,extra-traits,full"),
            ("unicode-ident", "itertools"),
            ("quote", "qoute"),
        ] {
            assert_ne!(differences(&TREE.replace(from, to)), [""; 0], "{to}");
        }
        assert_eq!(differences("").len(), 3);
    }
}
