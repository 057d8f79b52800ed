// SPDX-License-Identifier: GPL-2.0

//! Functions and their instructions, read from what `llvm-objdump -dr --no-show-raw-insn --demangle` prints. Pure.

/// Where the kernel's functions end that may not end with `ret`.
const RETURN_THUNK: &str = "__x86_return_thunk";

/// Prefixes of instructions that go elsewhere, repeat themselves, or stop.
const BENDS: &[&str] = &[
    "j", "loop", "call", "rep", "ud", "int", "hlt", "sys", "xbegin",
];

/// A function.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name, demangled.
    pub name: String,
    /// What it consists of.
    pub instructions: Vec<Instruction>,
}

/// One line of a function.
#[derive(Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Mnemonic, prefixes and operands.
    pub text: String,
    /// What the linker fills in.
    relocation: Option<String>,
}

/// All functions of a disassembly.
pub fn parse(text: &str) -> Vec<Function> {
    let mut functions: Vec<Function> = Vec::new();
    for line in text.lines() {
        if let Some(name) = header(line) {
            functions.push(Function {
                name: name.to_owned(),
                instructions: Vec::new(),
            });
        } else if let Some(Function { instructions, .. }) = functions.last_mut() {
            if let Some((_, relocation)) = line.split_once(":  R_X86_64_") {
                if let Some(last) = instructions.last_mut() {
                    last.relocation = Some(relocation.to_owned());
                }
            } else if let Some((_, text)) = line.split_once(":      \t") {
                instructions.push(Instruction {
                    text: text.replace('\t', " "),
                    relocation: None,
                });
            }
        }
    }
    functions
}

/// `0000000000000040 <name>:`
fn header(line: &str) -> Option<&str> {
    let (address, name) = line.strip_suffix(">:")?.split_once(" <")?;
    u64::from_str_radix(address, 16).ok()?;
    Some(name)
}

impl Function {
    /// Every instruction that keeps the function from being straight; if it does not return, that too.
    pub fn bends(&self) -> Vec<String> {
        let mut bends = Vec::new();
        let mut has_returned = false;
        for instruction in &self.instructions {
            match has_returned {
                true if instruction.is_padding() => {}
                true => bends.push(format!("{} behind the return", instruction.text)),
                false if instruction.is_return() => has_returned = true,
                false if instruction.bends() => bends.push(instruction.text.clone()),
                false => {}
            }
        }
        if !has_returned {
            bends.push("no return".to_owned());
        }
        bends
    }

    /// Number of instructions up to the return, with it.
    pub fn len(&self) -> usize {
        let end = self.instructions.iter().position(Instruction::is_return);
        end.map_or(0, |end| end + 1)
    }
}

impl Instruction {
    /// Its first word.
    pub fn mnemonic(&self) -> &str {
        self.text.split(' ').next().unwrap_or_default()
    }

    /// The name whose address the linker fills in.
    pub fn symbol(&self) -> Option<&str> {
        let (_, target) = self.relocation.as_deref()?.split_once('\t')?;
        target.split(['+', '-']).next()
    }

    fn is_return(&self) -> bool {
        let to_thunk = || {
            let relocation = self.relocation.as_deref().unwrap_or_default();
            relocation.contains(RETURN_THUNK)
        };
        self.mnemonic().starts_with("ret") || self.mnemonic().starts_with("jmp") && to_thunk()
    }

    /// Filling between functions.
    fn is_padding(&self) -> bool {
        ["nop", "int3", "xchgw %ax, %ax"]
            .iter()
            .any(|padding| self.text.contains(padding))
    }

    fn bends(&self) -> bool {
        BENDS.iter().any(|bend| self.mnemonic().starts_with(bend))
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, Function};

    const TEXT: &str = "\
rnic.ko:\tfile format elf64-x86-64

Disassembly of section .text:

0000000000000000 <rnic::probes::probe::<rnic::a::B, rnic::c::_::W0>>:
       0:      \tendbr64
       4:      \tmovq\t(%rdi), %rax
       7:      \tmovzwl\t(%rcx,%rcx), %ecx
\t\t000000000000000b:  R_X86_64_32S\t.rodata+0x3ffa
      15:      \tcmovel\t%edi, %eax
      18:      \tretq
      19:      \tnopw\t%cs:(%rax,%rax)

0000000000000020 <thunked>:
      20:      \tmovl\t%eax, (%rdx)
      22:      \tjmp\t0x27 <thunked+0x7>
\t\t0000000000000023:  R_X86_64_PLT32\t__x86_return_thunk-0x4
      27:      \tint3

0000000000000030 <crooked>:
      30:      \tje\t0x38 <crooked+0x8>
      32:      \tcallq\t0x37 <crooked+0x7>
\t\t0000000000000033:  R_X86_64_PLT32\tmemcpy-0x4
      37:      \trep\tmovsq\t(%rsi), %es:(%rdi)
      38:      \tretq
      39:      \tjmp\t0x30 <crooked>

0000000000000040 <tail>:
      40:      \tjmp\t0x45 <tail+0x5>
\t\t0000000000000041:  R_X86_64_PLT32\tmemset-0x4
";

    fn bends(function: &Function) -> Vec<String> {
        let words = |bend: String| bend.split(' ').next().unwrap_or_default().to_owned();
        function.bends().into_iter().map(words).collect()
    }

    #[test]
    fn names_are_whole() {
        let functions = parse(TEXT);
        assert_eq!(functions.len(), 4);
        assert_eq!(
            functions[0].name,
            "rnic::probes::probe::<rnic::a::B, rnic::c::_::W0>"
        );
        assert_eq!(functions[0].len(), 5);
    }

    #[test]
    fn straight_code_is_straight() {
        let functions = parse(TEXT);
        assert_eq!(functions[0].bends(), [""; 0]);
        assert_eq!(functions[1].bends(), [""; 0]);
    }

    #[test]
    fn every_bend_is_found() {
        let functions = parse(TEXT);
        assert_eq!(bends(&functions[2]), ["je", "callq", "rep", "jmp"]);
        assert_eq!(bends(&functions[3]), ["jmp", "no"]);
    }
}
