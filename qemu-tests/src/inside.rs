// SPDX-License-Identifier: GPL-2.0

//! Commands inside the toolchain root, as root or as an ordinary user.
//!
//! A private mount namespace, the cache and the project bound at their own paths, then chroot: paths and inherited
//! descriptors mean the same inside. What runs inside never outlives the thread that started it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, Result};

use crate::job;
use crate::paths::Paths;

/// The script between the namespace and the command: `$1` is the root, then the bound folders up to `--`,
/// then the working directory, then the command.
const ENTER: &str = r#"set -e
root=$1; shift
while [ "$1" != -- ]; do
    mkdir -p "$root$1"; mount --rbind "$1" "$root$1"; shift
done
shift
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
dir=$1; shift
exec chroot "$root" /usr/bin/env -i -C "$dir" PATH=/usr/bin:/usr/sbin HOME=/root LC_ALL=C TERM="$TERM" "$@""#;

/// A toolchain root that is complete.
#[derive(Clone, Debug)]
pub struct Root {
    dir: PathBuf,
    bound: Vec<PathBuf>,
}

impl Root {
    /// A root in `dir`, in which the cache and the project are visible.
    pub fn new(dir: PathBuf, paths: &Paths) -> Self {
        Self {
            dir,
            bound: vec![paths.cache.clone(), paths.project.clone()],
        }
    }

    /// Makes one more folder visible inside.
    pub fn bind(&mut self, dir: &Path) {
        if !self.bound.iter().any(|bound| dir.starts_with(bound)) {
            self.bound.push(dir.to_path_buf());
        }
    }

    /// Where the root is, seen from outside.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A command that runs inside, with `dir` as its working directory; the caller adds arguments. It and all it
    /// starts die with this thread, so that an interrupted build never goes on behind the next one's back.
    pub fn command(&self, dir: &Path, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command.args([
            "--pdeathsig",
            "KILL",
            "--",
            "unshare",
            "--pid",
            "--fork",
            "--kill-child",
        ]);
        self.enter(&mut command, dir);
        command.arg(program);
        command
    }

    /// Like [`Root::command`], but the child is the command itself and not a parent of it: for machines.
    pub fn machine(&self, dir: &Path, program: &str) -> Command {
        let mut command = Command::new("unshare");
        self.enter(&mut command, dir);
        command.args(["setpriv", "--pdeathsig", "KILL", "--", program]);
        command
    }

    fn enter(&self, command: &mut Command, dir: &Path) {
        command.arg("--mount");
        if !rustix::process::geteuid().is_root() {
            command.arg("--map-root-user");
        }
        command.args(["sh", "-c", ENTER, "sh"]).arg(&self.dir);
        command.args(&self.bound).arg("--").arg(dir);
    }

    /// Checks that commands run inside at all.
    ///
    /// # Errors
    ///
    /// One line that says what the system refuses.
    pub fn check(&self) -> Result<()> {
        probe(self.command(Path::new("/"), "true"))
    }

    /// The output of a short command inside.
    ///
    /// # Errors
    ///
    /// When it cannot be started or fails.
    pub fn output(&self, program: &str, args: &[&str]) -> Result<String> {
        let mut command = self.command(Path::new("/"), program);
        command.args(args);
        job::output(command)
    }
}

/// Checks that this user may have namespaces, before there is a root to enter.
///
/// # Errors
///
/// One line that says what the system refuses, and what allows it.
pub fn check_allowed() -> Result<()> {
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork", "--mount"]);
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command.arg("true");
    probe(command)
}

fn probe(mut command: Command) -> Result<()> {
    let Ok(output) = command.output() else {
        bail!("`unshare` is missing: install the package util-linux");
    };
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if rustix::process::geteuid().is_root() {
        bail!("cannot use a private mount namespace ({why}): run where mounting is allowed (CAP_SYS_ADMIN)");
    }
    bail!(
        "cannot use user namespaces ({why}): allow them (sysctl user.max_user_namespaces above 0; where the kernel has it, \
         kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0), or run as root"
    );
}
