// SPDX-License-Identifier: GPL-2.0

//! What the compilers make of both texts: a folder with a crate and C files, and the dumps that come out of it.
//!
//! Everything is done for all twins at once: one crate of a few programs, one run of each C compiler, one visit to the toolchain root. What
//! must never happen: a file of an earlier run is read, so the folder is emptied first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, Context, Result};

use super::dump::Dump;
use crate::boot::Workshop;
use crate::build::guest::cargo;
use crate::job;
use crate::lock::Lock;
use crate::ui::Step;

/// Compiles C files named on the command line by all three peers; the names have no ending.
const PEERS: &str = r#"set -e
for unit in "$@"; do
    gcc -std=gnu23 -g -w -c "$unit.c" -o "$unit.gcc.o"
    clang-19 -std=gnu23 -g -w -c "$unit.c" -o "$unit.clang.o"
    clang-19 -std=gnu23 -g -w -O1 -target bpf -I/usr/include/x86_64-linux-gnu -c "$unit.c" -o "$unit.bpf"
    for peer in gcc clang; do
        pahole -J --btf_encode_detached="$unit.$peer" "$unit.$peer.o"
    done
    for peer in gcc clang bpf; do
        bpftool -j btf dump file "$unit.$peer" > "$unit.$peer.json"
    done
done
"#;

/// Dumps every blob of a folder: a line with the name, then one with the dump, or with what bpftool did not like.
const BLOBS: &str = r#"cd "$1"
for blob in *; do
    echo "$blob"
    bpftool -j btf dump file "$blob" 2> ../complaint && echo || tr '\n' ' ' < ../complaint && echo
done
"#;

/// How many modules a program has. What the compiler checks about pairs of types takes too long with more.
const PART: usize = 100;

fn program(part: usize) -> String {
    format!("part{part}")
}

/// The folder.
#[derive(Debug)]
pub struct Bench<'a> {
    workshop: &'a Workshop,
    dir: PathBuf,
    _lock: Lock,
}

/// What cargo said of a crate that does not compile.
#[derive(Debug)]
pub struct Refused {
    /// The compiler's words for each module that has a mistake.
    pub modules: BTreeMap<String, String>,
}

impl<'a> Bench<'a> {
    /// A folder of its own for each test, one at a time.
    ///
    /// # Errors
    ///
    /// When the folder can't be made.
    pub fn new(workshop: &'a Workshop, name: &str) -> Result<Self> {
        let all = workshop.paths.project.join("target/twins");
        Ok(Self {
            workshop,
            dir: all.join(name),
            _lock: Lock::take(&all.join("lock"), "twins")?,
        })
    }

    /// Compiles C units, each a name and a text; gives the dumps of each by the peers' names.
    ///
    /// # Errors
    ///
    /// When a compiler, pahole or bpftool fails: these texts are right.
    pub fn c(&self, units: &[(&str, String)]) -> Result<BTreeMap<(String, String), Dump>> {
        let dir = self.fresh("c")?;
        let mut command = self.workshop.ground.root.command(&dir, "sh");
        command.args(["-c", PEERS, "sh"]);
        for (name, text) in units {
            std::fs::write(dir.join(format!("{name}.c")), text)?;
            command.arg(name);
        }
        job::output(command)?;
        let mut dumps = BTreeMap::new();
        for (name, _) in units {
            for judge in super::canon::JUDGES {
                let file = dir.join(format!("{name}.{}.json", judge.name));
                let dump = Dump::parse(&std::fs::read_to_string(file)?)?;
                dumps.insert(((*name).to_owned(), judge.name.to_owned()), dump);
            }
        }
        Ok(dumps)
    }

    /// Builds and runs a crate whose program writes blobs to the folder that it is given; gives the dump of each, or what
    /// bpftool did not like.
    ///
    /// # Errors
    ///
    /// When cargo, the program or bpftool cannot be run. The inner error is a crate that does not compile.
    pub fn rust(
        &self,
        modules: &[(String, String)],
        step: &Step,
    ) -> Result<std::result::Result<BTreeMap<String, Result<Dump>>, Refused>> {
        let dir = self.fresh("crate/src")?.join("bin");
        std::fs::create_dir(&dir)?;
        let krate = self.dir.join("crate");
        let project = &self.workshop.paths.project;
        let manifest =
            include_str!("crate/manifest.toml").replace("{project}", &project.to_string_lossy());
        std::fs::write(krate.join("Cargo.toml"), manifest)?;
        std::fs::copy(project.join("Cargo.lock"), krate.join("Cargo.lock"))?;
        for (part, modules) in (0..).zip(modules.chunks(PART)) {
            let dir = dir.join(program(part));
            std::fs::create_dir(&dir)?;
            let mut main = include_str!("crate/main.rs").to_owned();
            let mut calls = String::new();
            for (name, text) in modules {
                std::fs::write(dir.join(format!("{name}.rs")), text)?;
                main.push_str(&format!("mod {name};\n"));
                calls.push_str(&format!("    {name}::write(out);\n"));
            }
            main.push_str(&format!("\nfn everything(out: &Out) {{\n{calls}}}\n"));
            std::fs::write(dir.join("main.rs"), main)?;
        }
        if let Some(refused) = self.build(&krate, step)? {
            return Ok(Err(refused));
        }
        self.run(modules.len().div_ceil(PART)).map(Ok)
    }

