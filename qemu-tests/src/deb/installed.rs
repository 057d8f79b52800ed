// SPDX-License-Identifier: GPL-2.0

//! The packages on a Debian system with the stock kernel: installed, used in a machine that boots it, upgraded, purged.
//!
//! What somebody does is done: `apt install ./….deb`, a restart, `rnic-bind`; then a later version, and `apt purge`. The system's
//! files before and after are compared, so that nothing is left behind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{ensure, Context, Result};

use super::base::{self, Base};
use super::disk::Disk;
use super::{machine, root, Built, Ground, NAMES, VERSION};
use crate::inside::Root;
use crate::job;
use crate::report::Verdict;
use crate::ui::Step;

/// Things that the script in the machine tries, at least.
const FEWEST: usize = 40;

/// Files of others that change while packages come and go: logs, caches, dpkg's own, the key that DKMS makes once for a machine.
const OTHERS: &[&str] = &[
    "/var/log/",
    "/var/cache/",
    "/var/lib/apt/",
    "/var/lib/dpkg/",
    "/var/lib/dkms/mok.",
    "/tmp/",
    "/run/",
    "/dev/",
    "/proc/",
];

/// Installs, boots, upgrades and purges.
///
/// # Errors
///
/// When the machinery fails.
pub fn check(ground: &Ground<'_>, step: &Step) -> Result<(Verdict, String)> {
    if let Err(why) = base::check_privilege() {
        return Ok((Verdict::Skipped, why.to_string()));
    }
    let packaging = root::find_or_make(ground.paths)?;
    let base = base::find_or_make(ground.paths, &packaging)?;
    let later = format!("{VERSION}+later");
    let first = Built::make(ground.paths, &packaging, VERSION)?;
    let second = Built::make(ground.paths, &packaging, &later)?;
    let dir = ground.paths.runs().join("deb");
    std::fs::create_dir_all(&dir)?;
    let log = dir.join("installed.log");
    let _ = std::fs::remove_file(&log);
    let mut system = System {
        disk: Disk::copy(&base.image, &dir, "system")?,
        base: &base,
        log,
        step,
    };
    let mut wrong = Vec::new();
    let before = system.files()?;
    system.says_what_is_missing(&first, &mut wrong)?;
    system.interrupt()?;
    system.install(&first, VERSION, &mut wrong)?;
    let installed = system.files()?;
    let program = compile(ground.tools, &mut system, &dir)?;
    // The machine has a disk of its own, so that it runs while this one's packages are replaced.
    let mut other = system.disk.fork(&dir, "machine")?;
    machine::equip(&mut other, &program, &dir)?;
    let booted = std::thread::scope(|scope| {
        let (base, dir, other) = (&base, &dir, &other);
        let machine = scope.spawn(move || {
            let step = Step::new("deb", "starting the machine");
            let result = machine::boot(ground.tools, base, other, dir, &step);
            step.clear();
            result
        });
        let replaced = system
            .upgrade(&second, &later, &installed, &mut wrong)
            .and_then(|()| system.kernel_goes(&later, &mut wrong))
            .and_then(|()| system.purge(&before, &mut wrong));
        let booted = machine.join();
        replaced?;
        booted.map_err(|_| anyhow::anyhow!("the machine's thread panicked"))?
    });
    let (failed, tried) = booted?;
    wrong.extend(failed);
    if tried < FEWEST {
        wrong.push(format!("the machine tried {tried} things only"));
    }
    Ok(Verdict::of(Ok(wrong)))
}

/// A Debian system, not booted.
struct System<'a> {
    disk: Disk,
    base: &'a Base,
    log: PathBuf,
    step: &'a Step,
}

