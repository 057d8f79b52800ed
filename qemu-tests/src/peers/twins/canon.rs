// SPDX-License-Identifier: GPL-2.0

//! The one form that dumps of different origin are compared in.
//!
//! What differs between compilers without meaning anything is left out: numbers of types, the order in which they come, and
//! what C's own integers are called. What one peer is known to get wrong is left out for that peer alone, and another one
//! judges it.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::dump::{Dump, Node};

/// What a peer can judge.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
    /// Its name.
    pub name: &'static str,
    /// Arrays of arrays have their dimensions; pahole multiplies them.
    pub dimensions: bool,
    /// Values of enums are whole, and their sign is known; clang's own BTF has 32 bits of them.
    pub enums: bool,
    /// Tags on declarations are there; gcc before 16 has none.
    pub tags: bool,
}

/// gcc's debug information, converted by pahole.
pub const GCC: Judge = Judge {
    name: "gcc",
    dimensions: false,
    enums: true,
    tags: false,
};

/// clang's debug information, converted by pahole, which takes negative values of 64 bits from it for large ones.
pub const CLANG: Judge = Judge {
    name: "clang",
    dimensions: false,
    enums: false,
    tags: true,
};

/// What clang makes for BPF itself.
pub const BPF: Judge = Judge {
    name: "bpf",
    dimensions: true,
    enums: false,
    tags: true,
};

/// All of them.
pub const JUDGES: [Judge; 3] = [GCC, CLANG, BPF];

/// The kernel's own names of integers, which stand for those of its headers for user space.
const KERNEL: [&str; 8] = ["u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"];

/// One type and all that it is made of, as lines.
pub fn canonical(dump: &Dump, root: u32, judge: &Judge) -> String {
    let mut writer = Writer {
        dump,
        judge,
        out: String::new(),
        depth: 0,
    };
    writer.ty(root);
    writer.out.push('\n');
    writer.out
}

/// Types of a dump that nothing of `roots` needs: what should not be there.
pub fn strays(dump: &Dump, roots: &[u32]) -> Vec<String> {
    let mut reached: BTreeSet<u32> = BTreeSet::new();
    let mut todo = roots.to_vec();
    while let Some(id) = todo.pop() {
        if let (true, Some(node)) = (reached.insert(id), dump.get(id)) {
            todo.push(node.type_id);
            todo.extend(node.members.iter().map(|member| member.type_id));
        }
    }
    let all = dump.ids().filter_map(|id| dump.get(id).map(|n| (id, n)));
    let strays = all.filter(|(id, node)| match node.kind.as_str() {
        "DECL_TAG" => !reached.contains(&node.type_id),
        // An array's index type.
        "INT" => false,
        _ => !reached.contains(id),
    });
    strays
        .map(|(_, node)| format!("{} {}", node.kind, node.name))
        .collect()
}

struct Writer<'a> {
    dump: &'a Dump,
    judge: &'a Judge,
    out: String,
    depth: usize,
}

