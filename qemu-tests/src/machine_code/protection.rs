// SPDX-License-Identifier: GPL-2.0

//! Proof by reading: the module's code is protected as its kernel's is, and reaches per-processor variables through their segment.
//!
//! A kernel that gcc built gets the C helpers from clang (`rnic-driver/clang.mk`), which has other names for gcc's flags and is
//! told less by the configuration. What must never happen: a protection that gets lost on the way, or an access to the variable
//! of no processor. objtool judges too, in every build; it does not look at segments and stack guards. Rust code has no guards, so
//! a helper that has one must not be taken in by it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{ensure, Context, Result};
use meta_core::btf::read::{Body, Kind};
use meta_core::btf::Reader;

use super::listing::{self, Function, Instruction};
use super::straight_line;
use crate::boot::Workshop;
use crate::peers::agreement::section;
use crate::report::{Outcome, Verdict};
use crate::setup::config::Config;

/// Name in reports.
pub const NAME: &str = "module::protected_as_its_kernel";

/// What a kernel asks of code.
#[derive(Debug)]
struct Rules {
    /// `CONFIG_MITIGATION_RETHUNK`: functions return through a thunk.
    return_thunks: bool,
    /// `CONFIG_MITIGATION_RETPOLINE`: so do indirect calls and jumps.
    retpolines: bool,
    /// Variables that each processor has.
    per_processor: BTreeSet<String>,
}

/// Builds the module with probes and looks at it.
pub fn run(workshop: &Workshop) -> Outcome {
    Outcome::of(NAME, |_| Ok(Verdict::of(check(workshop))))
}

/// What breaks a rule.
fn check(workshop: &Workshop) -> Result<Vec<String>> {
    let kernel = &workshop.ground.kernel;
    let config = std::fs::read_to_string(kernel.dir.join(".config"))
        .context("the kernel has no configuration")?;
    let config = Config::parse(&config);
    let rules = Rules {
        return_thunks: config.get("CONFIG_MITIGATION_RETHUNK").is_some(),
        retpolines: config.get("CONFIG_MITIGATION_RETPOLINE").is_some(),
        per_processor: per_processor(&section::named(&kernel.vmlinux(), ".BTF")?)?,
    };
    let module = straight_line::build(workshop)?.file;
    let functions = listing::parse(&straight_line::disassemble(workshop, &module)?);
    let instructions = || functions.iter().flat_map(|function| &function.instructions);
    for (symbol, uses) in [
        ("this_cpu_off", "a counter of this processor"),
        ("__preempt_count", "keeping others from this processor"),
    ] {
        ensure!(
            instructions().any(|one| rules.is_per_processor(one) && one.symbol() == Some(symbol)),
            "rnic.ko has no {symbol} ({uses}): has that become something else?"
        );
    }
    let mut broken: Vec<String> = functions
        .iter()
        .flat_map(|function| rules.broken_by(function))
        .collect();
    if config.get("CONFIG_STACKPROTECTOR").is_some() {
        let helpers = guarded_helpers(workshop, &module)?;
        broken.extend(without_guard(&helpers, &functions));
    }
    Ok(broken)
}

/// The helpers that the compiler gives a stack guard.
fn guarded_helpers(workshop: &Workshop, module: &Path) -> Result<Vec<String>> {
    let folder = module.parent().context("the module has no folder")?;
    let (bitcode, object) = (
        folder.join("rnic-driver/src/sys/helpers.bc"),
        folder.join("guarded.o"),
    );
    let words = [&bitcode, &object].map(|path| path.to_string_lossy().into_owned());
    let [bitcode, object_name] = &words;
    let words = ["-O2", "-mcmodel=kernel", "-c", bitcode, "-o", object_name];
    workshop.ground.root.output("clang-19", &words)?;
    let helpers = listing::parse(&straight_line::disassemble(workshop, &object)?);
    let guarded = helpers.into_iter().filter(is_guarded);
    let names: Vec<String> = guarded.map(|function| function.name).collect();
    ensure!(
        !names.is_empty(),
        "no helper has a stack guard: nothing was looked at"
    );
    Ok(names)
}

/// Those of `helpers` that have no guard in the module: whoever took them in dropped it.
fn without_guard(helpers: &[String], functions: &[Function]) -> Vec<String> {
    let has = |name: &String| {
        let found = functions.iter().find(|function| function.name == *name);
        found.is_some_and(is_guarded)
    };
    let lost = helpers.iter().filter(|name| !has(name));
    lost.map(|name| format!("{name}: its stack guard is lost"))
        .collect()
}

fn is_guarded(function: &Function) -> bool {
    let mut symbols = function.instructions.iter().filter_map(Instruction::symbol);
    symbols.any(|symbol| symbol == "__stack_chk_fail")
}

