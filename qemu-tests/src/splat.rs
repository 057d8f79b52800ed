// SPDX-License-Identifier: GPL-2.0

//! Which lines of the kernel's log mean that something is wrong. Pure.
//!
//! Any line at warning level or worse, and the well-known words at any level, unless `expect/kernel-log.toml` names
//! the line and says why it is harmless. The log is in syslog form: `<4>[    1.234567] text`.

use std::sync::OnceLock;

use serde::Deserialize;

/// The list of harmless lines, with reasons.
const EXPECTED: &str = include_str!("../expect/kernel-log.toml");
/// Kernel warning level; smaller is worse.
const WARNING: u8 = 4;

/// Bad at any level; true when the machine will not go on.
const WORDS: &[(&str, bool)] = &[
    ("Kernel panic", true),
    ("BUG:", true),
    ("kernel BUG at", true),
    ("Oops:", true),
    ("general protection fault", true),
    ("WARNING:", false),
    ("------------[ cut here ]", false),
    ("UBSAN:", false),
    ("KASAN:", false),
    ("KFENCE:", false),
    ("possible recursive locking", false),
    ("INFO: rcu", false),
    ("rcu_preempt detected stalls", false),
    ("blocked for more than", false),
    ("refcount_t:", false),
    ("page_pool_release_retry() stalled", false),
    ("DMA-API:", false),
];

/// A line that should not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splat {
    /// The line without level and time.
    pub text: String,
    /// The machine is dying.
    pub fatal: bool,
}

/// The harmless lines.
#[derive(Debug, Default, Deserialize)]
pub struct Allowed {
    #[serde(default)]
    line: Vec<AllowedLine>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowedLine {
    /// Part of the line.
    text: String,
    /// Why it is harmless; for readers, but not optional.
    #[serde(rename = "reason")]
    _reason: String,
}

impl Allowed {
    /// The project's list. It is part of the program, and a test reads it, so a mistake in it is found there.
    pub fn standard() -> &'static Self {
        static LIST: OnceLock<Allowed> = OnceLock::new();
        LIST.get_or_init(|| toml::from_str(EXPECTED).unwrap_or_default())
    }

    /// Judges one line.
    pub fn judge(&self, line: &str) -> Option<Splat> {
        let (level, text) = split_level(line);
        let word = WORDS.iter().find(|(word, _)| text.contains(word));
        if word.is_none() && level.is_none_or(|level| level > WARNING) {
            return None;
        }
        if self.line.iter().any(|allowed| text.contains(&allowed.text)) {
            return None;
        }
        Some(Splat {
            text: text.to_owned(),
            fatal: word.is_some_and(|(_, fatal)| *fatal),
        })
    }
}

/// Splits `<6>[    0.000000] text` into level and text; the number has the facility in its upper bits.
fn split_level(line: &str) -> (Option<u8>, &str) {
    let Some((number, rest)) = line.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
        return (None, line);
    };
    let Ok(number) = number.parse::<u32>() else {
        return (None, line);
    };
    let text = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((time, text)) if time.trim().parse::<f64>().is_ok() => text.trim_start(),
        _ => rest,
    };
    (u8::try_from(number & 7).ok(), text)
}

/// Why a case is run once more, with one processor at a time.
pub const PATCHING: &str =
    "the first time the kernel trapped in its own BPF dispatcher, which it had just rewritten";

/// Whether a splat is the trap that the kernel itself sets in the XDP dispatcher while it rewrites that (at each attach and
/// detach), taken after the rewriting was over. The kernel makes sure that no processor does that, and no driver has a part in
/// it: QEMU translated the trap on one processor between forgetting the old translation and storing what another wrote. It does not
/// happen when it runs one processor at a time (`Mode::Soak`).
pub fn is_patching(splat: &str) -> bool {
    let lines = ["Oops: int3", "RIP: 0010:bpf_dispatcher_xdp_func+"];
    lines.iter().all(|line| splat.contains(line))
}

#[cfg(test)]
mod tests {
    use super::{Allowed, EXPECTED};

    fn list(text: &str) -> Allowed {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_projects_list_is_well_formed() {
        let list: Allowed = toml::from_str(EXPECTED).unwrap();
        assert!(list
            .line
            .iter()
            .all(|line| line.text.len() > 8 && line._reason.len() > 8));
    }

    #[test]
    fn a_list_without_reasons_is_refused() {
        assert!(toml::from_str::<Allowed>("[[line]]\ntext = \"something\"\n").is_err());
    }

    #[test]
    fn levels_decide() {
        let none = list("");
        assert_eq!(none.judge("<6>[    0.000000] Linux version 7.3.4"), None);
        assert_eq!(none.judge("<5>[    0.1] notice"), None);
        assert_eq!(
            none.judge("<4>[   12.345678] rnic: odd").unwrap().text,
            "rnic: odd"
        );
        assert!(none
            .judge("<12>[    1.0] from user space at warning level")
            .is_some());
        assert!(none.judge("<3>[    1.0] error").is_some());
        assert_eq!(none.judge("no level, ordinary"), None);
    }

    #[test]
    fn words_count_at_any_level() {
        let none = list("");
        assert!(none
            .judge("<6>[    1.0] rcu: INFO: rcu_preempt self-detected stall on CPU")
            .is_some());
        let panic = none
            .judge("<0>[    1.0] Kernel panic - not syncing: Attempted to kill init!")
            .unwrap();
        assert!(panic.fatal);
        assert!(
            !none
                .judge("<4>[    1.0] WARNING: net/core/dev.c:1 at f+0x1/0x2, CPU#0: ip/1")
                .unwrap()
                .fatal
        );
        assert!(
            none.judge("Oops: general protection fault, maybe for address 0x0")
                .unwrap()
                .fatal
        );
    }

    #[test]
    fn a_named_line_is_harmless() {
        let list = list("[[line]]\ntext = \"loading out-of-tree module\"\nreason = \"that is what the driver is\"\n");
        assert_eq!(
            list.judge("<4>[    1.0] rnic: loading out-of-tree module taints kernel."),
            None
        );
        assert!(list.judge("<4>[    1.0] rnic: something else").is_some());
    }

    #[test]
    fn only_a_trap_in_the_dispatcher_is_the_kernels_patching() {
        let trap = "Oops: int3: 0000 [#1] SMP\nRIP: 0010:bpf_dispatcher_xdp_func+0xa/0x10\n";
        assert!(super::is_patching(trap));
        assert!(!super::is_patching(
            &trap.replace("bpf_dispatcher_xdp_func", "rnic_xdp_run")
        ));
        assert!(!super::is_patching(
            &trap.replace("int3", "general protection fault")
        ));
    }
}