impl Writer<'_> {
    fn ty(&mut self, id: u32) {
        let Some(node) = self.dump.get(id) else {
            self.out.push_str(if id == 0 { "void" } else { "nothing" });
            return;
        };
        match node.kind.as_str() {
            "INT" => {
                let sign = match node.encoding.as_str() {
                    "(none)" => "unsigned",
                    encoding => encoding,
                };
                let _ = write!(self.out, "{sign} of {}", node.size);
            }
            "TYPEDEF" if KERNEL.contains(&node.name.as_str()) => self.ty(node.type_id),
            "TYPEDEF" => {
                let _ = write!(self.out, "{} = ", node.name);
                self.ty(node.type_id);
            }
            "ARRAY" => self.array(node),
            "STRUCT" | "UNION" => self.group(id, node),
            "ENUM" | "ENUM64" => self.enumeration(node),
            kind => {
                // Pointers lead into all of the kernel.
                let _ = write!(self.out, "{kind} {}", node.name);
            }
        }
    }

    fn array(&mut self, node: &Node) {
        let (mut len, mut of) = (node.nr_elems, node.type_id);
        while let (false, Some(inner)) = (self.judge.dimensions, self.dump.get(of)) {
            if inner.kind != "ARRAY" {
                break;
            }
            len *= inner.nr_elems;
            of = inner.type_id;
        }
        let _ = write!(self.out, "{len} times ");
        self.ty(of);
    }

    fn group(&mut self, id: u32, node: &Node) {
        let tags = self.tags(id, -1);
        let _ = write!(
            self.out,
            "{} {} of {}{tags}",
            node.kind, node.name, node.size
        );
        self.depth += 1;
        for (index, member) in (0..).zip(&node.members) {
            self.line();
            let _ = write!(self.out, "{}", member.bits_offset);
            if member.bitfield_size != 0 {
                let _ = write!(self.out, " width {}", member.bitfield_size);
            }
            let _ = write!(self.out, "{}: {} ", self.tags(id, index), member.name);
            self.ty(member.type_id);
        }
        self.depth -= 1;
    }

    fn enumeration(&mut self, node: &Node) {
        let kind = if self.judge.enums { &node.kind } else { "ENUM" };
        let _ = write!(self.out, "{kind} {} of {}", node.name, node.size);
        self.depth += 1;
        for value in &node.values {
            self.line();
            let bits = match (self.judge.enums, node.size) {
                (true, size) => size.min(8) * 8,
                (false, size) => size.min(4) * 8,
            };
            // A sign that no value has can't be known from C.
            let mut number = value.val & ((1 << bits) - 1);
            let negative = node.encoding == "SIGNED" && number >> (bits - 1) != 0;
            if self.judge.enums && negative {
                number -= 1 << bits;
            }
            let _ = write!(self.out, "{} = {number}", value.name);
        }
        self.depth -= 1;
    }

    fn tags(&self, id: u32, member: i64) -> String {
        let tags = self.dump.tags(id, member).iter();
        let mut tags: Vec<&str> = tags.map(String::as_str).collect();
        // A layout's id is a hash of its content, which C's author would copy.
        tags.retain(|tag| self.judge.tags && !tag.starts_with("layout_id:"));
        tags.sort_unstable();
        tags.iter().map(|tag| format!(" [{tag}]")).collect()
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&"  ".repeat(self.depth));
    }
}

#[cfg(test)]
mod tests {
    use super::{canonical, strays, Dump, BPF, GCC};

    /// `struct s { enum e v; __u8 a[2][3]; u8 b : 3; }` as clang and as pahole print it.
    const CLANG: &str = r#"{"types":[
        {"id":1,"kind":"STRUCT","name":"s","size":8,"vlen":3,"members":[
            {"name":"v","type_id":2,"bits_offset":0},
            {"name":"a","type_id":5,"bits_offset":8},
            {"name":"b","type_id":7,"bits_offset":56,"bitfield_size":3}]},
        {"id":2,"kind":"ENUM","name":"e","encoding":"UNSIGNED","size":1,"vlen":1,"values":[{"name":"E","val":4294967295}]},
        {"id":3,"kind":"TYPEDEF","name":"__u8","type_id":4},
        {"id":4,"kind":"INT","name":"unsigned char","size":1,"bits_offset":0,"nr_bits":8,"encoding":"(none)"},
        {"id":5,"kind":"ARRAY","name":"(anon)","type_id":6,"index_type_id":4,"nr_elems":2},
        {"id":6,"kind":"ARRAY","name":"(anon)","type_id":3,"index_type_id":4,"nr_elems":3},
        {"id":7,"kind":"TYPEDEF","name":"u8","type_id":3},
        {"id":8,"kind":"TYPEDEF","name":"stray","type_id":4}]}"#;

    #[test]
    fn dimensions_count_only_for_who_keeps_them() {
        let dump = Dump::parse(CLANG).unwrap();
        let of = |judge| canonical(&dump, 1, judge);
        assert!(of(&BPF).contains("a 2 times 3 times __u8"));
        assert!(of(&GCC).contains("a 6 times __u8"));
    }

    #[test]
    fn the_sign_counts_only_for_who_knows_it() {
        let signed = CLANG
            .replace("UNSIGNED", "SIGNED")
            .replace("4294967295", "-1");
        let (one, other) = (Dump::parse(CLANG).unwrap(), Dump::parse(&signed).unwrap());
        assert_eq!(canonical(&one, 1, &BPF), canonical(&other, 1, &BPF));
        assert_ne!(canonical(&one, 1, &GCC), canonical(&other, 1, &GCC));
    }

    #[test]
    fn a_bit_field_is_not_its_neighbour() {
        let moved = CLANG.replace("\"bits_offset\":56", "\"bits_offset\":57");
        let (one, other) = (Dump::parse(CLANG).unwrap(), Dump::parse(&moved).unwrap());
        assert_ne!(canonical(&one, 1, &GCC), canonical(&other, 1, &GCC));
    }

    #[test]
    fn what_nothing_needs_is_a_stray() {
        let dump = Dump::parse(CLANG).unwrap();
        assert_eq!(strays(&dump, &[1]), ["TYPEDEF stray"]);
    }
}
