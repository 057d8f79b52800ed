// SPDX-License-Identifier: GPL-2.0

//! What packages have that is declared in Rust: the tool's man pages and completions, the header for BPF programs.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory as _;
use clap_complete::{generate_to, Shell};
use meta_tool::cli::Cli;

use crate::build::bpf::header::bpf_header;

const TOOL: &str = "xdp-meta";

/// Writes all of it into a folder, which is made.
///
/// # Errors
///
/// When the folder cannot be written.
pub fn write(dir: &Path) -> Result<()> {
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(dir)?;
        // The program's page, and one for each verb.
        clap_mangen::generate_to(Cli::command(), dir)?;
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            generate_to(shell, &mut Cli::command(), TOOL, dir)?;
        }
        std::fs::write(dir.join("xdp_meta.bpf.h"), bpf_header())
    };
    write().with_context(|| format!("cannot write {}", dir.display()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use meta_tool::cli::Cli;

    #[test]
    fn there_is_a_page_for_each_verb_and_a_completion_for_each_shell() {
        let dir = std::env::temp_dir().join(format!("rnic-made-{}", std::process::id()));
        super::write(&dir).unwrap();
        let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
        let page = read("xdp-meta.1");
        for verb in Cli::command()
            .get_subcommands()
            .map(clap::Command::get_name)
        {
            assert!(page.contains(&format!("xdp\\-meta\\-{verb}(1)")), "{verb}");
            assert!(read(&format!("xdp-meta-{verb}.1")).contains(".SH DESCRIPTION"));
            for completion in ["xdp-meta.bash", "_xdp-meta", "xdp-meta.fish"] {
                assert!(read(completion).contains(verb), "{verb} in {completion}");
            }
        }
        assert!(read("xdp_meta.bpf.h").contains("xdp_meta_get_rx_hash"));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