impl System<'_> {
    fn run(&mut self, what: &str, words: &[&str]) -> Result<()> {
        self.disk
            .run(words, &self.log, self.step)?
            .map_err(|failure| failure.into_error(what))
    }

    /// Every file with its size, but those of others.
    fn files(&mut self) -> Result<BTreeSet<String>> {
        let listed = self.disk.output(&[
            "find", "/", "-xdev", "!", "-type", "d", "-printf", "%p %s\n",
        ])?;
        let folders = self
            .disk
            .output(&["find", "/", "-xdev", "-type", "d", "-printf", "%p/\n"])?;
        let is_ours = |line: &&str| !OTHERS.iter().any(|start| line.starts_with(start));
        let lines = listed.lines().chain(folders.lines());
        Ok(lines.filter(is_ours).map(str::to_owned).collect())
    }

    /// Puts packages into `/root` and gives their names there.
    fn put(&mut self, built: &Built) -> Result<Vec<String>> {
        let mut files = Vec::new();
        for name in NAMES {
            let to = format!("/root/{name}.deb");
            self.disk.put(built.deb(name)?, &to)?;
            files.push(to);
        }
        Ok(files)
    }

    fn apt(&mut self, verb: &str, words: &[String]) -> Result<()> {
        let mut line = vec!["apt-get", "--yes", "--quiet", verb];
        line.extend(words.iter().map(String::as_str));
        let done = self.run(&format!("apt {verb}"), &line);
        done.map_err(|error| {
            // DKMS says no more than where its log is, and the disk is thrown away.
            let log = "tail -n 15 /var/lib/dkms/rnic/*/build/make.log";
            let log = self.disk.output(&["sh", "-c", log]).unwrap_or_default();
            error.context(format!("the end of DKMS's log:\n{log}"))
        })
    }

    /// Without the kernel's source, one line says so, and which version it takes.
    fn says_what_is_missing(&mut self, built: &Built, wrong: &mut Vec<String>) -> Result<()> {
        let release = &self.base.release;
        self.disk
            .put(built.deb("rnic-dkms")?, "/root/rnic-dkms.deb")?;
        let script = format!(
            "dpkg-deb --extract /root/rnic-dkms.deb /root/x; cd /root/x/usr/lib/rnic
             source=$(dpkg-query --show --showformat='${{Package}} ${{Version}}\\n' 'linux-source-*' | head -n 1)
             echo \"$source\"
             cp /var/lib/dpkg/status /root/status
             sed -i \"/^Package: ${{source%% *}}$/,/^$/s/^Status: .*/Status: deinstall ok config-files/\" /var/lib/dpkg/status
             ./metadata --check {release} 2>&1 && echo not refused
             cp /root/status /var/lib/dpkg/status
             for program in bindgen rustc; do
                 mv /usr/bin/$program /root; ./metadata --check {release} 2>&1 && echo not refused; mv /root/$program /usr/bin
             done
             ./metadata --check 6.1.0-none 2>&1 && echo not refused
             for state in unpacked half-configured installed; do
                 sed -i \"/^Package: linux-headers-{release}$/,/^$/s/^Status: .*/Status: install ok $state/\" /var/lib/dpkg/status
                 ./metadata --check {release} 2>&1 && echo fine
             done
             rm -r /root/x /root/status /root/rnic-dkms.deb"
        );
        let said = self.disk.output(&["sh", "-c", &script])?;
        let lines: Vec<&str> = said.lines().collect();
        let source = lines.first().copied().unwrap_or_default().to_owned();
        let expected = [
            format!("the package {source} is missing: apt install"),
            "the package bindgen is missing: apt install bindgen".to_owned(),
            "the package rustc is missing: apt install rustc".to_owned(),
            "the package linux-headers-6.1.0-none is missing".to_owned(),
            // In the middle of its kernel's installation, and after it.
            "fine".to_owned(),
            "fine".to_owned(),
            "fine".to_owned(),
        ];
        let is_as_expected = lines.len() == 1 + expected.len()
            && lines
                .iter()
                .skip(1)
                .zip(&expected)
                .all(|(line, words)| line.contains(words));
        if !is_as_expected {
            wrong.push(format!(
                "what is missing is not said as it should be:\n{said}"
            ));
        }
        Ok(())
    }

    /// Leaves what an interrupted installation leaves: it must be thrown away, never used.
    fn interrupt(&mut self) -> Result<()> {
        let release = &self.base.release;
        let script = format!(
            "mkdir -p /var/lib/rnic/{release}/build/rust /var/lib/rnic/.part-{release}/tree
             touch /var/lib/rnic/{release}/build/rust/libkernel.rmeta"
        );
        self.run("leaving something half-made", &["sh", "-ec", &script])
    }

    fn install(&mut self, built: &Built, version: &str, wrong: &mut Vec<String>) -> Result<()> {
        let files = self.put(built)?;
        self.apt("install", &files)?;
        self.is_built(version, wrong)?;
        let header = self.disk.output(&["cat", "/usr/include/xdp_meta.bpf.h"])?;
        if header != crate::build::bpf::header::bpf_header() {
            wrong.push("the packaged header is not the driver's".to_owned());
        }
        let shown = self.disk.output(&["xdp-meta", "--version"])?;
        if shown.trim() != format!("xdp-meta {VERSION}") {
            wrong.push(format!("xdp-meta says {shown}"));
        }
        Ok(())
    }

    /// DKMS has built this version for the kernel, and no other one.
    fn is_built(&mut self, version: &str, wrong: &mut Vec<String>) -> Result<()> {
        let status = self.disk.output(&["dkms", "status"])?;
        let wanted = format!("rnic/{version}, {}, x86_64: installed", self.base.release);
        if status.trim() != wanted {
            wrong.push(format!("dkms says {}, not {wanted}", status.trim()));
        }
        Ok(())
    }

    /// The later version replaces the first one: the same files but for the version in their paths, and the metadata is kept.
    fn upgrade(
        &mut self,
        built: &Built,
        version: &str,
        installed: &BTreeSet<String>,
        wrong: &mut Vec<String>,
    ) -> Result<()> {
        let stamp = format!("/var/lib/rnic/{}/complete", self.base.release);
        let made = self.disk.output(&["stat", "-c", "%Z", &stamp])?;
        let files = self.put(built)?;
        // What was made of it stays, so it may go.
        self.source_is("deinstall ok config-files")?;
        self.apt("install", &files)?;
        self.source_is("install ok installed")?;
        self.is_built(version, wrong)?;
        if self.disk.output(&["stat", "-c", "%Z", &stamp])? != made {
            wrong.push("the upgrade made the metadata again".to_owned());
        }
        let names = |files: &BTreeSet<String>| -> BTreeSet<String> {
            let name = |line: &String| {
                let path = line
                    .rsplit_once(' ')
                    .map_or(line.as_str(), |(path, _)| path);
                path.replace(version, VERSION)
            };
            files.iter().map(name).collect()
        };
        let (old, new) = (names(installed), names(&self.files()?));
        differences("the upgrade", &old, &new, wrong);
        Ok(())
    }

    /// Makes dpkg believe that of the kernel's source.
    fn source_is(&mut self, status: &str) -> Result<()> {
        let script = format!(
            "sed -i '/^Package: linux-source-/,/^$/s/^Status: .*/Status: {status}/' /var/lib/dpkg/status"
        );
        self.run("sed", &["sh", "-ec", &script])
    }

    /// The metadata stays when its kernel is upgraded in place, and goes with it. Leaves a system without the kernel's source.
    fn kernel_goes(&mut self, version: &str, wrong: &mut Vec<String>) -> Result<()> {
        let release = &self.base.release;
        let script = format!(
            "for how in upgrade remove; do
                 DEB_MAINT_PARAMS=$how /usr/share/kernel/postrm.d/rnic-dkms {release} /boot/vmlinuz-{release}
                 echo $how $(ls /var/lib/rnic)
             done"
        );
        let said = self.disk.output(&["sh", "-ec", &script])?;
        if said != format!("upgrade {release}\nremove\n") {
            wrong.push(format!("the metadata does not go with its kernel: {said}"));
        }
        // Such a kernel, if its source has gone too, is one that DKMS is to leave alone.
        self.source_is("deinstall ok config-files")?;
        let script = format!(
            "kernelver={release}; . /usr/src/rnic-{version}/dkms.conf; echo \"$BUILD_EXCLUSIVE_KERNEL\"; \
             kernelver=; . /usr/src/rnic-{version}/dkms.conf; echo \"$BUILD_EXCLUSIVE_KERNEL\""
        );
        let said = self.disk.output(&["sh", "-c", &script])?;
        let lines: Vec<&str> = said.lines().collect();
        if !matches!(lines[..], ["^$", any] if any.starts_with("^(7")) {
            wrong.push(format!(
                "a kernel without its source is not left alone: {said}"
            ));
        }
        Ok(())
    }

    fn purge(&mut self, before: &BTreeSet<String>, wrong: &mut Vec<String>) -> Result<()> {
        self.apt("purge", &NAMES.map(str::to_owned))?;
        self.run("rm", &["sh", "-c", "rm /root/*.deb"])?;
        self.source_is("install ok installed")?;
        let after = self.files()?;
        differences("the purge", before, &after, wrong);
        Ok(())
    }
}