/// The names of the kernel's per-processor variables.
fn per_processor(btf: &[u8]) -> Result<BTreeSet<String>> {
    let btf = Reader::new(btf)?;
    let section = btf
        .find(Kind::DataSec, ".data..percpu")
        .context("the kernel's BTF has no per-processor variables")?;
    let ids: BTreeSet<u32> = section.variables().map(|one| one.type_id).collect();
    let names = btf
        .types()
        .filter(|item| ids.contains(&item.id()) && matches!(item.body(), Body::Var(_)))
        .filter_map(|item| item.name().to_str().map(str::to_owned))
        .collect();
    Ok(names)
}

impl Rules {
    fn is_per_processor(&self, instruction: &Instruction) -> bool {
        let symbol = instruction.symbol();
        symbol.is_some_and(|name| self.per_processor.contains(name))
    }

    fn broken_by(&self, function: &Function) -> Vec<String> {
        let broken = function.instructions.iter().filter_map(|instruction| {
            let rule = self.rule(instruction)?;
            Some(format!("{}: {rule}: {}", function.name, instruction.text))
        });
        broken.collect()
    }

    /// The rule that an instruction breaks.
    fn rule(&self, instruction: &Instruction) -> Option<&'static str> {
        let text = &instruction.text;
        let has = |what: &str| text.contains(what);
        let goes = |how: &str| {
            let mut words = text.split(' ');
            words.any(|word| word.starts_with(how) && !word.contains('%'))
        };
        if self.return_thunks && goes("ret") {
            return Some("returns without a thunk");
        }
        if self.retpolines && (goes("call") || goes("jmp")) && has("*") {
            return Some("goes where a register says");
        }
        // Where user space keeps the guard.
        if has("%fs:") || has("%gs:40") || has("%gs:0x28") {
            return Some("a stack guard that is not the kernel's");
        }
        // An address is taken as it is; what has an index is another processor's.
        let last = text.rsplit(' ').next().unwrap_or_default();
        let is_address = goes("lea") || has("$") && last.starts_with(['%', '$']);
        let is_absolute = has("(%rip)") || !has("(");
        if self.is_per_processor(instruction) && is_absolute && !is_address && !has("%gs:") {
            return Some("a per-processor variable without its segment");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::listing;
    use super::{without_guard, Rules};

    const TEXT: &str = "\
0000000000000000 <protected>:
       0:      \tmovq\t%gs:(%rip), %rax
\t\t0000000000000003:  R_X86_64_PC32\tthis_cpu_off-0x4
       7:      \tmovq\t$0x0, %rcx
\t\t000000000000000a:  R_X86_64_32S\tsoftnet_data
      10:      \tmovl\t(%rax), %ecx
\t\t0000000000000012:  R_X86_64_32S\tsoftnet_data+0x10
      15:      \tmovq\t(%rip), %rcx
\t\t0000000000000018:  R_X86_64_PC32\tjiffies-0x4
      20:      \tcallq\t0x25 <protected+0x25>
\t\t0000000000000021:  R_X86_64_PLT32\t__x86_indirect_thunk_r11-0x4
      25:      \tjmp\t0x2a <protected+0x2a>
\t\t0000000000000026:  R_X86_64_PLT32\t__x86_return_thunk-0x4

0000000000000030 <bare>:
      30:      \tmovq\t(%rip), %rax
\t\t0000000000000033:  R_X86_64_PC32\tthis_cpu_off-0x4
      37:      \taddl\t$0x1, (%rip)
\t\t0000000000000039:  R_X86_64_PC32\tsoftnet_data-0x5
      3e:      \tmovq\t%fs:0x28, %rax
      47:      \tcs\tcallq\t*%r11
      48:      \taddl\t$0x1, 0x0
\t\t0000000000000049:  R_X86_64_32S\tthis_cpu_off
      4a:      \tjmpq\t*(%rax)
      4d:      \tretq
";

    #[test]
    fn what_lacks_a_protection_is_found() {
        let mut rules = Rules {
            return_thunks: true,
            retpolines: true,
            per_processor: ["this_cpu_off", "softnet_data"].map(str::to_owned).into(),
        };
        let functions = listing::parse(TEXT);
        assert_eq!(rules.broken_by(&functions[0]), [""; 0]);
        assert_eq!(rules.broken_by(&functions[1]).len(), 7);
        rules.return_thunks = false;
        rules.retpolines = false;
        assert_eq!(rules.broken_by(&functions[1]).len(), 4);
    }

    #[test]
    fn a_guard_that_is_lost_is_found() {
        const GUARDED: &str = "\
0000000000000000 <guarded>:
       0:      \tcallq\t0x5 <guarded+0x5>
\t\t0000000000000001:  R_X86_64_PLT32\t__stack_chk_fail-0x4

0000000000000010 <bare>:
      10:      \tretq
";
        let functions = listing::parse(GUARDED);
        let lost = |name: &str| without_guard(&[name.to_owned()], &functions).len();
        assert_eq!([lost("guarded"), lost("bare"), lost("gone")], [0, 1, 1]);
    }
}