    fn build(&self, krate: &Path, step: &Step) -> Result<Option<Refused>> {
        let target = self.workshop.paths.project.join("target/twins/target");
        let mut command = cargo();
        command
            .current_dir(krate)
            .args(["build", "--offline", "--color", "never", "--target-dir"]);
        command.arg(target).env_remove("RUSTFLAGS");
        let log = self.dir.join("cargo.log");
        let _ = std::fs::remove_file(&log);
        let mut reader = Reader::default();
        match job::run(command, &log, step, |line| reader.feed(line))? {
            Ok(()) => Ok(None),
            Err(_) if !reader.modules.is_empty() => Ok(Some(Refused {
                modules: reader.modules,
            })),
            Err(failure) => Err(failure.into_error("compiling the twins")),
        }
    }

    fn run(&self, parts: usize) -> Result<BTreeMap<String, Result<Dump>>> {
        let blobs = self.fresh("blobs")?;
        for part in 0..parts {
            let program = Path::new("target/twins/target/debug").join(program(part));
            let mut command = Command::new(self.workshop.paths.project.join(program));
            command.arg(&blobs);
            job::output(command)?;
        }
        let mut command = self.workshop.ground.root.command(Path::new("/"), "sh");
        command.args(["-c", BLOBS, "sh"]).arg(&blobs);
        let text = job::output(command)?;
        let mut dumps = BTreeMap::new();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        while let (Some(name), Some(json)) = (lines.next(), lines.next()) {
            dumps.insert(name.to_owned(), Dump::parse(json));
        }
        if dumps.is_empty() {
            bail!("the program of the twins wrote nothing");
        }
        Ok(dumps)
    }

    /// Keeps a text in the folder, for whoever looks for causes.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn keep(&self, name: &str, text: &str) -> Result<()> {
        std::fs::write(self.dir.join(name), text)?;
        Ok(())
    }

    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let dir = self.dir.join(name);
        if dir.exists() {
            std::fs::remove_dir_all(&dir)?;
        }
        std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        Ok(dir)
    }
}

/// Sorts the compiler's words by the module that they are about.
#[derive(Default)]
struct Reader {
    modules: BTreeMap<String, String>,
    message: Vec<String>,
    module: Option<String>,
}

impl Reader {
    fn feed(&mut self, line: &str) {
        if line.starts_with("error") {
            self.message.clear();
            self.module = None;
        } else if line.starts_with("warning") {
            self.message.clear();
            self.module = Some(String::new());
        }
        self.message.push(line.to_owned());
        // --> src/bin/part0/t17.rs:3:5
        let place = line.trim_start().strip_prefix("--> src/bin/");
        let place = place
            .and_then(|place| place.split_once('/'))
            .map(|(_, file)| file);
        if let (None, Some((module, _))) = (&self.module, place.and_then(|p| p.split_once(".rs:")))
        {
            self.module = Some(module.to_owned());
        }
        if let (true, Some(module)) = (line.trim().is_empty(), &self.module) {
            if !module.is_empty() {
                let text = self.modules.entry(module.clone()).or_default();
                text.push_str(&self.message.join("\n"));
            }
            self.message.clear();
            self.module = Some(String::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;

    const OUTPUT: &str = "\
warning: unused
 --> src/bin/part0/t1.rs:2:3

error: not a field type
 --> src/bin/part1/t17.rs:3:5
  |
3 |     pub a: bool,
  |            ^^^^

error: could not compile `twins` (bin \"part1\") due to 1 previous error
";

    #[test]
    fn an_error_belongs_to_the_module_that_it_points_to() {
        let mut reader = Reader::default();
        OUTPUT.lines().for_each(|line| reader.feed(line));
        let modules: Vec<_> = reader.modules.into_iter().collect();
        assert_eq!(modules.len(), 1);
        assert_eq!(modules[0].0, "t17");
        assert!(modules[0].1.contains("pub a: bool"));
    }
}