fn differences(
    what: &str,
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
    wrong: &mut Vec<String>,
) {
    for left in after.difference(before) {
        wrong.push(format!("{what} left behind {left}"));
    }
    for lost in before.difference(after) {
        wrong.push(format!("{what} took {lost}"));
    }
}

/// The example of the package with the header, compiled against that.
fn compile(tools: &Root, system: &mut System<'_>, dir: &Path) -> Result<PathBuf> {
    let include = dir.join("include");
    std::fs::create_dir_all(&include)?;
    let example = "/usr/share/doc/libxdp-meta-dev/examples/hash.bpf.c";
    for (from, to) in [
        (example, dir.join("hash.bpf.c")),
        (
            "/usr/include/xdp_meta.bpf.h",
            include.join("xdp_meta.bpf.h"),
        ),
    ] {
        std::fs::write(to, system.disk.output(&["cat", from])?)?;
    }
    let object = dir.join("hash.bpf.o");
    let mut clang: Command = tools.command(dir, "clang-19");
    clang.args([
        "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Werror",
    ]);
    clang.arg("-I").arg(&include);
    clang.args(["-I/usr/include/x86_64-linux-gnu", "-c", "hash.bpf.c", "-o"]);
    job::output({
        clang.arg(&object);
        clang
    })
    .context("the packaged example does not compile")?;
    ensure!(object.exists(), "clang made no {}", object.display());
    Ok(object)
}
